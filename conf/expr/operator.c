/*
 * Operators and functions on values: arithmetic of exact decimals, order, equality, texts,
 * collections. What they do not define is an error, never a conversion.
 */
#include "conf/expr/tree.h"
#include "lib/data/decimal.h"

#define ODD_KEY "\xff" /* no text begins with it: it is not UTF-8 */

const struct value *expr_fail(struct expr_run *run, const char *error)
{
    run->error = error;
    return NULL;
}

const struct value *expr_no_overload(struct expr_run *run)
{
    return expr_fail(run, "no such overload");
}

bool expr_spend(struct expr_run *run, unsigned int cost)
{
    run->cost += cost;
    if (run->cost > EXPR_COST_MAX) {
        run->error = "the expression costs too much";
        return false;
    }
    return true;
}

static unsigned int cost_of(size_t steps)
{
    return steps < EXPR_COST_MAX ? (unsigned int)steps : EXPR_COST_MAX;
}

/* ------------------------------------------------------------------ arithmetic and order */

typedef enum status decimal_fn(const struct decimal *a, const struct decimal *b,
                               struct decimal *out);

static const struct value *number_of(struct expr_run *run, const struct decimal *number)
{
    char text[DECIMAL_TEXT_MAX];
    size_t len = decimal_text(number, text);

    return value_number(run->arena, arena_copy(run->arena, slice_of(text, len)));
}

static const struct value *calculate(struct expr_run *run, enum operation operation,
                                     const struct value *left, const struct value *right)
{
    static decimal_fn *const functions[OP_COUNT] = {
        [OP_MULTIPLY] = decimal_multiply,   [OP_DIVIDE] = decimal_divide,
        [OP_REMAINDER] = decimal_remainder, [OP_ADD] = decimal_add,
        [OP_SUBTRACT] = decimal_subtract,
    };
    struct decimal a, b, result;
    enum status status;

    if (left->type != VALUE_NUMBER || right->type != VALUE_NUMBER) {
        return expr_no_overload(run);
    }
    if (decimal_parse(left->text, &a) != STATUS_OK || decimal_parse(right->text, &b) != STATUS_OK) {
        return expr_fail(run, "number out of range");
    }
    status = functions[operation](&a, &b, &result);
    if (status != STATUS_OK) {
        return expr_fail(run,
                         status == STATUS_INVALID ? "division by zero" : "number out of range");
    }
    return number_of(run, &result);
}

/* Costs a step for each 64 bytes. */
static const struct value *join(struct expr_run *run, const struct value *left,
                                const struct value *right)
{
    size_t len = left->text.len + right->text.len;
    char *bytes;

    if (!expr_spend(run, cost_of(len / 64))) {
        return NULL;
    }
    bytes = arena_bytes(run->arena, len + 1);
    if (left->text.len > 0) {
        memcpy(bytes, left->text.ptr, left->text.len);
    }
    if (right->text.len > 0) {
        memcpy(bytes + left->text.len, right->text.ptr, right->text.len);
    }
    return left->type == VALUE_STRING ? value_string(run->arena, slice_of(bytes, len))
                                      : value_bytes(run->arena, slice_of(bytes, len));
}

/* Costs a step for each element. */
static const struct value *concatenate(struct expr_run *run, const struct value *left,
                                       const struct value *right)
{
    struct value *list = value_list(run->arena);

    if (!expr_spend(run, cost_of((size_t)left->count + right->count))) {
        return NULL;
    }
    for (const struct value *element = left->first; element; element = element->next) {
        value_append(list, value_copy(run->arena, element));
    }
    for (const struct value *element = right->first; element; element = element->next) {
        value_append(list, value_copy(run->arena, element));
    }
    return list;
}

