/*
 * Scopes. What a name means in which clause is the servers' (MySQL 8 reference manual, "Problems
 * with Column Aliases", and "SELECT Statement": FROM before aliases in GROUP BY and HAVING). ORDER
 * BY looks at aliases first; here FROM is first there too: the columns of an alias are read by its
 * item anyway, so that nothing that is read is missed.
 */
#include "conf/grammar/resolve.h"

#include <stdarg.h>

#include "conf/text/suggest.h"
#include "lib/base/buf.h"

/* A block whose names can be seen. */
struct scope {
    const struct scope *outer;
    struct sqlcore *core;
    enum {
        ALIASES_NONE,
        ALIASES_SEEN,   /* of its items: in GROUP BY, HAVING, ORDER BY */
        ALIASES_REFUSED /* in its items and windows, where one server or the other sees some */
    } aliases;
    const struct sqlselected *item; /* REFUSED: being resolved, and not meant by its own alias */
    const struct sqlfrom *join;     /* in ON: the servers see what it joins, and then outwards */
    const struct sqlsource *rows;   /* in a JSON_TABLE's document: ... what stands before it */
};

struct resolve {
    struct arena *arena;
    struct sqltree *tree;
    const struct tables *tables;
    struct sqlfault fault;
    /* inside the arguments of an aggregate: a block around it may be what aggregates */
    unsigned int aggregates;
};

static void query(struct resolve *resolve, struct sqlquery *query, const struct scope *outer);

static void fail(struct resolve *resolve, unsigned int token, struct slice hint, const char *format,
                 ...) PRINTF_LIKE(4, 5);

static void fail(struct resolve *resolve, unsigned int token, struct slice hint, const char *format,
                 ...)
{
    struct buf text = {0};
    va_list args;

    if (resolve->fault.token) {
        return;
    }
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    resolve->fault = (struct sqlfault){.token = &resolve->tree->statement->tokens[token],
                                       .text = arena_copy(resolve->arena, buf_slice(&text)),
                                       .hint = hint};
    buf_fini(&text);
}

/* ------------------------------------------------------------------ columns */

/* Its place, or column_count. Names of columns know no case. */
static size_t find_column(const struct sqlsource *source, struct slice name)
{
    size_t i = 0;

    while (i < source->column_count &&
           (source->columns[i].len == 0 || !slice_eq_nocase(source->columns[i], name))) {
        i++;
    }
    return i;
}

/* Aliases of tables do know case, as the names of tables do. */
static bool is_of(const struct sqlsource *source, struct slice qualifier)
{
    return qualifier.len == 0 || slice_eq(source->alias, qualifier);
}

/* In the FROM of one block. False: not there, or twice, which is a fault. */
static bool find_in_from(struct resolve *resolve, const struct sqlcore *core, struct sqlexpr *expr)
{
    struct sqlsource *found = NULL;

    for (size_t i = 0; i < core->source_count; i++) {
        struct sqlsource *source = core->sources[i];
        size_t column = find_column(source, expr->name);

        if (!is_of(source, expr->qualifier) || column == source->column_count) {
            continue;
        }
        if (found) {
            fail(resolve, expr->span.from, SLICE_LITERAL("write table.column"),
                 "'%.*s' is a column of '%.*s' and of '%.*s'", SLICE_ARG(expr->name),
                 SLICE_ARG(found->alias), SLICE_ARG(source->alias));
            return false;
        }
        found = source;
        expr->source = source;
        expr->column = column;
    }
    return found != NULL;
}

static struct sqlexpr *find_alias(const struct sqlcore *core, struct slice name,
                                  const struct sqlselected *but)
{
    for (size_t i = 0; i < core->item_count; i++) {
        if (&core->items[i] != but && core->items[i].alias.len > 0 &&
            slice_eq_nocase(core->items[i].alias, name)) {
            return core->items[i].expr;
        }
    }
    return NULL;
}

