/*
 * PutItem, UpdateItem, DeleteItem, GetItem for a state store.
 *
 * Invariants: every attribute stands in an expression as a # name (`_version` raw is a syntax error) and every value as a : value; what an
 * expression does not use is not declared, for DynamoDB refuses that; each conditional request asks for the item that failed it.
 */
#include "command/item_request.h"

#include <stdio.h>

#include "lib/aws/attribute.h"
#include "lib/data/json.h"

/* A request that is being written. */
struct draft {
    const struct item_change *change;
    struct buf body, condition, names, values;
    enum status status; /* the first failure */
};

static void draft_fini(struct draft *draft)
{
    buf_fini(&draft->body);
    buf_fini(&draft->condition);
    buf_fini(&draft->names);
    buf_fini(&draft->values);
}

static void keep(struct draft *draft, enum status status)
{
    if (draft->status == STATUS_OK) {
        draft->status = status;
    }
}

/* ------------------------------------------------------------------ names and values */

static void comma(struct buf *buf)
{
    if (buf->len > 0) {
        buf_append_char(buf, ',');
    }
}

/* "#kind" or "#kind7" stands for NAME. */
static void name_add(struct draft *draft, const char *alias, struct slice name)
{
    comma(&draft->names);
    buf_printf(&draft->names, "\"#%s\":", alias);
    json_write_string(&draft->names, name);
}

static void value_add(struct draft *draft, const char *alias, const struct value *value)
{
    comma(&draft->values);
    buf_printf(&draft->values, "\":%s\":", alias);
    keep(draft, attribute_write(&draft->values, value));
}

static void value_add_typed(struct draft *draft, const char *alias, const struct value *typed)
{
    comma(&draft->values);
    buf_printf(&draft->values, "\":%s\":", alias);
    json_write(&draft->values, typed);
}

static void value_add_u64(struct draft *draft, const char *alias, uint64_t number)
{
    comma(&draft->values);
    buf_printf(&draft->values, "\":%s\":{\"N\":\"", alias);
    buf_append_u64(&draft->values, number);
    buf_append_str(&draft->values, "\"}");
}

static void value_add_mark(struct draft *draft, struct slice mark)
{
    comma(&draft->values);
    buf_append_str(&draft->values, "\":write\":{\"B\":\"");
    buf_append(&draft->values, mark);
    buf_append_str(&draft->values, "\"}");
}

/* ------------------------------------------------------------------ conditions */

static void also(struct draft *draft, const char *text)
{
    if (draft->condition.len > 0) {
        buf_append_str(&draft->condition, " AND ");
    }
    buf_append_str(&draft->condition, text);
}

/* Other writers keep _version: what the expressions read must be as it was. */
static void compare_fields(struct draft *draft)
{
    const struct plan_command *command = draft->change->command;
    char alias[24], text[64];

    for (size_t i = 0; draft->change->item.typed && i < command->condition_field_count; i++) {
        struct slice name = command->condition_fields[i];
        const struct value *typed = value_get(draft->change->item.typed, name);

        if (slice_eq(name, command->model->aggregate.id_name)) {
            continue; /* a key does not change */
        }
        (void)snprintf(alias, sizeof(alias), "f%zu", i);
        name_add(draft, alias, name);
        if (typed) {
            value_add_typed(draft, alias, typed);
        }
        (void)snprintf(text, sizeof(text), typed ? "#%s = :%s" : "attribute_not_exists(#%s)", alias,
                       alias);
        also(draft, text);
    }
}

static void require_id(struct draft *draft, const char *text)
{
    also(draft, text);
    name_add(draft, "id", draft->change->command->model->aggregate.id_name);
}

/* An item, and still without a version of ours. */
static void require_unversioned(struct draft *draft)
{
    const struct value *stray = draft->change->item.stray;

    require_id(draft, "attribute_exists(#id)");
    if (stray) {
        also(draft, "#version = :stray");
        value_add_typed(draft, "stray", stray);
    } else {
        also(draft, "attribute_not_exists(#version)");
    }
}

