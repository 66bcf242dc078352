/*
 * Projections: statements with their parameters, the rows that may go together, the tags that they touch, and the rule that keeps answers fresh:
 *
 *     a projection that writes a table which a query reads must touch a tag of that query: one of the same shape (template.h)
 *
 * A place in a touched tag has the type of the query's parameter in the same place; so projector and gateway make one text of one value.
 */
#include "conf/build.h"
#include "conf/sqlrules.h"
#include "conf/suggest.h"
#include "conf/template.h"

struct projection {
    struct build *build;
    struct plan_projection *out;
    struct plan_template *touches;
    struct schema_source source;
    const struct value *value;
    struct sqlrules rules;
    bool removes; /* of delete: there is no new image */
};

/* ------------------------------------------------------------------ attributes */

/* Attributes that the model's commands write. Others may come from other writers of the table. */
static bool is_written(const struct plan_model *model, struct slice name, struct suggest *suggest)
{
    size_t i, j;

    suggest_init(suggest, name);
    suggest_offer(suggest, model->aggregate.id_name);
    if (slice_eq(name, model->aggregate.id_name)) {
        return true;
    }
    for (i = 0; i < model->command_count; i++) {
        for (j = 0; j < model->commands[i].assignment_count; j++) {
            if (slice_eq(model->commands[i].assignments[j].name, name)) {
                return true;
            }
            suggest_offer(suggest, model->commands[i].assignments[j].name);
        }
    }
    return false;
}

/* A name that no command writes may be another writer's; one that is nearly that of a command's is a slip. */
static struct slice slip_of(struct projection *projection, struct slice name)
{
    struct suggest suggest;

    if (is_written(projection->build->out, name, &suggest)) {
        return SLICE_EMPTY;
    }
    return suggest_hint(&suggest, projection->build->arena);
}

/* ------------------------------------------------------------------ statements */

static struct plan_bind resolve(void *ctx, const struct sqltoken *token)
{
    static const struct {
        const char *name;
        enum plan_source source;
    } metadata[] = {
        {"aggregateId", SOURCE_AGGREGATE_ID},
        {"version",     SOURCE_VERSION     },
        {"timestamp",   SOURCE_TIMESTAMP   },
    };
    struct projection *projection = ctx;
    struct plan_bind bind = {SOURCE_FIELD, token->text, 0};
    struct slice hint;
    size_t i;

    for (i = 0; i < ARRAY_COUNT(metadata); i++) {
        if (slice_is(token->text, metadata[i].name)) {
            return (struct plan_bind){metadata[i].source, token->text, 0};
        }
    }
    if (slice_starts(token->text, "old.")) {
        bind = (struct plan_bind){SOURCE_OLD_FIELD, slice_from(token->text, strlen("old.")), 0};
    }
    hint = slip_of(projection, bind.name);
    if (slice_is(bind.name, "eventId") || memchr(bind.name.ptr, '.', bind.name.len)) {
        sqlrules_complain(&projection->rules, token->line, SLICE_EMPTY,
                          "':%.*s' is nothing that a state store's projection knows",
                          SLICE_ARG(token->text));
    } else if (hint.len > 0) {
        sqlrules_complain(&projection->rules, token->line, hint,
                          "no command writes the attribute '%.*s'", SLICE_ARG(bind.name));
    }
    return bind;
}

/* The tokens of the one row after VALUES: its '(' and ')'. False: there is none, or several. */
static bool find_row(const struct sqlstatement *statement, size_t *open_out, size_t *close_out)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t i = 0, close;

    while (i < statement->token_count &&
           !(tokens[i].depth == 0 &&
             (sqltoken_is(&tokens[i], "VALUES") || sqltoken_is(&tokens[i], "VALUE")))) {
        i++;
    }
    if (i + 1 >= statement->token_count || !sqltoken_is(&tokens[i + 1], "(")) {
        return false;
    }
    close = i + 2;
    while (close < statement->token_count &&
           !(tokens[close].depth == 0 && sqltoken_is(&tokens[close], ")"))) {
        close++;
    }
    if (close >= statement->token_count || sqltoken_is(&tokens[close + 1], ",")) {
        return false;
    }
    *open_out = i + 1;
    *close_out = close;
    return true;
}

