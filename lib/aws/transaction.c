/*
 * {"TransactItems": [{"Put": {...}}, ...], "ClientRequestToken": "..."}
 */
#include "lib/aws/transaction.h"

#include "lib/data/hash.h"
#include "lib/data/json_add.h"

struct slice transaction_token(struct arena *arena)
{
    char *token = arena_bytes(arena, UUID_TEXT);

    uuid7(token);
    return slice_of(token, UUID_TEXT - 1);
}

static const char *const kinds[] = {
    [DYNAMODB_PUT_ITEM] = "Put",
    [DYNAMODB_UPDATE_ITEM] = "Update",
    [DYNAMODB_DELETE_ITEM] = "Delete",
};

struct slice transaction_request(struct arena *arena, const struct transaction_action *actions,
                                 size_t count, struct slice token)
{
    struct buf body = {0};
    struct slice out;

    json_add_object(&body, NULL);
    json_add_array(&body, "TransactItems");
    for (size_t i = 0; i < count; i++) {
        json_add_object(&body, NULL);
        json_add_raw(&body, kinds[actions[i].operation], actions[i].body);
        json_add_end(&body, '}');
    }
    json_add_end(&body, ']');
    json_add_string(&body, "ClientRequestToken", token);
    json_add_end(&body, '}');
    out = arena_copy(arena, buf_slice(&body));
    buf_fini(&body);
    return out;
}
