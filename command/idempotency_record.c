/*
 * Hashes and requests of the table of answers.
 *
 * What a hash is made of is framed (a length, or JSON), so that no two inputs look alike.
 */
#include "command/idempotency_record.h"

#include "command/idempotency.h"
#include "lib/aws/attribute.h"
#include "lib/aws/dynamodb_error.h"
#include "lib/data/hash.h"
#include "lib/data/json.h"
#include "lib/data/json_add.h"

/* ------------------------------------------------------------------ hashes */

static struct slice hex_of(struct arena *arena, struct slice text)
{
    uint8_t digest[SHA256_BYTES];
    char *hex = arena_bytes(arena, 2 * SHA256_BYTES + 1);

    hash_sha256(text, digest);
    hex_encode(digest, sizeof(digest), hex);
    return slice_of(hex, 2 * SHA256_BYTES);
}

static struct slice table_of(const struct command_input *input)
{
    return input->command->model->aggregate.table;
}

/* The old form begins with a number, so no text is of both forms. */
struct slice record_key(struct arena *arena, enum record_form form,
                        const struct command_input *input)
{
    struct slice table = table_of(input), principal = input->principal;
    struct slice key = input->idempotency_key;

    return hex_of(arena,
                  form == RECORD_FORM_OLD
                      ? arena_printf(arena, "%zu:%.*s%.*s", principal.len, SLICE_ARG(principal),
                                     SLICE_ARG(key))
                      : arena_printf(arena, "key %zu:%.*s%zu:%.*s%.*s", table.len, SLICE_ARG(table),
                                     principal.len, SLICE_ARG(principal), SLICE_ARG(key)));
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

struct slice record_request(struct arena *arena, enum record_form form,
                            const struct command_input *input, struct slice id)
{
    const struct precondition *demand = &input->precondition;
    const struct value *payload =
        form == RECORD_FORM_OLD && input->sent_payload ? input->sent_payload : input->payload;
    struct buf text = {0};
    struct slice hash;

    buf_append_char(&text, '[');
    if (form != RECORD_FORM_OLD) {
        json_write_string(&text, table_of(input));
        buf_append_char(&text, ',');
        json_write_string(&text, input->principal);
        buf_append_char(&text, ',');
    }
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
    if (payload) {
        json_write_canonical(&text, payload);
    }
    buf_append_char(&text, ']');
    hash = hex_of(arena, buf_slice(&text));
    buf_fini(&text);
    return hash;
}

/* ------------------------------------------------------------------ requests */

static void open_body(struct buf *body, const struct record *record)
{
    json_add_object(body, NULL);
    json_add_string(body, "TableName", record->table);
}

static void add_item(struct buf *body, const struct record *record)
{
    json_add_object(body, "Item");
    attribute_add_text(body, COMMANDS_KEY, record->key);
    attribute_add_text(body, "request", record->request);
    attribute_add_text(body, "write", record->write);
    attribute_add_text(body, "command", record->command);
    attribute_add_text(body, "aggregateId", record->id);
    attribute_add_number(body, "version", record->version);
    json_add_object(body, "response");
    json_add_object(body, "M");
    attribute_add_text(body, "headers", record->answer.headers);
    attribute_add_text(body, "body", record->answer.body);
    attribute_add_number(body, "status", (uint64_t)record->answer.code);
    json_add_end(body, '}');
    json_add_end(body, '}');
    attribute_add_number(body, COMMANDS_EXPIRY, record->expires_s);
    json_add_end(body, '}');
}

struct slice record_put(struct arena *arena, const struct record *record, uint64_t now_s)
{
    struct buf body = {0};

    open_body(&body, record);
    add_item(&body, record);
    json_add_string(&body, "ConditionExpression",
                    SLICE_LITERAL("attribute_not_exists(#key) OR #expiry < :now"));
    json_add_string(&body, "ReturnValuesOnConditionCheckFailure", SLICE_LITERAL("ALL_OLD"));
    json_add_object(&body, "ExpressionAttributeNames");
    json_add_string(&body, "#key", SLICE_LITERAL(COMMANDS_KEY));
    json_add_string(&body, "#expiry", SLICE_LITERAL(COMMANDS_EXPIRY));
    json_add_end(&body, '}');
    json_add_object(&body, "ExpressionAttributeValues");
    attribute_add_number(&body, ":now", now_s);
    json_add_end(&body, '}');
    return json_add_close(&body, arena);
}

struct slice record_get(struct arena *arena, const struct record *record)
{
    struct buf body = {0};

    open_body(&body, record);
    json_add_bool(&body, "ConsistentRead", true);
    json_add_object(&body, "Key");
    attribute_add_text(&body, COMMANDS_KEY, record->key);
    json_add_end(&body, '}');
    return json_add_close(&body, arena);
}

/* ------------------------------------------------------------------ reading */

bool record_met(const struct dynamodb_answer *answer, size_t first, size_t count,
                const struct value **item_out)
{
    bool met = false;

    *item_out = NULL;
    for (size_t i = first; i < first + count && !*item_out; i++) {
        met |= dynamodb_reason_of(answer, i, item_out) == DYNAMODB_REASON_CONDITION_FAILED;
    }
    return met;
}

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
