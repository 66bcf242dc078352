/*
 * Scopes. What a name means in which clause is the servers' (MySQL 8 reference manual, "Problems
 * with Column Aliases", and "SELECT Statement": FROM before aliases in GROUP BY and HAVING). ORDER
 * BY looks at aliases first; here FROM is first there too: the columns of an alias are read by its
 * item anyway, so that nothing that is read is missed.
 */
#include "conf/grammar/scope.h"

#include <stdarg.h>

#include "conf/text/suggest.h"
#include "lib/base/buf.h"

void resolve_fail(struct resolve *resolve, unsigned int token, struct slice hint,
                  const char *format, ...)
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

size_t scope_find_column(const struct sqlsource *source, struct slice name)
{
    size_t i = 0;

    while (i < source->column_count &&
           (source->columns[i].len == 0 || !slice_eq_nocase(source->columns[i], name))) {
        i++;
    }
    return i;
}

bool scope_is_of(const struct sqlsource *source, struct slice qualifier)
{
    return qualifier.len == 0 || slice_eq(source->alias, qualifier);
}

/* In the FROM of one block. False: not there, or twice, which is a fault. */
static bool find_in_from(struct resolve *resolve, const struct sqlcore *core, struct sqlexpr *expr)
{
    struct sqlsource *found = NULL;

    for (size_t i = 0; i < core->source_count; i++) {
        struct sqlsource *source = core->sources[i];
        size_t column = scope_find_column(source, expr->name);

        if (!scope_is_of(source, expr->qualifier) || column == source->column_count) {
            continue;
        }
        if (found) {
            resolve_fail(resolve, expr->span.from, SLICE_LITERAL("write table.column"),
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

struct sqlexpr *scope_find_alias(const struct sqlcore *core, struct slice name,
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

            for (size_t j = 0; j < source->column_count && scope_is_of(source, expr->qualifier);
                 j++) {
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
        resolve_fail(resolve, expr->span.from, SLICE_LITERAL("say it in WHERE"),
                     "ON sees the tables that it joins, not '%.*s'",
                     SLICE_ARG(expr->source->alias));
    }
    if (scope->rows && expr->source->number >= scope->rows->number) {
        resolve_fail(resolve, expr->span.from, SLICE_LITERAL("name the tables in another order"),
                     "JSON_TABLE sees the tables before it, not '%.*s'",
                     SLICE_ARG(expr->source->alias));
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
        unnamed |= scope_is_of(core->sources[i], expr->qualifier) && has_unnamed(core->sources[i]);
    }
    if (unnamed) {
        resolve_fail(
            resolve, expr->span.from, SLICE_LITERAL("give each expression of the list an alias"),
            "'%.*s' may be the name of an expression that has no alias", SLICE_ARG(expr->name));
    }
    if (scope->aliases == ALIASES_REFUSED && expr->qualifier.len == 0 &&
        scope_find_alias(core, expr->name, scope->item)) {
        resolve_fail(
            resolve, expr->span.from, SLICE_LITERAL("write table.column, or another alias"),
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

void scope_check_letters(struct resolve *resolve, unsigned int token, struct slice name)
{
    if (!is_ascii(name)) {
        resolve_fail(resolve, token,
                     SLICE_LITERAL("ASCII letters, whose case we know as the servers do"),
                     "the name '%.*s' has other letters", SLICE_ARG(name));
    }
}

static void resolve_column(struct resolve *resolve, struct sqlexpr *expr, const struct scope *scope)
{
    const struct scope *at = scope;

    scope_check_letters(resolve, expr->span.from, expr->name);
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
            expr->item = scope_find_alias(at->core, expr->name, NULL);
            if (expr->item) {
                return;
            }
        }
        check_outwards(resolve, expr, at);
    }
    resolve_fail(resolve, expr->span.from, column_hint(resolve, scope, expr),
                 "no column '%.*s%s%.*s'", SLICE_ARG(expr->qualifier),
                 expr->qualifier.len > 0 ? "." : "", SLICE_ARG(expr->name));
}

/* How well a row matches depends on all rows of the table. */
static void match(struct resolve *resolve, const struct sqlexpr *node)
{
    for (size_t i = 0; i < node->arg_count && !resolve->fault.token; i++) {
        struct sqlsource *source = node->args[i]->source;

        if (source && source->table) {
            source->whole = true;
        } else if (source) {
            resolve_fail(resolve, node->span.from, SLICE_EMPTY, "MATCH of what is no table");
        }
    }
}

void resolve_expr(struct resolve *resolve, struct sqlexpr *node, const struct scope *scope)
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
        resolve_expr(resolve, node->args[i], scope);
    }
    if (node->query) {
        resolve_query(resolve, node->query, scope);
    }
    resolve->aggregates -= node->aggregates;
    if (node->kind == SQLEXPR_CALL && slice_eq_nocase(node->name, SLICE_LITERAL("MATCH"))) {
        match(resolve, node);
    }
}

void resolve_exprs(struct resolve *resolve, struct sqlexpr **nodes, size_t count,
                   const struct scope *scope)
{
    for (size_t i = 0; i < count; i++) {
        resolve_expr(resolve, nodes[i], scope);
    }
}
