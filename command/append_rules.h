/*
 * The rules that append.c's machine goes by. Pure.
 */
#ifndef COMMAND_APPEND_RULES_H
#define COMMAND_APPEND_RULES_H

#include "command/aggregate.h"
#include "command/command.h"

/* What is given of If-Match, If-None-Match and expectedVersion agrees with the aggregate. expectedVersion 0: no event yet. */
bool append_is_expected(const struct command_input *input, const struct aggregate *aggregate);

enum append_outcome {
    APPEND_DONE,
    APPEND_RACE, /* another's event has the version: ours was not written and cannot be any more */
    APPEND_MET,  /* the record of the key is there: *item_out, or NULL */
    APPEND_VERIFY, /* not known: the first event's item tells */
    APPEND_FAILED, /* the request did */
};

/* What the answer to PutItem or TransactWriteItems of the EVENTS means; KEYED: the record of a key is the action after them. */
enum append_outcome append_judge(enum status status, const struct dynamodb_answer *answer,
                                 const struct event *events, size_t count, bool keyed,
                                 const struct value **item_out);

/* What the item of the first event's version says after a lost answer; NULL: there is none. */
enum append_outcome append_verify(const struct value *item, const struct event *first);

#endif
