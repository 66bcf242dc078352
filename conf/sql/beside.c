/*
 * What stands left and right of a parameter. Parentheses around it alone are looked through.
 */
#include "conf/sql/beside.h"

struct place {
    const struct sqlstatement *statement;
    const struct sqltables *named;
    const struct tables *tables;
    size_t left, right; /* the tokens around it; left is 0 when it is the first one */
    unsigned int depth; /* of the parameter, without parentheses of its own */
};

static const struct sqltoken *at(const struct place *place, size_t i)
{
    return &place->statement->tokens[i];
}

/* It makes another value of what stands beside it. */
static bool computes(const struct sqltoken *token)
{
    return SQLTOKEN_IS_ANY(token, "+", "-", "*", "/", "%", "|", "&", "^", "~", "DIV", "MOD",
                           "COLLATE", "INTERVAL", "BINARY", ".");
}

/* ------------------------------------------------------------------ columns */

static bool is_called(const struct sqltable *table, struct slice qualifier)
{
    return qualifier.len == 0 || slice_eq_nocase(table->alias, qualifier) ||
           slice_eq_nocase(table->name, qualifier);
}

/* Of all tables that may be meant; two that do not hold the same are not one column for sure. */
static struct table_column *find_column(const struct place *place, struct slice qualifier,
                                        struct slice name)
{
    struct table_column *found = NULL;

    for (size_t i = 0; i < place->named->count; i++) {
        const struct sqltable *named = &place->named->items[i];
        struct table *table = tables_find(place->tables, named->name);
        struct table_column *column =
            table && is_called(named, qualifier) ? table_column_find(table, name) : NULL;

        if (column && found && !column_type_equal(&column->holds, &found->holds)) {
            return NULL;
        }
        found = column && !found ? column : found;
    }
    return found;
}

/* "column" or "table.column" that ends at token LAST; FIRST: its first token. */
static struct table_column *column_before(const struct place *place, size_t last, size_t *first)
{
    struct slice qualifier = SLICE_EMPTY;

    *first = last;
    if (!sqltoken_is_name(at(place, last))) {
        return NULL;
    }
    if (last >= 2 && sqltoken_is(at(place, last - 1), ".")) {
        qualifier = at(place, last - 2)->text;
        *first = last - 2;
    }
    if (*first > 0 && computes(at(place, *first - 1))) {
        return NULL;
    }
    return find_column(place, qualifier, at(place, last)->text);
}

static struct table_column *column_after(const struct place *place, size_t first)
{
    bool qualified = sqltoken_is(at(place, first + 1), ".");
    size_t last = qualified ? first + 2 : first;

    if (!sqltoken_is_name(at(place, first)) || computes(at(place, last + 1)) ||
        sqltoken_is(at(place, last + 1), "(")) {
        return NULL;
    }
    return find_column(place, qualified ? at(place, first)->text : SLICE_EMPTY,
                       at(place, last)->text);
}

/* ------------------------------------------------------------------ comparisons */

/* The tokens of the operator that ends at token I: "=", "<=>", "<", ">=", "<>", "!="; 0: none. */
static size_t operator_length(const struct place *place, size_t i, bool forward)
{
    size_t count = 0;

    while (count < 3 && (forward || i >= count) &&
           SQLTOKEN_IS_ANY(at(place, forward ? i + count : i - count), "<", "=", ">", "!")) {
        count++;
    }
    return count;
}

static enum beside_how operator_how(const struct place *place, size_t first, size_t count)
{
    return count == 1 && sqltoken_is(at(place, first), "=") ? BESIDE_EQUAL
           : count == 3                                     ? BESIDE_EQUAL
                                                            : BESIDE_ORDER;
}

/* The token before "(" of "column IN (:a, :b)". False: it is in no such list. */
static bool before_list(const struct place *place, size_t *out)
{
    size_t i = place->left;

    while (i > 1 && at(place, i)->depth >= place->depth) {
        i--;
    }
    if (i < 2 || !sqltoken_is(at(place, i), "(") || !sqltoken_is(at(place, i - 1), "IN")) {
        return false;
    }
    *out = i - 2;
    return true;
}

/* The token before BETWEEN, of either of its values. */
static bool before_between(const struct place *place, size_t *out)
{
    size_t i = place->left;

    if (sqltoken_is(at(place, i), "AND") && i >= 3 && sqltoken_is(at(place, i - 2), "BETWEEN")) {
        i -= 2;
    }
    if (i < 1 || !sqltoken_is(at(place, i), "BETWEEN")) {
        return false;
    }
    *out = i - 1;
    return true;
}

static bool is_assigned(const struct place *place, size_t first)
{
    const struct sqltoken *tokens = place->statement->tokens;
    bool update = sqltoken_is(&tokens[0], "UPDATE"), set = false;

    if (sqltoken_is(&tokens[0], "SELECT") || sqltoken_is(&tokens[0], "DELETE") ||
        at(place, first)->depth > 0) {
        return false;
    }
    for (size_t i = 0; i < first; i++) {
        if (tokens[i].depth > 0) {
            continue;
        }
        set |= sqltoken_is(&tokens[i], "SET") || (!update && sqltoken_is(&tokens[i], "DUPLICATE"));
        set &= !SQLTOKEN_IS_ANY(&tokens[i], "WHERE", "SELECT");
    }
    return set && !SQLTOKEN_IS_ANY(at(place, first - 1), "WHERE", "AND", "OR", "WHEN", "IF");
}

static struct beside find_compared(const struct place *place)
{
    size_t count = place->left > 0 ? operator_length(place, place->left, false) : 0, last, first;
    struct beside beside = {BESIDE_NOTHING, NULL};