/* head, row, tail of an INSERT whose parameters all stand in its one row. */
static void cut_rows(const struct sqlstatement *statement, struct plan_sql *sql)
{
    const struct sqltoken *tokens = statement->tokens;
    size_t open, close, i;

    if ((!sqltoken_is(&tokens[0], "INSERT") && !sqltoken_is(&tokens[0], "REPLACE")) ||
        !find_row(statement, &open, &close)) {
        return;
    }
    for (i = 0; i < statement->token_count; i++) {
        if (tokens[i].kind == SQLTOKEN_PARAM && (i < open || i > close)) {
            return;
        }
    }
    sql->head = slice_of(sql->text.ptr, tokens[open].start);
    sql->row = slice_of(sql->text.ptr + tokens[open].start, tokens[close].end - tokens[open].start);
    sql->tail = slice_from(sql->text, tokens[close].end);
}

static void build_statements(struct projection *projection)
{
    struct build *build = projection->build;
    struct sqlblock *block = sqlfile_find(&build->model.projections_sql, projection->out->name);
    struct plan_sql *statements;
    struct slice *tables;
    size_t i;

    if (!block) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("null ignores it on purpose"),
                        "projections.sql has no '-- name: %.*s'", SLICE_ARG(projection->out->name));
        return;
    }
    block->used = true;
    projection->rules.block = block->name;
    if (block->rows != SQLBLOCK_PLAIN || block->statement_count == 0) {
        sqlrules_complain(&projection->rules, block->line, SLICE_EMPTY,
                          "a projection has a plain name and at least one statement");
    }
    statements = ARENA_ARRAY(build->arena, struct plan_sql, block->statement_count);
    tables = ARENA_ARRAY(build->arena, struct slice, build->model.tables.count);
    for (i = 0; i < block->statement_count; i++) {
        sqlrules_change(&projection->rules, &block->statements[i], true, tables,
                        &projection->out->table_count);
        statements[i] = build_sql(build, &block->statements[i], resolve, projection);
        cut_rows(&block->statements[i], &statements[i]);
    }
    projection->out->statements = statements;
    projection->out->statement_count = block->statement_count;
    projection->out->tables = tables;
}

/* ------------------------------------------------------------------ touches */

/* The types of the query's tag of the same shape; two queries that differ are a complaint. */
static void type_touch(struct projection *projection, struct plan_template *touch, size_t index)
{
    const struct plan_model *model = projection->build->out;
    bool found = false;
    size_t i, j, k;

    for (i = 0; i < model->query_count; i++) {
        for (j = 0; j < model->queries[i].tag_count; j++) {
            const struct plan_template *tag = &model->queries[i].tags[j];

            for (k = 0; template_same_shape(tag, touch) && k < tag->part_count; k++) {
                if (found && touch->parts[k].name.len > 0 &&
                    touch->parts[k].type != tag->parts[k].type) {
                    source_complain(&projection->source, projection->value, SLICE_EMPTY,
                                    "the place {%.*s} of touches/%zu is %s in one query and %s in "
                                    "another",
                                    SLICE_ARG(touch->parts[k].name), index,
                                    scalar_name(touch->parts[k].type),
                                    scalar_name(tag->parts[k].type));
                    return;
                }
                touch->parts[k].type = tag->parts[k].type;
            }
            found |= template_same_shape(tag, touch);
        }
    }
}

static bool is_id(const struct projection *projection, const struct plan_template_part *part)
{
    return slice_eq(part->name, projection->build->out->aggregate.id_name) ||
           slice_is(part->name, "aggregateId");
}

/* Is there a touch like TOUCH whose places (but ids) are of the old image? */
static bool touches_old(const struct projection *projection, const struct plan_template *touch)
{
    size_t i, j;

    for (i = 0; i < projection->out->touch_count; i++) {
        const struct plan_template *other = &projection->touches[i];

        for (j = 0; template_same_shape(touch, other) && j < touch->part_count; j++) {
            if (touch->parts[j].name.len > 0 && !is_id(projection, &touch->parts[j]) &&
                !(other->parts[j].old && slice_eq(other->parts[j].name, touch->parts[j].name))) {
                break;
            }
        }
        if (template_same_shape(touch, other) && j == touch->part_count) {
            return true;
        }
    }
    return false;
}

