/*
 * The context of a source: facts that hold for each of its rows that can matter, wherever the
 * source stands. Outer facts flow into subqueries and derived tables.
 */
#include "conf/tags/facts.h"
#include "conf/tags/type.h"

static void query_context(struct analysis *analysis, const struct sqlquery *query,
                          const struct facts *outer);

static struct facts both(struct analysis *analysis, const struct facts *a, const struct facts *b)
{
    struct facts all = {0};

    facts_add_all(analysis, &all, a);
    facts_add_all(analysis, &all, b);
    return all;
}

/* ------------------------------------------------------------------ subqueries */

/* Of an expression, at any depth but inside other subqueries. */
static void expr_context(struct analysis *analysis, struct sqlexpr *expr, const struct facts *outer)
{
    if (!expr) {
        return;
    }
    for (size_t i = 0; i < expr->arg_count; i++) {
        expr_context(analysis, expr->args[i], outer);
    }
    if (expr->query) {
        query_context(analysis, expr->query, outer);
    }
}

static void list_context(struct analysis *analysis, struct sqlexpr *const *exprs, size_t count,
                         const struct facts *outer)
{
    for (size_t i = 0; i < count; i++) {
        expr_context(analysis, exprs[i], outer);
    }
}

/* ------------------------------------------------------------------ derived tables */

static struct sqlexpr *replaced(struct analysis *analysis, struct sqlexpr *expr,
                                const struct sqlsource *source, const struct sqlcore *core);

/* All arguments, or nothing. */
static struct sqlexpr *replaced_args(struct analysis *analysis, struct sqlexpr *expr,
                                     const struct sqlsource *source, const struct sqlcore *core)
{
    struct sqlexpr *copy = ARENA_NEW(analysis->arena, struct sqlexpr);

    *copy = *expr;
    copy->args = ARENA_ARRAY(analysis->arena, struct sqlexpr *, expr->arg_count);
    for (size_t i = 0; i < expr->arg_count; i++) {
        copy->args[i] = replaced(analysis, expr->args[i], source, core);
        if (!copy->args[i]) {
            return NULL;
        }
    }
    return copy;
}

static bool is_replaceable(const struct sqlexpr *expr)
{
    return expr->kind == SQLEXPR_COMPARE || expr->kind == SQLEXPR_MATH ||
           expr->kind == SQLEXPR_AND || expr->kind == SQLEXPR_OR || expr->kind == SQLEXPR_IS_NULL ||
           expr->kind == SQLEXPR_IN;
}

/*
 * Of a UNION the column may have another type or collation than the item, so that it equals more:
 * 'A' for 'a' where another SELECT's item is compared without case.
 */
static bool is_compared_alike(struct analysis *analysis, struct sqlexpr *column,
                              struct sqlexpr *item)
{
    struct tag_type type = tag_type_of(analysis, column), own = tag_type_of(analysis, item);

    return column->source->query->core || (type.family == own.family && tag_types_fit(&type, &own));
}

/* EXPR with the items of CORE in place of SOURCE's columns; NULL: it cannot be said so. */
static struct sqlexpr *replaced(struct analysis *analysis, struct sqlexpr *expr,
                                const struct sqlsource *source, const struct sqlcore *core)
{
    expr = facts_leaf(expr);
    if (expr->kind == SQLEXPR_COLUMN && expr->source == source) {
        struct sqlexpr *item = facts_leaf(core->outputs[expr->column]);

        return facts_is_leaf(item) && joins_is_grouped(core, item) &&
                       is_compared_alike(analysis, expr, item)
                   ? item
                   : NULL;
    }
    if (facts_is_leaf(expr)) {
        return expr;
    }
    return is_replaceable(expr) ? replaced_args(analysis, expr, source, core) : NULL;
}

/*
 * What is known of the rows of SOURCE, a derived table, in the words of one of its SELECTs. CUT: a
 * LIMIT chooses among the rows; a window looks at all of them.
 */
static struct facts pushed(struct analysis *analysis, const struct sqlsource *source,
                           const struct sqlcore *core, bool cut, const struct facts *facts)
{
    struct facts into = {0};

    if (cut || core->one_row || core->windows) {
        return into;
    }
    for (size_t i = 0; i < facts->count; i++) {
        struct sqlexpr *fact = facts->items[i];

        if (facts_sources(fact) & ((sources)1 << source->number)) {
            fact = replaced(analysis, fact, source, core);
        }
        if (fact) {
            facts_add(analysis, &into, fact);
        }
    }
    return into;
}

