/*
 * A plan as text: one fact a line, indented by what it belongs to, stable, so that a change of the
 * compiler shows as a change of a golden file.
 */
#include "conf/plan/bind.h"
#include "lib/base/buf.h"
#include "lib/data/json.h"

static const char *source_name(enum plan_source source)
{
    static const char *const names[] = {
        [SOURCE_FIELD] = "field",         [SOURCE_OLD_FIELD] = "old",
        [SOURCE_AGGREGATE_ID] = "id",     [SOURCE_VERSION] = "version",
        [SOURCE_TIMESTAMP] = "timestamp", [SOURCE_EVENT_ID] = "eventId",
        [SOURCE_PARAM] = "param",         [SOURCE_CLAIM] = "claim",
        [SOURCE_CURSOR] = "cursor",       [SOURCE_LIMIT] = "limit",
    };

    return names[source];
}

/* Line breaks of SQL as blanks. */
static void print_text(struct slice text, FILE *out)
{
    for (size_t i = 0; i < text.len; i++) {
        fputc(text.ptr[i] == '\n' ? ' ' : text.ptr[i], out);
    }
}

static void print_sql(const char *label, const struct plan_sql *sql, FILE *out)
{
    if (sql->text.len == 0) {
        return;
    }
    fprintf(out, "    %s: ", label);
    print_text(sql->text, out);
    fputs("\n      binds:", out);
    for (size_t i = 0; i < sql->bind_count; i++) {
        fprintf(out, " %s", source_name(sql->binds[i].source));
        if (sql->binds[i].name.len > 0) {
            fprintf(out, "(%.*s)", SLICE_ARG(sql->binds[i].name));
        }
        if (sql->binds[i].form > FORM_TEXT) {
            fprintf(out, " as %s", form_name(sql->binds[i].form));
        }
    }
    fputc('\n', out);
    if (sql->row.len > 0) {
        fprintf(out, "      for each of many records: %.*s\n", SLICE_ARG(sql->row));
    }
}

static void print_templates(const char *label, const struct plan_template *templates, size_t count,
                            FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    %s: %.*s", label, SLICE_ARG(templates[i].text));
        for (size_t j = 0; j < templates[i].part_count; j++) {
            if (templates[i].parts[j].name.len > 0) {
                fprintf(out, " %s", scalar_name(templates[i].parts[j].type));
            }
        }
        fputc('\n', out);
    }
}

static void print_schema(const char *label, const struct schema *schema, FILE *out)
{
    struct buf text = {0};

    if (!schema) {
        return;
    }
    json_write(&text, schema_json(schema));
    fprintf(out, "    %s: %.*s\n", label, SLICE_ARG(buf_slice(&text)));
    buf_fini(&text);
}

static void print_names(const char *label, const struct slice *names, size_t count, FILE *out)
{
    if (count == 0) {
        return;
    }
    fprintf(out, "    %s:", label);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, " %.*s", SLICE_ARG(names[i]));
    }
    fputc('\n', out);
}

/* ------------------------------------------------------------------ parts of a model */

static void print_assignments(const char *label, const struct plan_assignment *assignments,
                              size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        fprintf(out, "    %s: %.*s = %.*s\n", label, SLICE_ARG(assignments[i].name),
                SLICE_ARG(expr_text(assignments[i].value)));
    }
}

static void print_emits(const struct plan_command *command, FILE *out)
{
    for (size_t i = 0; i < command->emit_count; i++) {
        const struct plan_emit *emit = &command->emits[i];

        fprintf(out, "    emits: %.*s", SLICE_ARG(emit->event->name));
        if (emit->condition) {
            fprintf(out, " if %.*s", SLICE_ARG(expr_text(emit->condition)));
        }
        fputc('\n', out);
        print_assignments("  with", emit->payload, emit->payload_count, out);
    }
}

static void print_event(const struct plan_event *event, FILE *out)
{
    fprintf(out, "  event %.*s%s\n", SLICE_ARG(event->name), event->deletes ? ": deletes" : "");
    print_assignments("set", event->sets, event->set_count, out);
}

