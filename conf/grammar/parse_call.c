/*
 * Calls: name(args), those with words of their own inside (CAST(x AS CHAR), TRIM(a FROM b), CASE),
 * and OVER behind them. What a function does is of no interest here, but whether it makes one row
 * of many.
 */
#include "conf/grammar/parse.h"

/* ------------------------------------------------------------------ words */

/* Reserved words that are functions too. */
static bool is_function_word(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "CHAR", "CONVERT", "CURRENT_DATE", "CURRENT_TIME",
                           "CURRENT_TIMESTAMP", "CURRENT_USER", "DATABASE", "DEFAULT", "IF",
                           "INSERT", "LEFT", "LOCALTIME", "LOCALTIMESTAMP", "MOD", "REPEAT",
                           "REPLACE", "RIGHT", "ROW", "SCHEMA", "UTC_DATE", "UTC_TIME",
                           "UTC_TIMESTAMP", "VALUES") ||
           SQLTOKEN_IS_ANY(token, "CUME_DIST", "DENSE_RANK", "FIRST_VALUE", "LAG", "LAST_VALUE",
                           "LEAD", "NTH_VALUE", "NTILE", "PERCENT_RANK", "RANK", "ROW_NUMBER");
}

/* Functions without parentheses. */
static bool is_bare_function(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP",
                           "CURRENT_USER", "CURRENT_ROLE", "LOCALTIME", "LOCALTIMESTAMP",
                           "UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP");
}

/*
 * Of many rows one: MySQL 8 and MariaDB manuals, "Aggregate Function Descriptions". ANY_VALUE is
 * none by itself, but stands where they stand.
 */
static bool is_aggregate(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "ANY_VALUE", "AVG", "BIT_AND", "BIT_OR", "BIT_XOR", "COUNT",
                           "GROUP_CONCAT", "JSON_ARRAYAGG", "JSON_OBJECTAGG", "MAX", "MEDIAN",
                           "MIN", "PERCENTILE_CONT", "PERCENTILE_DISC", "STD", "STDDEV",
                           "STDDEV_POP", "STDDEV_SAMP", "SUM", "VARIANCE", "VAR_POP", "VAR_SAMP");
}

/*
 * Functions whose "(" must follow without a blank, or the servers take the name for a column's
 * (MySQL 8 manual, "Function Name Parsing and Resolution").
 */
static bool is_close(const struct sqltoken *token)
{
    return is_aggregate(token) ||
           SQLTOKEN_IS_ANY(token, "CAST", "CURDATE", "CURTIME", "DATE_ADD", "DATE_SUB", "EXTRACT",
                           "MID", "NOW", "POSITION", "SUBSTR", "SUBSTRING", "SYSDATE", "TRIM");
}

static bool is_unit(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH",
                           "QUARTER", "YEAR") ||
           SQLTOKEN_IS_ANY(token, "SECOND_MICROSECOND", "MINUTE_MICROSECOND", "MINUTE_SECOND",
                           "HOUR_MICROSECOND", "HOUR_SECOND", "HOUR_MINUTE", "DAY_MICROSECOND",
                           "DAY_SECOND", "DAY_MINUTE", "DAY_HOUR", "YEAR_MONTH");
}

static void take_unit(struct parse *parse)
{
    if (is_unit(parse->at)) {
        parse->at++;
    } else {
        parse_expected(parse, "a unit such as DAY");
    }
}

struct sqlexpr *parse_interval(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlexpr *amount, *node;

    parse_demand(parse, "INTERVAL");
    amount = parse_expr(parse);
    take_unit(parse);
    node = parse_node_of(parse, SQLEXPR_CALL, from, amount, NULL, NULL);
    node->name = SLICE_LITERAL("INTERVAL");
    return node;
}

/* ------------------------------------------------------------------ arguments, by the function */

typedef void (*args_fn)(struct parse *parse, struct parse_list *args);

static void take_expr(struct parse *parse, struct parse_list *args)
{
    parse_add(parse, args, parse_expr(parse));
}

static void args_plain(struct parse *parse, struct parse_list *args)
{
    if (parse_is(parse, ")")) {
        return;
    }
    do {
        take_expr(parse, args);
    } while (parse_take(parse, ","));
}

/* x, INTERVAL 1 DAY; of ADDDATE and SUBDATE also a number of days */
static void args_moved(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    parse_demand(parse, ",");
    if (parse_is(parse, "INTERVAL")) {
        parse_add(parse, args, parse_interval(parse));
    } else {
        take_expr(parse, args);
    }
}

