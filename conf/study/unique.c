/*
 * Some columns are known: they are given, or equal a parameter or constant; an equality makes the
 * column on its other side known; a table of which a unique key is known has one row for them, and
 * so all of its columns are known. When that is so of all tables, no two rows have the same given
 * columns. Known means: two rows that have the same given columns have the same value there.
 *
 *     FROM lines l JOIN items i ON i.sku = l.sku        by l.id: i has one row for each l
 *     FROM items i JOIN lines l ON l.sku = i.sku        by i.sku: l has several
 *
 * The ON of a LEFT JOIN is true of the rows that it found only. So what it says of its right side
 * counts rows (one for each of the left), and is no value that rows could be grouped by.
 *
 * Known columns of GROUP BY are enough, whatever is joined; so are all columns of SELECT DISTINCT
 * and of a UNION that is not of ALL. A derived table is asked the same by its known columns.
 */
#include "conf/study/unique.h"

#include "conf/study/equal.h"

#define DEPTH_MAX 3 /* of derived tables in one another: each level asks the next several times */

/* Of a column: STRICT is never NULL in a row that counts. */
enum known {
    KNOWN_NOT,
    KNOWN_LOOSE,
    KNOWN_STRICT
};

struct source {
    struct sqlsource *source;
    enum known *columns;
    bool whole; /* it has one row */
};

struct unique {
    struct analysis *analysis;
    const struct sqlcore *core;
    unsigned int depth;
    struct source *sources;
    struct equalities equalities;
};

static struct slice why_not(struct analysis *analysis, const struct sqlquery *query,
                            const enum known *given, unsigned int depth);

/* ------------------------------------------------------------------ columns */

static struct source *source_of(const struct unique *unique, const struct sqlexpr *expr)
{
    for (size_t i = 0; expr->source && i < unique->core->source_count; i++) {
        if (unique->sources[i].source == expr->source) {
            return &unique->sources[i];
        }
    }
    return NULL;
}

static enum known known_of(const struct unique *unique, const struct sqlexpr *expr)
{
    const struct source *source;

    while (expr->kind == SQLEXPR_COLUMN && expr->item) {
        expr = expr->item;
    }
    if (expr->kind == SQLEXPR_COLUMN) {
        source = source_of(unique, expr);
        return !source ? KNOWN_NOT : source->whole ? KNOWN_LOOSE : source->columns[expr->column];
    }
    return expr->kind < SQLEXPR_COLUMN ? KNOWN_LOOSE : KNOWN_NOT;
}

/* Is more known now? */
static bool know(const struct unique *unique, const struct sqlexpr *column, enum known known)
{
    struct source *source = column->kind == SQLEXPR_COLUMN ? source_of(unique, column) : NULL;

    if (!source || source->columns[column->column] >= known) {
        return false;
    }
    source->columns[column->column] = known;
    return true;
}

/* ------------------------------------------------------------------ what is known of others */

static bool spread_side(const struct unique *unique, const struct equality *equality,
                        const struct sqlexpr *column, const struct sqlexpr *other)
{
    return (equality->of >> column->source->number & 1) && known_of(unique, other) != KNOWN_NOT &&
           know(unique, column, KNOWN_STRICT);
}

static bool spread_equality(const struct unique *unique, const struct equality *equality)
{
    bool more = spread_side(unique, equality, equality->column, equality->other);

    if (equality->other->kind == SQLEXPR_COLUMN) {
        more |= spread_side(unique, equality, equality->other, equality->column);
    }
    return more;
}

static bool is_key_known(const struct source *source, const struct table_key *key)
{
    const struct table *table = source->source->table;
    size_t found = 0;

    for (size_t i = 0; i < table->column_count; i++) {
        if (table_key_has(key, table->columns[i].name)) {
            found += source->columns[i] == KNOWN_STRICT ||
                     (source->columns[i] == KNOWN_LOOSE && table->columns[i].not_null);
        }
    }
    return key->column_count > 0 && found == key->column_count;
}

static bool has_limit(const struct sqlquery *query)
{
    bool found = query->limit != NULL;

    for (size_t i = 0; i < query->branch_count; i++) {
        found |= has_limit(query->branches[i]);
    }
    return found;
}

/* Rows that a LIMIT cuts may be others for the next page. */
static bool has_one_row(struct unique *unique, const struct source *source)
{
    const struct table *table = source->source->table;

    if (source->source->query) {
        return !has_limit(source->source->query) &&
               why_not(unique->analysis, source->source->query, source->columns, unique->depth + 1)
                       .len == 0;
    }
    for (size_t i = 0; table && i < table->unique_count; i++) {
        if (is_key_known(source, &table->unique[i])) {
            return true;
        }
    }
    return false;
}

/* QUERIES: of the derived tables, or of the others. */
static bool spread_sources(struct unique *unique, bool queries)
{
    bool more = false;

    for (size_t i = 0; i < unique->core->source_count; i++) {
        struct source *source = &unique->sources[i];

        if (!source->whole && (source->source->query != NULL) == queries &&
            has_one_row(unique, source)) {
            source->whole = true;
            more = true;
        }
    }
    return more;
}

