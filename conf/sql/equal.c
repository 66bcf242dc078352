/*
 * What WHERE and ON say by equalities: conditions joined by AND, in parentheses or not.
 *
 *     a = :x    :x = a    a <=> :x    a IN (:x, :y)    a = b    a = 1    a = 'x'
 *
 * Each of them is of bare columns, which may have their table's name before them, and rejects
 * NULL (a parameter is never NULL: it is required, or has a default of its type). Everything else
 * is unread: functions, OR, NOT, CASE, orders, other collations. So nothing that holds for some
 * rows only is ever taken for an equality that holds for all.
 */
#include "conf/sql/select.h"

struct where {
    struct arena *arena;
    struct sqlselect *select;
    const struct sqlstatement *statement;
    const struct sqltoken *tokens;
    size_t part, item;
};

/* ------------------------------------------------------------------ what is compared */

struct operand {
    enum {
        OPERAND_COLUMN,
        OPERAND_PARAM,
        OPERAND_CONSTANT
    } kind;
    struct sqlref column;
    struct slice param;
    bool binary; /* COLLATE utf8mb4_bin follows */
};

/* An operand at *i, and *i after it. */
static bool read_operand(const struct where *where, size_t *i, size_t to, struct operand *out)
{
    const struct sqltoken *token = &where->tokens[*i];
    bool qualified = *i + 2 < to && sqltoken_is(token + 1, ".") && sqltoken_is_name(token + 2);

    *out = (struct operand){
        .column = {SQLSELECT_NONE, NULL}
    };
    if (*i >= to) {
        return false;
    }
    if (token->kind == SQLTOKEN_PARAM) {
        out->kind = OPERAND_PARAM;
        out->param = token->text;
    } else if (token->kind == SQLTOKEN_NUMBER || token->kind == SQLTOKEN_STRING) {
        out->kind = OPERAND_CONSTANT;
    } else if (!sqltoken_is_name(token) ||
               !sqlselect_resolve(where->select, where->part, qualified ? token->text : SLICE_EMPTY,
                                  qualified ? token[2].text : token->text, &out->column)) {
        return false;
    }
    *i += qualified ? 3 : 1;
    if (*i + 1 < to && sqlselect_is(where->statement, *i, "COLLATE") &&
        sqltoken_is(&where->tokens[*i + 1], "utf8mb4_bin")) {
        out->binary = true;
        *i += 2;
    }
    return true;
}

/* = or <=> at *i, and *i after it. */
static bool read_equals(const struct where *where, size_t *i, size_t to, bool *null_safe_out)
{
    const struct sqltoken *token = &where->tokens[*i];

    *null_safe_out = *i + 2 < to && sqltoken_is(token, "<") && sqltoken_is(token + 1, "=") &&
                     sqltoken_is(token + 2, ">");
    if (*null_safe_out || (*i < to && sqltoken_is(token, "="))) {
        *i += *null_safe_out ? 3 : 1;
        return true;
    }
    return false;
}

/* Nothing else is said: the database's, which compares by bytes. */
static bool compares_by_bytes(const struct table_column *column)
{
    return column->collation.len == 0 ||
           slice_eq_nocase(column->collation, SLICE_LITERAL("utf8mb4_bin"));
}

static bool is_text(const struct table_column *column)
{
    return column->holds.family == COLUMN_TEXT;
}

/*
 * Do SQL and bytes agree on which values of the two are equal, so that what one of them is
 * compared with says which texts the other one holds?
 */
static bool same_kind(const struct table_column *a, const struct table_column *b)
{
    if (is_text(a) || is_text(b)) {
        return is_text(a) && is_text(b) && compares_by_bytes(a) && compares_by_bytes(b);
    }
    return a->known && b->known && a->scalar == b->scalar &&
           (a->scalar == SCALAR_INTEGER || a->scalar == SCALAR_NUMBER ||
            slice_eq_nocase(a->type, b->type));
}

/* ------------------------------------------------------------------ equalities */

