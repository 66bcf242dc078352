/*
 * INSERT, REPLACE, UPDATE, DELETE.
 */
#include "conf/grammar/parse.h"

/* Words behind the verb. */
static void refuse_modifier(struct parse *parse)
{
    const struct sqltoken *word = parse->at, *verb = word - 1;

    if (parse_is(parse, "IGNORE")) {
        parse_fail(parse, "leave it out; ON DUPLICATE KEY UPDATE c = c keeps a row that is there",
                   "%.*s %.*s is not allowed: it changes values and leaves out rows, of which the "
                   "server only warns: a record that is warned of becomes a dead letter",
                   SLICE_ARG(verb->text), SLICE_ARG(word->text));
    } else if (SQLTOKEN_IS_ANY(word, "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "QUICK")) {
        parse_fail(parse, "leave it out", "%.*s %.*s is not allowed: InnoDB does not know it",
                   SLICE_ARG(verb->text), SLICE_ARG(word->text));
    }
}

/* ------------------------------------------------------------------ assignments */

/* DEFAULT alone; DEFAULT(a) is a function. */
static struct sqlexpr *value(struct parse *parse)
{
    unsigned int from = parse_here(parse);

    if (parse_is(parse, "DEFAULT") && !parse_is_next(parse, "(")) {
        parse->at++;
        return parse_node(parse, SQLEXPR_DEFAULT, from);
    }
    return parse_expr(parse);
}

/* column = value {, column = value} */
static void take_sets(struct parse *parse, struct sqlchange *change)
{
    struct parse_list list = {0};

    do {
        struct sqlset *set = ARENA_NEW(parse->arena, struct sqlset);

        set->column = parse_column(parse, "a column");
        parse_demand(parse, "=");
        set->value = value(parse);
        parse_add(parse, &list, set);
    } while (parse_take(parse, ","));
    change->sets = ARENA_ARRAY(parse->arena, struct sqlset, list.count);
    for (size_t i = 0; i < list.count; i++) {
        change->sets[change->set_count++] = *(struct sqlset *)list.items[i];
    }
}

/* ------------------------------------------------------------------ INSERT, REPLACE */

/* "(" [value {"," value}] ")" */
static struct sqlexpr **take_row(struct parse *parse, size_t *width)
{
    struct parse_list list = {0};

    parse_demand(parse, "(");
    if (!parse_is(parse, ")")) {
        do {
            parse_add(parse, &list, value(parse));
        } while (parse_take(parse, ","));
    }
    parse_demand(parse, ")");
    *width = list.count;
    return (struct sqlexpr **)list.items;
}

static void take_rows(struct parse *parse, struct sqlchange *change)
{
    struct parse_list rows = {0}, widths = {0};
    unsigned int from = parse_here(parse);

    do {
        size_t *width = ARENA_NEW(parse->arena, size_t);

        parse_add(parse, &rows, take_row(parse, width));
        parse_add(parse, &widths, width);
    } while (parse_take(parse, ","));
    change->rows = (struct sqlexpr ***)rows.items;
    change->row_count = rows.count;
    change->values = parse_span(parse, from);
    change->widths = ARENA_ARRAY(parse->arena, size_t, rows.count);
    for (size_t i = 0; i < rows.count; i++) {
        change->widths[i] = *(size_t *)widths.items[i];
    }
}

/* INSERT t SET a = 1: as INSERT t (a) VALUES (1). */
static void take_row_of_sets(struct parse *parse, struct sqlchange *change)
{
    struct parse_list rows = {0}, row = {0};

    take_sets(parse, change);
    change->columns = ARENA_ARRAY(parse->arena, struct slice, change->set_count);
    for (size_t i = 0; i < change->set_count; i++) {
        if (change->sets[i].column->qualifier.len > 0) {
            parse_fail(parse, NULL, "write the column without its table");
        }
        change->columns[i] = change->sets[i].column->name;
        parse_add(parse, &row, change->sets[i].value);
    }
    parse_add(parse, &rows, row.items);
    change->column_count = change->set_count;
    change->rows = (struct sqlexpr ***)rows.items;
    change->row_count = 1;
    change->widths = ARENA_NEW(parse->arena, size_t);
    change->widths[0] = row.count;
    change->set_count = 0;
    change->sets = NULL;
}

/* "(" names ")": not the "(" of a query. */
static bool is_column_list(const struct parse *parse)
{
    return parse_is(parse, "(") && !parse_is_next(parse, "SELECT") &&
           !parse_is_next(parse, "WITH") && !parse_is_next(parse, "(");
}

static void take_columns(struct parse *parse, struct sqlchange *change)
{
    if (parse_is(parse, "(") && parse_is_next(parse, ")")) {
        parse->at += 2;
    } else if (is_column_list(parse)) {
        change->columns = parse_names(parse, "a column", &change->column_count);
    }
}

static void take_duplicate(struct parse *parse, struct sqlchange *change)
{
    if (change->verb == SQLVERB_REPLACE || !parse_take(parse, "ON")) {
        return;
    }
    parse_demand(parse, "DUPLICATE");
    parse_demand(parse, "KEY");
    parse_demand(parse, "UPDATE");
    parse->duplicate = true;
    take_sets(parse, change);
    parse->duplicate = false;
}

static void take_insert(struct parse *parse, struct sqlchange *change)
{
    bool columns;

    refuse_modifier(parse);
    parse_take(parse, "INTO");
    change->from = parse_target(parse, false);
    columns = parse_is(parse, "(");
    take_columns(parse, change);
    if (parse_take(parse, "VALUES") || parse_take(parse, "VALUE")) {
        take_rows(parse, change);
    } else if (!columns && parse_take(parse, "SET")) {
        take_row_of_sets(parse, change);
    } else if (parse_is_query(parse) || parse_is(parse, "(")) {
        change->query = parse_query(parse);
    } else {
        parse_expected(parse, "VALUES, SET or SELECT");
    }
    take_duplicate(parse, change);
}

/* ------------------------------------------------------------------ UPDATE, DELETE */

static void take_condition(struct parse *parse, struct sqlchange *change)
{
    if (parse_take(parse, "WHERE")) {
        unsigned int from = parse_here(parse);

        change->where = parse_expr(parse);
        change->condition = parse_span(parse, from);
    }
    if (change->from->kind != SQLFROM_SOURCE || change->target.len > 0) {
        return; /* no ORDER, no LIMIT of several tables */
    }
    if (parse_take(parse, "ORDER")) {
        parse_demand(parse, "BY");
        change->order = parse_order(parse, &change->order_count);
    }
    if (parse_take(parse, "LIMIT")) {
        change->limit = parse_count(parse);
    }
}

static void take_tables(struct parse *parse, struct sqlchange *change)
{
    unsigned int from = parse_here(parse);

    change->from = parse_from(parse);
    change->tables = parse_span(parse, from);
}

static void take_update(struct parse *parse, struct sqlchange *change)
{
    refuse_modifier(parse);
    take_tables(parse, change);
    parse_demand(parse, "SET");
    take_sets(parse, change);
    take_condition(parse, change);
}

static void take_delete_of_joins(struct parse *parse, struct sqlchange *change)
{
    change->target = parse_name(parse, "FROM or a table");
    if (parse_is(parse, ",")) {
        parse_fail(parse, "write one statement for each", "a DELETE of several tables");
    }
    parse_demand(parse, "FROM");
    take_tables(parse, change);
}

static void take_delete(struct parse *parse, struct sqlchange *change)
{
    unsigned int from;

    refuse_modifier(parse);
    if (!parse_take(parse, "FROM")) {
        take_delete_of_joins(parse, change);
        take_condition(parse, change);
        return;
    }
    from = parse_here(parse);
    change->from = parse_target(parse, false);
    change->tables = parse_span(parse, from);
    if (parse_is(parse, "USING") || parse_is(parse, ",") || parse_is_name(parse)) {
        parse_fail(parse, "write DELETE t FROM t JOIN ...", "'%.*s' is not expected here",
                   SLICE_ARG(parse->at->text));
    }
    take_condition(parse, change);
}

/* ------------------------------------------------------------------ all */

static const struct {
    const char *word;
    enum sqlverb verb;
    void (*take)(struct parse *parse, struct sqlchange *change);
} verbs[] = {
    {"INSERT",  SQLVERB_INSERT,  take_insert},
    {"REPLACE", SQLVERB_REPLACE, take_insert},
    {"UPDATE",  SQLVERB_UPDATE,  take_update},
    {"DELETE",  SQLVERB_DELETE,  take_delete},
};

struct sqlchange *parse_change(struct parse *parse)
{
    struct sqlchange *change = ARENA_NEW(parse->arena, struct sqlchange);

    for (size_t i = 0; i < ARRAY_COUNT(verbs); i++) {
        if (parse_take(parse, verbs[i].word)) {
            change->verb = verbs[i].verb;
            change->target = SLICE_EMPTY;
            verbs[i].take(parse, change);
            if (parse_is(parse, "RETURNING")) {
                parse_fail(parse, NULL, "RETURNING is not allowed: MySQL has none");
            }
            return change;
        }
    }
    parse_expected(parse, "SELECT, WITH, INSERT, REPLACE, UPDATE or DELETE");
    return change;
}