static struct slice column_hint(struct resolve *resolve, const struct scope *scope,
                                const struct sqlexpr *expr)
{
    struct suggest suggest;

    suggest_init(&suggest, expr->name);
    for (; scope; scope = scope->outer) {
        for (size_t i = 0; i < scope->core->source_count; i++) {
            const struct sqlsource *source = scope->core->sources[i];

            for (size_t j = 0; j < source->column_count && is_of(source, expr->qualifier); j++) {
                suggest_offer(&suggest, source->columns[j]);
            }
        }
    }
    return suggest_hint(&suggest, resolve->arena);
}

static bool joins_source(const struct sqlfrom *from, const struct sqlsource *source)
{
    return from->kind == SQLFROM_SOURCE
               ? from->source == source
               : joins_source(from->left, source) || joins_source(from->right, source);
}

/* What we found in the FROM may not be what a server finds there; it looks outwards then. */
static void check_reach(struct resolve *resolve, const struct sqlexpr *expr,
                        const struct scope *scope)
{
    if (scope->join && !joins_source(scope->join, expr->source)) {
        fail(resolve, expr->span.from, SLICE_LITERAL("say it in WHERE"),
             "ON sees the tables that it joins, not '%.*s'", SLICE_ARG(expr->source->alias));
    }
    if (scope->rows && expr->source->number >= scope->rows->number) {
        fail(resolve, expr->span.from, SLICE_LITERAL("name the tables in another order"),
             "JSON_TABLE sees the tables before it, not '%.*s'", SLICE_ARG(expr->source->alias));
    }
}

/* An expression's column without an alias has a name all the same, which we do not know. */
static bool has_unnamed(const struct sqlsource *source)
{
    for (size_t i = 0; i < source->column_count; i++) {
        if (source->columns[i].len == 0) {
            return true;
        }
    }
    return false;
}

static bool has_unnamed_item(const struct sqlcore *core)
{
    for (size_t i = 0; i < core->item_count; i++) {
        const struct sqlexpr *item = core->items[i].expr;

        if (core->items[i].alias.len == 0 && item->kind != SQLEXPR_COLUMN &&
            item->kind != SQLEXPR_STAR) {
            return true;
        }
    }
    return false;
}

/* Not found in this block: may a server find it here? */
static void check_outwards(struct resolve *resolve, const struct sqlexpr *expr,
                           const struct scope *scope)
{
    const struct sqlcore *core = scope->core;
    bool unnamed =
        scope->aliases == ALIASES_SEEN && expr->qualifier.len == 0 && has_unnamed_item(core);

    for (size_t i = 0; i < core->source_count; i++) {
        unnamed |= is_of(core->sources[i], expr->qualifier) && has_unnamed(core->sources[i]);
    }
    if (unnamed) {
        fail(resolve, expr->span.from, SLICE_LITERAL("give each expression of the list an alias"),
             "'%.*s' may be the name of an expression that has no alias", SLICE_ARG(expr->name));
    }
    if (scope->aliases == ALIASES_REFUSED && expr->qualifier.len == 0 &&
        find_alias(core, expr->name, scope->item)) {
        fail(resolve, expr->span.from, SLICE_LITERAL("write table.column, or another alias"),
             "'%.*s' is the alias of another expression of the list", SLICE_ARG(expr->name));
    }
}

static bool is_ascii(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        if ((unsigned char)name.ptr[i] >= 0x80) {
            return false;
        }
    }
    return true;
}

/* The servers compare names without case by all of Unicode: to them the Kelvin sign is a k. */
static void check_letters(struct resolve *resolve, unsigned int token, struct slice name)
{
    if (!is_ascii(name)) {
        fail(resolve, token, SLICE_LITERAL("ASCII letters, whose case we know as the servers do"),
             "the name '%.*s' has other letters", SLICE_ARG(name));
    }
}

