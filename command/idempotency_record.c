/*
 * Hashes and requests of the table of answers.
 *
 * What a hash is made of is framed (a length, or JSON), so that no two inputs look alike.
 */
#include "command/idempotency_record.h"

#include "command/idempotency.h"
#include "lib/aws/attribute.h"
#include "lib/data/hash.h"
#include "lib/data/json.h"

/* ------------------------------------------------------------------ hashes */

static struct slice hex_of(struct arena *arena, struct slice text)
{
    uint8_t digest[SHA256_BYTES];
    char *hex = arena_bytes(arena, 2 * SHA256_BYTES + 1);

    hash_sha256(text, digest);
    hex_encode(digest, sizeof(digest), hex);
    return slice_of(hex, 2 * SHA256_BYTES);
}

struct slice record_key(struct arena *arena, struct slice principal, struct slice key)
{
    return hex_of(arena, arena_printf(arena, "%zu:%.*s%.*s", principal.len, SLICE_ARG(principal),
                                      SLICE_ARG(key)));
}

static void add_versions(struct buf *text, const char *what, const struct version_list *list)
{
    if (!list->given) {
        return;
    }
    buf_printf(text, "\"%s%s\",", what, list->any ? " any" : "");
    for (unsigned int i = 0; i < list->count; i++) {
        buf_append_u64(text, list->versions[i]);
        buf_append_char(text, ',');
    }
}

struct slice record_request(struct arena *arena, const struct command_input *input, struct slice id)
{
    const struct precondition *demand = &input->precondition;
    struct buf text = {0};
    struct slice hash;

    buf_append_char(&text, '[');
    json_write_string(&text, input->command->name);
    buf_append_char(&text, ',');
    json_write_string(&text, id);
    buf_append_char(&text, ',');
    if (demand->has_expected && demand->expected_any) {
        buf_append_str(&text, "\"*\"");
    } else if (demand->has_expected) {
        buf_append_u64(&text, demand->expected);
    } else {
        buf_append_str(&text, "null");
    }
    buf_append_char(&text, ',');
    add_versions(&text, "in", &demand->one_of);
    add_versions(&text, "not in", &demand->none_of);
    if (input->payload) {
        json_write_canonical(&text, input->payload);
    }
    buf_append_char(&text, ']');
    hash = hex_of(arena, buf_slice(&text));
    buf_fini(&text);
    return hash;
}

/* ------------------------------------------------------------------ requests */

static void add_text(struct buf *body, const char *name, struct slice text)
{
    buf_printf(body, "\"%s\":{\"S\":", name);
    json_write_string(body, text);
    buf_append_str(body, "},");
}

static void add_number(struct buf *body, const char *name, uint64_t number)
{
    buf_printf(body, "\"%s\":{\"N\":\"", name);
    buf_append_u64(body, number);
    buf_append_str(body, "\"}");
}

struct slice record_put(struct arena *arena, const struct record *record, uint64_t now_s)
{
    struct buf body = {0};
    struct slice out;

    buf_append_str(&body, "{\"TableName\":\"" COMMANDS_TABLE "\",\"Item\":{");
    add_text(&body, COMMANDS_KEY, record->key);
    add_text(&body, "request", record->request);
    add_text(&body, "write", record->write);
    add_text(&body, "command", record->command);
    add_text(&body, "aggregateId", record->id);
    add_number(&body, "version", record->version);
    buf_append_str(&body, ",\"response\":{\"M\":{");
    add_text(&body, "headers", record->answer.headers);
    add_text(&body, "body", record->answer.body);
    add_number(&body, "status", (uint64_t)record->answer.code);
    buf_append_str(&body, "}},");
    add_number(&body, COMMANDS_EXPIRY, record->expires_s);
    buf_append_str(&body,
                   "},\"ConditionExpression\":\"attribute_not_exists(#key) OR #expiry < :now\","
                   "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\","
                   "\"ExpressionAttributeNames\":{\"#key\":\"" COMMANDS_KEY
                   "\",\"#expiry\":\"" COMMANDS_EXPIRY "\"},\"ExpressionAttributeValues\":{");
    add_number(&body, ":now", now_s);
    buf_append_str(&body, "}}");
    out = arena_copy(arena, buf_slice(&body));
    buf_fini(&body);
    return out;
}

struct slice record_get(struct arena *arena, struct slice key)
{
    return arena_printf(arena,
                        "{\"TableName\":\"" COMMANDS_TABLE "\",\"ConsistentRead\":true,"
                        "\"Key\":{\"" COMMANDS_KEY "\":{\"S\":\"%.*s\"}}}",
                        SLICE_ARG(key));
}

/* ------------------------------------------------------------------ reading */

static bool read_text(const struct value *map, const char *name, struct slice *out)
{
    const struct value *value = value_get(map, slice_str(name));

    if (!value || value->type != VALUE_STRING) {
        return false;
    }
    *out = value->text;
    return true;
}

static bool read_number(const struct value *map, const char *name, uint64_t *out)
{
    const struct value *value = value_get(map, slice_str(name));

    return value && value->type == VALUE_NUMBER && slice_parse_u64(value->text, out) == STATUS_OK;
}

enum status record_read(struct arena *arena, const struct value *typed, struct record *out)
{
    const struct value *item = NULL, *response;
    uint64_t code = 0;

    *out = (struct record){0};
    if (item_read(arena, typed, &item) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    response = value_get(item, slice_str("response"));
    if (!read_text(item, COMMANDS_KEY, &out->key) || !read_text(item, "request", &out->request) ||
        !read_text(item, "write", &out->write) || !read_text(item, "command", &out->command) ||
        !read_text(item, "aggregateId", &out->id) || !read_number(item, "version", &out->version) ||
        !read_number(item, COMMANDS_EXPIRY, &out->expires_s) ||
        !read_text(response, "headers", &out->answer.headers) ||
        !read_text(response, "body", &out->answer.body) ||
        !read_number(response, "status", &code) || code < 200 || code > 299) {
        return STATUS_CORRUPT;
    }
    out->answer.code = (int)code;
    return STATUS_OK;
}