static void print_command(const struct plan_command *command, FILE *out)
{
    static const char *const writes[] = {"put", "update", "delete", "emit"};
    static const char *const ids[] = {"path", "payload", "generated"};

    fprintf(out, "  command %.*s: %.*s\n", SLICE_ARG(command->name),
            SLICE_ARG(command->route->text));
    fprintf(out, "    writes: %s, id from %s%s%s%s\n", writes[command->write],
            ids[command->id_from], command->reads_state ? ", reads the state" : "",
            command->demands_exists ? ", must exist" : "",
            command->demands_absent ? ", must not exist" : "");
    for (size_t i = 0; i < command->path_param_count; i++) {
        fprintf(out, "    from the path: %.*s %s\n", SLICE_ARG(command->path_params[i].name),
                scalar_name(command->path_params[i].type));
    }
    print_schema("payload", command->payload, out);
    for (size_t i = 0; i < command->require_count; i++) {
        fprintf(out, "    require: %.*s else %d %.*s\n",
                SLICE_ARG(expr_text(command->requires[i].that)), command->requires[i].code,
                SLICE_ARG(command->requires[i].title));
    }
    if (command->skip_if) {
        fprintf(out, "    skip if: %.*s\n", SLICE_ARG(expr_text(command->skip_if)));
    }
    print_assignments("set", command->assignments, command->assignment_count, out);
    print_emits(command, out);
    print_names("condition fields", command->condition_fields, command->condition_field_count, out);
    if (command->location) {
        fprintf(out, "    location: %.*s\n", SLICE_ARG(command->location->name));
    }
}

static void print_cell(const struct plan_touch *touch, const struct plan_cell *cell, FILE *out)
{
    static const char *const rows[] = {"", "before", "after"};

    if (cell->from == CELL_BIND) {
        fprintf(out, ":%s%.*s", cell->bind.source == SOURCE_OLD_FIELD ? "old." : "",
                SLICE_ARG(cell->bind.name));
    } else if (cell->from == CELL_LITERAL) {
        fprintf(out, "'%.*s'", SLICE_ARG(cell->literal));
    } else if (cell->from == CELL_ROW) {
        fprintf(out, "%s.%zu", rows[touch->rows], cell->column + 1);
    } else {
        fputs("?", out);
    }
}

/* Has an answer of it a tag of this class? */
static bool depends(const struct plan_query *query, const struct plan_class *class)
{
    for (size_t i = 0; i < (size_t)1 << query->guard_count; i++) {
        const struct plan_variant variant = plan_variant_of(query, i);

        for (size_t j = 0; j < variant.tag_count; j++) {
            struct slice rest = variant.tags[j].text;
            size_t len = class->name.len;

            if (slice_eq(slice_of(rest.ptr, rest.len < len ? rest.len : len), class->name) &&
                (rest.len == len || rest.ptr[len] == '=')) {
                return true;
            }
        }
    }
    return false;
}

static void print_dependents(const struct plan_model *model, const struct plan_class *class,
                             FILE *out)
{
    const char *before = "        for: ";

    for (size_t i = 0; i < model->query_count; i++) {
        if (depends(&model->queries[i], class)) {
            fprintf(out, "%s%.*s", before, SLICE_ARG(model->queries[i].name));
            before = ", ";
        }
    }
    fputs("\n", out);
}

/* "touches comments(pictureId) = before.1": "?" is known to the server alone. */
static void print_change(const struct plan_model *model, const struct plan_change *change,
                         FILE *out)
{
    for (size_t i = 0; i < change->touch_count; i++) {
        const struct plan_touch *touch = &change->touches[i];

        fprintf(out, "      touches %.*s", SLICE_ARG(touch->class->name));
        for (size_t j = 0; j < touch->class->link_count; j++) {
            fputs(j == 0 ? " = " : ", ", out);
            print_cell(touch, &touch->cells[j], out);
        }
        fputs("\n", out);
        if (touch->class->ask.text.len > 0) {
            fprintf(out, "        by way of: %.*s\n", SLICE_ARG(touch->class->ask.text));
        }
        print_dependents(model, touch->class, out);
    }
    if (change->before.text.len > 0) {
        print_sql("  before", &change->before, out);
    }
    if (change->after.text.len > 0) {
        print_sql("  after", &change->after, out);
    }
}

static void print_projection(const struct plan_model *model,
                             const struct plan_projection *projection, FILE *out)
{
    fprintf(out, "  projection %.*s%s\n", SLICE_ARG(projection->name),
            projection->ignored ? ": ignored" : "");
    print_names("writes", projection->tables, projection->table_count, out);
    print_templates("touches", projection->touches, projection->touch_count, out);
    for (size_t i = 0; i < projection->statement_count; i++) {
        struct plan_sql sql = projection->statements[i];

        sql.row = projection->changes[i].joins && projection->statement_count == 1 ? sql.row
                                                                                   : SLICE_EMPTY;
        print_sql("sql", &sql, out);
        print_change(model, &projection->changes[i], out);
    }
    if (projection->touches_sql) {
        print_sql("touches what it yields", projection->touches_sql, out);
    }
    if (projection->whole) {
        fputs("    whole rows: supersedes dead letters\n", out);
    }
    if (projection->reads) {
        fputs("    reads rows: locks the revision first\n", out);
    }
    if (projection->recalls) {
        fputs("    computes with stored values: what SQL refuses may pass\n", out);
    }
}

