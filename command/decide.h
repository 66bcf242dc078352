/*
 * What a command comes to, given the state it meets. Pure: no clock, no I/O.
 */
#ifndef COMMAND_DECIDE_H
#define COMMAND_DECIDE_H

#include "command/precondition.h"
#include "conf/plan/plan.h"

struct decide_input {
    const struct plan_command *command;
    const struct precondition *precondition;   /* NULL: none */
    const struct value *id, *payload, *claims; /* payload, claims: NULL when there are none */
    const struct value *state;                 /* NULL: not read, or there is none */
    struct current current;
    uint64_t now_ms;
};

struct decision_event {
    const struct plan_event *event;
    const struct value *payload; /* MAP */
};

enum decision_kind {
    /* attributes of put and update; events of emit; a delete needs none */
    DECISION_WRITE,
    /* skip_if, or no event's condition holds */
    DECISION_NOOP,
    /*
     * code, title of the first requirement that does not hold; detail: why it could not be
     * evaluated, or NULL
     */
    DECISION_REFUSED,
    /* the precondition does not hold */
    DECISION_UNEXPECTED,
    /* pointer, detail: an assignment has no value */
    DECISION_INVALID,
};

struct decision {
    enum decision_kind kind;
    const struct value *attributes;
    const struct decision_event *events;
    size_t event_count;
    int code;
    struct slice title, pointer;
    const char *detail;
};

/* Everything in ARENA or the plan. */
void decide(const struct decide_input *input, struct arena *arena, struct decision *out);

#endif