static void derived_context(struct analysis *analysis, const struct sqlsource *source,
                            const struct facts *facts)
{
    const struct sqlquery *query = source->query;
    struct facts into;
    bool plain = query->unites;

    if (query->core) {
        into = pushed(analysis, source, query->core, query->limit, facts);
        query_context(analysis, query, &into);
        return;
    }
    for (size_t i = 0; i < query->branch_count; i++) {
        plain &= query->branches[i]->core != NULL;
    }
    for (size_t i = 0; i < query->branch_count; i++) {
        const struct sqlquery *branch = query->branches[i];

        into = (struct facts){0};
        if (plain) {
            into = pushed(analysis, source, branch->core, query->limit || branch->limit, facts);
        }
        query_context(analysis, branch, &into);
    }
}

/* ------------------------------------------------------------------ FROM */

/* Facts that mention none of SOURCES. */
static struct facts without(struct analysis *analysis, const struct facts *facts, sources sources_)
{
    struct facts kept = {0};

    for (size_t i = 0; i < facts->count; i++) {
        if (!(facts_sources(facts->items[i]) & sources_)) {
            facts_add(analysis, &kept, facts->items[i]);
        }
    }
    return kept;
}

static void source_context(struct analysis *analysis, const struct sqlsource *source,
                           const struct facts *above, const struct facts *outer)
{
    struct facts context = both(analysis, above, outer);
    struct facts nothing = {0};

    analysis->contexts[source->number] = context;
    expr_context(analysis, source->rows, &nothing);
    if (source->query) {
        derived_context(analysis, source, &context);
    }
}

static void from_context(struct analysis *analysis, const struct sqlfrom *from,
                         const struct facts *above, const struct facts *outer);

static void inner_context(struct analysis *analysis, const struct sqlfrom *from,
                          const struct facts *above, const struct facts *outer)
{
    struct facts all = both(analysis, above, &(struct facts){0}), with_outer;

    facts_conjuncts(analysis, from->on, &all);
    joins_facts(analysis, from->left, &all);
    joins_facts(analysis, from->right, &all);
    from_context(analysis, from->left, &all, outer);
    from_context(analysis, from->right, &all, outer);
    with_outer = both(analysis, &all, outer);
    expr_context(analysis, from->on, &with_outer);
}

/*
 * The right side loses what mentions it, above and outer: b.c IS NULL is true of the row of NULLs,
 * and rows of b that are missing make such rows. The left side never gains from ON.
 */
static void left_context(struct analysis *analysis, const struct sqlfrom *from,
                         const struct facts *above, const struct facts *outer)
{
    sources right = joins_sources(from->right);
    struct facts left_facts = both(analysis, above, &(struct facts){0});
    struct facts right_facts = without(analysis, above, right);
    struct facts right_outer = without(analysis, outer, right), with_outer;

    joins_facts(analysis, from->left, &left_facts);
    from_context(analysis, from->left, &left_facts, outer);
    facts_conjuncts(analysis, from->on, &right_facts);
    joins_facts(analysis, from->left, &right_facts);
    joins_facts(analysis, from->right, &right_facts);
    from_context(analysis, from->right, &right_facts, &right_outer);
    with_outer = both(analysis, &right_facts, &right_outer);
    expr_context(analysis, from->on, &with_outer);
}

static void from_context(struct analysis *analysis, const struct sqlfrom *from,
                         const struct facts *above, const struct facts *outer)
{
    if (from->kind == SQLFROM_SOURCE) {
        source_context(analysis, from->source, above, outer);
    } else if (from->kind == SQLFROM_INNER) {
        inner_context(analysis, from, above, outer);
    } else {
        left_context(analysis, from, above, outer);
    }
}

/* ------------------------------------------------------------------ SELECT */

static void core_context(struct analysis *analysis, const struct sqlcore *core,
                         const struct facts *outer, struct facts *inside)
{
    const struct core_facts *known = joins_of_core(analysis, core);
    struct facts where = both(analysis, &known->facts, outer);

    if (known->from) {
        from_context(analysis, known->from, &known->facts, outer);
    }
    expr_context(analysis, core->where, &where);
    /* an aggregate of nothing is a row too, and its columns are NULL */
    *inside = core->one_row ? *outer : where;
    list_context(analysis, core->outputs, core->output_count, inside);
    list_context(analysis, core->group, core->group_count, inside);
    list_context(analysis, core->window_exprs, core->window_count, inside);
    expr_context(analysis, core->having, inside);
}

static void query_context(struct analysis *analysis, const struct sqlquery *query,
                          const struct facts *outer)
{
    struct facts inside = *outer;

    for (size_t i = 0; i < query->branch_count; i++) {
        query_context(analysis, query->branches[i], outer);
    }
    if (query->core) {
        core_context(analysis, query->core, outer, &inside);
        list_context(analysis, query->order, query->order_count, &inside);
    }
}

void context_of_query(struct analysis *analysis, const struct sqlquery *query)
{
    struct facts nothing = {0};

    query_context(analysis, query, &nothing);
}

void context_of_core(struct analysis *analysis, const struct sqlcore *core)
{
    struct facts nothing = {0}, inside;

    core_context(analysis, core, &nothing, &inside);
}