    if (count > 0 && place->left >= count) {
        beside.how = operator_how(place, place->left + 1 - count, count);
        beside.column = column_before(place, place->left - count, &first);
        if (beside.how == BESIDE_EQUAL && beside.column && is_assigned(place, first)) {
            beside.how = BESIDE_STORED;
        }
        return beside;
    }
    if (before_list(place, &last) || before_between(place, &last)) {
        beside.how = sqltoken_is(at(place, last + 1), "IN") ? BESIDE_EQUAL : BESIDE_ORDER;
        if (sqltoken_is(at(place, last), "NOT") && last > 0) {
            beside.how = BESIDE_ORDER;
            last--;
        }
        beside.column = column_before(place, last, &first);
        return beside;
    }
    count = operator_length(place, place->right, true);
    if (count > 0) {
        beside.how = operator_how(place, place->right, count);
        beside.column = column_after(place, place->right + count);
    }
    return beside;
}

/* ------------------------------------------------------------------ INSERT */

/* The first of these words outside of parentheses, or the end. */
static size_t find_rows(const struct sqlstatement *statement)
{
    size_t i = 0;

    while (i < statement->token_count &&
           !(statement->tokens[i].depth == 0 &&
             SQLTOKEN_IS_ANY(&statement->tokens[i], "VALUES", "VALUE", "SELECT"))) {
        i++;
    }
    return i;
}

/* The INDEXth name in the list of columns; without a list, the table's. */
static struct table_column *listed_column(const struct place *place, size_t rows, size_t index)
{
    const struct table *table = NULL;
    size_t i = 0, listed = 0;

    for (size_t j = 0; j < place->named->count && !table; j++) {
        table = place->named->items[j].written
                    ? tables_find(place->tables, place->named->items[j].name)
                    : NULL;
    }
    while (i < rows && !sqltoken_is(at(place, i), "(")) {
        i++;
    }
    if (i == rows) {
        return table && index < table->column_count ? &table->columns[index] : NULL;
    }
    for (i++; i < rows && !sqltoken_is(at(place, i), ")"); i++) {
        if (sqltoken_is(at(place, i), ",")) {
            listed++;
        } else if (listed == index) {
            return table ? table_column_find(table, at(place, i)->text) : NULL;
        }
    }
    return NULL;
}

/*
 * A value of "VALUES (..., :x, ...)" or "SELECT ..., :x, ...": how many are before it. False: it is
 * no value of its own.
 */
static bool value_index(const struct place *place, size_t rows, size_t *out)
{
    bool select = sqltoken_is(at(place, rows), "SELECT");
    unsigned int depth = select ? 0 : 1;
    size_t i = place->left;

    if (rows >= place->right || place->depth != depth ||
        !(SQLTOKEN_IS_ANY(at(place, i), "(", ",") || (select && i == rows)) ||
        !(SQLTOKEN_IS_ANY(at(place, place->right), ")", ",") ||
          (select && (SQLTOKEN_IS_ANY(at(place, place->right), "FROM", "WHERE") ||
                      at(place, place->right)->kind == SQLTOKEN_END)))) {
        return false;
    }
    for (*out = 0; i > rows && !(at(place, i)->depth < depth && sqltoken_is(at(place, i), "("));
         i--) {
        if (select && at(place, i)->depth == 0 &&
            SQLTOKEN_IS_ANY(at(place, i), "FROM", "WHERE", "DUPLICATE")) {
            return false;
        }
        if (at(place, i)->depth < depth) {
            return false; /* after the rows: ON DUPLICATE KEY UPDATE f(:x) */
        }
        *out += at(place, i)->depth == depth && sqltoken_is(at(place, i), ",");
    }
    return select || i == rows + 1 || sqltoken_is(at(place, i - 1), ",");
}

static struct beside find_inserted(const struct place *place)
{
    size_t rows = find_rows(place->statement), index;

    if (!SQLTOKEN_IS_ANY(at(place, 0), "INSERT", "REPLACE") || !value_index(place, rows, &index)) {
        return (struct beside){BESIDE_NOTHING, NULL};
    }
    return (struct beside){BESIDE_STORED, listed_column(place, rows, index)};
}

/* ------------------------------------------------------------------ the parameter */

/* "(:x)" that is no list of a function, of IN, and no row. */
static bool is_wrapped(const struct place *place)
{
    const struct sqltoken *before = at(place, place->left > 0 ? place->left - 1 : 0);

    return place->left > 0 && sqltoken_is(at(place, place->left), "(") &&
           sqltoken_is(at(place, place->right), ")") &&
           !(sqltoken_is(before, ",") && place->depth == 1) && /* "), (": the next row */
           (!sqltoken_is_name(before) ||
            SQLTOKEN_IS_ANY(before, "AND", "OR", "WHERE", "BETWEEN", "ON"));
}

struct beside beside_find(const struct sqlstatement *statement, const struct sqltables *named,
                          const struct tables *tables, size_t i)
{
    struct place place = {statement,         named, tables,
                          i > 0 ? i - 1 : 0, i + 1, statement->tokens[i].depth};
    struct beside beside;

    while (is_wrapped(&place)) {
        place.left--;
        place.right++;
        place.depth--;
    }
    if (i == 0 || computes(at(&place, place.left)) || computes(at(&place, place.right))) {
        return (struct beside){BESIDE_NOTHING, NULL};
    }
    beside = find_inserted(&place);
    return beside.how == BESIDE_NOTHING ? find_compared(&place) : beside;
}