/* OUTER: also by what the ON of LEFT JOINs says. Derived tables are asked as seldom as can be. */
static void spread(struct unique *unique, bool outer)
{
    bool more = true;

    while (more) {
        more = spread_sources(unique, false);
        for (size_t i = 0; i < unique->equalities.count; i++) {
            if (!unique->equalities.items[i].outer || outer) {
                more |= spread_equality(unique, &unique->equalities.items[i]);
            }
        }
        more = more || spread_sources(unique, true);
    }
}

/* ------------------------------------------------------------------ one SELECT */

static bool are_known(const struct unique *unique, struct sqlexpr *const *exprs, size_t count,
                      const enum known *given)
{
    for (size_t i = 0; i < count; i++) {
        if (!(given && given[i] != KNOWN_NOT) && known_of(unique, exprs[i]) == KNOWN_NOT) {
            return false;
        }
    }
    return true;
}

static void prepare(struct unique *unique, const enum known *given)
{
    const struct sqlcore *core = unique->core;
    struct arena *arena = unique->analysis->arena;

    unique->sources = ARENA_ARRAY(arena, struct source, core->source_count);
    for (size_t i = 0; i < core->source_count; i++) {
        unique->sources[i].source = core->sources[i];
        unique->sources[i].columns = ARENA_ARRAY(arena, enum known, core->sources[i]->column_count);
    }
    unique->equalities = equal_read(unique->analysis, core);
    for (size_t i = 0; i < core->output_count; i++) {
        if (given[i] != KNOWN_NOT) {
            (void)know(unique, core->outputs[i], given[i]);
        }
    }
}

static struct slice why_not_core(struct unique *unique, const enum known *given)
{
    const struct sqlcore *core = unique->core;

    prepare(unique, given);
    spread(unique, false);
    if ((core->group_count > 0 && are_known(unique, core->group, core->group_count, NULL)) ||
        (core->distinct && are_known(unique, core->outputs, core->output_count, given))) {
        return SLICE_EMPTY;
    }
    spread(unique, true);
    for (size_t i = 0; i < core->source_count; i++) {
        if (!unique->sources[i].whole) {
            return core->group_count > 0
                       ? SLICE_LITERAL("GROUP BY has more than these columns")
                       : arena_printf(unique->analysis->arena,
                                      "'%.*s' may have several rows for one of them",
                                      SLICE_ARG(core->sources[i]->alias));
        }
    }
    return SLICE_EMPTY;
}

/* ------------------------------------------------------------------ queries */

static struct slice why_not_united(const struct sqlquery *query, const enum known *given)
{
    const struct sqlquery *first = query;

    if (!query->unites) {
        return SLICE_LITERAL("of EXCEPT and INTERSECT nothing is known");
    }
    if (!query->distinct) {
        return SLICE_LITERAL("UNION ALL may have a row twice");
    }
    while (!first->core) {
        first = first->branches[0];
    }
    for (size_t i = 0; i < first->core->output_count; i++) {
        if (given[i] == KNOWN_NOT) {
            return SLICE_LITERAL("only all columns of a UNION tell its rows apart");
        }
    }
    return SLICE_EMPTY;
}

/* GIVEN: of the result's columns. */
static struct slice why_not(struct analysis *analysis, const struct sqlquery *query,
                            const enum known *given, unsigned int depth)
{
    struct unique unique = {.analysis = analysis, .core = query->core, .depth = depth};

    if (depth > DEPTH_MAX) {
        return SLICE_LITERAL("derived tables too deep in one another");
    }
    if (query->core) {
        return why_not_core(&unique, given);
    }
    return query->branch_count == 1 ? why_not(analysis, query->branches[0], given, depth)
                                    : why_not_united(query, given);
}

struct slice unique_why(struct analysis *analysis, const struct sqlquery *query,
                        const size_t *columns, size_t count)
{
    const struct sqlquery *first = query;
    enum known *given;

    while (!first->core) {
        first = first->branches[0];
    }
    given = ARENA_ARRAY(analysis->arena, enum known, first->core->output_count);
    for (size_t i = 0; i < count; i++) {
        given[columns[i]] = KNOWN_STRICT;
    }
    return why_not(analysis, query, given, 0);
}

/* ------------------------------------------------------------------ LEFT JOIN */

static sources optional(const struct sqlfrom *from)
{
    if (!from || from->kind == SQLFROM_SOURCE) {
        return 0;
    }
    return optional(from->left) | optional(from->right) |
           (from->kind == SQLFROM_LEFT ? joins_sources(from->right) : 0);
}

static bool core_may_lack(struct analysis *analysis, const struct sqlcore *core, size_t i)
{
    const struct sqlexpr *expr = core->outputs[i];

    while (expr->kind == SQLEXPR_COLUMN && expr->item) {
        expr = expr->item;
    }
    if (expr->kind != SQLEXPR_COLUMN || !expr->source || core->one_row) {
        return true;
    }
    return (optional(joins_of_core(analysis, core)->from) >> expr->source->number & 1) ||
           (expr->source->query && unique_may_lack(analysis, expr->source->query, expr->column));
}

bool unique_may_lack(struct analysis *analysis, const struct sqlquery *query, size_t i)
{
    if (query->core) {
        return core_may_lack(analysis, query->core, i);
    }
    for (size_t j = 0; j < query->branch_count; j++) {
        if (unique_may_lack(analysis, query->branches[j], i)) {
            return true;
        }
    }
    return false;
}
