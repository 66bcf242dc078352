/*
 * Reads a model from standard input and prints what is derived of it as JSON, for prove.py.
 *
 *     D CREATE TABLE ...     all tables first
 *     Q SELECT ...           parameters :iN are integers, :nN numbers, :sN strings
 *     S INSERT ...
 *     .                      ends the model, and another one may follow
 *
 * A statement that is refused is {"refused": "why"} in its place.
 */
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "conf/grammar/resolve.h"
#include "conf/tags/model.h"
#include "conf/tags/type.h"
#include "lib/base/buf.h"

#define STATEMENTS_MAX 64

struct derived {
    struct sqltree tree;
    bool taken;
    struct slice why;
    size_t number; /* among the queries, or the changes */
};

struct model {
    struct arena arena;
    struct tables tables;
    struct tag_param params[30]; /* i0 .. i9, n0 .. n9, s0 .. s9 */
    struct derived derived[STATEMENTS_MAX];
    size_t count;
    struct tag_query queries[STATEMENTS_MAX];
    size_t query_count;
    struct tag_change changes[STATEMENTS_MAX];
    size_t change_count;
};

static cJSON *text_of(struct slice text)
{
    char *copy = strndup(text.ptr, text.len);
    cJSON *json = cJSON_CreateString(copy);

    free(copy);
    return json;
}

static cJSON *value_json(const struct sqlexpr *value)
{
    cJSON *json = cJSON_CreateObject();

    if (value->kind == SQLEXPR_PARAM) {
        cJSON_AddItemToObject(json, "param", text_of(value->name));
    } else if (value->kind == SQLEXPR_NULL) {
        cJSON_AddNullToObject(json, "literal");
    } else {
        struct buf out = {0};

        buf_append_str(&out, value->negated ? "-" : "");
        buf_append(&out, value->name);
        cJSON_AddItemToObject(json, "literal", text_of(buf_slice(&out)));
        buf_fini(&out);
    }
    return json;
}

static cJSON *column_json(const struct table *table, struct slice name)
{
    const struct table_column *column = table_column_find(table, name);
    struct tag_type type = tag_type_of_column(column);
    cJSON *json = cJSON_CreateObject();

    cJSON_AddItemToObject(json, "name", text_of(name));
    cJSON_AddNumberToObject(json, "family", type.family);
    cJSON_AddNumberToObject(json, "places", type.places);
    cJSON_AddNumberToObject(json, "size", column->holds.size);
    cJSON_AddBoolToObject(json, "unsigned", column->holds.is_unsigned);
    return json;
}

static cJSON *class_json(struct arena *arena, const struct tag_class *class)
{
    const struct tag_shape *shape = &class->shape;
    const struct table *end =
        shape->hop_count > 0 ? shape->hops[shape->hop_count - 1].table : shape->table;
    cJSON *json = cJSON_CreateObject(), *links, *columns;
    size_t count;
    const struct slice *names = tag_shape_links(shape, &count);

    cJSON_AddItemToObject(json, "name", text_of(shape->name));
    cJSON_AddBoolToObject(json, "wild", class->wild);
    links = cJSON_AddArrayToObject(json, "links");
    for (size_t i = 0; i < count; i++) {
        cJSON_AddItemToArray(links, column_json(shape->table, names[i]));
    }
    columns = cJSON_AddArrayToObject(json, "columns");
    for (size_t i = 0; i < shape->column_count; i++) {
        cJSON_AddItemToArray(columns, column_json(end, shape->columns[i]));
    }
    if (shape->hop_count > 0) {
        cJSON_AddItemToObject(json, "ask", text_of(tag_shape_ask(arena, shape).sql));
    }
    return json;
}

