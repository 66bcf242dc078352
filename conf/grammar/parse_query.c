/*
 * SELECT and what it stands in: UNION, WITH, FROM.
 */
#include "conf/grammar/parse.h"

/* ------------------------------------------------------------------ WITH */

/* Of the query at hand or one around it; NULL: none. */
static const struct common *find_common(const struct parse *parse, struct slice name)
{
    const struct common *common = parse->commons;

    while (common && !slice_eq(common->name, name)) {
        common = common->outer;
    }
    return common;
}

/* The query of WITH, as it is known where it stands. */
static struct sqlquery *copy_common(struct parse *parse, const struct common *common)
{
    const struct common *commons = parse->commons;
    const struct sqltoken *at = parse->at;
    struct sqlquery *query;

    parse->commons = common->outer;
    parse->at = common->query;
    query = parse_query(parse);
    parse->commons = commons;
    parse->at = parse->fault.token ? parse->at : at;
    return query;
}

/* name [(columns)] AS (query): read once for its faults, and again at each mention. */
static void take_common(struct parse *parse)
{
    struct common *common = ARENA_NEW(parse->arena, struct common);
    size_t sources = parse->source_count;

    common->outer = parse->commons;
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
    do {
        take_common(parse);
    } while (parse_take(parse, ","));
}

/* ------------------------------------------------------------------ sources */

static struct sqlsource *add_source(struct parse *parse)
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

static struct sqlfrom *from_of(struct parse *parse, struct sqlsource *source)
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
    source = add_source(parse);
    source->query = query;
    source->alias = parse_alias(parse);
    if (source->alias.len == 0) {
        parse_expected(parse, "an alias");
    }
    source->span = parse_span(parse, from);
    return from_of(parse, source);
}

static bool parse_is_hint(const struct parse *parse)
{
    return SQLTOKEN_IS_ANY(parse->at, "USE", "FORCE", "IGNORE") &&
           (parse_is_next(parse, "INDEX") || parse_is_next(parse, "KEY"));
}

/* USE INDEX (a, b): which index the server takes does not change the answer. */
static void skip_hints(struct parse *parse)
{
    while (parse_is_hint(parse)) {
        bool use = parse_is(parse, "USE");

        parse->at += 2;
        if (parse_take(parse, "FOR")) {
            if (!parse_take(parse, "JOIN")) {
                parse->at += SQLTOKEN_IS_ANY(parse->at, "ORDER", "GROUP");
                parse_demand(parse, "BY");
            }
        }
        parse_demand(parse, "(");
        if (!use || !parse_is(parse, ")")) {
            do {
                if (!parse_take(parse, "PRIMARY")) {
                    parse_name(parse, "an index");
                }
            } while (parse_take(parse, ","));
        }
        parse_demand(parse, ")");
    }
}

/*
 * JSON_TABLE(document, path COLUMNS (name FOR ORDINALITY, name type PATH '$.a', NESTED ...)) alias:
 * its columns are the words before a type; what else is in there is skipped.
 */
static void skip_json_columns(struct parse *parse, struct parse_list *labels)
{
    unsigned int depth = 0;

    parse_demand(parse, "COLUMNS");
    parse_demand(parse, "(");
    for (; parse->at->kind != SQLTOKEN_END && (depth > 0 || !parse_is(parse, ")")); parse->at++) {
        const struct sqltoken *token = parse->at;
        bool first = sqltoken_is(token - 1, "(") && sqltoken_is(token - 2, "COLUMNS");

        if ((first || sqltoken_is(token - 1, ",")) && sqltoken_is_name(token) &&
            !sqltoken_is(token, "NESTED")) {
            struct slice *label = ARENA_NEW(parse->arena, struct slice);

            *label = token->text;
            parse_add(parse, labels, label);
        }
        depth += parse_is(parse, "(");
        depth -= parse_is(parse, ")");
    }
    parse_demand(parse, ")");
}

static struct sqlfrom *json_table(struct parse *parse, unsigned int from)
{
    struct parse_list labels = {0};
    struct sqlsource *source;
    struct sqlexpr *rows;

