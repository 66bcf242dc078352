/*
 * What an answer means. The table is in README.md.
 */
#include "command/append_rules.h"

#include "command/idempotency_record.h"
#include "lib/aws/dynamodb_error.h"

/* A version has one event for ever: if it is ours, it was written; else ours never can be. */
enum append_outcome append_verify(const struct value *item, const struct event *first)
{
    struct slice there = event_text(item, EVENT_ID, "S");

    if (there.len == 0) {
        return APPEND_VERIFY;
    }
    return slice_eq(there, first->id) ? APPEND_DONE : APPEND_RACE;
}

static enum append_outcome judge_reasons(const struct dynamodb_answer *answer,
                                         const struct event *events, size_t count, size_t records,
                                         const struct value **item_out)
{
    const struct value *item;

    if (record_met(answer, count, records, item_out)) {
        return APPEND_MET;
    }
    for (size_t i = 0; i < count; i++) {
        if (dynamodb_reason_of(answer, i, &item) == DYNAMODB_REASON_CONDITION_FAILED) {
            return append_verify(item, &events[i]);
        }
    }
    return APPEND_FAILED;
}

enum append_outcome append_judge(enum status status, const struct dynamodb_answer *answer,
                                 const struct event *events, size_t count, size_t records,
                                 const struct value **item_out)
{
    *item_out = NULL;
    if (status == STATUS_OK) {
        return APPEND_DONE;
    }
    if (status == STATUS_UNCERTAIN) {
        return APPEND_VERIFY;
    }
    if (answer->condition_failed) {
        return append_verify(value_get(answer->body, slice_str("Item")), &events[0]);
    }
    return judge_reasons(answer, events, count, records, item_out);
}