static void require_version(struct draft *draft)
{
    if (draft->change->item.versioned) {
        also(draft, "#version = :expected");
        value_add_u64(draft, "expected", draft->change->item.version);
    } else {
        require_unversioned(draft);
    }
    compare_fields(draft);
}

/* A _version that can be none of ours fails the condition, and is seen. */
static void require_usable_version(struct draft *draft, const char *text)
{
    also(draft, text);
    value_add_u64(draft, "zero", 0);
    value_add_u64(draft, "last", ITEM_VERSION_LAST);
}

/* #version is declared by whoever calls, when its own expression has it too. */
static void require_basis(struct draft *draft)
{
    switch (draft->change->basis) {
    case BASIS_NONE:
        return;
    case BASIS_ABSENT:
        require_id(draft, "attribute_not_exists(#id)");
        return;
    case BASIS_EXISTS:
        require_id(draft, "attribute_exists(#id)");
        return;
    case BASIS_VERSION:
        require_version(draft);
        return;
    }
}

/* ------------------------------------------------------------------ bodies */

static void open_body(struct draft *draft, const struct plan_aggregate *aggregate)
{
    buf_append_str(&draft->body, "{\"TableName\":");
    json_write_string(&draft->body, aggregate->table);
}

static void add_key(struct draft *draft, const struct plan_aggregate *aggregate,
                    const struct value *id)
{
    buf_append_str(&draft->body, ",\"Key\":{");
    json_write_string(&draft->body, aggregate->id_name);
    buf_append_char(&draft->body, ':');
    keep(draft, attribute_write(&draft->body, id));
    buf_append_char(&draft->body, '}');
}

static void add_map(struct buf *body, const char *member, const struct buf *content)
{
    if (content->len > 0) {
        buf_printf(body, ",\"%s\":{", member);
        buf_append(body, buf_slice(content));
        buf_append_char(body, '}');
    }
}

static enum status close_body(struct draft *draft, struct arena *arena, struct slice *out)
{
    enum status status = draft->status;

    if (draft->condition.len > 0) {
        buf_append_str(&draft->body, ",\"ConditionExpression\":");
        json_write_string(&draft->body, buf_slice(&draft->condition));
        buf_append_str(&draft->body, ",\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\"");
    }
    add_map(&draft->body, "ExpressionAttributeNames", &draft->names);
    add_map(&draft->body, "ExpressionAttributeValues", &draft->values);
    buf_append_char(&draft->body, '}');
    if (status == STATUS_OK) {
        *out = arena_copy(arena, buf_slice(&draft->body));
    }
    draft_fini(draft);
    return status;
}

static void add_item(struct draft *draft)
{
    const struct item_change *change = draft->change;
    struct buf *body = &draft->body;

    buf_append_str(body, ",\"Item\":{");
    json_write_string(body, change->command->model->aggregate.id_name);
    buf_append_char(body, ':');
    keep(draft, attribute_write(body, change->id));
    for (const struct value *attribute = change->attributes->first; attribute;
         attribute = attribute->next) {
        buf_append_char(body, ',');
        json_write_string(body, attribute->name);
        buf_append_char(body, ':');
        keep(draft, attribute_write(body, attribute));
    }
    buf_append_str(body, ",\"" ITEM_VERSION "\":{\"N\":\"");
    buf_append_u64(body, change->version);
    buf_append_str(body, "\"},\"" ITEM_WRITTEN_AT "\":{\"N\":\"");
    buf_append_u64(body, change->now_ms);
    buf_append_str(body, "\"},\"" ITEM_WRITE "\":{\"B\":\"");
    buf_append(body, change->mark);
    buf_append_str(body, "\"}}");
}

enum status item_put_request(const struct item_change *change, struct arena *arena,
                             struct slice *out)
{
    struct draft draft = {.change = change};

    open_body(&draft, &change->command->model->aggregate);
    add_item(&draft);
    require_basis(&draft);
    if (change->basis == BASIS_VERSION) {
        name_add(&draft, "version", slice_str(ITEM_VERSION));
    }
    return close_body(&draft, arena, out);
}

