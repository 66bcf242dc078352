/*
 * Calls: name(args), CASE, MATCH, and OVER behind them. What a function does is of no interest
 * here, but whether it makes one row of many.
 */
#include "conf/grammar/parse.h"

/* ------------------------------------------------------------------ words */

/* Functions that are nothing without OVER. */
static bool is_window_word(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "CUME_DIST", "DENSE_RANK", "FIRST_VALUE", "LAG", "LAST_VALUE",
                           "LEAD", "NTH_VALUE", "NTILE", "PERCENT_RANK", "RANK", "ROW_NUMBER");
}

/* Reserved words that are functions too. */
static bool is_function_word(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "CHAR", "CONVERT", "CURRENT_DATE", "CURRENT_TIME",
                           "CURRENT_TIMESTAMP", "CURRENT_ROLE", "CURRENT_USER", "DATABASE",
                           "DEFAULT", "IF", "INSERT", "LEFT", "LOCALTIME", "LOCALTIMESTAMP", "MOD",
                           "REPEAT", "REPLACE", "RIGHT", "ROW", "SCHEMA", "UTC_DATE", "UTC_TIME",
                           "UTC_TIMESTAMP", "VALUES") ||
           is_window_word(token);
}

/* Functions without parentheses. */
static bool is_bare_function(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
                           "CURRENT_USER", "LOCALTIME", "LOCALTIMESTAMP", "UTC_DATE", "UTC_TIME",
                           "UTC_TIMESTAMP");
}

/*
 * Of many rows one: MySQL 8 and MariaDB manuals, "Aggregate Function Descriptions". ANY_VALUE is
 * none by itself, but stands where they stand.
 */
static bool is_aggregate(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "ANY_VALUE", "AVG", "BIT_AND", "BIT_OR", "BIT_XOR", "COUNT",
                           "GROUP_CONCAT", "JSON_ARRAYAGG", "JSON_OBJECTAGG", "MAX", "MIN",
                           "ST_COLLECT", "STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "SUM",
                           "VARIANCE", "VAR_POP", "VAR_SAMP");
}

/*
 * Functions whose "(" must follow without a blank, or the servers take the name for a column's
 * (MySQL 8 manual, "Function Name Parsing and Resolution").
 */
static bool is_close(const struct sqltoken *token)
{
    return (is_aggregate(token) && !SQLTOKEN_IS_ANY(token, "ANY_VALUE", "AVG")) ||
           (is_window_word(token) && !sqltoken_is(token, "ROW_NUMBER")) ||
           SQLTOKEN_IS_ANY(token, "ADDDATE", "CAST", "CURDATE", "CURTIME", "DATE_ADD", "DATE_SUB",
                           "EXTRACT", "MID", "NOW", "POSITION", "SESSION_USER", "SUBDATE", "SUBSTR",
                           "SUBSTRING", "SYSDATE", "SYSTEM_USER", "TRIM");
}

static void take_expr(struct parse *parse, struct parse_list *args)
{
    parse_add(parse, args, parse_expr(parse));
}

/* ------------------------------------------------------------------ OVER */

/* UNBOUNDED PRECEDING, 1 PRECEDING, CURRENT ROW; AFTER: FOLLOWING may be */
static void take_bound(struct parse *parse, bool following)
{
    if (parse_take(parse, "CURRENT")) {
        parse_demand(parse, "ROW");
        return;
    }
    if (parse->at->kind == SQLTOKEN_NUMBER) {
        parse->at++;
    } else {
        parse_demand(parse, "UNBOUNDED");
    }
    if (!following || !parse_take(parse, "FOLLOWING")) {
        parse_demand(parse, "PRECEDING");
    }
}