static const struct value *add(struct expr_run *run, enum operation operation,
                               const struct value *left, const struct value *right)
{
    if (left->type == VALUE_NUMBER || left->type != right->type) {
        return calculate(run, operation, left, right);
    }
    if (left->type == VALUE_STRING || left->type == VALUE_BYTES) {
        return join(run, left, right);
    }
    return left->type == VALUE_LIST ? concatenate(run, left, right) : expr_no_overload(run);
}

const struct value *expr_negate(struct expr_run *run, const struct value *operand)
{
    struct decimal zero = decimal_of_i64(0), number, result;

    if (operand->type != VALUE_NUMBER) {
        return expr_no_overload(run);
    }
    if (decimal_parse(operand->text, &number) != STATUS_OK ||
        decimal_subtract(&zero, &number, &result) != STATUS_OK) {
        return expr_fail(run, "number out of range");
    }
    return number_of(run, &result);
}

/* False: no order between these. */
static bool compare(struct expr_run *run, const struct value *left, const struct value *right,
                    int *order_out)
{
    struct decimal a, b;

    run->error = "no such overload";
    if (left->type != right->type) {
        return false;
    }
    if (left->type == VALUE_STRING || left->type == VALUE_BYTES) {
        *order_out = slice_compare(left->text, right->text);
        return true;
    }
    if (left->type == VALUE_BOOL) {
        *order_out = (int)left->boolean - (int)right->boolean;
        return true;
    }
    if (left->type != VALUE_NUMBER || decimal_parse(left->text, &a) != STATUS_OK ||
        decimal_parse(right->text, &b) != STATUS_OK) {
        return false;
    }
    *order_out = decimal_compare(&a, &b);
    return true;
}

static const struct value *by_order(struct expr_run *run, enum operation operation,
                                    const struct value *left, const struct value *right)
{
    bool holds;
    int order;

    if (!compare(run, left, right, &order)) {
        return NULL;
    }
    if (operation == OP_LESS) {
        holds = order < 0;
    } else if (operation == OP_LESS_EQUAL) {
        holds = order <= 0;
    } else if (operation == OP_GREATER) {
        holds = order > 0;
    } else {
        holds = order >= 0;
    }
    return value_bool(run->arena, holds);
}

/* ------------------------------------------------------------------ texts and collections */

static uint64_t code_points(struct slice text)
{
    uint64_t count = 0;

    for (size_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    }
    return count;
}

const struct value *expr_size(struct expr_run *run, const struct value *operand)
{
    if (operand->type == VALUE_STRING) {
        return value_i64(run->arena, (int64_t)code_points(operand->text));
    }
    if (operand->type == VALUE_BYTES) {
        return value_i64(run->arena, (int64_t)operand->text.len);
    }
    if (operand->type != VALUE_LIST && operand->type != VALUE_MAP) {
        return expr_no_overload(run);
    }
    return value_i64(run->arena, operand->count);
}

bool expr_key(struct expr_run *run, const struct value *key, struct slice *out)
{
    char text[DECIMAL_TEXT_MAX];
    struct decimal number;

    if (key->type == VALUE_STRING) {
        *out = key->text;
        return true;
    }
    if (key->type == VALUE_BOOL) {
        *out = key->boolean ? SLICE_LITERAL(ODD_KEY "true") : SLICE_LITERAL(ODD_KEY "false");
        return true;
    }
    if (key->type != VALUE_NUMBER || decimal_parse(key->text, &number) != STATUS_OK) {
        return false;
    }
    (void)decimal_text(&number, text);
    *out = arena_printf(run->arena, ODD_KEY "%s", text);
    return true;
}

static bool is_odd(struct slice name)
{
    return name.len > 0 && name.ptr[0] == ODD_KEY[0];
}