static void resolve_column(struct resolve *resolve, struct sqlexpr *expr, const struct scope *scope)
{
    const struct scope *at = scope;

    check_letters(resolve, expr->span.from, expr->name);
    for (; at && !resolve->fault.token; at = at->outer) {
        if (find_in_from(resolve, at->core, expr)) {
            check_reach(resolve, expr, at);
            expr->source->reads[expr->column] = true;
            if (resolve->aggregates > 0 && at != scope) {
                at->core->one_row = true;
            }
            return;
        }
        if (at->aliases == ALIASES_SEEN && expr->qualifier.len == 0) {
            expr->item = find_alias(at->core, expr->name, NULL);
            if (expr->item) {
                return;
            }
        }
        check_outwards(resolve, expr, at);
    }
    fail(resolve, expr->span.from, column_hint(resolve, scope, expr), "no column '%.*s%s%.*s'",
         SLICE_ARG(expr->qualifier), expr->qualifier.len > 0 ? "." : "", SLICE_ARG(expr->name));
}

/* How well a row matches depends on all rows of the table. */
static void match(struct resolve *resolve, const struct sqlexpr *node)
{
    for (size_t i = 0; i < node->arg_count && !resolve->fault.token; i++) {
        struct sqlsource *source = node->args[i]->source;

        if (source && source->table) {
            source->whole = true;
        } else if (source) {
            fail(resolve, node->span.from, SLICE_EMPTY, "MATCH of what is no table");
        }
    }
}

static void expr(struct resolve *resolve, struct sqlexpr *node, const struct scope *scope)
{
    if (!node || resolve->fault.token) {
        return;
    }
    if (node->kind == SQLEXPR_COLUMN) {
        resolve_column(resolve, node, scope);
        return;
    }
    resolve->aggregates += node->aggregates;
    for (size_t i = 0; i < node->arg_count; i++) {
        expr(resolve, node->args[i], scope);
    }
    if (node->query) {
        query(resolve, node->query, scope);
    }
    resolve->aggregates -= node->aggregates;
    if (node->kind == SQLEXPR_CALL && slice_eq_nocase(node->name, SLICE_LITERAL("MATCH"))) {
        match(resolve, node);
    }
}

static void exprs(struct resolve *resolve, struct sqlexpr **nodes, size_t count,
                  const struct scope *scope)
{
    for (size_t i = 0; i < count; i++) {
        expr(resolve, nodes[i], scope);
    }
}

/* ------------------------------------------------------------------ sources */

static struct slice table_hint(const struct resolve *resolve, struct slice name)
{
    struct suggest suggest;
    struct slice hint;

    suggest_init(&suggest, name);
    for (size_t i = 0; i < resolve->tables->count; i++) {
        suggest_offer(&suggest, resolve->tables->items[i].name);
    }
    hint = suggest_hint(&suggest, resolve->arena);
    return hint.len > 0 ? hint
                        : SLICE_LITERAL("a change of a table that schema.sql does not declare "
                                        "would void no answer");
}

static void columns_of_table(struct resolve *resolve, struct sqlsource *source)
{
    source->table = tables_find(resolve->tables, source->name);
    if (!source->table) {
        fail(resolve, source->name_token, table_hint(resolve, source->name),
             "the table '%.*s' is not in schema.sql", SLICE_ARG(source->name));
        return;
    }
    source->column_count = source->table->column_count;
    source->columns = ARENA_ARRAY(resolve->arena, struct slice, source->column_count);
    for (size_t i = 0; i < source->column_count; i++) {
        source->columns[i] = source->table->columns[i].name;
    }
}

/* The first of its SELECTs says what the columns are called. */
static const struct sqlcore *first_core(const struct sqlquery *query)
{
    while (!query->core) {
        query = query->branches[0];
    }
    return query->core;
}

static void columns_of_query(struct resolve *resolve, struct sqlsource *source)
{
    const struct sqlcore *core = first_core(source->query);

    source->column_count = core->output_count;
    source->columns = source->label_count > 0 ? source->labels : core->labels;
    if (source->label_count > 0 && source->label_count != core->output_count) {
        fail(resolve, source->span.from, SLICE_EMPTY, "WITH '%.*s' names %zu columns of %zu",
             SLICE_ARG(source->name), source->label_count, core->output_count);
    }
}