static void check_touch(struct projection *projection, const struct plan_template *touch)
{
    size_t i;

    for (i = 0; i < touch->part_count; i++) {
        const struct plan_template_part *part = &touch->parts[i];
        struct slice hint;

        if (part->name.len == 0 || is_id(projection, part)) {
            continue;
        }
        hint = slip_of(projection, part->name);
        if (hint.len > 0) {
            source_complain(&projection->source, projection->value, hint,
                            "no command writes the attribute {%.*s}", SLICE_ARG(part->name));
        }
        if (!part->old && !projection->removes && !touches_old(projection, touch)) {
            source_complain(&projection->source, projection->value,
                            arena_printf(projection->build->arena, "touch {old.%.*s} too",
                                         SLICE_ARG(part->name)),
                            "'%.*s' would not touch what held the old value",
                            SLICE_ARG(touch->text));
            return;
        }
    }
}

static bool shares_table(const struct plan_projection *projection, const struct plan_query *query,
                         struct slice *name_out)
{
    size_t i, j;

    for (i = 0; i < projection->table_count; i++) {
        for (j = 0; j < query->table_count; j++) {
            if (slice_eq(projection->tables[i], query->tables[j])) {
                *name_out = query->tables[j];
                return true;
            }
        }
    }
    return false;
}

static bool touches_query(const struct plan_projection *projection, const struct plan_query *query)
{
    size_t i, j;

    for (i = 0; i < projection->touch_count; i++) {
        for (j = 0; j < query->tag_count; j++) {
            if (template_same_shape(&projection->touches[i], &query->tags[j])) {
                return true;
            }
        }
    }
    return false;
}

static void check_freshness(struct projection *projection)
{
    const struct plan_model *model = projection->build->out;
    struct slice table;
    size_t i;

    for (i = 0; i < model->query_count; i++) {
        if (shares_table(projection->out, &model->queries[i], &table) &&
            !touches_query(projection->out, &model->queries[i])) {
            source_complain(&projection->source, projection->value,
                            SLICE_LITERAL("add one of the query's tags to \"touches\""),
                            "it writes the table '%.*s', which the query %.*s reads, and touches "
                            "none of its tags",
                            SLICE_ARG(table), SLICE_ARG(model->queries[i].name));
        }
    }
}

static void build_touches(struct projection *projection, const struct value *list)
{
    struct schema_source source =
        source_child(projection->build->arena, &projection->source, SLICE_LITERAL("touches"));
    size_t i;

    projection->out->touch_count =
        build_templates(projection->build, &source, list, &projection->touches);
    projection->out->touches = projection->touches;
    for (i = 0; i < projection->out->touch_count; i++) {
        type_touch(projection, &projection->touches[i], i);
    }
    for (i = 0; i < projection->out->touch_count; i++) {
        check_touch(projection, &projection->touches[i]);
    }
}

static void build_projection(struct build *build, const struct value *written,
                             struct plan_projection *out)
{
    struct projection projection = {.build = build, .out = out, .value = written};
    struct model_projection members;

    projection.source = build_source(build, "projections", written);
    projection.removes = slice_is(out->name, "delete");
    projection.rules = (struct sqlrules){.arena = build->arena,
                                         .diag = build->diag,
                                         .path = build->model.projections_sql.path,
                                         .tables = &build->model.tables};
    if (written->type == VALUE_NULL) {
        out->ignored = true;
        return;
    }
    if (!model_projection_read(build->arena, &projection.source, written, &members)) {
        return;
    }
    build_touches(&projection, members.touches);
    build_statements(&projection);
    check_freshness(&projection);
}

/* Of a state store: put and delete, both, and nothing else. */
void build_projections(struct build *build)
{
    static const char *const names[] = {"put", "delete"};
    struct schema_source source =
        source_child(build->arena, &build->model.source, SLICE_LITERAL("projections"));
    const struct value *written;
    size_t i;

    build->out->projections = ARENA_ARRAY(build->arena, struct plan_projection, ARRAY_COUNT(names));
    for (i = 0; build->model.projections && i < ARRAY_COUNT(names); i++) {
        struct plan_projection *out = &build->out->projections[build->out->projection_count++];

        out->name = slice_str(names[i]);
        written = value_get(build->model.projections, out->name);
        if (written) {
            build_projection(build, written, out);
        } else {
            source_complain(&source, build->model.projections,
                            SLICE_LITERAL("null ignores it on purpose"),
                            "there is no projection '%s'", names[i]);
        }
    }
    for (written = build->model.projections ? build->model.projections->first : NULL; written;
         written = written->next) {
        if (!slice_is(written->name, names[0]) && !slice_is(written->name, names[1])) {
            source_complain(&source, written, SLICE_EMPTY,
                            "a state store's projections are 'put' and 'delete', not '%.*s'",
                            SLICE_ARG(written->name));
        }
    }
}
