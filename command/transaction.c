/*
 * {"TransactItems": [{"Put": {...}}, ...], "ClientRequestToken": "..."}
 *
 * A refusal has a reason for each action, in their order: {"Code": "ConditionalCheckFailed", "Item": {...}}; "None" for those that had none.
 */
#include "command/transaction.h"

#include "lib/base/buf.h"
#include "lib/data/hash.h"
#include "lib/data/json.h"

struct slice transaction_token(struct arena *arena)
{
    char *token = arena_bytes(arena, UUID_TEXT);

    uuid7(token);
    return slice_of(token, UUID_TEXT - 1);
}

struct slice transaction_request(struct arena *arena, const struct transaction_action *actions,
                                 size_t count, struct slice token)
{
    struct buf body = {0};
    struct slice out;

    buf_append_str(&body, "{\"TransactItems\":[");
    for (size_t i = 0; i < count; i++) {
        buf_printf(&body, "%s{\"%s\":", i > 0 ? "," : "", actions[i].kind);
        buf_append(&body, actions[i].body);
        buf_append_char(&body, '}');
    }
    buf_append_str(&body, "],\"ClientRequestToken\":");
    json_write_string(&body, token);
    buf_append_char(&body, '}');
    out = arena_copy(arena, buf_slice(&body));
    buf_fini(&body);
    return out;
}

bool transaction_condition_failed(const struct dynamodb_answer *answer, size_t index,
                                  const struct value **item_out)
{
    const struct value *reasons = value_get(answer->body, slice_str("CancellationReasons"));
    const struct value *reason = reasons ? reasons->first : NULL;

    *item_out = NULL;
    for (size_t i = 0; reason && i < index; i++) {
        reason = reason->next;
    }
    if (!dynamodb_reason_is_condition(reason)) {
        return false;
    }
    *item_out = value_get(reason, slice_str("Item"));
    return true;
}