/* In whatever case: a server may take them for one. */
static void check_common(struct resolve *resolve, const struct sqlsource *source)
{
    for (size_t i = 0; i < resolve->tables->count && source->name.len > 0; i++) {
        if (slice_eq_nocase(resolve->tables->items[i].name, source->name)) {
            fail(resolve, source->name_token, SLICE_LITERAL("give it another name"),
                 "WITH '%.*s': a table has this name", SLICE_ARG(source->name));
        }
    }
}

static void source_columns(struct resolve *resolve, struct sqlsource *source)
{
    if (source->query) {
        check_common(resolve, source);
        query(resolve, source->query, NULL);
        if (!resolve->fault.token) {
            columns_of_query(resolve, source);
        }
    } else if (source->rows) {
        source->columns = source->labels;
        source->column_count = source->label_count;
    } else {
        columns_of_table(resolve, source);
    }
    for (size_t i = 0; i < source->column_count; i++) {
        check_letters(resolve, source->span.from, source->columns[i]);
    }
    check_letters(resolve, source->span.from, source->alias);
    source->reads = ARENA_ARRAY(resolve->arena, bool, source->column_count);
}

static size_t count_sources(const struct sqlfrom *from)
{
    if (!from) {
        return 0;
    }
    return from->kind == SQLFROM_SOURCE ? 1
                                        : count_sources(from->left) + count_sources(from->right);
}

static void add_sources(struct resolve *resolve, struct sqlcore *core, const struct sqlfrom *from)
{
    struct sqlsource *source = from->source;

    if (from->kind != SQLFROM_SOURCE) {
        add_sources(resolve, core, from->left);
        add_sources(resolve, core, from->right);
        return;
    }
    for (size_t i = 0; i < core->source_count; i++) {
        if (slice_eq_nocase(core->sources[i]->alias, source->alias)) {
            fail(resolve, source->span.from, SLICE_LITERAL("give one of them an alias"),
                 "two tables are called '%.*s'", SLICE_ARG(source->alias));
        }
    }
    source_columns(resolve, source);
    core->sources[core->source_count++] = source;
}

/* ON, and the documents of JSON_TABLE. */
static void conditions(struct resolve *resolve, const struct sqlfrom *from,
                       const struct scope *scope)
{
    struct scope reach = *scope;

    if (from->kind == SQLFROM_SOURCE) {
        reach.rows = from->source;
        expr(resolve, from->source->rows, &reach);
        return;
    }
    conditions(resolve, from->left, scope);
    conditions(resolve, from->right, scope);
    reach.join = from;
    expr(resolve, from->on, &reach);
}

/* RIGHT JOIN exchanged its sides; numbers are in the order of the text. */
static void order_sources(struct sqlcore *core)
{
    for (size_t i = 1; i < core->source_count; i++) {
        struct sqlsource *source = core->sources[i];
        size_t j = i;

        for (; j > 0 && core->sources[j - 1]->number > source->number; j--) {
            core->sources[j] = core->sources[j - 1];
        }
        core->sources[j] = source;
    }
}

static void core_from(struct resolve *resolve, struct sqlcore *core, const struct sqlfrom *from,
                      const struct scope *scope)
{
    core->sources = ARENA_ARRAY(resolve->arena, struct sqlsource *, count_sources(from));
    if (from) {
        add_sources(resolve, core, from);
        order_sources(core);
        if (!resolve->fault.token) {
            conditions(resolve, from, scope);
        }
    }
}

/* ------------------------------------------------------------------ SELECT */

static struct sqlexpr *output_column(struct resolve *resolve, struct sqlsource *source, size_t i,
                                     struct sqlspan span)
{
    struct sqlexpr *node = ARENA_NEW(resolve->arena, struct sqlexpr);

    *node = (struct sqlexpr){.kind = SQLEXPR_COLUMN,
                             .name = source->columns[i],
                             .qualifier = source->alias,
                             .span = span,
                             .source = source,
                             .column = i};
    source->reads[i] = true;
    return node;
}

