/*
 * SELECT and what it stands in: UNION, WITH, FROM.
 */
#include "conf/grammar/parse.h"

/* ------------------------------------------------------------------ WITH */

/* name [(columns)] AS (query): read once for its faults, and again at each mention. */
static void take_common(struct parse *parse)
{
    struct common *common = ARENA_NEW(parse->arena, struct common);
    size_t sources = parse->source_count;

    common->outer = parse->commons;
    common->token = parse->at;
    common->name = parse_name(parse, "a name");
    if (parse_is(parse, "(")) {
        common->labels = parse_names(parse, "a column", &common->label_count);
    }
    parse_demand(parse, "AS");
    parse_demand(parse, "(");
    common->query = parse->at;
    parse_query(parse);
    parse_demand(parse, ")");
    parse->source_count = sources;
    parse->commons = common;
}

static void take_commons(struct parse *parse)
{
    if (parse_is(parse, "RECURSIVE")) {
        parse_fail(parse, NULL, "WITH RECURSIVE is not allowed: its rows are not seen");
    }
    if (parse_is(parse, "ROLLUP")) {
        parse_expected(parse, "a name");
    }
    do {
        take_common(parse);
    } while (parse_take(parse, ","));
}

/* ------------------------------------------------------------------ SELECT */

/* *, which is the first of a list, t.* */
static bool take_star(struct parse *parse, bool first, struct sqlselected *out)
{
    unsigned int from = parse_here(parse);
    const struct sqltoken *token = parse->at;
    bool qualified =
        parse_is_name(parse) && parse_is_next(parse, ".") && sqltoken_is(token + 2, "*");

    if (!qualified && !(first && parse_is(parse, "*"))) {
        return false;
    }
    parse->at += qualified ? 3 : 1;
    out->expr = parse_node(parse, SQLEXPR_STAR, from);
    out->expr->qualifier = qualified ? token->text : SLICE_EMPTY;
    out->alias = SLICE_EMPTY;
    return true;
}

static void take_item(struct parse *parse, struct parse_list *list)
{
    struct sqlselected *item = ARENA_NEW(parse->arena, struct sqlselected);

    parse_add(parse, list, item);
    if (take_star(parse, list->count == 1, item)) {
        return;
    }
    item->expr = parse_expr(parse);
    item->alias = parse_item_alias(parse);
}

static void take_items(struct parse *parse, struct sqlcore *core)
{
    struct parse_list list = {0};

    do {
        take_item(parse, &list);
    } while (parse_take(parse, ","));
    core->items = ARENA_ARRAY(parse->arena, struct sqlselected, list.count);
    for (size_t i = 0; i < list.count; i++) {
        core->items[core->item_count++] = *(struct sqlselected *)list.items[i];
    }
}

static void take_group(struct parse *parse, struct sqlcore *core)
{
    if (!parse_take(parse, "GROUP")) {
        return;
    }
    parse_demand(parse, "BY");
    core->group = parse_exprs(parse, &core->group_count);
    if (parse_is(parse, "WITH")) {
        parse_fail(parse, NULL, "WITH ROLLUP is not allowed");
    }
}

/* WINDOW w AS (PARTITION BY a), ... */
static void take_windows(struct parse *parse, struct sqlcore *core)
{
    struct parse_list list = {0};

    if (!parse_take(parse, "WINDOW")) {
        return;
    }
    do {
        parse_name(parse, "a window");
        parse_demand(parse, "AS");
        parse_window(parse, &list);
    } while (parse_take(parse, ","));
    core->windows = true;
    core->window_exprs = (struct sqlexpr **)list.items;
    core->window_count = list.count;
}

/* Words behind SELECT that are names elsewhere: to both servers, or to one of them. */
static void take_options(struct parse *parse, struct sqlcore *core)
{
    while (parse_take(parse, "DISTINCT") || parse_take(parse, "DISTINCTROW")) {
        core->distinct = true;
    }
    while (!core->distinct && parse_take(parse, "ALL")) {
    }
    if (SQLTOKEN_IS_ANY(parse->at, "SQL_NO_CACHE", "SQL_CACHE", "SQL_BUFFER_RESULT",
                        "SQL_CALC_FOUND_ROWS", "SQL_SMALL_RESULT", "SQL_BIG_RESULT",
                        "HIGH_PRIORITY", "STRAIGHT_JOIN")) {
        parse_fail(parse, NULL, "%.*s is not allowed", SLICE_ARG(parse->at->text));
    }
}

static struct sqlcore *take_core(struct parse *parse)
{
    struct sqlcore *core = ARENA_NEW(parse->arena, struct sqlcore);
    unsigned int outer = parse->windows, from;

    parse->windows = 0;
    parse_demand(parse, "SELECT");
    take_options(parse, core);
    take_items(parse, core);
    from = parse_here(parse);
    if (parse_take(parse, "FROM")) {
        core->from = parse_take(parse, "DUAL") ? NULL : parse_from(parse);
    }
    core->where = parse_take(parse, "WHERE") ? parse_expr(parse) : NULL;
    take_group(parse, core);
    core->having = parse_take(parse, "HAVING") ? parse_expr(parse) : NULL;
    core->rows = parse_span(parse, from);
    if (sqltoken_is(&parse->statement->tokens[from], "FROM")) {
        take_windows(parse, core);
    }
    core->windows |= parse->windows > 0;
    parse->windows = outer;
    return core;
}

