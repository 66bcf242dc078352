/*
 * What a FROM says of its rows, and which outer joins are inner ones.
 */
#include "conf/tags/facts.h"

sources joins_sources(const struct sqlfrom *from)
{
    return from->kind == SQLFROM_SOURCE ? (sources)1 << from->source->number
                                        : joins_sources(from->left) | joins_sources(from->right);
}

bool joins_is_grouped(const struct sqlcore *core, struct sqlexpr *item)
{
    for (size_t i = 0; i < core->group_count; i++) {
        if (facts_same_leaf(core->group[i], item)) {
            return true;
        }
    }
    return core->group_count == 0;
}

/* ------------------------------------------------------------------ outer joins become inner */

static sources rejected_by_on(struct analysis *analysis, const struct sqlfrom *from)
{
    struct facts on = {0};

    facts_conjuncts(analysis, from->on, &on);
    return facts_rejected(analysis, &on);
}

/*
 * One round: REJECTED are the sources without which no row of this part of the FROM remains. A
 * LEFT JOIN whose right side holds one of them never shows its row of NULLs.
 */
static struct sqlfrom *simplify(struct analysis *analysis, struct sqlfrom *from, sources rejected,
                                bool *changed)
{
    struct sqlfrom *copy;
    sources on;

    if (from->kind == SQLFROM_SOURCE) {
        return from;
    }
    copy = ARENA_NEW(analysis->arena, struct sqlfrom);
    *copy = *from;
    if (from->kind == SQLFROM_LEFT && (rejected & joins_sources(from->right))) {
        copy->kind = SQLFROM_INNER;
        *changed = true;
    }
    on = rejected_by_on(analysis, from);
    if (copy->kind == SQLFROM_INNER) {
        copy->left = simplify(analysis, from->left, rejected | on, changed);
        copy->right = simplify(analysis, from->right, rejected | on, changed);
    } else {
        copy->left = simplify(analysis, from->left, rejected, changed);
        copy->right = simplify(analysis, from->right, on, changed);
    }
    return copy;
}

static sources rejected_by_inner(struct analysis *analysis, const struct sqlfrom *from)
{
    if (from->kind == SQLFROM_SOURCE) {
        return 0;
    }
    return rejected_by_inner(analysis, from->left) |
           (from->kind == SQLFROM_INNER
                ? rejected_by_on(analysis, from) | rejected_by_inner(analysis, from->right)
                : 0);
}

static struct sqlfrom *simplified(struct analysis *analysis, const struct sqlcore *core)
{
    struct sqlfrom *from = core->from;
    struct facts where = {0};
    sources rejected, before;
    bool changed = true;

    if (!from) {
        return NULL;
    }
    facts_conjuncts(analysis, core->where, &where);
    rejected = facts_rejected(analysis, &where);
    while (changed) {
        changed = false;
        before = rejected;
        from = simplify(analysis, from, rejected, &changed);
        rejected |= rejected_by_inner(analysis, from);
        changed |= rejected != before;
    }
    return from;
}

/* ------------------------------------------------------------------ facts of rows */

/* d = (SELECT ...): its rows are rows of S, and d.col is the item. */
static void facts_of_derived(struct analysis *analysis, struct sqlsource *source,
                             struct facts *facts)
{
    const struct sqlcore *core = source->query ? source->query->core : NULL;

    if (!core || core->one_row) {
        return;
    }
    facts_add_all(analysis, facts, &joins_of_core(analysis, core)->facts);
    for (size_t i = 0; i < core->output_count; i++) {
        struct sqlexpr *item = facts_leaf(core->outputs[i]);
        struct sqlexpr *column;

        if (source->columns[i].len == 0 || !facts_is_leaf(item) || !joins_is_grouped(core, item)) {
            continue;
        }
        column = ARENA_NEW(analysis->arena, struct sqlexpr);
        column->kind = SQLEXPR_COLUMN;
        column->name = source->columns[i];
        column->source = (struct sqlsource *)source;
        column->column = i;
        facts_add(analysis, facts, facts_equal(analysis, "<=>", column, item));
    }
}

void joins_facts(struct analysis *analysis, const struct sqlfrom *from, struct facts *facts)
{
    if (!from) {
        return;
    }
    if (from->kind == SQLFROM_SOURCE) {
        facts_of_derived(analysis, from->source, facts);
        return;
    }
    joins_facts(analysis, from->left, facts);
    if (from->kind == SQLFROM_INNER) {
        joins_facts(analysis, from->right, facts);
        facts_conjuncts(analysis, from->on, facts);
    }
}

const struct core_facts *joins_of_core(struct analysis *analysis, const struct sqlcore *core)
{
    struct core_facts *known = &analysis->cores[core->number];

    if (!known->done) {
        known->done = true;
        known->from = simplified(analysis, core);
        facts_conjuncts(analysis, core->where, &known->facts);
        joins_facts(analysis, known->from, &known->facts);
    }
    return known;
}