static size_t star_width(const struct sqlcore *core, const struct sqlexpr *star)
{
    size_t width = 0;

    for (size_t i = 0; i < core->source_count; i++) {
        width += is_of(core->sources[i], star->qualifier) ? core->sources[i]->column_count : 0;
    }
    return width;
}

static void add_output(struct sqlcore *core, struct sqlexpr *node, struct slice label)
{
    core->labels[core->output_count] = label;
    core->outputs[core->output_count++] = node;
}

static void write_out_star(struct resolve *resolve, struct sqlcore *core,
                           const struct sqlexpr *star)
{
    if (star_width(core, star) == 0) {
        fail(resolve, star->span.from, SLICE_EMPTY, "'%.*s%s*': there is no such table",
             SLICE_ARG(star->qualifier), star->qualifier.len > 0 ? "." : "");
    }
    for (size_t i = 0; i < core->source_count; i++) {
        struct sqlsource *source = core->sources[i];

        for (size_t j = 0; j < source->column_count && is_of(source, star->qualifier); j++) {
            add_output(core, output_column(resolve, source, j, star->span), source->columns[j]);
        }
    }
}

static void outputs(struct resolve *resolve, struct sqlcore *core, const struct scope *outer)
{
    struct scope scope = {.outer = outer, .core = core, .aliases = ALIASES_REFUSED};
    size_t room = core->item_count;

    for (size_t i = 0; i < core->item_count; i++) {
        if (core->items[i].expr->kind == SQLEXPR_STAR) {
            room += star_width(core, core->items[i].expr);
        }
    }
    core->outputs = ARENA_ARRAY(resolve->arena, struct sqlexpr *, room);
    core->labels = ARENA_ARRAY(resolve->arena, struct slice, room);
    for (size_t i = 0; i < core->item_count && !resolve->fault.token; i++) {
        const struct sqlselected *item = &core->items[i];

        if (item->expr->kind == SQLEXPR_STAR) {
            write_out_star(resolve, core, item->expr);
            continue;
        }
        scope.item = item;
        expr(resolve, item->expr, &scope);
        add_output(core, item->expr,
                   item->alias.len > 0                  ? item->alias
                   : item->expr->kind == SQLEXPR_COLUMN ? item->expr->name
                                                        : SLICE_EMPTY);
    }
}

static bool same_column(const struct sqlexpr *a, const struct sqlexpr *b)
{
    return b->kind == SQLEXPR_COLUMN && a->source == b->source && a->column == b->column;
}

/* GROUP BY 2; GROUP BY a where "b AS a" is an item too. */
static void group_item(struct resolve *resolve, struct sqlcore *core, struct sqlexpr **at)
{
    struct sqlexpr *node = *at;
    struct sqlexpr *item = NULL;
    uint64_t number = 0;

    if (node->kind == SQLEXPR_NUMBER && slice_parse_u64(node->name, &number) == STATUS_OK &&
        number >= 1 && number <= core->output_count) {
        *at = core->outputs[number - 1];
        return;
    }
    if (node->kind == SQLEXPR_COLUMN && node->qualifier.len == 0) {
        item = find_alias(core, node->name, NULL);
    }
    if (node->source && item && !same_column(node, item)) {
        struct sqlexpr *call = ARENA_NEW(resolve->arena, struct sqlexpr);

        *call = (struct sqlexpr){.kind = SQLEXPR_CALL, .args = at, .span = node->span};
        call->args = ARENA_ARRAY(resolve->arena, struct sqlexpr *, 1);
        call->args[call->arg_count++] = node;
        *at = call;
    }
}

static bool has_aggregate(struct sqlexpr *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (nodes[i] &&
            (nodes[i]->aggregates || has_aggregate(nodes[i]->args, nodes[i]->arg_count))) {
            return true;
        }
    }
    return false;
}