/* SET of what every write sets. */
static void set_stamps(struct draft *draft, struct buf *set)
{
    const struct item_change *change = draft->change;

    name_add(draft, "version", slice_str(ITEM_VERSION));
    name_add(draft, "written_at", slice_str(ITEM_WRITTEN_AT));
    name_add(draft, "write", slice_str(ITEM_WRITE));
    value_add_u64(draft, "now", change->now_ms);
    value_add_mark(draft, change->mark);
    buf_append_str(set, "SET #written_at = :now, #write = :write, #version = ");
}

static void set_next_version(struct draft *draft, struct buf *set)
{
    const struct item_change *change = draft->change;

    if (change->basis == BASIS_VERSION) {
        value_add_u64(draft, "next",
                      (change->item.versioned ? change->item.version : change->version) + 1);
        buf_append_str(set, ":next");
        return;
    }
    value_add_u64(draft, "first", change->version);
    value_add_u64(draft, "one", 1);
    buf_append_str(set, "if_not_exists(#version, :first) + :one");
    require_usable_version(draft,
                           "(attribute_not_exists(#version) OR #version BETWEEN :zero AND :last)");
}

static void set_attributes(struct draft *draft, struct buf *set)
{
    size_t i = 0;

    for (const struct value *attribute = draft->change->attributes->first; attribute;
         attribute = attribute->next, i++) {
        char alias[24];

        (void)snprintf(alias, sizeof(alias), "a%zu", i);
        name_add(draft, alias, attribute->name);
        value_add(draft, alias, attribute);
        buf_printf(set, ", #%s = :%s", alias, alias);
    }
}

static void add_update(struct draft *draft, struct buf *set, const char *returned)
{
    buf_append_str(&draft->body, ",\"UpdateExpression\":");
    json_write_string(&draft->body, buf_slice(set));
    if (returned) {
        buf_printf(&draft->body, ",\"ReturnValues\":\"%s\"", returned);
    }
    buf_fini(set);
}

enum status item_update_request(const struct item_change *change, struct arena *arena,
                                struct slice *out)
{
    struct draft draft = {.change = change};
    struct buf set = {0};

    open_body(&draft, &change->command->model->aggregate);
    add_key(&draft, &change->command->model->aggregate, change->id);
    set_stamps(&draft, &set);
    set_next_version(&draft, &set);
    set_attributes(&draft, &set);
    add_update(&draft, &set, change->in_transaction ? NULL : "UPDATED_NEW");
    require_basis(&draft);
    return close_body(&draft, arena, out);
}

enum status item_delete_request(const struct item_change *change, struct arena *arena,
                                struct slice *out)
{
    struct draft draft = {.change = change};

    open_body(&draft, &change->command->model->aggregate);
    add_key(&draft, &change->command->model->aggregate, change->id);
    if (!change->in_transaction) {
        buf_append_str(&draft.body, ",\"ReturnValues\":\"ALL_OLD\"");
    }
    name_add(&draft, "version", slice_str(ITEM_VERSION));
    if (change->basis == BASIS_VERSION) {
        require_version(&draft);
    } else {
        require_usable_version(&draft, "#version BETWEEN :zero AND :last");
    }
    return close_body(&draft, arena, out);
}

enum status item_stamp_request(const struct item_change *change, struct arena *arena,
                               struct slice *out)
{
    struct draft draft = {.change = change};
    struct buf set = {0};

    open_body(&draft, &change->command->model->aggregate);
    add_key(&draft, &change->command->model->aggregate, change->id);
    set_stamps(&draft, &set);
    value_add_u64(&draft, "first", change->version);
    buf_append_str(&set, ":first");
    add_update(&draft, &set, "ALL_NEW");
    require_unversioned(&draft);
    return close_body(&draft, arena, out);
}

enum status item_get_request(const struct plan_aggregate *aggregate, const struct value *id,
                             struct arena *arena, struct slice *out)
{
    struct draft draft = {0};

    open_body(&draft, aggregate);
    add_key(&draft, aggregate, id);
    buf_append_str(&draft.body, ",\"ConsistentRead\":true");
    return close_body(&draft, arena, out);
}
