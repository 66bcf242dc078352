/*
 * Three of the rules that keep answers fresh (the fourth: moves.c):
 *
 *     a projection that writes a table which a query reads must touch a tag of that query: one of
 *     the same shape (conf/plan/template.h)
 *
 *     of each mention of that table in the query's SQL, the rows that can matter must be bound to
 *     the places of such a tag (conf/sql/bound.h); a tag without places speaks for all rows
 *
 *     what is written into the bound column, or finds the row by it, fills the tag's place too; of
 *     the rows that a statement changes, one of the two says what that column holds (writes.c)
 *
 * What an expression stores there, only touches_sql or a tag without places can speak for. Tags of
 * touches_sql are known when it runs; here its texts are all that can be seen.
 */
#include "conf/build/projection.h"
#include "conf/plan/template.h"
#include "conf/sql/bound.h"

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

/*
 * Could touches_sql yield this tag? Its texts begin like tags; one without texts makes them in a
 * way that we cannot see.
 */
bool projection_sql_yields(const struct projection *projection, const struct plan_template *tag)
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
        if (template_places(tag) == 0) {
            if (slice_eq(text, literal)) {
                return true;
            }
        } else if (memcmp(text.ptr, literal.ptr, text.len < literal.len ? text.len : literal.len) ==
                   0) {
            return true;
        }
    }
    return projection->tags && !texts;
}

static bool touches_tag(const struct projection *projection, const struct plan_template *tag)
{
    for (size_t i = 0; i < projection->out->touch_count; i++) {
        if (template_same_shape(&projection->touches[i], tag)) {
            return true;
        }
    }
    return projection_sql_yields(projection, tag);
}

