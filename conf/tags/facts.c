/*
 * What a condition says of the rows that pass it.
 */
#include "conf/tags/facts.h"

void analysis_init(struct analysis *analysis, struct arena *arena, const struct sqltree *tree,
                   const struct tag_param *params, size_t param_count)
{
    *analysis = (struct analysis){
        .arena = arena, .tree = tree, .params = params, .param_count = param_count};
    analysis->truths[0] = (struct sqlexpr){.kind = SQLEXPR_BOOLEAN, .name = SLICE_LITERAL("FALSE")};
    analysis->truths[1] = (struct sqlexpr){.kind = SQLEXPR_BOOLEAN, .name = SLICE_LITERAL("TRUE")};
    analysis->cores = ARENA_ARRAY(arena, struct core_facts, tree->core_count);
    analysis->contexts = ARENA_ARRAY(arena, struct facts, tree->source_count);
}

/* ------------------------------------------------------------------ leaves */

struct sqlexpr *facts_leaf(struct sqlexpr *expr)
{
    while (expr->kind == SQLEXPR_COLUMN && expr->item) {
        expr = expr->item;
    }
    return expr;
}

bool facts_is_leaf(struct sqlexpr *expr)
{
    return facts_leaf(expr)->kind <= SQLEXPR_COLUMN;
}

bool facts_same_leaf(struct sqlexpr *a, struct sqlexpr *b)
{
    a = facts_leaf(a);
    b = facts_leaf(b);
    if (a == b) {
        return true;
    }
    if (a->kind != b->kind || !facts_is_leaf(a)) {
        return false;
    }
    if (a->kind == SQLEXPR_COLUMN) {
        return a->source == b->source && a->column == b->column;
    }
    return a->negated == b->negated && slice_eq(a->name, b->name);
}

struct sqlexpr *facts_equal(struct analysis *analysis, const char *name, struct sqlexpr *a,
                            struct sqlexpr *b)
{
    struct sqlexpr *equal = ARENA_NEW(analysis->arena, struct sqlexpr);

    equal->kind = SQLEXPR_COMPARE;
    equal->name = slice_str(name);
    equal->args = ARENA_ARRAY(analysis->arena, struct sqlexpr *, 2);
    equal->args[0] = a;
    equal->args[1] = b;
    equal->arg_count = 2;
    return equal;
}

/* ------------------------------------------------------------------ lists */

/* The same expression, or an equality of the same two. */
static bool is_same(struct sqlexpr *a, struct sqlexpr *b)
{
    return a == b || (a->kind == SQLEXPR_COMPARE && b->kind == SQLEXPR_COMPARE &&
                      slice_eq(a->name, b->name) && facts_same_leaf(a->args[0], b->args[0]) &&
                      facts_same_leaf(a->args[1], b->args[1]));
}

static void grow(struct analysis *analysis, struct facts *facts)
{
    size_t room = facts->room ? 2 * facts->room : 8;
    struct sqlexpr **items = ARENA_ARRAY(analysis->arena, struct sqlexpr *, room);

    for (size_t i = 0; i < facts->count; i++) {
        items[i] = facts->items[i];
    }
    facts->items = items;
    facts->room = room;
}

void facts_add(struct analysis *analysis, struct facts *facts, struct sqlexpr *fact)
{
    for (size_t i = 0; i < facts->count; i++) {
        if (is_same(facts->items[i], fact)) {
            return;
        }
    }
    if (facts->count == FACTS_MAX) {
        return;
    }
    if (facts->count == facts->room) {
        grow(analysis, facts);
    }
    facts->items[facts->count++] = fact;
}

void facts_add_all(struct analysis *analysis, struct facts *facts, const struct facts *more)
{
    for (size_t i = 0; i < more->count; i++) {
        facts_add(analysis, facts, more->items[i]);
    }
}

/* ------------------------------------------------------------------ folding */