static void resolve_core(struct resolve *resolve, struct sqlcore *core, struct sqlquery *whole,
                         const struct scope *outer)
{
    struct scope scope = {.outer = outer, .core = core};
    struct scope with_aliases = {.outer = outer, .core = core, .aliases = ALIASES_SEEN};
    struct scope windows = {.outer = outer, .core = core, .aliases = ALIASES_REFUSED};

    core->number = resolve->tree->core_count++;
    core_from(resolve, core, core->from, &scope);
    if (resolve->fault.token) {
        return;
    }
    outputs(resolve, core, outer);
    expr(resolve, core->where, &scope);
    exprs(resolve, core->group, core->group_count, &with_aliases);
    expr(resolve, core->having, &with_aliases);
    exprs(resolve, core->window_exprs, core->window_count, &windows);
    exprs(resolve, whole->order, whole->order_count, &with_aliases);
    if (resolve->fault.token) {
        return;
    }
    for (size_t i = 0; i < core->group_count; i++) {
        group_item(resolve, core, &core->group[i]);
    }
    core->one_row |= has_aggregate(core->outputs, core->output_count) ||
                     has_aggregate(&core->having, 1) ||
                     has_aggregate(core->window_exprs, core->window_count) ||
                     has_aggregate(whole->order, whole->order_count);
    core->one_row &= core->group_count == 0;
}

/* ------------------------------------------------------------------ queries and changes */

/* ORDER BY of a UNION knows its columns alone. */
static void check_union_order(struct resolve *resolve, const struct sqlquery *query_)
{
    for (size_t i = 0; i < query_->order_count; i++) {
        if (query_->order[i]->kind != SQLEXPR_COLUMN && query_->order[i]->kind != SQLEXPR_NUMBER) {
            fail(resolve, query_->order[i]->span.from, SLICE_LITERAL("give it an alias"),
                 "ORDER BY of a UNION takes columns of its result only");
        }
    }
}

static void query(struct resolve *resolve, struct sqlquery *query_, const struct scope *outer)
{
    if (resolve->fault.token) {
        return;
    }
    expr(resolve, query_->limit, NULL);
    expr(resolve, query_->offset, NULL);
    if (query_->core) {
        resolve_core(resolve, query_->core, query_, outer);
    }
    for (size_t i = 0; i < query_->branch_count; i++) {
        query(resolve, query_->branches[i], outer);
    }
    if (!query_->core) {
        check_union_order(resolve, query_);
    }
}

/* The source whose rows an UPDATE or DELETE changes. */
static void find_written(struct resolve *resolve, struct sqlchange *change,
                         const struct sqlcore *core)
{
    change->written = core->sources[0];
    if (change->set_count > 0) {
        change->written = change->sets[0].column->source;
    }
    for (size_t i = 1; i < change->set_count; i++) {
        if (change->sets[i].column->source != change->written) {
            fail(resolve, change->sets[i].column->span.from,
                 SLICE_LITERAL("write one statement for each"), "it sets columns of two tables");
        }
    }
    for (size_t i = 0; i < core->source_count && change->target.len > 0; i++) {
        if (slice_eq(core->sources[i]->alias, change->target)) {
            change->written = core->sources[i];
            break;
        }
        change->written = NULL;
    }
    if (!change->written || !change->written->table) {
        fail(resolve, change->tables.from, SLICE_EMPTY, "it is not seen which table it changes");
    }
}

static void update(struct resolve *resolve, struct sqlchange *change, struct sqlcore *core,
                   const struct scope *scope)
{
    for (size_t i = 0; i < change->set_count; i++) {
        expr(resolve, change->sets[i].column, scope);
        expr(resolve, change->sets[i].value, scope);
    }
    expr(resolve, change->where, scope);
    exprs(resolve, change->order, change->order_count, scope);
    expr(resolve, change->limit, NULL);
    if (!resolve->fault.token) {
        find_written(resolve, change, core);
    }
}