    parse->at += 2;
    rows = parse_expr(parse);
    parse_demand(parse, ",");
    if (parse->at->kind != SQLTOKEN_STRING) {
        parse_expected(parse, "a path in quotes");
    } else {
        parse->at++;
    }
    skip_json_columns(parse, &labels);
    parse_demand(parse, ")");
    source = add_source(parse);
    source->rows = rows;
    source->alias = parse_alias(parse);
    if (source->alias.len == 0) {
        parse_expected(parse, "an alias");
    }
    source->labels = ARENA_ARRAY(parse->arena, struct slice, labels.count);
    for (size_t i = 0; i < labels.count; i++) {
        source->labels[source->label_count++] = *(struct slice *)labels.items[i];
    }
    source->span = parse_span(parse, from);
    return from_of(parse, source);
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
    const struct common *common = find_common(parse, name);
    struct sqlquery *query = common ? copy_common(parse, common) : NULL;
    struct sqlsource *source = add_source(parse);

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
    source->span = parse_span(parse, from);
    return from_of(parse, source);
}

struct sqlfrom *parse_target(struct parse *parse, bool alias)
{
    unsigned int from = parse_here(parse);
    struct sqlsource *source = add_source(parse);

    source->name_token = from;
    source->name = source->alias = table_name(parse);
    if (alias) {
        struct slice written = parse_alias(parse);

        source->alias = written.len > 0 ? written : source->alias;
    }
    source->span = parse_span(parse, from);
    return from_of(parse, source);
}

static bool is_dual(const struct parse *parse)
{
    return parse_is(parse, "DUAL");
}

static struct sqlfrom *reference(struct parse *parse)
{
    unsigned int from = parse_here(parse);
    struct sqlfrom *inside;

    if (parse_is(parse, "LATERAL")) {
        parse_fail(parse, NULL, "LATERAL is not allowed: MariaDB has none");
    }
    if (parse_is(parse, "JSON_TABLE") && parse_is_next(parse, "(")) {
        return json_table(parse, from);
    }
    if (!parse_take(parse, "(")) {
        return table(parse, from);
    }
    if (parse_is_query(parse)) {
        return derived(parse, from);
    }
    inside = parse_enter(parse) ? parse_from(parse) : ARENA_NEW(parse->arena, struct sqlfrom);
    parse_leave(parse);
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

/* ON of a join; ON DUPLICATE KEY, behind INSERT ... SELECT, is none. */
static bool take_on(struct parse *parse)
{
    bool duplicate = parse_is_next(parse, "DUPLICATE") && sqltoken_is(parse->at + 2, "KEY");

    return !duplicate && parse_take(parse, "ON");
}

static void refuse_using(struct parse *parse)
{
    if (parse_is(parse, "USING")) {
        parse_fail(parse, "write ON a.id = b.id", "USING is not allowed");
    }
}

static struct sqlfrom *inner_join(struct parse *parse, struct sqlfrom *left)
{
    struct sqlfrom *right = reference(parse);

    refuse_using(parse);
    return join(parse, SQLFROM_INNER, left, right, take_on(parse) ? parse_expr(parse) : NULL);
}

static struct sqlfrom *outer_join(struct parse *parse, struct sqlfrom *left, bool exchanged)
{
    struct sqlfrom *right;
    struct sqlexpr *on;

    parse_take(parse, "OUTER");
    parse_demand(parse, "JOIN");
    right = reference(parse);
    refuse_using(parse);
    parse_demand(parse, "ON");
    on = parse_expr(parse);
    return exchanged ? join(parse, SQLFROM_LEFT, right, left, on)
                     : join(parse, SQLFROM_LEFT, left, right, on);
}

/* a JOIN b ON ... LEFT JOIN c ON ...: from the left. */
static struct sqlfrom *joined(struct parse *parse)
{
    struct sqlfrom *from = reference(parse);

