/*
 * PutItem, UpdateItem, DeleteItem, GetItem for a state store.
 *
 * Invariants: every attribute is in an expression as a # name (`_version` raw is a syntax error)
 * and every value as a : value; what an expression does not use is not declared, for DynamoDB
 * refuses that; each conditional request asks for the item that failed it.
 */
#include "command/item_request.h"

#include <stdio.h>

#include "lib/aws/attribute.h"
#include "lib/data/json_add.h"

/* A request that is being written: its body, and what its condition and its expressions need. */
struct draft {
    const struct item_change *change;
    struct buf body, condition;
    struct buf names, values; /* members only, without the braces */
    enum status status;       /* the first failure */
};

static void keep(struct draft *draft, enum status status)
{
    if (draft->status == STATUS_OK) {
        draft->status = status;
    }
}

static void name_add(struct draft *draft, const char *alias, const char *name)
{
    json_add_string(&draft->names, alias, slice_str(name));
}

/* "#f7", ":f7" */
struct alias {
    char name[24], value[24];
};

static struct alias alias_of(char kind, size_t index)
{
    struct alias alias;

    (void)snprintf(alias.name, sizeof(alias.name), "#%c%zu", kind, index);
    (void)snprintf(alias.value, sizeof(alias.value), ":%c%zu", kind, index);
    return alias;
}

/* ------------------------------------------------------------------ conditions */

/* Where the next term of the condition goes. */
static struct buf *also(struct draft *draft)
{
    if (draft->condition.len > 0) {
        buf_append_str(&draft->condition, " AND ");
    }
    return &draft->condition;
}

/* The attribute NAME is as it was read: TYPED; NULL: it was not there. */
static void compare_field(struct draft *draft, const struct alias *alias, struct slice name,
                          const struct value *typed)
{
    json_add_string(&draft->names, alias->name, name);
    if (typed) {
        buf_printf(also(draft), "%s = %s", alias->name, alias->value);
        json_add_value(&draft->values, alias->value, typed);
    } else {
        buf_printf(also(draft), "attribute_not_exists(%s)", alias->name);
    }
}

/* Other writers keep _version: what the expressions read must be as it was. */
static void compare_fields(struct draft *draft)
{
    const struct plan_command *command = draft->change->command;
    const struct value *typed = draft->change->item.typed;

    for (size_t i = 0; typed && i < command->condition_field_count; i++) {
        struct slice name = command->condition_fields[i];
        struct alias alias = alias_of('f', i);

        if (!slice_eq(name, command->model->aggregate.id_name)) { /* a key does not change */
            compare_field(draft, &alias, name, value_get(typed, name));
        }
    }
}

static void require_id(struct draft *draft, const char *text)
{
    buf_append_str(also(draft), text);
    json_add_string(&draft->names, "#id", draft->change->command->model->aggregate.id_name);
}

/* An item, and still without a version of ours. */
static void require_unversioned(struct draft *draft)
{
    const struct value *stray = draft->change->item.stray;

    require_id(draft, "attribute_exists(#id)");
    if (stray) {
        buf_append_str(also(draft), "#version = :stray");
        json_add_value(&draft->values, ":stray", stray);
    } else {
        buf_append_str(also(draft), "attribute_not_exists(#version)");
    }
}

static void require_version(struct draft *draft)
{
    if (draft->change->item.versioned) {
        buf_append_str(also(draft), "#version = :expected");
        attribute_add_number(&draft->values, ":expected", draft->change->item.version);
    } else {
        require_unversioned(draft);
    }
    compare_fields(draft);
}

/* A _version that can be none of ours fails the condition, and is seen. */
static void require_usable_version(struct draft *draft, const char *text)
{
    buf_append_str(also(draft), text);
    attribute_add_number(&draft->values, ":zero", 0);
    attribute_add_number(&draft->values, ":last", ITEM_VERSION_LAST);
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
    json_add_object(&draft->body, NULL);
    json_add_string(&draft->body, "TableName", aggregate->table);
}

static void add_attribute(struct draft *draft, struct slice name, const struct value *value)
{
    json_add_name_of(&draft->body, name);
    keep(draft, attribute_write(&draft->body, value));
}

static void add_key(struct draft *draft, const struct plan_aggregate *aggregate,
                    const struct value *id)
{
    json_add_object(&draft->body, "Key");
    add_attribute(draft, aggregate->id_name, id);
    json_add_end(&draft->body, '}');
}