/* Recursion is bounded: by the expression's depth, and below that by the reader's. */
const struct value *expr_plain_keys(struct expr_run *run, const struct value *value, bool as_text)
{
    struct value *copy;

    if (value->type != VALUE_LIST && value->type != VALUE_MAP) {
        return value;
    }
    copy = value->type == VALUE_LIST ? value_list(run->arena) : value_map(run->arena);
    copy->set = value->set;
    for (const struct value *child = value->first; child; child = child->next) {
        const struct value *plain = expr_plain_keys(run, child, as_text);
        struct value *moved = plain ? value_copy(run->arena, plain) : NULL;

        if (!moved || (is_odd(child->name) && !as_text)) {
            return expr_fail(run, "a map's keys must be strings to leave the expression");
        }
        if (value->type == VALUE_LIST) {
            value_append(copy, moved);
        } else {
            value_set(copy, slice_from(child->name, is_odd(child->name)), moved);
        }
    }
    return copy;
}

static const struct value *in(struct expr_run *run, enum operation operation,
                              const struct value *left, const struct value *right)
{
    (void)operation;

    if (right->type == VALUE_MAP) {
        struct slice key;

        return value_bool(run->arena, expr_key(run, left, &key) && value_get(right, key) != NULL);
    }
    if (right->type != VALUE_LIST) {
        return expr_no_overload(run);
    }
    for (const struct value *element = right->first; element; element = element->next) {
        if (!expr_spend(run, 1)) {
            return NULL;
        }
        if (value_equal(left, element)) {
            return value_bool(run->arena, true);
        }
    }
    return value_bool(run->arena, false);
}

static const struct value *by_text(struct expr_run *run, enum operation operation,
                                   const struct value *left, const struct value *right)
{
    struct slice text = left->text, part = right->text;
    bool holds;

    if (left->type != VALUE_STRING || right->type != VALUE_STRING) {
        return expr_no_overload(run);
    }
    if (part.len == 0 || part.len > text.len) {
        return value_bool(run->arena, part.len == 0);
    }
    if (operation == OP_STARTS_WITH) {
        holds = slice_eq(slice_of(text.ptr, part.len), part);
    } else if (operation == OP_ENDS_WITH) {
        holds = slice_eq(slice_of(text.ptr + text.len - part.len, part.len), part);
    } else {
        holds = memmem(text.ptr, text.len, part.ptr, part.len) != NULL;
    }
    return value_bool(run->arena, holds);
}

/* PATTERN: NULL when REGEX is not known at load. */
const struct value *expr_matches(struct expr_run *run, const struct pattern *pattern,
                                 const struct value *text, const struct value *regex)
{
    const char *error = NULL;
    bool found;

    if (text->type != VALUE_STRING || regex->type != VALUE_STRING) {
        return expr_no_overload(run);
    }
    if (!pattern) {
        if (!expr_spend(run, cost_of(100 + regex->text.len))) {
            return NULL;
        }
        pattern = pattern_compile(run->arena, regex->text, PATTERN_RE2, false, &error);
    }
    if (!pattern) {
        return expr_fail(run, arena_printf(run->arena, "not a pattern: %s", error).ptr);
    }
    if (pattern_match(pattern, text->text, &run->efforts, &found) != STATUS_OK) {
        return expr_fail(run, "the text takes too long to be matched");
    }
    return value_bool(run->arena, found);
}

static const struct value *equal(struct expr_run *run, enum operation operation,
                                 const struct value *left, const struct value *right)
{
    return value_bool(run->arena, value_equal(left, right) == (operation == OP_EQUAL));
}

expr_operator_fn *const expr_operators[OP_COUNT] = {
    [OP_MULTIPLY] = calculate,     [OP_DIVIDE] = calculate,
    [OP_REMAINDER] = calculate,    [OP_ADD] = add,
    [OP_SUBTRACT] = calculate,     [OP_LESS] = by_order,
    [OP_LESS_EQUAL] = by_order,    [OP_GREATER] = by_order,
    [OP_GREATER_EQUAL] = by_order, [OP_EQUAL] = equal,
    [OP_NOT_EQUAL] = equal,        [OP_IN] = in,
    [OP_STARTS_WITH] = by_text,    [OP_ENDS_WITH] = by_text,
    [OP_CONTAINS] = by_text,
};
