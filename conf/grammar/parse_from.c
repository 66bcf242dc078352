/*
 * FROM: tables, derived tables, and their joins.
 */
#include "conf/grammar/parse.h"

/* ------------------------------------------------------------------ sources */

/* Of the query at hand or one around it; NULL: none. */
static struct common *find_common(const struct parse *parse, struct slice name)
{
    struct common *common = parse->commons;

    while (common && !slice_eq(common->name, name)) {
        common = common->outer;
    }
    return common;
}

/* The query of WITH, as it is known where it stands. */
static struct sqlquery *copy_common(struct parse *parse, struct common *common)
{
    struct common *commons = parse->commons;
    const struct sqltoken *at = parse->at;
    struct sqlquery *query;

    common->mentioned = true;
    parse->commons = common->outer;
    parse->at = common->query;
    query = parse_query(parse);
    parse->commons = commons;
    parse->at = parse->fault.token ? parse->at : at;
    return query;
}

struct sqlsource *parse_source(struct parse *parse)
{
    struct sqlsource *source = ARENA_NEW(parse->arena, struct sqlsource);

    source->name = source->alias = SLICE_EMPTY;
    if (parse->source_count == SQLTREE_SOURCES_MAX) {
        parse_fail(parse, NULL, "more than %d tables", SQLTREE_SOURCES_MAX);
        return source;
    }
    parse->sources[parse->source_count] = source;
    source->number = parse->source_count++;
    return source;
}

struct sqlfrom *parse_from_of(struct parse *parse, struct sqlsource *source)
{
    struct sqlfrom *from = ARENA_NEW(parse->arena, struct sqlfrom);

    from->kind = SQLFROM_SOURCE;
    from->source = source;
    return from;
}

/* "(" query ")" [AS] alias: the "(" is taken. */
static struct sqlfrom *derived(struct parse *parse, unsigned int from)
{
    struct sqlquery *query = parse_query(parse);
    struct sqlsource *source;

    parse_demand(parse, ")");
    source = parse_source(parse);
    source->query = query;
    source->alias = parse_alias(parse);
    if (source->alias.len == 0) {
        parse_expected(parse, "an alias");
    }
    source->span = parse_span(parse, from);
    return parse_from_of(parse, source);
}

static bool parse_is_hint(const struct parse *parse)
{
    return SQLTOKEN_IS_ANY(parse->at, "USE", "FORCE", "IGNORE") &&
           (parse_is_next(parse, "INDEX") || parse_is_next(parse, "KEY"));
}

/* [FOR JOIN | FOR ORDER BY | FOR GROUP BY] */
static void skip_purpose(struct parse *parse)
{
    if (!parse_take(parse, "FOR") || parse_take(parse, "JOIN")) {
        return;
    }
    if (!parse_take(parse, "ORDER")) {
        parse_demand(parse, "GROUP");
    }
    parse_demand(parse, "BY");
}

/* "(" names ")"; EMPTY: they may be none. */
static void skip_indexes(struct parse *parse, bool empty)
{
    parse_demand(parse, "(");
    if (!empty || !parse_is(parse, ")")) {
        do {
            if (!parse_take(parse, "PRIMARY")) {
                parse_name(parse, "an index");
            }
        } while (parse_take(parse, ","));
    }
    parse_demand(parse, ")");
}

/* USE INDEX (a, b): which index the server takes does not change the answer. */
static void skip_hints(struct parse *parse)
{
    bool used = false, forced = false;

    while (parse_is_hint(parse)) {
        bool use = parse_is(parse, "USE");

        used |= use;
        forced |= parse_is(parse, "FORCE");
        if (used && forced) {
            parse_fail(parse, NULL, "USE INDEX and FORCE INDEX exclude each other");
            return;
        }
        parse->at += 2;
        skip_purpose(parse);
        skip_indexes(parse, use);
    }
}

/* The name of a table; a dot behind it is a fault. */
static struct slice table_name(struct parse *parse)
{
    struct slice name = parse_name(parse, "a table");

    if (parse_is(parse, ".")) {
        parse_fail(parse, NULL, "'%.*s.': tables of other databases are not allowed",
                   SLICE_ARG(name));
    }
    return name;
}

static struct sqlfrom *table(struct parse *parse, unsigned int from)
{
    struct slice name = table_name(parse);
    struct common *common = find_common(parse, name);
    struct sqlquery *query = common ? copy_common(parse, common) : NULL;
    struct sqlsource *source = parse_source(parse);

    if (parse_is(parse, "(")) {
        parse_fail(parse, NULL, "'%.*s' is no table", SLICE_ARG(name));
    }
    source->name_token = from;
    source->name = name;
    source->query = query;
    source->labels = common ? common->labels : NULL;
    source->label_count = common ? common->label_count : 0;
    source->alias = parse_alias(parse);
    if (source->alias.len == 0) {
        source->alias = name;
    }
    skip_hints(parse);
    if (parse_is(parse, "FOR") && parse_is_next(parse, "SYSTEM_TIME")) {
        parse_fail(parse, NULL, "FOR SYSTEM_TIME is not allowed: it reads rows of another time");
    }
    source->span = parse_span(parse, from);
    return parse_from_of(parse, source);
}