static void args_aggregate(struct parse *parse, struct parse_list *args)
{
    unsigned int from = parse_here(parse);

    parse_take(parse, "DISTINCT");
    if (parse_take(parse, "*")) {
        parse_add(parse, args, parse_node(parse, SQLEXPR_STAR, from));
        return;
    }
    args_plain(parse, args);
}

/* [DISTINCT] a, b ORDER BY c SEPARATOR ', ' */
static void args_concatenated(struct parse *parse, struct parse_list *args)
{
    parse_take(parse, "DISTINCT");
    args_plain(parse, args);
    if (parse_take(parse, "ORDER")) {
        size_t count = 0;
        struct sqlexpr **order;

        parse_demand(parse, "BY");
        order = parse_order(parse, &count);
        for (size_t i = 0; i < count; i++) {
            parse_add(parse, args, order[i]);
        }
    }
    if (parse_take(parse, "SEPARATOR")) {
        if (parse->at->kind == SQLTOKEN_STRING) {
            parse->at++;
        } else {
            parse_expected(parse, "a string");
        }
    }
}

/* DECIMAL(10, 2), CHAR(3) CHARACTER SET utf8mb4, UNSIGNED INTEGER */
static void take_type(struct parse *parse)
{
    static const char *const types[] = {"BINARY", "CHAR",   "NCHAR",    "DATE",   "DATETIME",
                                        "TIME",   "SIGNED", "UNSIGNED", "DOUBLE", "DECIMAL",
                                        "FLOAT",  "JSON",   "YEAR"};

    if (!sqltoken_is_any(parse->at, types, ARRAY_COUNT(types))) {
        parse_expected(parse, "a type such as CHAR");
        return;
    }
    parse->at++;
    parse_take(parse, "INTEGER");
    if (parse_take(parse, "(")) {
        do {
            if (parse->at->kind != SQLTOKEN_NUMBER) {
                parse_expected(parse, "a number");
                return;
            }
            parse->at++;
        } while (parse_take(parse, ","));
        parse_demand(parse, ")");
    }
    if (parse_take(parse, "CHARSET") || parse_take(parse, "CHARACTER")) {
        parse_take(parse, "SET");
        parse_name(parse, "a character set");
    }
}

static void args_cast(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    parse_demand(parse, "AS");
    take_type(parse);
}

static void take_charset(struct parse *parse)
{
    if (!parse_take(parse, "BINARY")) {
        parse_name(parse, "a character set");
    }
}

static void args_converted(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    if (parse_take(parse, "USING")) {
        take_charset(parse);
    } else {
        parse_demand(parse, ",");
        take_type(parse);
    }
}

static void args_char(struct parse *parse, struct parse_list *args)
{
    args_plain(parse, args);
    if (parse_take(parse, "USING")) {
        take_charset(parse);
    }
}

static void args_extract(struct parse *parse, struct parse_list *args)
{
    take_unit(parse);
    parse_demand(parse, "FROM");
    take_expr(parse, args);
}

static void args_with_unit(struct parse *parse, struct parse_list *args)
{
    take_unit(parse);
    parse_demand(parse, ",");
    args_plain(parse, args);
}

/* [LEADING | TRAILING | BOTH] [what] FROM text, or text */
static void args_trim(struct parse *parse, struct parse_list *args)
{
    bool side =
        parse_take(parse, "LEADING") || parse_take(parse, "TRAILING") || parse_take(parse, "BOTH");

    if (!side || !parse_is(parse, "FROM")) {
        take_expr(parse, args);
    }
    if (parse_take(parse, "FROM")) {
        take_expr(parse, args);
    } else if (side) {
        parse_expected(parse, "FROM");
    }
}

static void args_substring(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    if (!parse_take(parse, "FROM")) {
        parse_demand(parse, ",");
        args_plain(parse, args);
        return;
    }
    take_expr(parse, args);
    if (parse_take(parse, "FOR")) {
        take_expr(parse, args);
    }
}

static void args_position(struct parse *parse, struct parse_list *args)
{
    parse_add(parse, args, parse_operand(parse));
    parse_demand(parse, "IN");
    take_expr(parse, args);
}