/* TRUE, FALSE, 1, 0: their value; -1: something else. */
static int truth_of(struct sqlexpr *expr)
{
    uint64_t number;

    if (expr->kind == SQLEXPR_BOOLEAN) {
        return slice_eq_nocase(expr->name, SLICE_LITERAL("TRUE"));
    }
    if (expr->kind == SQLEXPR_NUMBER && slice_parse_u64(expr->name, &number) == STATUS_OK) {
        return number != 0;
    }
    return -1;
}

static int guard_of(const struct analysis *analysis, struct sqlexpr *expr)
{
    for (size_t i = 0; i < analysis->guard_count && expr->kind == SQLEXPR_PARAM; i++) {
        if (slice_eq(analysis->guards[i], expr->name)) {
            return (int)i;
        }
    }
    return -1;
}

static struct sqlexpr *fold(struct analysis *analysis, struct sqlexpr *expr);

/* AND without TRUEs, OR without FALSEs; FALSE in an AND, TRUE in an OR decides. */
static struct sqlexpr *fold_list(struct analysis *analysis, struct sqlexpr *expr)
{
    int decides = expr->kind == SQLEXPR_OR;
    struct sqlexpr *copy = ARENA_NEW(analysis->arena, struct sqlexpr);
    bool changed = false;

    *copy = *expr;
    copy->args = ARENA_ARRAY(analysis->arena, struct sqlexpr *, expr->arg_count);
    copy->arg_count = 0;
    for (size_t i = 0; i < expr->arg_count; i++) {
        struct sqlexpr *part = fold(analysis, expr->args[i]);
        int truth = truth_of(part);

        changed |= part != expr->args[i] || truth >= 0;
        if (truth == decides) {
            return &analysis->truths[decides];
        }
        if (truth < 0) {
            copy->args[copy->arg_count++] = part;
        }
    }
    if (!changed) {
        return expr;
    }
    return copy->arg_count == 0   ? &analysis->truths[!decides]
           : copy->arg_count == 1 ? copy->args[0]
                                  : copy;
}

/* EXPR as it is when it is known which guards are NULL. */
static struct sqlexpr *fold(struct analysis *analysis, struct sqlexpr *expr)
{
    int guard, truth;

    if (expr->kind == SQLEXPR_IS_NULL) {
        guard = guard_of(analysis, expr->args[0]);
        return guard < 0
                   ? expr
                   : &analysis->truths[((analysis->nulls >> guard & 1) != 0) != expr->negated];
    }
    if (expr->kind == SQLEXPR_AND || expr->kind == SQLEXPR_OR) {
        return fold_list(analysis, expr);
    }
    if (expr->kind == SQLEXPR_NOT) {
        truth = truth_of(fold(analysis, expr->args[0]));
        return truth < 0 ? expr : &analysis->truths[!truth];
    }
    return expr;
}

/* ------------------------------------------------------------------ conjuncts */

/*
 * EXISTS (S), x IN (S): a row of S makes it true, so that what holds for S's rows holds here. One
 * SELECT; not one that makes a row of nothing.
 */
static void add_implied(struct analysis *analysis, struct sqlexpr *expr, struct facts *facts)
{
    const struct sqlcore *core = expr->query ? expr->query->core : NULL;

    if (!core || core->one_row || expr->negated ||
        (expr->kind != SQLEXPR_EXISTS && expr->kind != SQLEXPR_IN_QUERY)) {
        return;
    }
    facts_add_all(analysis, facts, &joins_of_core(analysis, core)->facts);
    if (expr->kind == SQLEXPR_IN_QUERY && core->output_count == 1 &&
        facts_is_leaf(core->outputs[0]) && joins_is_grouped(core, core->outputs[0])) {
        facts_add(analysis, facts,
                  facts_equal(analysis, "=", expr->args[0], facts_leaf(core->outputs[0])));
    }
}

static void add_parts(struct analysis *analysis, struct sqlexpr *expr, struct facts *facts)
{
    if (expr->kind != SQLEXPR_AND) {
        facts_add(analysis, facts, expr);
        add_implied(analysis, expr, facts);
        return;
    }
    for (size_t i = 0; i < expr->arg_count; i++) {
        add_parts(analysis, expr->args[i], facts);
    }
}