struct sqlfrom *parse_target(struct parse *parse, bool alias)
{
    unsigned int from = parse_here(parse);
    struct sqlsource *source = parse_source(parse);

    source->name_token = from;
    source->name = source->alias = table_name(parse);
    if (alias) {
        struct slice written = parse_alias(parse);

        source->alias = written.len > 0 ? written : source->alias;
    }
    source->span = parse_span(parse, from);
    return parse_from_of(parse, source);
}

static struct sqlfrom *reference(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlfrom *inside;

    if (parse_is(parse, "LATERAL")) {
        parse_fail(parse, NULL, "LATERAL is not allowed: MariaDB has none");
    }
    if (parse_is(parse, "JSON_TABLE") && parse_is_next(parse, "(")) {
        return parse_json_table(parse, from);
    }
    if (!parse_take(parse, "(")) {
        return table(parse, from);
    }
    if (parse_is_nested_query(parse)) {
        return derived(parse, from);
    }
    if (!parse_enter(parse)) {
        return ARENA_NEW(parse->arena, struct sqlfrom);
    }
    inside = parse_from(parse);
    parse_leave(parse);
    if (inside->kind == SQLFROM_SOURCE && parse->at > parse->statement->tokens &&
        (inside->source->rows || (inside->source->query && inside->source->name.len == 0))) {
        parse_fail(parse, NULL, "parentheses around one derived table are not allowed");
    }
    parse_demand(parse, ")");
    return inside;
}

/* ------------------------------------------------------------------ joins */

static struct sqlfrom *join(struct parse *parse, enum sqlfrom_kind kind, struct sqlfrom *left,
                            struct sqlfrom *right, struct sqlexpr *on)
{
    struct sqlfrom *from = ARENA_NEW(parse->arena, struct sqlfrom);

    *from = (struct sqlfrom){.kind = kind, .left = left, .right = right, .on = on};
    return from;
}

/*
 * Joins as they are read: PLACE is where the first table hangs, so that another one can be joined
 * to it later. NULL: they are that table.
 */
struct joins {
    struct sqlfrom *from, **place;
};

static struct joins joined(struct parse *parse);

/*
 * a JOIN b LEFT JOIN c ON x: everything behind a JOIN without ON was read as its right side, and
 * means ((a JOIN b) LEFT JOIN c ON x).
 */
static struct joins joined_first(struct parse *parse, struct joins left, struct joins right)
{
    struct sqlfrom *first = right.place ? *right.place : right.from;
    struct sqlfrom *node = join(parse, SQLFROM_INNER, left.from, first, NULL);

    if (right.place) {
        *right.place = node;
    }
    return (struct joins){right.place ? right.from : node, left.place ? left.place : &node->left};
}

static struct joins inner_join(struct parse *parse, struct joins left)
{
    struct joins right = joined(parse);
    struct sqlfrom *node;

    if (!parse_take(parse, "ON")) {
        return joined_first(parse, left, right);
    }
    node = join(parse, SQLFROM_INNER, left.from, right.from, parse_expr(parse));
    return (struct joins){node, left.place ? left.place : &node->left};
}

static struct joins outer_join(struct parse *parse, struct joins left, bool exchanged)
{
    struct sqlfrom *right, *node;

    parse_take(parse, "OUTER");
    parse_demand(parse, "JOIN");
    right = joined(parse).from;
    parse_demand(parse, "ON");
    node = join(parse, SQLFROM_LEFT, exchanged ? right : left.from, exchanged ? left.from : right,
                parse_expr(parse));
    return (struct joins){node, left.place ? left.place : exchanged ? &node->right : &node->left};
}

/*
 * a JOIN b ON ... LEFT JOIN c ON ...: from the left; a JOIN b JOIN c ON ... ON ...: the second is
 * the first one's right side.
 */
static struct joins joined(struct parse *parse)
{
    struct joins joins = {reference(parse), NULL};

    for (;;) {
        if (parse_take(parse, "JOIN")) {
            joins = inner_join(parse, joins);
        } else if ((parse_is(parse, "INNER") || parse_is(parse, "CROSS")) &&
                   parse_is_next(parse, "JOIN")) {
            parse->at += 2;
            joins = inner_join(parse, joins);
        } else if (parse_take(parse, "LEFT")) {
            joins = outer_join(parse, joins, false);
        } else if (parse_take(parse, "RIGHT")) {
            joins = outer_join(parse, joins, true);
        } else if (parse_is(parse, "NATURAL") || parse_is(parse, "STRAIGHT_JOIN")) {
            parse_fail(parse, "write JOIN ... ON", "%.*s is not allowed",
                       SLICE_ARG(parse->at->text));
        } else if (parse_is(parse, "USING")) {
            parse_fail(parse, "write ON a.id = b.id", "USING is not allowed");
        } else {
            return joins;
        }
    }
}

struct sqlfrom *parse_from(struct parse *parse)
{
    struct sqlfrom *from = joined(parse).from;

    while (parse_take(parse, ",")) {
        from = join(parse, SQLFROM_INNER, from, joined(parse).from, NULL);
    }
    return from;
}