static cJSON *use_json(const struct tag_use *use)
{
    cJSON *json = cJSON_CreateObject(), *values = cJSON_AddArrayToObject(json, "values");

    cJSON_AddNumberToObject(json, "class", (double)use->class);
    for (size_t i = 0; i < use->shape.column_count; i++) {
        cJSON *binding = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(binding, "of");

        cJSON_AddBoolToObject(binding, "strict", use->values[i].strict);
        for (size_t j = 0; j < use->values[i].value_count; j++) {
            cJSON_AddItemToArray(list, value_json(use->values[i].values[j]));
        }
        cJSON_AddItemToArray(values, binding);
    }
    return json;
}

static cJSON *query_json(const struct tag_query *query)
{
    cJSON *json = cJSON_CreateObject(), *guards = cJSON_AddArrayToObject(json, "guards");
    cJSON *variants = cJSON_AddArrayToObject(json, "variants");

    for (size_t i = 0; i < query->guard_count; i++) {
        cJSON_AddItemToArray(guards, text_of(query->guards[i]));
    }
    for (size_t i = 0; i < (size_t)1 << query->guard_count; i++) {
        cJSON *uses = cJSON_CreateArray();

        for (size_t j = 0; j < query->variants[i].count; j++) {
            cJSON_AddItemToArray(uses, use_json(&query->variants[i].uses[j]));
        }
        cJSON_AddItemToArray(variants, uses);
    }
    return json;
}

static cJSON *probe_json(const struct table *table, const struct tag_probe *probe)
{
    cJSON *json = cJSON_CreateObject(), *params = cJSON_AddArrayToObject(json, "params");
    cJSON *columns = cJSON_AddArrayToObject(json, "columns");

    cJSON_AddItemToObject(json, "sql", text_of(probe->select.sql));
    for (size_t i = 0; i < probe->param_count; i++) {
        cJSON_AddItemToArray(params, text_of(probe->params[i]->text));
    }
    for (size_t i = 0; i < probe->column_count; i++) {
        cJSON_AddItemToArray(columns, column_json(table, table->columns[probe->columns[i]].name));
    }
    return json;
}

static cJSON *touch_json(const struct tag_model *model, const struct tag_touch *touch)
{
    cJSON *json = cJSON_CreateObject(), *cells = cJSON_AddArrayToObject(json, "cells");
    size_t count;

    tag_shape_links(&model->classes[touch->shape].shape, &count);
    cJSON_AddNumberToObject(json, "class", (double)touch->shape);
    cJSON_AddNumberToObject(json, "rows", touch->rows);
    for (size_t i = 0; i < count; i++) {
        const struct tag_cell *cell = &touch->cells[i];
        cJSON *item = cell->from == TAG_FROM_VALUE ? value_json(cell->value) : cJSON_CreateObject();

        if (cell->from == TAG_FROM_PROBE) {
            cJSON_AddNumberToObject(item, "probe", (double)cell->column);
        }
        cJSON_AddItemToArray(cells, item);
    }
    return json;
}

static cJSON *change_json(const struct tag_model *model, const struct tag_change *change,
                          const struct tag_touches *touches)
{
    cJSON *json = cJSON_CreateObject(), *list, *exact;

    if (touches->before.select.sql.len > 0) {
        cJSON_AddItemToObject(json, "before", probe_json(change->table, &touches->before));
    }
    if (touches->after.select.sql.len > 0) {
        cJSON_AddItemToObject(json, "after", probe_json(change->table, &touches->after));
    }
    cJSON_AddBoolToObject(json, "joins", touches->joins);
    list = cJSON_AddArrayToObject(json, "touches");
    for (size_t i = 0; i < touches->count; i++) {
        cJSON_AddItemToArray(list, touch_json(model, &touches->items[i]));
    }
    exact = cJSON_AddArrayToObject(json, "exact");
    for (size_t i = 0; i < touches->exact_count; i++) {
        cJSON *item = value_json(touches->exact[i].value);

        cJSON_AddItemToObject(
            item, "column",
            column_json(change->table, change->table->columns[touches->exact[i].column].name));
        cJSON_AddItemToArray(exact, item);
    }
    return json;
}

