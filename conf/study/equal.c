/*
 * Conditions joined by AND. What is no such equality says nothing here.
 */
#include "conf/study/equal.h"

#include "conf/study/origin.h"
#include "conf/tags/type.h"

struct reader {
    const struct analysis *analysis;
    struct equalities out;
};

/* Where a condition stands. */
struct place {
    sources of;
    bool outer;
};

/* ------------------------------------------------------------------ what equals one value */

/* Do SQL and bytes agree on which values of the two are equal? */
static bool is_same_kind(const struct table_column *a, const struct table_column *b)
{
    if (a->holds.family == COLUMN_TEXT || b->holds.family == COLUMN_TEXT) {
        return a->holds.family == b->holds.family && origin_compares_by_bytes(a) &&
               origin_compares_by_bytes(b);
    }
    return a->known && b->known && a->scalar == b->scalar &&
           (a->scalar == SCALAR_INTEGER || a->scalar == SCALAR_NUMBER ||
            slice_eq_nocase(a->type, b->type));
}

static bool is_column(const struct sqlexpr *expr)
{
    return expr->kind == SQLEXPR_COLUMN && expr->source;
}

static bool may_be_null(const struct analysis *analysis, const struct sqlexpr *expr)
{
    for (size_t i = 0; expr->kind == SQLEXPR_PARAM && i < analysis->param_count; i++) {
        if (slice_eq(analysis->params[i].name, expr->name)) {
            return analysis->params[i].nullable;
        }
    }
    return is_column(expr);
}

/* Beside "=" a parameter that is NULL finds no row. */
static bool is_one_value(const struct analysis *analysis, const struct table_column *column,
                         const struct sqlexpr *value)
{
    enum tag_family family;

    if (value->kind == SQLEXPR_NULL || value->kind >= SQLEXPR_COLUMN) {
        return false;
    }
    if (column->holds.family != COLUMN_TEXT) {
        return true;
    }
    family = tag_type_of(analysis, value).family;
    return family == TAG_FAMILY_TEXT || family == TAG_FAMILY_ANY;
}

static bool add(struct reader *reader, const struct place *place, const struct sqlexpr *column,
                const struct sqlexpr *other)
{
    const struct table_column *a = is_column(column) ? origin_of(column) : NULL;
    const struct table_column *b = is_column(other) ? origin_of(other) : NULL;

    if (!a || (is_column(other) ? !b || !is_same_kind(a, b)
                                : !is_one_value(reader->analysis, a, other))) {
        return false;
    }
    reader->out.items[reader->out.count++] =
        (struct equality){column, other, place->outer, place->of};
    return true;
}

/* ------------------------------------------------------------------ conditions */

static const struct sqlexpr *bare(const struct sqlexpr *expr)
{
    while (expr->kind == SQLEXPR_COLLATE &&
           slice_eq_nocase(expr->name, SLICE_LITERAL("utf8mb4_bin"))) {
        expr = expr->args[0];
    }
    return expr;
}

static void read_equality(struct reader *reader, const struct place *place,
                          const struct sqlexpr *part)
{
    const struct sqlexpr *a = bare(part->args[0]), *b = bare(part->args[1]);

    if (slice_is(part->name, "<=>") && may_be_null(reader->analysis, a) &&
        may_be_null(reader->analysis, b)) {
        return;
    }
    if (!add(reader, place, a, b)) {
        (void)add(reader, place, b, a);
    }
}

static bool is_equality(const struct sqlexpr *part)
{
    return part->kind == SQLEXPR_COMPARE
               ? slice_is(part->name, "=") || slice_is(part->name, "<=>")
               : part->kind == SQLEXPR_IN && !part->negated && part->arg_count == 2;
}

static void read_condition(struct reader *reader, const struct place *place,
                           const struct sqlexpr *condition)
{
    if (!condition) {
        return;
    }
    if (is_equality(condition)) {
        read_equality(reader, place, condition);
    }
    for (size_t i = 0; i < condition->arg_count && condition->kind == SQLEXPR_AND; i++) {
        read_condition(reader, place, condition->args[i]);
    }
}

static void read_from(struct reader *reader, struct place place, const struct sqlfrom *from)
{
    if (!from || from->kind == SQLFROM_SOURCE) {
        return;
    }
    read_from(reader, place, from->left);
    if (from->kind == SQLFROM_LEFT) {
        place.outer = true;
        place.of &= joins_sources(from->right);
    }
    read_from(reader, place, from->right);
    read_condition(reader, &place, from->on);
}

/* ------------------------------------------------------------------ all */

static size_t count_parts(const struct sqlexpr *condition)
{
    size_t count = 1;

    for (size_t i = 0; condition && i < condition->arg_count && condition->kind == SQLEXPR_AND;
         i++) {
        count += count_parts(condition->args[i]);
    }
    return count;
}

static size_t count_conditions(const struct sqlfrom *from)
{
    return !from || from->kind == SQLFROM_SOURCE
               ? 0
               : count_parts(from->on) + count_conditions(from->left) +
                     count_conditions(from->right);
}

struct equalities equal_read(struct analysis *analysis, const struct sqlcore *core)
{
    const struct sqlfrom *from = joins_of_core(analysis, core)->from;
    struct place place = {~(sources)0, false};
    struct reader reader = {.analysis = analysis};

    reader.out.items = ARENA_ARRAY(analysis->arena, struct equality,
                                   count_parts(core->where) + count_conditions(from));
    read_from(&reader, place, from);
    read_condition(&reader, &place, core->where);
    return reader.out;
}