void facts_conjuncts(struct analysis *analysis, struct sqlexpr *expr, struct facts *facts)
{
    if (expr) {
        add_parts(analysis, fold(analysis, expr), facts);
    }
}

/* ------------------------------------------------------------------ sources */

static sources sources_of_query(const struct sqlquery *query);

static sources sources_of_list(struct sqlexpr *const *exprs, size_t count)
{
    sources found = 0;

    for (size_t i = 0; i < count; i++) {
        found |= facts_sources(exprs[i]);
    }
    return found;
}

static sources sources_of_from(const struct sqlfrom *from)
{
    if (!from) {
        return 0;
    }
    if (from->kind == SQLFROM_SOURCE) {
        return facts_sources(from->source->rows) |
               (from->source->query ? sources_of_query(from->source->query) : 0);
    }
    return sources_of_from(from->left) | sources_of_from(from->right) | facts_sources(from->on);
}

static sources sources_of_query(const struct sqlquery *query)
{
    const struct sqlcore *core = query->core;
    sources found = 0;

    for (size_t i = 0; i < query->branch_count; i++) {
        found |= sources_of_query(query->branches[i]);
    }
    if (!core) {
        return found;
    }
    return found | sources_of_from(core->from) | facts_sources(core->where) |
           facts_sources(core->having) | sources_of_list(core->outputs, core->output_count) |
           sources_of_list(core->group, core->group_count) |
           sources_of_list(core->window_exprs, core->window_count) |
           sources_of_list(query->order, query->order_count);
}

sources facts_sources(struct sqlexpr *expr)
{
    if (!expr) {
        return 0;
    }
    if (expr->kind == SQLEXPR_COLUMN) {
        return expr->source ? (sources)1 << expr->source->number : facts_sources(expr->item);
    }
    return sources_of_list(expr->args, expr->arg_count) |
           (expr->query ? sources_of_query(expr->query) : 0);
}

/* ------------------------------------------------------------------ null rejection */

/* A plain column, perhaps inside + - * / %: NULL makes all of it NULL. */
static sources plain(struct sqlexpr *expr)
{
    sources found = 0;

    expr = facts_leaf(expr);
    if (expr->kind == SQLEXPR_COLUMN && expr->source) {
        return (sources)1 << expr->source->number;
    }
    for (size_t i = 0; i < expr->arg_count && expr->kind == SQLEXPR_MATH; i++) {
        found |= plain(expr->args[i]);
    }
    return found;
}

static sources rejected_by_all(struct analysis *analysis, struct sqlexpr *expr)
{
    sources found = ~(sources)0;

    for (size_t i = 0; i < expr->arg_count; i++) {
        struct facts part = {0};

        facts_conjuncts(analysis, expr->args[i], &part);
        found &= facts_rejected(analysis, &part);
    }
    return found;
}

static sources rejected_by(struct analysis *analysis, struct sqlexpr *expr)
{
    sources first = expr->arg_count > 0 ? plain(expr->args[0]) : 0;

    if (expr->kind == SQLEXPR_COMPARE) {
        return slice_is(expr->name, "<=>") ? 0 : first | plain(expr->args[1]);
    }
    if (expr->kind == SQLEXPR_LIKE || expr->kind == SQLEXPR_IN) {
        return first;
    }
    if (expr->kind == SQLEXPR_BETWEEN) {
        return expr->negated ? first : first | plain(expr->args[1]) | plain(expr->args[2]);
    }
    if (expr->kind == SQLEXPR_IN_QUERY) { /* NOT IN of nothing is true */
        return expr->negated ? 0 : first;
    }
    if (expr->kind == SQLEXPR_IS_NULL) {
        return expr->negated ? first : 0;
    }
    return expr->kind == SQLEXPR_OR ? rejected_by_all(analysis, expr) : 0;
}

sources facts_rejected(struct analysis *analysis, const struct facts *facts)
{
    sources found = 0;

    for (size_t i = 0; i < facts->count; i++) {
        found |= rejected_by(analysis, facts->items[i]);
    }
    return found;
}