static void add_statement(struct model *model, const char *sql, bool query)
{
    struct derived *derived = &model->derived[model->count++];
    struct sqlblock block;
    struct sqlfault fault = {0};
    struct diag diag = {0};

    sqlfile_parse_plain(&model->arena, SLICE_EMPTY, arena_copy(&model->arena, slice_str(sql)),
                        &diag, &block);
    derived->why = SLICE_LITERAL("no statement");
    if (block.statement_count != 1 || diag.count > 0) {
        diag_fini(&diag);
        return;
    }
    derived->taken = sqltree_read(&model->arena, &block.statements[0], &derived->tree, &fault) &&
                     sqltree_resolve(&model->arena, &derived->tree, &model->tables, &fault);
    derived->why = fault.text;
    if (derived->taken && query) {
        derived->number = model->query_count++;
        tags_of_query(&model->arena, &derived->tree, model->params, ARRAY_COUNT(model->params),
                      &model->queries[derived->number]);
    } else if (derived->taken) {
        derived->number = model->change_count++;
        tag_change_read(&model->arena, &derived->tree, NULL, 0, &model->changes[derived->number]);
    }
}

static void print_model(struct model *model)
{
    struct tag_model tags;
    cJSON *json = cJSON_CreateObject(), *classes = cJSON_AddArrayToObject(json, "classes");
    cJSON *statements = cJSON_AddArrayToObject(json, "statements");
    char *text;

    tags_of_model(&model->arena, model->queries, model->query_count, model->changes,
                  model->change_count, &tags);
    for (size_t i = 0; i < tags.class_count; i++) {
        cJSON_AddItemToArray(classes, class_json(&model->arena, &tags.classes[i]));
    }
    for (size_t i = 0; i < model->count; i++) {
        const struct derived *derived = &model->derived[i];
        cJSON *item = cJSON_CreateObject();

        if (!derived->taken) {
            cJSON_AddItemToObject(item, "refused", text_of(derived->why));
        } else if (derived->tree.query) {
            cJSON_Delete(item);
            item = query_json(&model->queries[derived->number]);
        } else {
            cJSON_Delete(item);
            item = change_json(&tags, &model->changes[derived->number],
                               &tags.touches[derived->number]);
        }
        cJSON_AddItemToArray(statements, item);
    }
    text = cJSON_PrintUnformatted(json);
    puts(text);
    fflush(stdout);
    cJSON_free(text);
    cJSON_Delete(json);
}

static void model_init(struct model *model)
{
    static const enum scalar types[] = {SCALAR_INTEGER, SCALAR_NUMBER, SCALAR_STRING};

    *model = (struct model){0};
    for (size_t i = 0; i < ARRAY_COUNT(model->params); i++) {
        model->params[i].name = arena_printf(&model->arena, "%c%zu", "ins"[i / 10], i % 10);
        model->params[i].type = types[i / 10];
    }
}

int main(void)
{
    static struct model model;
    struct buf ddl = {0};
    struct diag diag = {0};
    char *line = NULL;
    size_t room = 0;

    model_init(&model);
    while (getline(&line, &room, stdin) > 0) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] == 'D') {
            buf_printf(&ddl, "%s;\n", line + 2);
            continue;
        }
        if (!model.tables.items) {
            schema_sql_parse(&model.arena, SLICE_EMPTY, arena_copy(&model.arena, buf_slice(&ddl)),
                             &diag, &model.tables);
            diag_print(&diag, stderr);
            diag_fini(&diag);
        }
        if (line[0] != '.') {
            add_statement(&model, line + 2, line[0] == 'Q');
            continue;
        }
        print_model(&model);
        arena_fini(&model.arena);
        model_init(&model);
        buf_clear(&ddl);
    }
    buf_fini(&ddl);
    free(line);
    return 0;
}
