/*
 * Two rules that keep answers fresh:
 *
 *     a projection that writes a table which a query reads must touch a tag of that query: one of
 *     the same shape (conf/plan/template.h)
 *
 *     a change that moves a row from one tag to another must touch both
 *
 * Tags of touches_sql are known when it runs; here its texts are all that can be seen.
 */
#include "conf/build/projection.h"
#include "conf/plan/template.h"
#include "conf/sql/compare.h"

static bool shares_table(const struct plan_projection *projection, const struct plan_query *query,
                         struct slice *name_out)
{
    for (size_t i = 0; i < projection->table_count; i++) {
        for (size_t j = 0; j < query->table_count; j++) {
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
    for (size_t i = 0; i < projection->touch_count; i++) {
        for (size_t j = 0; j < query->tag_count; j++) {
            if (template_same_shape(&projection->touches[i], &query->tags[j])) {
                return true;
            }
        }
    }
    return false;
}

/*
 * Could touches_sql yield this tag? Its texts begin like tags; one without texts makes them in a
 * way that we cannot see.
 */
static bool sql_yields(const struct projection *projection, const struct plan_template *tag)
{
    struct slice literal = tag->parts[0].literal;
    bool texts = false;

    for (size_t i = 0; projection->tags && i < projection->tags->token_count; i++) {
        const struct sqltoken *token = &projection->tags->tokens[i];
        struct slice text = token->text;

        if (token->kind != SQLTOKEN_STRING || text.len < 3) {
            continue;
        }
        text = slice_of(text.ptr + 1, text.len - 2);
        texts = true;
        if (memcmp(text.ptr, literal.ptr, text.len < literal.len ? text.len : literal.len) == 0) {
            return true;
        }
    }
    return projection->tags && !texts;
}

static bool sql_touches_query(const struct projection *projection, const struct plan_query *query)
{
    for (size_t i = 0; i < query->tag_count; i++) {
        if (sql_yields(projection, &query->tags[i])) {
            return true;
        }
    }
    return false;
}

static bool demands_absent(const struct plan_command *command)
{
    bool negated;

    for (size_t i = 0; i < command->require_count; i++) {
        if (expr_is_exists(command->requires[i].that, &negated) && negated) {
            return true;
        }
    }
    return false;
}

/* Is the event always an aggregate's first, so that INSERT and REPLACE meet no row of it? */
static bool creates(const struct projection *projection)
{
    const struct plan_model *model = projection->build->out;

    for (size_t i = 0; i < model->command_count; i++) {
        const struct plan_command *command = &model->commands[i];

        for (size_t j = 0; j < command->emit_count; j++) {
            if (slice_eq(command->emits[j].event->name, projection->out->name) &&
                !demands_absent(command)) {
                return false;
            }
        }
    }
    return projection->payload->writers > 0;
}

/* REPLACE may give the row of a key that COLUMN is no part of another value of it. */
static bool replaces(const struct projection *projection, const struct sqlstatement *statement,
                     struct slice column)
{
    const struct tables *tables = &projection->build->model.tables;

    for (size_t i = 0;
         sqltoken_is(statement->tokens, "REPLACE") && i < projection->out->table_count; i++) {
        const struct table *table = tables_find(tables, projection->out->tables[i]);

        if (table && table_column_find(table, column) && table_has_key_without(table, column)) {
            return true;
        }
    }
    return false;
}

/* A row may leave the answers of one tag for those of another. */
static bool moves(const struct projection *projection, struct slice column)
{
    bool creation = creates(projection);

    for (size_t i = 0; projection->block && i < projection->block->statement_count; i++) {
        const struct sqlstatement *statement = &projection->block->statements[i];

        if (creation && !sqltoken_is(statement->tokens, "UPDATE")) {
            continue;
        }
        if (sqlcompare_sets(statement, column) || replaces(projection, statement, column)) {
            return true;
        }
    }
    return false;
}

/*
 * Both the tag that a row leaves and the one that it comes to are touched, or one that stays the
 * same.
 */
static bool touches_both(const struct projection *projection, const struct plan_query *query,
                         const struct plan_template *tag)
{
    size_t same = 0;

    for (size_t i = 0; i < projection->out->touch_count; i++) {
        same += template_same_shape(&projection->touches[i], tag);
        for (size_t j = 0; j < query->tag_count; j++) {
            if (template_places(&query->tags[j]) == 0 &&
                template_same_shape(&projection->touches[i], &query->tags[j])) {
                return true;
            }
        }
    }
    return same >= 2 || sql_touches_query(projection, query);
}

static void check_moves(struct projection *projection, const struct plan_query *query)
{
    for (size_t i = 0; i < query->tag_count; i++) {
        const struct plan_template *tag = &query->tags[i];

        for (size_t j = 0; j < tag->part_count; j++) {
            int param = tag->parts[j].name.len > 0 ? tag->parts[j].param : -1;

            if (param >= 0 && query->params[param].column.len > 0 &&
                moves(projection, query->params[param].column) &&
                !touches_both(projection, query, tag)) {
                source_complain(
                    &projection->source, projection->value,
                    SLICE_LITERAL("let the event carry the old value and touch both tags, or use "
                                  "\"touches_sql\""),
                    "it changes the column '%.*s', so a row leaves one '%.*s' of the query %.*s "
                    "for another, and one of them only is touched",
                    SLICE_ARG(query->params[param].column), SLICE_ARG(tag->text),
                    SLICE_ARG(query->name));
            }
        }
    }
}

static struct slice tags_hint(const struct projection *projection, const struct plan_query *query)
{
    struct slice text = SLICE_LITERAL("add one of the query's tags to \"touches\":");

    for (size_t i = 0; i < query->tag_count; i++) {
        text = arena_printf(projection->build->arena, "%.*s%s '%.*s'", SLICE_ARG(text),
                            i > 0 ? "," : "", SLICE_ARG(query->tags[i].text));
    }
    return text;
}

void check_freshness(struct projection *projection)
{
    const struct plan_model *model = projection->build->out;
    struct slice table;

    for (size_t i = 0; i < model->query_count; i++) {
        const struct plan_query *query = &model->queries[i];

        if (query->tag_count == 0 || !shares_table(projection->out, query, &table)) {
            continue; /* a query without tags is a complaint already */
        }
        if (!touches_query(projection->out, query) && !sql_touches_query(projection, query)) {
            source_complain(&projection->source, projection->value, tags_hint(projection, query),
                            "it writes the table '%.*s', which the query %.*s reads, and touches "
                            "none of its tags",
                            SLICE_ARG(table), SLICE_ARG(query->name));
        } else if (projection->payload) {
            check_moves(projection, query);
        }
    }
}
