/*
 * The rules that append.c's machine goes by. Pure.
 */
#ifndef COMMAND_APPEND_RULES_H
#define COMMAND_APPEND_RULES_H

#include "command/event.h"
#include "lib/aws/dynamodb.h"

enum append_outcome {
    APPEND_DONE,
    /* another's event has the version: ours was not written and cannot be any more */
    APPEND_RACE,
    /* the record of the key is there: *item_out, or NULL */
    APPEND_MET,
    /* not known: the first event's item tells */
    APPEND_VERIFY,
    /* the request did */
    APPEND_FAILED,
};

/*
 * What the answer to PutItem or TransactWriteItems of the EVENTS means; RECORDS of a key
 * are the actions after them; 0: without one.
 */
enum append_outcome append_judge(enum status status, const struct dynamodb_answer *answer,
                                 const struct event *events, size_t count, size_t records,
                                 const struct value **item_out);

/* What the item of the first event's version says after a lost answer; NULL: there is none. */
enum append_outcome append_verify(const struct value *item, const struct event *first);

#endif