/* ------------------------------------------------------------------ queries */

/* "(" query ")", or a SELECT */
static struct sqlquery *take_branch(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlquery *query;

    if (parse_take(parse, "(")) {
        if (parse_is(parse, "WITH")) {
            parse_fail(parse, NULL, "WITH in parentheses is not allowed: MariaDB has none");
        }
        query = parse_query(parse);
        parse_demand(parse, ")");
        return query;
    }
    query = ARENA_NEW(parse->arena, struct sqlquery);
    query->core = take_core(parse);
    query->span = parse_span(parse, from);
    return query;
}

/* *distinct: of a UNION that is not of ALL rows. */
static bool take_set_operator(struct parse *parse, bool *unites, bool *distinct)
{
    bool joins = parse_take(parse, "UNION");

    if (!joins && !parse_take(parse, "EXCEPT") && !parse_take(parse, "INTERSECT")) {
        return false;
    }
    *unites &= joins;
    *distinct = !parse_take(parse, "ALL");
    if (*distinct) {
        parse_take(parse, "DISTINCT");
    }
    return true;
}

static struct sqlquery *take_branches(struct parse *parse)
{
    struct parse_list list = {0};
    struct sqlquery *query, *first = take_branch(parse);
    bool unites = true, distinct = false;

    parse_add(parse, &list, first);
    while (take_set_operator(parse, &unites, &distinct)) {
        parse_add(parse, &list, take_branch(parse));
    }
    if (list.count == 1 && (first->core && !first->order && !first->limit)) {
        return first;
    }
    query = ARENA_NEW(parse->arena, struct sqlquery);
    query->branches = (struct sqlquery **)list.items;
    query->branch_count = list.count;
    query->unites = unites;
    query->distinct = unites && distinct;
    return query;
}

struct sqlexpr *parse_count(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    const struct sqltoken *token = parse->at;
    bool param = token->kind == SQLTOKEN_PARAM;
    struct sqlexpr *node;
    uint64_t number;

    if (!param &&
        (token->kind != SQLTOKEN_NUMBER || slice_parse_u64(token->text, &number) != STATUS_OK)) {
        parse_expected(parse, "a number or a parameter");
        return parse_node(parse, SQLEXPR_NULL, from);
    }
    parse->at++;
    node = parse_node(parse, param ? SQLEXPR_PARAM : SQLEXPR_NUMBER, from);
    node->name = token->text;
    return node;
}

static void refuse_rows_examined(struct parse *parse)
{
    if (parse_is(parse, "ROWS")) {
        parse_fail(parse, NULL,
                   "ROWS EXAMINED is not allowed: it gives a part of the answer, by the plan");
    }
}

static void take_limit(struct parse *parse, struct sqlquery *query)
{
    if (!parse_take(parse, "LIMIT")) {
        return;
    }
    refuse_rows_examined(parse);
    query->limit = parse_count(parse);
    if (parse_take(parse, ",")) {
        query->offset = query->limit;
        query->limit = parse_count(parse);
    } else if (parse_take(parse, "OFFSET")) {
        query->offset = parse_count(parse);
    }
    refuse_rows_examined(parse);
}

/* Of the query at hand: who comes first in the text. */
static void find_unmentioned(struct parse *parse, const struct common *outer)
{
    for (const struct common *common = parse->commons; common && common != outer;
         common = common->outer) {
        if (!common->mentioned && !(parse->unmentioned && parse->unmentioned < common->token)) {
            parse->unmentioned = common->token;
        }
    }
}

static void refuse_rest(struct parse *parse)
{
    if (parse_is(parse, "FOR") || parse_is(parse, "LOCK")) {
        parse_fail(parse, NULL, "a query must not lock rows");
    } else if (parse_is(parse, "INTO")) {
        parse_fail(parse, NULL, "INTO is not allowed: a query only reads");
    }
}

struct sqlquery *parse_query(struct parse *parse)
{
    struct common *commons = parse->commons;
    unsigned int from = parse_here(parse);
    bool duplicate = parse->duplicate;
    struct sqlquery *query;

    if (!parse_enter(parse)) {
        return ARENA_NEW(parse->arena, struct sqlquery);
    }
    parse->duplicate = false;
    if (parse_take(parse, "WITH")) {
        take_commons(parse);
    }
    query = take_branches(parse);
    if (parse_take(parse, "ORDER")) {
        parse_demand(parse, "BY");
        query->order = parse_order(parse, &query->order_count);
    }
    take_limit(parse, query);
    refuse_rest(parse);
    query->span = parse_span(parse, from);
    find_unmentioned(parse, commons);
    parse->commons = commons;
    parse->duplicate = duplicate;
    parse_leave(parse);
    return query;
}