static void print_params(const struct plan_query *query, FILE *out)
{
    static const char *const from[] = {"path", "query string", "claim"};

    for (size_t i = 0; i < query->param_count; i++) {
        fprintf(out, "    param: %.*s %s%s from %s\n", SLICE_ARG(query->params[i].name),
                scalar_name(query->params[i].type),
                plan_param_nullable(&query->params[i]) ? " or NULL" : "",
                from[query->params[i].from]);
    }
}

static void print_order(const struct plan_query *query, FILE *out)
{
    if (query->page.column_count == 0) {
        return;
    }
    fputs(query->paged ? "    page by:" : "    order:", out);
    for (size_t i = 0; i < query->page.column_count; i++) {
        const struct plan_key_column *column = &query->page.columns[i];

        fprintf(out, " %s%.*s %s", column->descending ? "-" : "", SLICE_ARG(column->name),
                scalar_name(column->type));
    }
    if (query->paged) {
        fprintf(out, ", limit %u, max %u\n", query->page.limit, query->page.max);
    } else {
        fprintf(out, ", %s %u\n", query->cuts ? "limit" : "max", query->rows_max);
    }
}

/* "tags where :status is NULL" */
static void print_variants(const struct plan_query *query, FILE *out)
{
    for (size_t i = 1; i < (size_t)1 << query->guard_count; i++) {
        const struct plan_variant variant = plan_variant_of(query, i);

        fputs("    tags where", out);
        for (size_t j = 0; j < query->guard_count; j++) {
            if (i >> j & 1) {
                fprintf(out, " :%.*s", SLICE_ARG(query->params[query->guards[j]].name));
            }
        }
        fputs(" is NULL:", out);
        for (size_t j = 0; j < variant.tag_count; j++) {
            fprintf(out, "%s%.*s", j > 0 ? ", " : " ", SLICE_ARG(variant.tags[j].text));
        }
        fputc('\n', out);
    }
}

static void print_query(const struct plan_query *query, FILE *out)
{
    fprintf(out, "  query %.*s %s%s: %.*s\n", SLICE_ARG(query->name), query->one ? ":one" : ":many",
            query->near ? ", near" : "", SLICE_ARG(query->route->text));
    fprintf(out, "    fingerprint: %s\n", query->fingerprint);
    fprintf(out, "    ttl: %llu ms, absent %llu ms\n", (unsigned long long)query->ttl_ms,
            (unsigned long long)query->negative_ttl_ms);
    print_params(query, out);
    print_names("reads", query->tables, query->table_count, out);
    for (size_t i = 0; i < query->row_count; i++) {
        fprintf(out, "    rows of %.*s\n", SLICE_ARG(query->rows[i]));
    }
    print_templates("tag", query->tags, query->tag_count - query->declared_count, out);
    print_templates("declared tag", query->tags + query->tag_count - query->declared_count,
                    query->declared_count, out);
    print_variants(query, out);
    print_order(query, out);
    if (query->version_column.len > 0) {
        fprintf(out, "    version: %.*s\n", SLICE_ARG(query->version_column));
    }
    print_sql("first", &query->first, out);
    print_sql("after", &query->after, out);
    print_sql("before", &query->before, out);
}

static void print_model(const struct plan_model *model, FILE *out)
{
    const struct plan_aggregate *aggregate = &model->aggregate;

    fprintf(out, "model %.*s: database %.*s, touches %s\n", SLICE_ARG(model->name),
            SLICE_ARG(model->database), model->touches);
    fprintf(out, "  aggregate %.*s: %s store, table %.*s, id %.*s %s%s\n",
            SLICE_ARG(aggregate->name), aggregate->store == STORE_STATE ? "state" : "event",
            SLICE_ARG(aggregate->table), SLICE_ARG(aggregate->id_name),
            scalar_name(aggregate->id_type), aggregate->id_generated ? ", generated" : "");
    if (aggregate->store == STORE_EVENTS) {
        fprintf(out, "    keys: %.*s, snapshot every %u events\n", SLICE_ARG(aggregate->key_prefix),
                aggregate->snapshot_every);
    }
    print_schema("id", aggregate->id_schema, out);
    for (size_t i = 0; i < model->event_count; i++) {
        print_event(&model->events[i], out);
    }
    for (size_t i = 0; i < model->command_count; i++) {
        print_command(&model->commands[i], out);
    }
    for (size_t i = 0; i < model->projection_count; i++) {
        print_projection(model, &model->projections[i], out);
    }
    for (size_t i = 0; i < model->query_count; i++) {
        print_query(&model->queries[i], out);
    }
}

void plan_print(const struct plan *plan, FILE *out)
{
    for (size_t i = 0; i < plan->model_count; i++) {
        print_model(&plan->models[i], out);
    }
    for (size_t i = 0; i < plan->route_count; i++) {
        fprintf(out, "route %u: %.*s\n", plan->routes[i]->index, SLICE_ARG(plan->routes[i]->text));
    }
}
