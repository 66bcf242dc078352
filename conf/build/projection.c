/*
 * Projections: statements with their parameters, and the rows that may go together. What they touch
 * by their SQL is derived in derive.c; tags that a model declares besides are in touches.c.
 */
#include "conf/build/projection.h"

#include "conf/build/form.h"
#include "conf/grammar/visit.h"
#include "conf/study/label.h"
#include "conf/study/own.h"
#include "conf/study/recall.h"
#include "conf/text/suggest.h"

/* ------------------------------------------------------------------ attributes */

/* Attributes that the model's commands write. Others may come from other writers of the table. */
static bool is_written(const struct plan_model *model, struct slice name, struct suggest *suggest)
{
    suggest_init(suggest, name);
    suggest_offer(suggest, model->aggregate.id_name);
    if (slice_eq(name, model->aggregate.id_name)) {
        return true;
    }
    for (size_t i = 0; i < model->command_count; i++) {
        for (size_t j = 0; j < model->commands[i].assignment_count; j++) {
            if (slice_eq(model->commands[i].assignments[j].name, name)) {
                return true;
            }
            suggest_offer(suggest, model->commands[i].assignments[j].name);
        }
    }
    return false;
}

/*
 * A name that no command writes may be another writer's; one that is nearly that of a command's is
 * a slip.
 */
struct slice projection_slip(struct projection *projection, struct slice name)
{
    struct suggest suggest;

    if (is_written(projection->build->out, name, &suggest)) {
        return SLICE_EMPTY;
    }
    return suggest_hint(&suggest, projection->build->arena);
}

/* ------------------------------------------------------------------ parameters */

static const struct metadata {
    const char *name;
    enum plan_source source;
    bool of_events;
} metadata[] = {
    {"aggregateId", SOURCE_AGGREGATE_ID, false},
    {"version",     SOURCE_VERSION,      false},
    {"timestamp",   SOURCE_TIMESTAMP,    false},
    {"eventId",     SOURCE_EVENT_ID,     true },
};

static const struct metadata *find_metadata(struct slice name)
{
    for (size_t i = 0; i < ARRAY_COUNT(metadata); i++) {
        if (slice_is(name, metadata[i].name)) {
            return &metadata[i];
        }
    }
    return NULL;
}

static struct plan_bind resolve_image(struct projection *projection, const struct sqltoken *token)
{
    struct plan_bind bind = {.source = SOURCE_FIELD, .name = token->text};
    struct slice hint;

    if (slice_starts(token->text, "old.")) {
        bind = (struct plan_bind){.source = SOURCE_OLD_FIELD,
                                  .name = slice_from(token->text, strlen("old."))};
    }
    hint = projection_slip(projection, bind.name);
    if (slice_is(bind.name, "eventId") || memchr(bind.name.ptr, '.', bind.name.len)) {
        block_complain(&projection->place, token, SLICE_EMPTY,
                       "':%.*s' is nothing that a state store's projection knows",
                       SLICE_ARG(token->text));
    } else if (hint.len > 0) {
        block_complain(&projection->place, token, hint, "no command writes the attribute '%.*s'",
                       SLICE_ARG(bind.name));
    }
    return bind;
}

static struct plan_bind resolve_event(struct projection *projection, const struct sqltoken *token)
{
    const struct fields *payload = projection->payload;

    if (fields_find(payload, token->text)) {
        return (struct plan_bind){.source = SOURCE_FIELD, .name = token->text};
    }
    if (slice_eq(token->text, projection->build->out->aggregate.id_name)) {
        return (struct plan_bind){.source = SOURCE_AGGREGATE_ID, .name = token->text};
    }
    if (memchr(token->text.ptr, '.', token->text.len)) {
        block_complain(&projection->place, token,
                       SLICE_LITERAL("an event has its payload, :aggregateId, :version, "
                                     ":timestamp and :eventId"),
                       "':%.*s' is nothing that an event store's projection knows",
                       SLICE_ARG(token->text));
    } else if (payload->writers > 0) {
        block_complain(&projection->place, token,
                       fields_hint(payload, projection->build->arena, token->text),
                       "no command emits %.*s with a '%.*s'", SLICE_ARG(projection->out->name),
                       SLICE_ARG(token->text));
    }
    return (struct plan_bind){.source = SOURCE_FIELD, .name = token->text};
}