static const struct {
    const char *name;
    args_fn read;
} own_args[] = {
    {"GROUP_CONCAT",  args_concatenated},
    {"CAST",          args_cast        },
    {"CONVERT",       args_converted   },
    {"CHAR",          args_char        },
    {"EXTRACT",       args_extract     },
    {"TIMESTAMPADD",  args_with_unit   },
    {"TIMESTAMPDIFF", args_with_unit   },
    {"TRIM",          args_trim        },
    {"SUBSTRING",     args_substring   },
    {"SUBSTR",        args_substring   },
    {"MID",           args_substring   },
    {"POSITION",      args_position    },
    {"DATE_ADD",      args_moved       },
    {"DATE_SUB",      args_moved       },
    {"ADDDATE",       args_moved       },
    {"SUBDATE",       args_moved       },
};

static args_fn args_of(const struct sqltoken *token)
{
    for (size_t i = 0; i < ARRAY_COUNT(own_args); i++) {
        if (sqltoken_is(token, own_args[i].name)) {
            return own_args[i].read;
        }
    }
    return is_aggregate(token) ? args_aggregate : args_plain;
}

/* ------------------------------------------------------------------ OVER */

/* ROWS BETWEEN 1 PRECEDING AND CURRENT ROW: words, numbers and parameters. */
static void skip_frame(struct parse *parse)
{
    if (!parse_take(parse, "ROWS") && !parse_take(parse, "RANGE")) {
        return;
    }
    while (parse->at->kind == SQLTOKEN_WORD || parse->at->kind == SQLTOKEN_NUMBER ||
           parse->at->kind == SQLTOKEN_PARAM) {
        parse->at++;
    }
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
    skip_frame(parse);
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
    node = parse_node(parse, SQLEXPR_CALL, from);
    node->name = SLICE_LITERAL("CASE");
    node->args = (struct sqlexpr **)args.items;
    node->arg_count = args.count;
    return node;
}

/* MATCH (a, b) AGAINST (:words IN BOOLEAN MODE) */
static struct sqlexpr *parse_match(struct parse *parse, unsigned int from)
{
    struct parse_list args = {0};
    struct sqlexpr *node;

    parse_demand(parse, "(");
    args_plain(parse, &args);
    parse_demand(parse, ")");
    parse_demand(parse, "AGAINST");
    parse_demand(parse, "(");
    parse_add(parse, &args, parse_operand(parse));
    while (SQLTOKEN_IS_ANY(parse->at, "IN", "NATURAL", "LANGUAGE", "BOOLEAN", "MODE", "WITH",
                           "QUERY", "EXPANSION")) {
        parse->at++;
    }
    parse_demand(parse, ")");
    node = parse_node(parse, SQLEXPR_CALL, from);
    node->name = SLICE_LITERAL("MATCH");
    node->args = (struct sqlexpr **)args.items;
    node->arg_count = args.count;
    return node;
}

/* VALUES(name): the value that the row would have had. The "(" is taken. */
static struct sqlexpr *parse_new(struct parse *parse, unsigned int from)
{
    struct slice name = parse_name(parse, "a column");
    struct sqlexpr *node;

    parse_demand(parse, ")");
    node = parse_node(parse, SQLEXPR_NEW, from);
    node->name = name;
    return node;
}

/* name(...): the name and the "(" are taken. */
static struct sqlexpr *parse_args(struct parse *parse, const struct sqltoken *name,
                                  unsigned int from)
{
    struct parse_list args = {0};
    struct sqlexpr *node;
    bool windows;

    args_of(name)(parse, &args);
    parse_demand(parse, ")");
    windows = parse_take(parse, "OVER");
    if (windows) {
        take_over(parse, &args);
    }
    node = parse_node(parse, sqltoken_is(name, "ROW") ? SQLEXPR_ROW : SQLEXPR_CALL, from);
    node->name = name->text;
    node->aggregates = is_aggregate(name) && !windows;
    node->windows = windows;
    node->args = (struct sqlexpr **)args.items;
    node->arg_count = args.count;
    return node;
}

struct sqlexpr *parse_call(struct parse *parse)
{
    const struct sqltoken *name = parse->at;
    unsigned int from = parse_here(parse);
    struct sqlexpr *node;

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
    if (!function_is_known(name->text)) {
        parse_fail(parse, NULL,
                   "the function '%.*s' is not known: a stored function reads what is not seen",
                   SLICE_ARG(name->text));
    }
    parse->at += 2 * (parse->at->kind != SQLTOKEN_END);
    return sqltoken_is(name, "VALUES") ? parse_new(parse, from) : parse_args(parse, name, from);
}