static bool touches_query(const struct projection *projection, const struct plan_query *query)
{
    for (size_t i = 0; i < query->tag_count; i++) {
        if (touches_tag(projection, &query->tags[i])) {
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ rows and tags */

bool projection_writes(const struct projection *projection, const struct table *table)
{
    for (size_t i = 0; i < projection->out->table_count; i++) {
        if (slice_eq(projection->out->tables[i], table->name)) {
            return true;
        }
    }
    return false;
}

/* Has each row of ITEM that can matter the values of the tag's places? */
static bool tag_binds(const struct sqlselect *select, size_t item, const struct plan_template *tag,
                      size_t choice)
{
    for (size_t i = 0; i < tag->part_count; i++) {
        if (tag->parts[i].name.len > 0 &&
            !sqlbound_column(select, item, NULL, tag->parts[i].name, choice)) {
            return false;
        }
    }
    return true;
}

/* PROJECTION: by the tags that it touches; NULL: by any of them. */
static bool tags_cover(const struct projection *projection, const struct plan_query *query,
                       const struct sqlselect *select, size_t item)
{
    for (size_t choice = 0; choice < select->cases; choice++) {
        bool covered = false;

        for (size_t i = 0; i < query->tag_count && !covered; i++) {
            covered = (!projection || touches_tag(projection, &query->tags[i])) &&
                      tag_binds(select, item, &query->tags[i], choice);
        }
        if (!covered) {
            return false;
        }
    }
    return true;
}

/* Could touches_sql yield one of the query's tags, so that people wonder why that is not enough? */
static bool sql_yields_one(const struct projection *projection, const struct plan_query *query)
{
    for (size_t i = 0; i < query->tag_count; i++) {
        if (projection_sql_yields(projection, &query->tags[i])) {
            return true;
        }
    }
    return false;
}

/* At the query's SQL: no tag speaks for these rows. */
static void complain_unbound(const struct projection *projection, const struct plan_query *query,
                             const struct sqlselect *select, size_t item)
{
    struct build *build = projection->build;
    struct sqlrules rules = {.arena = build->arena,
                             .diag = build->diag,
                             .path = build->model.queries_sql.path,
                             .block = query->name};

    sqlrules_complain(&rules, select->items[item].line,
                      arena_printf(build->arena,
                                   "give the query a tag without places, such as '%.*s', that "
                                   "each change of the table touches, or bind the rows: "
                                   "%.*s.column = :parameter, joined by AND%s",
                                   SLICE_ARG(select->items[item].table->name),
                                   SLICE_ARG(select->items[item].name),
                                   sql_yields_one(projection, query)
                                       ? "; for which rows the tags of \"touches_sql\" speak "
                                         "cannot be seen: store the parameter's column in that "
                                         "table too"
                                       : ""),
                      "it reads rows of the table %.*s that none of its tags names: %.*s",
                      SLICE_ARG(sqlbound_name(build->arena, select, item)),
                      SLICE_ARG(sqlbound_why(build->arena, select, item)));
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

/* ------------------------------------------------------------------ what fills a place */

/* Does a touch like TAG have in its place I what WRITE stores? */
static bool is_filled(const struct projection *projection, const struct plan_template *tag,
                      size_t place, const struct projection_write *write)
{
    for (size_t i = 0; i < projection->out->touch_count; i++) {
        const struct plan_template_part *part = &projection->touches[i].parts[place];

        if (write->how == SQLSTORED_PARAM && template_same_shape(&projection->touches[i], tag) &&
            ((projection_is_id(projection, part->name) &&
              projection_is_id(projection, write->name)) ||
             (slice_eq(part->name, write->name) && part->old == write->old))) {
            return true;
        }
    }
    return false;
}

/* The first of the column's writes that fills no place I of the touches like TAG, or NULL. */
static const struct projection_write *find_unfilled(const struct projection *projection,
                                                    const struct plan_template *tag, size_t place,
                                                    const struct table_column *column)
{
    for (const struct projection_write *write = projection->writes; write; write = write->next) {
        if (write->column == column && !is_filled(projection, tag, place, write)) {
            return write;
        }
    }
    return NULL;
}

/* One of the columns that are bound to the place's parameter is enough: they are equal. */
static const struct projection_write *place_misses(const struct projection *projection,
                                                   const struct sqlselect *select, size_t item,
                                                   const struct plan_template *tag, size_t place,
                                                   size_t choice)
{
    const struct table *table = select->items[item].table;
    const struct projection_write *missed = NULL;

    for (size_t i = 0; i < table->column_count; i++) {
        const struct projection_write *write;

        if (!sqlbound_column(select, item, &table->columns[i], tag->parts[place].name, choice)) {
            continue;
        }
        write = find_unfilled(projection, tag, place, &table->columns[i]);
        if (!write) {
            return NULL;
        }
        missed = write;
    }
    return missed;
}

static const struct projection_write *tag_misses(const struct projection *projection,
                                                 const struct sqlselect *select, size_t item,
                                                 const struct plan_template *tag, size_t choice)
{
    const struct projection_write *missed = NULL;

    for (size_t i = 0; i < tag->part_count && !missed && !projection_sql_yields(projection, tag);
         i++) {
        if (tag->parts[i].name.len > 0) {
            missed = place_misses(projection, select, item, tag, i, choice);
        }
    }
    return missed;
}

/* One of the tags that cover the item must be filled. NULL: one is. */
static const struct projection_write *choice_misses(const struct projection *projection,
                                                    const struct plan_query *query,
                                                    const struct sqlselect *select, size_t item,
                                                    size_t choice)
{
    const struct projection_write *missed = NULL;

    for (size_t i = 0; i < query->tag_count; i++) {
        const struct projection_write *write;

        if (!touches_tag(projection, &query->tags[i]) ||
            !tag_binds(select, item, &query->tags[i], choice)) {
            continue;
        }
        write = tag_misses(projection, select, item, &query->tags[i], choice);
        if (!write) {
            return NULL;
        }
        missed = write;
    }
    return missed;
}

/* At the statement. */
static void complain_met(const struct projection *projection, const struct plan_query *query,
                         const struct projection_write *missed)
{
    const struct sqltoken *verb = missed->meets->tokens;
    struct sqlrules rules = projection->rules;

    rules.block = projection->out->name;
    if (sqltoken_is(verb, "INSERT")) {
        sqlrules_complain(&rules, verb->line,
                          SLICE_LITERAL("set that column too, and touch both tags, or use "
                                        "\"touches_sql\" or a tag without places"),
                          "the row that ON DUPLICATE KEY UPDATE meets keeps its '%.*s', by which "
                          "the query %.*s finds rows, and nothing says which tag that is",
                          SLICE_ARG(missed->column->name), SLICE_ARG(query->name));
        return;
    }
    sqlrules_complain(&rules, verb->line,
                      SLICE_LITERAL("find the rows by that column, or one row by a unique key "
                                    "with the aggregate's id, or use \"touches_sql\" or a tag "
                                    "without places"),
                      "it may change several rows, or another item's, and nothing says what their "
                      "'%.*s' is, by which the query %.*s finds rows",
                      SLICE_ARG(missed->column->name), SLICE_ARG(query->name));
}

static void check_fill(const struct projection *projection, const struct plan_query *query,
                       const struct sqlselect *select, size_t item)
{
    const struct projection_write *missed = NULL;

    for (size_t choice = 0; choice < select->cases && !missed; choice++) {
        missed = choice_misses(projection, query, select, item, choice);
    }
    if (missed && missed->meets) {
        complain_met(projection, query, missed);
    } else if (missed && missed->how != SQLSTORED_PARAM) {
        source_complain(
            &projection->source, projection->value,
            SLICE_LITERAL("store a parameter alone, touch a tag without places, or use "
                          "\"touches_sql\""),
            "it stores %s in the column '%.*s', by which the query %.*s finds rows, and "
            "no touch of that query's tags can have that in the place of that column's "
            "parameter",
            missed->how == SQLSTORED_DEFAULT ? "the default" : "no parameter alone",
            SLICE_ARG(missed->column->name), SLICE_ARG(query->name));
    } else if (missed) {
        source_complain(&projection->source, projection->value,
                        SLICE_LITERAL("the place of a tag holds what its column holds"),
                        "it writes :%s%.*s beside the column '%.*s', by which the query %.*s finds "
                        "rows, and no touch of that query's tags has it in the place of that "
                        "column's parameter",
                        missed->old ? "old." : "", SLICE_ARG(missed->name),
                        SLICE_ARG(missed->column->name), SLICE_ARG(query->name));
    }
}

/* ------------------------------------------------------------------ the check of rows */

static void check_rows(const struct projection *projection, const struct plan_query *query,
                       struct query_reads *reads)
{
    const struct sqlselect *select = &reads->select;

    for (size_t i = 0; i < select->item_count; i++) {
        const struct sqlitem *item = &select->items[i];

        if (reads->refused[i] || !item->table || !projection_writes(projection, item->table)) {
            continue;
        }
        if (!tags_cover(projection, query, select, i)) {
            reads->refused[i] = true; /* once, not for each projection */
            if (!tags_cover(NULL, query, select, i)) {
                complain_unbound(projection, query, select, i);
                continue;
            }
            source_complain(&projection->source, projection->value, tags_hint(projection, query),
                            "it writes the table %.*s, and touches none of the tags that name the "
                            "rows which the query %.*s reads of it",
                            SLICE_ARG(sqlbound_name(projection->build->arena, select, i)),
                            SLICE_ARG(query->name));
            continue;
        }
        check_fill(projection, query, select, i);
    }
}

void check_freshness(struct projection *projection)
{
    const struct plan_model *model = projection->build->out;
    struct slice table;

    for (size_t i = 0; i < model->query_count; i++) {
        const struct plan_query *query = &model->queries[i];
        struct query_reads *reads = &projection->build->reads[i];

        if (query->derived || query->tag_count == 0 ||
            !shares_table(projection->out, query, &table)) {
            continue; /* a declared list without tags is a complaint already */
        }
        if (!touches_query(projection, query)) {
            source_complain(&projection->source, projection->value, tags_hint(projection, query),
                            "it writes the table '%.*s', which the query %.*s reads, and touches "
                            "none of its tags",
                            SLICE_ARG(table), SLICE_ARG(query->name));
            continue;
        }
        check_rows(projection, query, reads);
        check_moves(projection, query, &reads->select);
    }
}