static struct plan_bind resolve(struct projection *projection, const struct sqltoken *token)
{
    const struct metadata *found = find_metadata(token->text);

    if (found && projection->payload && fields_find(projection->payload, token->text)) {
        block_complain(
            &projection->place, token, SLICE_LITERAL("give the event's field another name"),
            "':%.*s' could be the event's field or what every event has", SLICE_ARG(token->text));
    }
    if (found && (projection->payload || !found->of_events)) {
        return (struct plan_bind){.source = found->source, .name = token->text};
    }
    return projection->payload ? resolve_event(projection, token)
                               : resolve_image(projection, token);
}

static bool is_id(const struct projection *projection, const struct plan_bind *bind)
{
    return bind->source == SOURCE_AGGREGATE_ID ||
           ((bind->source == SOURCE_FIELD || bind->source == SOURCE_OLD_FIELD) &&
            !projection->payload &&
            slice_eq(bind->name, projection->build->out->aggregate.id_name));
}

/* As far as it is known: attributes of a state store may be another writer's. */
static enum scalar type_of(const struct projection *projection, const struct plan_bind *bind)
{
    const struct field *field = projection->payload && bind->source == SOURCE_FIELD
                                    ? fields_find(projection->payload, bind->name)
                                    : NULL;

    if (is_id(projection, bind)) {
        return projection->build->out->aggregate.id_type;
    }
    if (bind->source == SOURCE_TIMESTAMP) {
        return SCALAR_DATE_TIME;
    }
    return field ? field->format : SCALAR_STRING;
}

/* "utf8mb4_general_ci" takes abc and ABC for one text. */
static bool is_blind(const struct table_column *column)
{
    struct slice name = column->collation;

    return column->holds.family == COLUMN_TEXT && name.len > 4 &&
           memcmp(name.ptr + name.len - 4, "_bin", 4) != 0;
}

/* Two ids that are one value to the column would be one row. */
static void check_id(struct projection *projection, const struct sqltoken *token,
                     const struct table_column *column)
{
    const struct plan_aggregate *aggregate = &projection->build->out->aggregate;
    const char *misfit =
        column_type_misfit(&column->holds, aggregate->id_type, schema_format(aggregate->id_schema));

    misfit = !misfit && is_blind(column) ? "COLLATE utf8mb4_bin" : misfit;
    if (misfit && aggregate->id_schema) {
        block_complain(&projection->place, token, slice_str(misfit),
                       "the id ':%.*s' is %s, and '%.*s' is %.*s: two ids could be one row",
                       SLICE_ARG(token->text), scalar_name(aggregate->id_type),
                       SLICE_ARG(column->name), SLICE_ARG(column->type));
    }
}

static struct plan_bind resolve_bind(void *ctx, const struct sqltoken *token,
                                     const struct beside *beside)
{
    struct projection *projection = ctx;
    struct plan_bind bind = resolve(projection, token);

    form_of_change(&bind, type_of(projection, &bind), beside);
    if (is_id(projection, &bind) && beside->column &&
        (beside->how == BESIDE_STORED || beside->how == BESIDE_EQUAL)) {
        check_id(projection, token, beside->column);
    }
    return bind;
}

/* ------------------------------------------------------------------ statements */

/*
 * head, row, tail of an INSERT whose parameters are all in its one row, and that has no query. A
 * query in a row, or behind it, sees the rows that were written before: those of one statement
 * would all see the same. (ON DUPLICATE KEY UPDATE takes them in their order, n = n + VALUES(n).)
 */
static void cut_rows(const struct sqltree *tree, struct plan_sql *sql)
{
    const struct sqlchange *change = tree->change;
    const struct sqltoken *tokens = tree->statement->tokens;

    if (change->row_count != 1 || change->values.from == change->values.end ||
        visit_has_query(tree)) {
        return;
    }
    for (size_t i = 0; i < tree->statement->token_count; i++) {
        if ((i < change->values.from || i >= change->values.end) &&
            tokens[i].kind == SQLTOKEN_PARAM) {
            return;
        }
    }
    sql->row = sqltree_text(tree, change->values);
    sql->between = SLICE_LITERAL(",");
    sql->head = slice_of(sql->text.ptr, tokens[change->values.from].start);
    sql->tail = slice_from(sql->text, tokens[change->values.end - 1].end);
}