    for (;;) {
        if (parse_take(parse, "JOIN")) {
            from = inner_join(parse, from);
        } else if ((parse_is(parse, "INNER") || parse_is(parse, "CROSS")) &&
                   parse_is_next(parse, "JOIN")) {
            parse->at += 2;
            from = inner_join(parse, from);
        } else if (parse_take(parse, "LEFT")) {
            from = outer_join(parse, from, false);
        } else if (parse_take(parse, "RIGHT")) {
            from = outer_join(parse, from, true);
        } else if (parse_is(parse, "NATURAL") || parse_is(parse, "STRAIGHT_JOIN")) {
            parse_fail(parse, "write JOIN ... ON", "%.*s is not allowed",
                       SLICE_ARG(parse->at->text));
        } else {
            return from;
        }
    }
}

struct sqlfrom *parse_from(struct parse *parse)
{
    struct sqlfrom *from = joined(parse);

    while (parse_take(parse, ",")) {
        from = join(parse, SQLFROM_INNER, from, joined(parse), NULL);
    }
    return from;
}

/* ------------------------------------------------------------------ SELECT */

/* *, t.* */
static bool take_star(struct parse *parse, struct sqlselected *out)
{
    unsigned int from = parse_here(parse);
    const struct sqltoken *token = parse->at;
    bool qualified =
        sqltoken_is_name(token) && parse_is_next(parse, ".") && sqltoken_is(token + 2, "*");

    if (!qualified && !parse_is(parse, "*")) {
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
    if (take_star(parse, item)) {
        return;
    }
    item->expr = parse_expr(parse);
    item->alias = parse_alias(parse);
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

static struct sqlcore *take_core(struct parse *parse)
{
    struct sqlcore *core = ARENA_NEW(parse->arena, struct sqlcore);
    unsigned int outer = parse->windows, from;

    parse->windows = 0;
    parse_demand(parse, "SELECT");
    core->distinct = parse_take(parse, "DISTINCT");
    if (!core->distinct) {
        parse_take(parse, "ALL");
    }
    take_items(parse, core);
    from = parse_here(parse);
    if (parse_take(parse, "FROM")) {
        core->from = is_dual(parse) ? NULL : parse_from(parse);
        parse->at += is_dual(parse);
        core->where = parse_take(parse, "WHERE") ? parse_expr(parse) : NULL;
        take_group(parse, core);
    } else if (parse_is(parse, "WHERE") || parse_is(parse, "GROUP")) {
        parse_expected(parse, "FROM");
    }
    core->having = parse_take(parse, "HAVING") ? parse_expr(parse) : NULL;
    core->rows = parse_span(parse, from);
    take_windows(parse, core);
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
        query = parse_query(parse);
        parse_demand(parse, ")");
        return query;
    }
    query = ARENA_NEW(parse->arena, struct sqlquery);
    query->core = take_core(parse);
    query->span = parse_span(parse, from);
    return query;
}

static bool take_set_operator(struct parse *parse, bool *unites)
{
    bool union_ = parse_take(parse, "UNION");

    if (!union_ && !parse_take(parse, "EXCEPT") && !parse_take(parse, "INTERSECT")) {
        return false;
    }
    *unites &= union_;
    if (!parse_take(parse, "ALL")) {
        parse_take(parse, "DISTINCT");
    }
    return true;
}

static struct sqlquery *take_branches(struct parse *parse)
{
    struct parse_list list = {0};
    struct sqlquery *query, *first = take_branch(parse);
    bool unites = true;

    parse_add(parse, &list, first);
    while (take_set_operator(parse, &unites)) {
        parse_add(parse, &list, take_branch(parse));
    }
    if (list.count == 1 && (first->core && !first->order && !first->limit)) {
        return first;
    }
    query = ARENA_NEW(parse->arena, struct sqlquery);
    query->branches = (struct sqlquery **)list.items;
    query->branch_count = list.count;
    query->unites = unites;
    return query;
}

static void take_limit(struct parse *parse, struct sqlquery *query)
{
    if (!parse_take(parse, "LIMIT")) {
        return;
    }
    query->limit = parse_operand(parse);
    if (parse_take(parse, ",")) {
        query->offset = query->limit;
        query->limit = parse_operand(parse);
    } else if (parse_take(parse, "OFFSET")) {
        query->offset = parse_operand(parse);
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
    const struct common *commons = parse->commons;
    unsigned int from = parse_here(parse);
    struct sqlquery *query;

    if (!parse_enter(parse)) {
        return ARENA_NEW(parse->arena, struct sqlquery);
    }
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
    parse->commons = commons;
    parse_leave(parse);
    return query;
}
