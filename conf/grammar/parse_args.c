/*
 * What is between a function's parentheses: expressions, or words of its own (CAST(x AS CHAR),
 * TRIM(a FROM b)). Functions that the servers' grammars know have as many arguments as these want;
 * of others the servers know.
 */
#include "conf/grammar/parse.h"

/* ------------------------------------------------------------------ units, types */

static bool is_short_unit(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH",
                           "QUARTER", "YEAR") ||
           SQLTOKEN_IS_ANY(token, "SQL_TSI_SECOND", "SQL_TSI_MINUTE", "SQL_TSI_HOUR", "SQL_TSI_DAY",
                           "SQL_TSI_WEEK", "SQL_TSI_MONTH", "SQL_TSI_QUARTER", "SQL_TSI_YEAR");
}

static bool is_long_unit(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "SECOND_MICROSECOND", "MINUTE_MICROSECOND", "MINUTE_SECOND",
                           "HOUR_MICROSECOND", "HOUR_SECOND", "HOUR_MINUTE", "DAY_MICROSECOND",
                           "DAY_SECOND", "DAY_MINUTE", "DAY_HOUR", "YEAR_MONTH");
}

static void take_unit(struct parse *parse, bool short_only)
{
    if (is_short_unit(parse->at) || (!short_only && is_long_unit(parse->at))) {
        parse->at++;
    } else {
        parse_expected(parse, "a unit such as DAY");
    }
}

/* INTERVAL (a, b, ...): a function; "INTERVAL (a, b) DAY" has DAY for an alias. */
static bool is_interval_function(const struct parse *parse)
{
    const struct sqltoken *token = parse->at;
    unsigned int depth = token->depth;

    if (!sqltoken_is(token, "(") || SQLTOKEN_IS_ANY(token + 1, "SELECT", "WITH")) {
        return false;
    }
    do {
        token++;
    } while (token->depth > depth + 1 || (token->depth == depth + 1 && !sqltoken_is(token, ",")));
    return token->depth == depth + 1 && token->kind != SQLTOKEN_END;
}

struct sqlexpr *parse_interval(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlexpr *amount, *node;

    parse_demand(parse, "INTERVAL");
    if (is_interval_function(parse)) {
        parse_fail(parse, NULL, "the function INTERVAL is not allowed");
    }
    amount = parse_expr(parse);
    take_unit(parse, false);
    node = parse_node_of(parse, SQLEXPR_CALL, from, amount, NULL, NULL);
    node->name = SLICE_LITERAL("INTERVAL");
    return node;
}

static void take_number(struct parse *parse)
{
    uint64_t number;

    if (parse->at->kind != SQLTOKEN_NUMBER ||
        slice_parse_u64(parse->at->text, &number) != STATUS_OK) {
        parse_expected(parse, "a whole number");
    } else {
        parse->at++;
    }
}

void parse_type_size(struct parse *parse, unsigned int max)
{
    if (max == 0 || !parse_take(parse, "(")) {
        return;
    }
    take_number(parse);
    if (max > 1 && parse_take(parse, ",")) {
        take_number(parse);
    }
    parse_demand(parse, ")");
}

static void take_charset(struct parse *parse)
{
    if (!parse_take(parse, "BINARY")) {
        parse_text_name(parse, "a character set");
    }
}

bool parse_charset(struct parse *parse)
{
    if (parse_take(parse, "CHARACTER")) {
        parse_demand(parse, "SET");
    } else if (!parse_take(parse, "CHARSET")) {
        return false;
    }
    take_charset(parse);
    return true;
}

/* Those that both servers have; JSON is MySQL's, as -> is. */
static const struct cast_type {
    const char *name;
    unsigned char numbers;
    bool integer, text; /* INTEGER, CHARACTER SET may follow */
} cast_types[] = {
    {"BINARY",    1, false, false},
    {"CHAR",      1, false, true },
    {"CHARACTER", 1, false, true },
    {"NCHAR",     1, false, false},
    {"DATE",      0, false, false},
    {"DATETIME",  1, false, false},
    {"TIME",      1, false, false},
    {"SIGNED",    0, true,  false},
    {"UNSIGNED",  0, true,  false},
    {"DOUBLE",    0, false, false},
    {"FLOAT",     0, false, false},
    {"DECIMAL",   2, false, false},
    {"DEC",       2, false, false},
    {"JSON",      0, false, false},
};