/* A DELETE of the put's would leave no row, and the other way round. */
static bool is_whole(const struct projection *projection, const struct sqlblock *block)
{
    const struct build *build = projection->build;
    bool whole = !projection->payload && !projection->written.touches_sql;

    for (size_t i = 0; i < block->statement_count; i++) {
        const struct sqltree *tree = build_tree(build, &block->statements[i]);

        whole = whole && tree && tree->change &&
                (tree->change->verb == SQLVERB_DELETE) == projection->removes &&
                own_is_whole(tree, build->out->aggregate.id_name);
    }
    return whole && block->statement_count > 0;
}

static void enter_block(struct projection *projection, const struct sqlblock *block)
{
    projection->place =
        (struct block_place){projection->build->diag, projection->build->model.projections_sql.path,
                             block->name, block->line};
}

static void add_table(struct slice *out, size_t *count, struct slice name)
{
    for (size_t i = 0; i < *count; i++) {
        if (slice_eq(out[i], name)) {
            return;
        }
    }
    out[(*count)++] = name;
}

static void build_change(struct projection *projection, const struct sqltree *tree,
                         struct plan_sql *out)
{
    *out = build_sql(projection->build, tree, resolve_bind, projection);
    cut_rows(tree, out);
    projection->out->reads |= own_reads_others(tree);
    projection->out->recalls |= recall_find(tree);
}

static void build_statements(struct projection *projection)
{
    struct build *build = projection->build;
    struct sqlblock *block = sqlfile_find(&build->model.projections_sql, projection->out->name);
    struct plan_sql *statements;
    struct slice *tables;

    if (!block) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("null ignores it on purpose"),
                        "projections.sql has no '-- name: %.*s'", SLICE_ARG(projection->out->name));
        return;
    }
    block->used = true;
    enter_block(projection, block);
    if (block->rows != SQLBLOCK_PLAIN || block->statement_count == 0) {
        block_complain(&projection->place, NULL, SLICE_EMPTY,
                       "a projection has a plain name and at least one statement");
    }
    statements = ARENA_ARRAY(build->arena, struct plan_sql, block->statement_count);
    tables = ARENA_ARRAY(build->arena, struct slice, build->model.tables.count);
    for (size_t i = 0; i < block->statement_count; i++) {
        const struct sqltree *tree = build_tree(build, &block->statements[i]);

        if (tree && refuse_change(build, &projection->place, tree, !projection->payload)) {
            build_change(projection, tree, &statements[i]);
            add_table(tables, &projection->out->table_count, tree->change->written->table->name);
        }
    }
    projection->out->whole = is_whole(projection, block);
    projection->out->statements = statements;
    projection->out->statement_count = block->statement_count;
    projection->out->tables = tables;
}

/* ------------------------------------------------------------------ touches_sql */

static void check_one_column(struct projection *projection, const struct sqltree *tree)
{
    size_t count = label_core(tree->query)->output_count;

    if (count != 1) {
        block_complain(&projection->place, tree->statement->tokens,
                       SLICE_LITERAL("SELECT CONCAT('thing:', id) FROM ..."),
                       "touches_sql yields tags: one column, not %zu", count);
    }
}

static void build_touches_sql(struct projection *projection)
{
    struct build *build = projection->build;
    struct slice name = projection->written.touches_sql->text;
    struct sqlblock *block = sqlfile_find(&build->model.projections_sql, name);
    struct plan_sql *sql = ARENA_NEW(build->arena, struct plan_sql);
    const struct sqltree *tree;

    if (!block || slice_eq(name, projection->out->name)) {
        source_complain(&projection->source, projection->written.touches_sql,
                        SLICE_LITERAL("it names a query of projections.sql that yields tags"),
                        "projections.sql has no other block '-- name: %.*s'", SLICE_ARG(name));
        return;
    }
    block->used = true;
    enter_block(projection, block);
    if (block->rows == SQLBLOCK_ONE || block->statement_count != 1) {
        block_complain(&projection->place, NULL, SLICE_EMPTY,
                       "touches_sql is one SELECT, of one column and any number of rows");
        return;
    }
    tree = build_tree(build, &block->statements[0]);
    if (!tree || !refuse_query(build, &projection->place, tree, false)) {
        return;
    }
    check_one_column(projection, tree);
    *sql = build_sql(build, tree, resolve_bind, projection);
    projection->out->touches_sql = sql;
    projection->out->reads = true;
}