static void insert_columns(struct resolve *resolve, struct sqlchange *change,
                           const struct sqlsource *source)
{
    size_t width = change->column_count > 0 ? change->column_count : source->column_count;

    for (size_t i = 0; i < change->column_count; i++) {
        if (find_column(source, change->columns[i]) == source->column_count) {
            fail(resolve, source->span.from, SLICE_EMPTY, "'%.*s' has no column '%.*s'",
                 SLICE_ARG(source->name), SLICE_ARG(change->columns[i]));
        }
    }
    for (size_t i = 0; i < change->row_count; i++) {
        if (change->widths[i] != width && change->widths[i] > 0) {
            fail(resolve, source->span.from, SLICE_EMPTY, "%zu values for %zu columns",
                 change->widths[i], width);
        }
    }
}

/* In ON DUPLICATE KEY UPDATE the query's FROM is seen too. */
static void insert(struct resolve *resolve, struct sqlchange *change, struct sqlcore *core,
                   const struct scope *scope)
{
    struct scope inside = *scope;
    struct scope outside = {.core = change->query ? change->query->core : NULL};

    change->written = core->sources[0];
    insert_columns(resolve, change, change->written);
    for (size_t i = 0; i < change->row_count; i++) {
        exprs(resolve, change->rows[i], change->widths[i], scope);
    }
    if (change->query) {
        query(resolve, change->query, NULL);
    }
    inside.outer = outside.core ? &outside : NULL;
    for (size_t i = 0; i < change->set_count; i++) {
        expr(resolve, change->sets[i].column, scope);
        expr(resolve, change->sets[i].value, &inside);
    }
}

static void change(struct resolve *resolve, struct sqlchange *change_)
{
    struct sqlcore *core = ARENA_NEW(resolve->arena, struct sqlcore);
    struct scope scope = {.core = core};

    change_->core = core;
    core->number = resolve->tree->core_count++;
    core->from = change_->from;
    core->where = change_->where;
    core_from(resolve, core, change_->from, &scope);
    if (resolve->fault.token) {
        return;
    }
    if (change_->verb == SQLVERB_INSERT || change_->verb == SQLVERB_REPLACE) {
        insert(resolve, change_, core, &scope);
    } else {
        update(resolve, change_, core, &scope);
    }
}

/*
 * MySQL looks for the names in a query of WITH where it is mentioned, not where it is written; and
 * MariaDB knows no case there.
 */
static void check_withs(struct resolve *resolve)
{
    struct sqlsource *const *sources = resolve->tree->sources;

    for (size_t i = 0; i < resolve->tree->source_count; i++) {
        for (size_t j = 0; j < i && sources[i]->query && sources[i]->name.len > 0; j++) {
            if (sources[j]->query && slice_eq_nocase(sources[i]->name, sources[j]->name) &&
                sources[i]->query->span.from != sources[j]->query->span.from) {
                fail(resolve, sources[i]->name_token, SLICE_LITERAL("give it another name"),
                     "two queries of WITH are called '%.*s'", SLICE_ARG(sources[i]->name));
            }
        }
    }
}

bool sqltree_resolve(struct arena *arena, struct sqltree *tree, const struct tables *tables,
                     struct sqlfault *fault)
{
    struct resolve resolve = {.arena = arena, .tree = tree, .tables = tables};

    if (tree->query) {
        query(&resolve, tree->query, NULL);
    } else {
        change(&resolve, tree->change);
    }
    check_withs(&resolve);
    for (size_t i = 0; i < tree->source_count; i++) {
        if (!tree->sources[i]->reads) { /* no scope has it: nobody would see its changes */
            fail(&resolve, tree->sources[i]->span.from, SLICE_EMPTY, "this table is not seen");
        }
    }
    if (tree->unmentioned) { /* its tables would be read by nobody here */
        fail(&resolve, (unsigned int)(tree->unmentioned - tree->statement->tokens),
             SLICE_LITERAL("leave it out"), "WITH '%.*s' is mentioned nowhere",
             SLICE_ARG(tree->unmentioned->text));
    }
    *fault = resolve.fault;
    return !fault->token;
}