/* DECIMAL(10, 2), CHAR(3) CHARACTER SET utf8mb4, UNSIGNED INTEGER */
static void take_type(struct parse *parse)
{
    const struct cast_type *type = NULL;

    for (size_t i = 0; i < ARRAY_COUNT(cast_types) && !type; i++) {
        type = parse_take(parse, cast_types[i].name) ? &cast_types[i] : NULL;
    }
    if (!type) {
        parse_expected(parse, "a type such as CHAR");
        return;
    }
    parse_type_size(parse, type->numbers);
    if (type->integer && !parse_take(parse, "INTEGER")) {
        parse_take(parse, "INT");
    }
    if (type->text) {
        parse_charset(parse);
    }
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

/* x, INTERVAL 1 DAY */
static void args_moved(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    parse_demand(parse, ",");
    parse_add(parse, args, parse_interval(parse));
}

/* Also a number of days. */
static void args_moved_by_days(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    parse_demand(parse, ",");
    parse_add(parse, args, parse_is(parse, "INTERVAL") ? parse_interval(parse) : parse_expr(parse));
}

/* [ALL] a */
static void args_aggregate(struct parse *parse, struct parse_list *args)
{
    parse_take(parse, "ALL");
    take_expr(parse, args);
}

/* [DISTINCT] [ALL] a */
static void args_of_distinct(struct parse *parse, struct parse_list *args)
{
    parse_take(parse, "DISTINCT");
    args_aggregate(parse, args);
}

/* [ALL] *, [ALL] a, DISTINCT a, b */
static void args_count(struct parse *parse, struct parse_list *args)
{
    unsigned int from = parse_here(parse);

    if (parse_take(parse, "DISTINCT")) {
        do {
            take_expr(parse, args);
        } while (parse_take(parse, ","));
        return;
    }
    parse_take(parse, "ALL");
    if (parse_take(parse, "*")) {
        parse_add(parse, args, parse_node(parse, SQLEXPR_STAR, from));
    } else {
        take_expr(parse, args);
    }
}

/* [DISTINCT] a, b ORDER BY c SEPARATOR ', ' */
static void args_concatenated(struct parse *parse, struct parse_list *args)
{
    parse_take(parse, "DISTINCT");
    do {
        take_expr(parse, args);
    } while (parse_take(parse, ","));
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

static void args_cast(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    parse_demand(parse, "AS");
    take_type(parse);
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
    do {
        take_expr(parse, args);
    } while (parse_take(parse, ","));
    if (parse_take(parse, "USING")) {
        take_charset(parse);
    }
}

static void args_extract(struct parse *parse, struct parse_list *args)
{
    take_unit(parse, false);
    parse_demand(parse, "FROM");
    take_expr(parse, args);
}

/* DAY, a, b */
static void args_with_unit(struct parse *parse, struct parse_list *args)
{
    take_unit(parse, true);
    for (int i = 0; i < 2; i++) {
        parse_demand(parse, ",");
        take_expr(parse, args);
    }
}

/* GET_FORMAT(DATE, 'USA') */
static void args_format(struct parse *parse, struct parse_list *args)
{
    if (SQLTOKEN_IS_ANY(parse->at, "DATE", "TIME", "DATETIME", "TIMESTAMP")) {
        parse->at++;
    } else {
        parse_expected(parse, "DATE, TIME or DATETIME");
    }
    parse_demand(parse, ",");
    take_expr(parse, args);
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

/* a, 1 [, 2], or a FROM 1 [FOR 2] */
static void args_substring(struct parse *parse, struct parse_list *args)
{
    bool from;

    take_expr(parse, args);
    from = parse_take(parse, "FROM");
    if (!from) {
        parse_demand(parse, ",");
    }
    take_expr(parse, args);
    if (parse_take(parse, from ? "FOR" : ",")) {
        take_expr(parse, args);
    }
}

static void args_position(struct parse *parse, struct parse_list *args)
{
    parse_add(parse, args, parse_operand(parse));
    parse_demand(parse, "IN");
    take_expr(parse, args);
}

/* A column's default may be an expression, of other columns or the clock: MariaDB runs it. */
static void args_default(struct parse *parse, struct parse_list *args)
{
    (void)args;
    parse_fail(parse, "write the value; or DEFAULT alone, where a value is stored",
               "DEFAULT of a column is not allowed: what it reads is not seen");
}

/* NOW(6) */
static void args_digits(struct parse *parse, struct parse_list *args)
{
    (void)args;
    if (!parse_is(parse, ")")) {
        take_number(parse);
    }
}

static void args_ntile(struct parse *parse, struct parse_list *args)
{
    parse_add(parse, args, parse_count(parse));
}

/* a [, 1] */
static void args_shifted(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    if (parse_take(parse, ",")) {
        args_ntile(parse, args);
    }
}

static void args_nth(struct parse *parse, struct parse_list *args)
{
    take_expr(parse, args);
    parse_demand(parse, ",");
    args_ntile(parse, args);
}

static const struct {
    const char *name;
    args_fn read;
} own_args[] = {
    {"COUNT",             args_count        },
    {"MIN",               args_of_distinct  },
    {"MAX",               args_of_distinct  },
    {"SUM",               args_of_distinct  },
    {"AVG",               args_of_distinct  },
    {"BIT_AND",           args_aggregate    },
    {"BIT_OR",            args_aggregate    },
    {"BIT_XOR",           args_aggregate    },
    {"STD",               args_aggregate    },
    {"STDDEV",            args_aggregate    },
    {"STDDEV_POP",        args_aggregate    },
    {"STDDEV_SAMP",       args_aggregate    },
    {"VARIANCE",          args_aggregate    },
    {"VAR_POP",           args_aggregate    },
    {"VAR_SAMP",          args_aggregate    },
    {"GROUP_CONCAT",      args_concatenated },
    {"CAST",              args_cast         },
    {"CONVERT",           args_converted    },
    {"CHAR",              args_char         },
    {"EXTRACT",           args_extract      },
    {"TIMESTAMPADD",      args_with_unit    },
    {"TIMESTAMPDIFF",     args_with_unit    },
    {"GET_FORMAT",        args_format       },
    {"TRIM",              args_trim         },
    {"SUBSTRING",         args_substring    },
    {"SUBSTR",            args_substring    },
    {"MID",               args_substring    },
    {"POSITION",          args_position     },
    {"DEFAULT",           args_default      },
    {"DATE_ADD",          args_moved        },
    {"DATE_SUB",          args_moved        },
    {"ADDDATE",           args_moved_by_days},
    {"SUBDATE",           args_moved_by_days},
    {"NOW",               args_digits       },
    {"SYSDATE",           args_digits       },
    {"CURTIME",           args_digits       },
    {"CURRENT_TIME",      args_digits       },
    {"CURRENT_TIMESTAMP", args_digits       },
    {"LOCALTIME",         args_digits       },
    {"LOCALTIMESTAMP",    args_digits       },
    {"UTC_TIME",          args_digits       },
    {"UTC_TIMESTAMP",     args_digits       },
    {"NTILE",             args_ntile        },
    {"LAG",               args_shifted      },
    {"LEAD",              args_shifted      },
    {"NTH_VALUE",         args_nth          },
};

#define ANY 255

/* Of functions that one of the grammars knows by name. */
static const struct {
    const char *name;
    unsigned char min, max;
} counts[] = {
    {"ASCII",          1, 1  },
    {"CHARSET",        1, 1  },
    {"COALESCE",       1, ANY},
    {"COLLATION",      1, 1  },
    {"CONTAINS",       2, 2  },
    {"CUME_DIST",      0, 0  },
    {"CURDATE",        0, 0  },
    {"CURRENT_DATE",   0, 0  },
    {"CURRENT_ROLE",   0, 0  },
    {"CURRENT_USER",   0, 0  },
    {"DATABASE",       0, 0  },
    {"DATE",           1, 1  },
    {"DAY",            1, 1  },
    {"DENSE_RANK",     0, 0  },
    {"FIRST_VALUE",    1, 1  },
    {"FORMAT",         2, 3  },
    {"HOUR",           1, 1  },
    {"IF",             3, 3  },
    {"INSERT",         4, 4  },
    {"JSON_ARRAYAGG",  1, 1  },
    {"JSON_OBJECTAGG", 2, 2  },
    {"LAST_VALUE",     1, 1  },
    {"LEFT",           2, 2  },
    {"LOG",            1, 2  },
    {"MICROSECOND",    1, 1  },
    {"MINUTE",         1, 1  },
    {"MOD",            2, 2  },
    {"MONTH",          1, 1  },
    {"PERCENT_RANK",   0, 0  },
    {"POINT",          2, 2  },
    {"QUARTER",        1, 1  },
    {"RANK",           0, 0  },
    {"REPEAT",         2, 2  },
    {"REPLACE",        3, 3  },
    {"REVERSE",        1, 1  },
    {"RIGHT",          2, 2  },
    {"ROW",            2, ANY},
    {"ROW_COUNT",      0, 0  },
    {"ROW_NUMBER",     0, 0  },
    {"SCHEMA",         0, 0  },
    {"SECOND",         1, 1  },
    {"SESSION_USER",   0, 0  },
    {"SYSTEM_USER",    0, 0  },
    {"TIME",           1, 1  },
    {"TIMESTAMP",      1, 2  },
    {"TRUNCATE",       2, 2  },
    {"USER",           0, 0  },
    {"UTC_DATE",       0, 0  },
    {"WEEK",           1, 2  },
    {"YEAR",           1, 1  },
};

static void check_count(struct parse *parse, const struct sqltoken *name, size_t count)
{
    for (size_t i = 0; i < ARRAY_COUNT(counts); i++) {
        if (sqltoken_is(name, counts[i].name) &&
            (count < counts[i].min || (counts[i].max != ANY && count > counts[i].max))) {
            parse_fail(parse, NULL, "%.*s has too %s arguments", SLICE_ARG(name->text),
                       count < counts[i].min ? "few" : "many");
        }
    }
}

void parse_args(struct parse *parse, const struct sqltoken *name, struct parse_list *args)
{
    for (size_t i = 0; i < ARRAY_COUNT(own_args); i++) {
        if (sqltoken_is(name, own_args[i].name)) {
            own_args[i].read(parse, args);
            return;
        }
    }
    args_plain(parse, args);
    check_count(parse, name, args->count);
}