/* ------------------------------------------------------------------ all */

static void build_projection(struct build *build, const struct value *written,
                             const struct fields *payload, struct plan_projection *out)
{
    struct projection projection = {
        .build = build, .out = out, .value = written, .payload = payload};

    projection.source = build_source(build, "projections", written);
    projection.removes = !payload && slice_is(out->name, "delete");
    if (written->type == VALUE_NULL) {
        out->ignored = true;
        return;
    }
    if (!model_projection_read(build->arena, &projection.source, written, &projection.written)) {
        return;
    }
    build_touches(&projection);
    build_statements(&projection);
    if (projection.written.touches_sql) {
        build_touches_sql(&projection);
    }
}

/* PAYLOAD: of an event. */
static void take_projection(struct build *build, struct slice name, const struct fields *payload)
{
    struct json_source source =
        source_child(build->arena, &build->model.source, SLICE_LITERAL("projections"));
    struct plan_projection *out = &build->out->projections[build->out->projection_count++];
    const struct value *written = value_get(build->model.projections, name);

    out->name = name;
    if (written) {
        build_projection(build, written, payload, out);
    } else if (sqlfile_find(&build->model.projections_sql, name)) {
        build_projection(build, value_map(build->arena), payload, out); /* its SQL says all */
    } else {
        source_complain(&source,
                        build->model.projections ? build->model.projections : build->model.root,
                        SLICE_LITERAL("\"projections\": {name: null} ignores it on purpose"),
                        "projections.sql has no '-- name: %.*s'", SLICE_ARG(name));
    }
}

static bool writes_all(const struct plan_projection *projection, const struct plan_projection *of)
{
    size_t found = 0;

    for (size_t i = 0; i < of->table_count; i++) {
        for (size_t j = 0; j < projection->table_count; j++) {
            found += slice_eq(of->tables[i], projection->tables[j]);
        }
    }
    return found == of->table_count;
}

/* Put and delete together, of the same tables, or neither. */
static void pair_whole(struct plan_model *out)
{
    struct plan_projection *put = &out->projections[0], *removal = &out->projections[1];

    put->whole =
        put->whole && removal->whole && writes_all(put, removal) && writes_all(removal, put);
    removal->whole = put->whole;
}

static void complain_unknown(struct build *build, const struct value *written)
{
    struct json_source source =
        source_child(build->arena, &build->model.source, SLICE_LITERAL("projections"));
    struct suggest suggest;

    if (build->out->aggregate.store == STORE_STATE) {
        source_complain(&source, written, SLICE_EMPTY,
                        "a state store's projections are 'put' and 'delete', not '%.*s'",
                        SLICE_ARG(written->name));
        return;
    }
    suggest_init(&suggest, written->name);
    for (size_t i = 0; i < build->out->event_count; i++) {
        suggest_offer(&suggest, build->out->events[i].name);
    }
    source_complain(&source, written, suggest_hint(&suggest, build->arena),
                    "\"events\" declares no '%.*s'", SLICE_ARG(written->name));
}

/*
 * Of a state store: put and delete; of an event store: each of its events; all of them, and nothing
 * else.
 */
void build_projections(struct build *build)
{
    static const char *const names[] = {"put", "delete"};
    struct plan_model *out = build->out;
    bool events = out->aggregate.store == STORE_EVENTS;
    size_t count = events ? out->event_count : ARRAY_COUNT(names);

    out->projections = ARENA_ARRAY(build->arena, struct plan_projection, count);
    for (size_t i = 0; i < count; i++) {
        take_projection(build, events ? out->events[i].name : slice_str(names[i]),
                        events ? &build->payloads[i] : NULL);
    }
    if (!events) {
        pair_whole(out);
    }
    for (const struct value *written = build->model.projections ? build->model.projections->first
                                                                : NULL;
         written; written = written->next) {
        if (!plan_projection_find(out, written->name)) {
            complain_unknown(build, written);
        }
    }
}