static void add_equal(struct where *where, struct operand left, struct operand right,
                      bool null_safe)
{
    struct sqlequal *equal = &where->select->equals[where->select->equal_count];
    struct slice *param;

    if (left.kind != OPERAND_COLUMN) {
        struct operand turned = left;

        left = right;
        right = turned;
    }
    if (left.kind != OPERAND_COLUMN || (null_safe && right.kind != OPERAND_PARAM) ||
        (right.kind == OPERAND_COLUMN && !same_kind(left.column.column, right.column.column))) {
        return;
    }
    *equal = (struct sqlequal){.part = where->part,
                               .item = where->item,
                               .left = left.column,
                               .right = right.column,
                               .binary = left.binary || right.binary};
    if (right.kind == OPERAND_PARAM) {
        param = ARENA_NEW(where->arena, struct slice);
        *param = right.param;
        equal->params = param;
        equal->param_count = 1;
    }
    where->select->equal_count++;
}

/* IN (:x, :y) from its ( on. */
static void add_list(struct where *where, struct operand left, size_t from, size_t to)
{
    size_t close = from < to ? sqlselect_close(where->statement, from) : to, count = 0;
    struct slice *params;

    if (left.kind != OPERAND_COLUMN || close + 1 != to || !sqltoken_is(&where->tokens[from], "(")) {
        return;
    }
    params = ARENA_ARRAY(where->arena, struct slice, close - from);
    for (size_t i = from + 1; i < close; i += 2) {
        if (where->tokens[i].kind != SQLTOKEN_PARAM ||
            (i + 1 < close && !sqltoken_is(&where->tokens[i + 1], ","))) {
            return;
        }
        params[count++] = where->tokens[i].text;
    }
    if (count == 0) {
        return;
    }
    where->select->equals[where->select->equal_count++] = (struct sqlequal){
        .part = where->part,
        .item = where->item,
        .left = left.column,
        .right = {SQLSELECT_NONE, NULL},
        .params = params,
        .param_count = count,
        .binary = left.binary,
    };
}

/* What is none is left out. */
static void read_equality(struct where *where, size_t from, size_t to)
{
    struct operand left, right;
    size_t i = from;
    bool null_safe;

    if (!read_operand(where, &i, to, &left)) {
        return;
    }
    if (i < to && sqlselect_is(where->statement, i, "IN")) {
        add_list(where, left, i + 1, to);
    } else if (read_equals(where, &i, to, &null_safe) && read_operand(where, &i, to, &right) &&
               i == to) {
        add_equal(where, left, right, null_safe);
    }
}

/* ------------------------------------------------------------------ AND */

static bool holds_or(const struct where *where, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (where->tokens[i].depth != where->tokens[from].depth) {
            continue;
        }
        if (sqlselect_is(where->statement, i, "OR") || sqlselect_is(where->statement, i, "XOR") ||
            (sqltoken_is(&where->tokens[i], "|") && sqltoken_is(&where->tokens[i + 1], "|"))) {
            return true;
        }
    }
    return false;
}

/*
 * The AND that ends the condition at FROM, or TO. The AND of BETWEEN and those inside CASE ... END
 * end none.
 */
static size_t end_of_condition(const struct where *where, size_t from, size_t to)
{
    unsigned int depth = where->tokens[from].depth, cases = 0;
    bool between = false;

    for (size_t i = from; i < to; i++) {
        if (where->tokens[i].depth != depth) {
            continue;
        }
        if (sqlselect_is(where->statement, i, "CASE")) {
            cases++;
        } else if (sqlselect_is(where->statement, i, "END") && cases > 0) {
            cases--;
        } else if (sqlselect_is(where->statement, i, "BETWEEN")) {
            between = true;
        } else if (cases == 0 && sqlselect_is(where->statement, i, "AND")) {
            if (!between) {
                return i;
            }
            between = false;
        }
    }
    return to;
}

static void read_conditions(struct where *where, size_t from, size_t to)
{
    if (from < to && holds_or(where, from, to)) {
        return;
    }
    for (size_t end; from < to; from = end + 1) {
        end = end_of_condition(where, from, to);
        if (sqltoken_is(&where->tokens[from], "(") &&
            sqlselect_close(where->statement, from) + 1 == end) {
            read_conditions(where, from + 1, end - 1); /* no deeper than SQLSCAN_DEPTH_MAX */
            continue;
        }
        read_equality(where, from, end);
    }
}

void sqlequal_read(struct arena *arena, struct sqlselect *select, size_t part, size_t item,
                   size_t from, size_t to)
{
    struct where where = {.arena = arena,
                          .select = select,
                          .statement = select->statement,
                          .tokens = select->statement->tokens,
                          .part = part,
                          .item = item};

    read_conditions(&where, from, to);
}