/* ROWS 1 PRECEDING, RANGE BETWEEN 1 PRECEDING AND CURRENT ROW */
static void take_frame(struct parse *parse)
{
    if (!parse_take(parse, "ROWS") && !parse_take(parse, "RANGE")) {
        return;
    }
    if (!parse_take(parse, "BETWEEN")) {
        take_bound(parse, false);
        return;
    }
    take_bound(parse, true);
    parse_demand(parse, "AND");
    take_bound(parse, true);
}

void parse_window(struct parse *parse, struct parse_list *exprs)
{
    size_t count = 0;
    struct sqlexpr **read;

    parse_demand(parse, "(");
    if (parse_is_name(parse)) {
        parse_name(parse, "a window");
    }
    if (parse_take(parse, "PARTITION")) {
        parse_demand(parse, "BY");
        read = parse_exprs(parse, &count);
        for (size_t i = 0; i < count; i++) {
            parse_add(parse, exprs, read[i]);
        }
    }
    if (parse_take(parse, "ORDER")) {
        parse_demand(parse, "BY");
        read = parse_order(parse, &count);
        for (size_t i = 0; i < count; i++) {
            parse_add(parse, exprs, read[i]);
        }
    }
    take_frame(parse);
    parse_demand(parse, ")");
}

static void take_over(struct parse *parse, struct parse_list *args)
{
    parse->windows++;
    if (parse_is(parse, "(")) {
        parse_window(parse, args);
    } else {
        parse_name(parse, "a window");
    }
}

/* ------------------------------------------------------------------ calls */

/* CASE [x] WHEN a THEN b ... [ELSE c] END: all of them are arguments. */
static struct sqlexpr *parse_case(struct parse *parse, unsigned int from)
{
    struct parse_list args = {0};
    struct sqlexpr *node;

    if (!parse_is(parse, "WHEN")) {
        take_expr(parse, &args);
    }
    do {
        parse_demand(parse, "WHEN");
        take_expr(parse, &args);
        parse_demand(parse, "THEN");
        take_expr(parse, &args);
    } while (parse_is(parse, "WHEN"));
    if (parse_take(parse, "ELSE")) {
        take_expr(parse, &args);
    }
    parse_demand(parse, "END");
    node = parse_node_of_list(parse, SQLEXPR_CALL, from, &args);
    node->name = SLICE_LITERAL("CASE");
    return node;
}

/* IN BOOLEAN MODE, IN NATURAL LANGUAGE MODE, WITH QUERY EXPANSION */
static void take_match_mode(struct parse *parse)
{
    if (parse_take(parse, "IN")) {
        if (parse_take(parse, "BOOLEAN")) {
            parse_demand(parse, "MODE");
            return;
        }
        parse_demand(parse, "NATURAL");
        parse_demand(parse, "LANGUAGE");
        parse_demand(parse, "MODE");
    }
    if (parse_take(parse, "WITH")) {
        parse_demand(parse, "QUERY");
        parse_demand(parse, "EXPANSION");
    }
}

/* MATCH (a, b) AGAINST (:words IN BOOLEAN MODE); the first parentheses may be left out */
static struct sqlexpr *parse_match(struct parse *parse, unsigned int from)
{
    struct parse_list args = {0};
    struct sqlexpr *node;
    bool enclosed = parse_take(parse, "(");

    do {
        parse_add(parse, &args, parse_column(parse, "a column"));
    } while (parse_take(parse, ","));
    if (enclosed) {
        parse_demand(parse, ")");
    }
    parse_demand(parse, "AGAINST");
    parse_demand(parse, "(");
    parse_add(parse, &args, parse_operand(parse));
    take_match_mode(parse);
    parse_demand(parse, ")");
    node = parse_node_of_list(parse, SQLEXPR_CALL, from, &args);
    node->name = SLICE_LITERAL("MATCH");
    return node;
}

/* VALUES(name): the value that the row would have had. The "(" is taken. */
static struct sqlexpr *parse_new(struct parse *parse, unsigned int from)
{
    struct sqlexpr *node = parse_column(parse, "a column");