static void add_members(struct buf *body, const char *name, const struct buf *members)
{
    if (members->len > 0) {
        json_add_object(body, name);
        buf_append(body, buf_slice(members));
        json_add_end(body, '}');
    }
}

static enum status close_body(struct draft *draft, struct arena *arena, struct slice *out)
{
    struct buf *body = &draft->body;

    if (draft->condition.len > 0) {
        json_add_string(body, "ConditionExpression", buf_slice(&draft->condition));
        json_add_string(body, "ReturnValuesOnConditionCheckFailure", SLICE_LITERAL("ALL_OLD"));
    }
    add_members(body, "ExpressionAttributeNames", &draft->names);
    add_members(body, "ExpressionAttributeValues", &draft->values);
    json_add_end(body, '}');
    if (draft->status == STATUS_OK) {
        *out = arena_copy(arena, buf_slice(body));
    }
    buf_fini(body);
    buf_fini(&draft->condition);
    buf_fini(&draft->names);
    buf_fini(&draft->values);
    return draft->status;
}

static void add_item(struct draft *draft)
{
    const struct item_change *change = draft->change;
    struct buf *body = &draft->body;

    json_add_object(body, "Item");
    add_attribute(draft, change->command->model->aggregate.id_name, change->id);
    for (const struct value *attribute = change->attributes->first; attribute;
         attribute = attribute->next) {
        add_attribute(draft, attribute->name, attribute);
    }
    attribute_add_number(body, ITEM_VERSION, change->version);
    attribute_add_number(body, ITEM_WRITTEN_AT, change->now_ms);
    attribute_add_base64(body, ITEM_WRITE, change->mark);
    json_add_end(body, '}');
}

enum status item_put_request(const struct item_change *change, struct arena *arena,
                             struct slice *out)
{
    struct draft draft = {.change = change};

    open_body(&draft, &change->command->model->aggregate);
    add_item(&draft);
    require_basis(&draft);
    if (change->basis == BASIS_VERSION) {
        name_add(&draft, "#version", ITEM_VERSION);
    }
    return close_body(&draft, arena, out);
}

/* SET of what every write sets. */
static void set_stamps(struct draft *draft, struct buf *set)
{
    const struct item_change *change = draft->change;

    name_add(draft, "#version", ITEM_VERSION);
    name_add(draft, "#written_at", ITEM_WRITTEN_AT);
    name_add(draft, "#write", ITEM_WRITE);
    attribute_add_number(&draft->values, ":now", change->now_ms);
    attribute_add_base64(&draft->values, ":write", change->mark);
    buf_append_str(set, "SET #written_at = :now, #write = :write, #version = ");
}

static void set_next_version(struct draft *draft, struct buf *set)
{
    const struct item_change *change = draft->change;

    if (change->basis == BASIS_VERSION) {
        attribute_add_number(&draft->values, ":next",
                             (change->item.versioned ? change->item.version : change->version) + 1);
        buf_append_str(set, ":next");
        return;
    }
    attribute_add_number(&draft->values, ":first", change->version);
    attribute_add_number(&draft->values, ":one", 1);
    buf_append_str(set, "if_not_exists(#version, :first) + :one");
    require_usable_version(draft,
                           "(attribute_not_exists(#version) OR #version BETWEEN :zero AND :last)");
}

static void set_attributes(struct draft *draft, struct buf *set)
{
    size_t i = 0;

    for (const struct value *attribute = draft->change->attributes->first; attribute;
         attribute = attribute->next) {
        struct alias alias = alias_of('a', i++);

        json_add_string(&draft->names, alias.name, attribute->name);
        keep(draft, attribute_add_value(&draft->values, alias.value, attribute));
        buf_printf(set, ", %s = %s", alias.name, alias.value);
    }
}

static void add_update(struct draft *draft, struct buf *set, const char *returned)
{
    json_add_string(&draft->body, "UpdateExpression", buf_slice(set));
    if (returned) {
        json_add_string(&draft->body, "ReturnValues", slice_str(returned));
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
        json_add_string(&draft.body, "ReturnValues", SLICE_LITERAL("ALL_OLD"));
    }
    name_add(&draft, "#version", ITEM_VERSION);
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
    attribute_add_number(&draft.values, ":first", change->version);
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
    json_add_bool(&draft.body, "ConsistentRead", true);
    return close_body(&draft, arena, out);
}