    parse_demand(parse, ")");
    node->kind = SQLEXPR_NEW;
    node->span = parse_span(parse, from);
    return node;
}

static void check_over(struct parse *parse, const struct sqltoken *name, bool distinct)
{
    bool over = parse_is(parse, "OVER");

    if (is_window_word(name) && !over) {
        parse_expected(parse, "OVER");
    } else if (over && !is_window_word(name) &&
               (distinct || !is_aggregate(name) ||
                SQLTOKEN_IS_ANY(name, "ANY_VALUE", "GROUP_CONCAT", "JSON_ARRAYAGG",
                                "JSON_OBJECTAGG"))) {
        parse_fail(parse, NULL, "%.*s must have no OVER here", SLICE_ARG(name->text));
    }
}

/* name(...): the name and the "(" are taken. */
static struct sqlexpr *called(struct parse *parse, const struct sqltoken *name, unsigned int from)
{
    struct parse_list args = {0};
    struct sqlexpr *node;
    bool windows, distinct = parse_is(parse, "DISTINCT");

    parse_args(parse, name, &args);
    parse_demand(parse, ")");
    check_over(parse, name, distinct);
    windows = parse_take(parse, "OVER");
    if (windows) {
        take_over(parse, &args);
    }
    node = parse_node_of_list(parse, sqltoken_is(name, "ROW") ? SQLEXPR_ROW : SQLEXPR_CALL, from,
                              &args);
    node->name = name->text;
    node->aggregates = is_aggregate(name) && !windows;
    node->windows = windows;
    return node;
}

/* NEXT VALUE FOR s, PREVIOUS VALUE FOR s */
static void refuse_sequence(struct parse *parse)
{
    if (SQLTOKEN_IS_ANY(parse->at, "NEXT", "PREVIOUS") && parse_is_next(parse, "VALUE") &&
        sqltoken_is(parse->at + 2, "FOR")) {
        parse_fail(parse, NULL,
                   "%.*s VALUE FOR is not allowed: a sequence counts for everybody, and no "
                   "projection writes it",
                   SLICE_ARG(parse->at->text));
    }
}

struct sqlexpr *parse_call(struct parse *parse)
{
    const struct sqltoken *name = parse->at;
    unsigned int from = parse_here(parse);
    struct sqlexpr *node;

    refuse_sequence(parse);
    if (parse_take(parse, "CASE")) {
        return parse_case(parse, from);
    }
    if (parse_take(parse, "MATCH")) {
        return parse_match(parse, from);
    }
    if (is_bare_function(name) && !parse_is_next(parse, "(")) {
        parse->at++;
        node = parse_node(parse, SQLEXPR_CALL, from);
        node->name = name->text;
        return node;
    }
    if (!parse_is_next(parse, "(") || !(parse_is_name(parse) || is_function_word(name))) {
        return NULL;
    }
    if (is_close(name) && name->end != name[1].start) {
        parse_fail(parse, NULL, "no blank may be between '%.*s' and its '('",
                   SLICE_ARG(name->text));
    }
    if (name->kind == SQLTOKEN_QUOTED || !function_is_known(name->text)) {
        parse_fail(parse, NULL,
                   "the function '%.*s' is not known: a stored function reads what is not seen",
                   SLICE_ARG(name->text));
    }
    parse->at += 2 * (parse->at->kind != SQLTOKEN_END);
    if (SQLTOKEN_IS_ANY(name, "MEDIAN", "PERCENTILE_CONT", "PERCENTILE_DISC")) {
        parse_fail(parse, NULL, "%.*s is not allowed: MySQL has none", SLICE_ARG(name->text));
    }
    if (sqltoken_is(name, "VALUES") && !parse->duplicate) {
        parse_fail(parse, NULL, "VALUES(name) is only behind ON DUPLICATE KEY UPDATE");
    }
    return sqltoken_is(name, "VALUES") ? parse_new(parse, from) : called(parse, name, from);
}
