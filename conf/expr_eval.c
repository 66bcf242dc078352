/*
 * Running an expression. A step yields a value or an error (a text); errors are values in that &&
 * and || absorb them when the other side decides alone, as CEL says. Each step costs one, each
 * element of a search one more: EXPR_COST_MAX bounds the whole.
 */
#include "conf/expr.h"
#include "conf/expr_tree.h"
#include "lib/decimal.h"

struct run {
    const struct expr_env *env;
    struct arena *arena;
    const char *error;
    unsigned int cost;
};

/* NULL: an error, said in run->error. */
static const struct value *eval(struct run *run, const struct node *node);

static const struct value *fail(struct run *run, const char *error)
{
    run->error = error;
    return NULL;
}

static const struct value *no_overload(struct run *run)
{
    return fail(run, "no such overload");
}

static bool spend(struct run *run, unsigned int cost)
{
    run->cost += cost;
    if (run->cost > EXPR_COST_MAX) {
        run->error = "the expression costs too much";
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------ names */

static const struct value *present(struct run *run, const struct value *value, const char *absent)
{
    return value ? value : fail(run, absent);
}

static const struct value *eval_root(struct run *run, const struct node *node)
{
    const struct expr_env *env = run->env;

    switch (node->root) {
    case ROOT_PAYLOAD:
        return present(run, env->payload, "there is no payload");
    case ROOT_STATE:
        return present(run, env->state, "there is no state");
    case ROOT_EVENT:
        return present(run, env->event, "there is no event");
    case ROOT_CLAIMS:
        return present(run, env->claims, "there are no claims");
    case ROOT_ID:
        return present(run, env->id, "there is no id");
    case ROOT_EXISTS:
        return value_bool(run->arena, env->exists);
    case ROOT_VERSION:
        return value_i64(run->arena, env->version);
    case ROOT_NOW:
        return value_i64(run->arena, (int64_t)env->now_ms);
    }
    return no_overload(run);
}

static const struct value *missing(struct run *run, struct slice name)
{
    return fail(run, arena_printf(run->arena, "no such key: %.*s", SLICE_ARG(name)).ptr);
}

static const struct value *eval_field(struct run *run, const struct node *node)
{
    const struct value *map = eval(run, node->left), *found;

    if (!map) {
        return NULL;
    }
    if (map->type != VALUE_MAP) {
        return no_overload(run);
    }
    found = value_get(map, node->name);
    if (node->operation == OP_HAS) {
        return value_bool(run->arena, found != NULL);
    }
    return found ? found : missing(run, node->name);
}

static const struct value *eval_element(struct run *run, const struct value *list,
                                        const struct value *index)
{
    const struct value *element = list->first;
    struct decimal number;
    int64_t at;

    if (index->type != VALUE_NUMBER) {
        return no_overload(run);
    }
    if (decimal_parse(index->text, &number) != STATUS_OK ||
        decimal_to_i64(&number, &at) != STATUS_OK || at < 0 || at >= (int64_t)list->count) {
        return fail(run, "index out of range");
    }
    if (!spend(run, (unsigned int)(at < EXPR_COST_MAX ? at : EXPR_COST_MAX))) {
        return NULL;
    }
    for (; at > 0; at--) {
        element = element->next;
    }
    return element;
}

static const struct value *eval_index(struct run *run, const struct node *node)
{
    const struct value *left = eval(run, node->left), *right, *found;

    right = left ? eval(run, node->right) : NULL;
    if (!right) {
        return NULL;
    }
    if (left->type == VALUE_LIST) {
        return eval_element(run, left, right);
    }
    if (left->type != VALUE_MAP || right->type != VALUE_STRING) {
        return no_overload(run);
    }
    found = value_get(left, right->text);
    return found ? found : missing(run, right->text);
}

static const struct value *eval_list(struct run *run, const struct node *node)
{
    struct value *list = value_list(run->arena);
    const struct node *element;

    for (element = node->arguments; element; element = element->next) {
        const struct value *value = eval(run, element);

        if (!value) {
            return NULL;
        }
        value_append(list, value_copy(run->arena, value));
    }
    return list;
}

/* ------------------------------------------------------------------ arithmetic and order */

typedef enum status decimal_fn(const struct decimal *a, const struct decimal *b,
                               struct decimal *out);

static const struct value *number_of(struct run *run, const struct decimal *number)
{
    char text[DECIMAL_TEXT_MAX];
    size_t len = decimal_text(number, text);

    return value_number(run->arena, arena_copy(run->arena, slice_of(text, len)));
}

static const struct value *calculate(struct run *run, enum operation operation,
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
        return no_overload(run);
    }
    if (decimal_parse(left->text, &a) != STATUS_OK || decimal_parse(right->text, &b) != STATUS_OK) {
        return fail(run, "number out of range");
    }
    status = functions[operation](&a, &b, &result);
    if (status != STATUS_OK) {
        return fail(run, status == STATUS_INVALID ? "division by zero" : "number out of range");
    }
    return number_of(run, &result);
}

static const struct value *add(struct run *run, enum operation operation, const struct value *left,
                               const struct value *right)
{
    if (left->type == VALUE_STRING && right->type == VALUE_STRING) {
        struct slice text =
            arena_printf(run->arena, "%.*s%.*s", SLICE_ARG(left->text), SLICE_ARG(right->text));

        return spend(run, (unsigned int)(text.len / 64)) ? value_string(run->arena, text) : NULL;
    }
    return calculate(run, operation, left, right);
}

static const struct value *negate(struct run *run, const struct value *operand)
{
    struct decimal zero = decimal_of_i64(0), number, result;

    if (operand->type != VALUE_NUMBER) {
        return no_overload(run);
    }
    if (decimal_parse(operand->text, &number) != STATUS_OK ||
        decimal_subtract(&zero, &number, &result) != STATUS_OK) {
        return fail(run, "number out of range");
    }
    return number_of(run, &result);
}

/* False: no order between these. */
static bool compare(struct run *run, const struct value *left, const struct value *right,
                    int *order_out)
{
    struct decimal a, b;

    run->error = "no such overload";
    if (left->type != right->type) {
        return false;
    }
    if (left->type == VALUE_STRING) {
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

static const struct value *by_order(struct run *run, enum operation operation,
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
    size_t i;

    for (i = 0; i < text.len; i++) {
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    }
    return count;
}

static const struct value *size_of(struct run *run, const struct value *operand)
{
    if (operand->type == VALUE_STRING) {
        return value_i64(run->arena, (int64_t)code_points(operand->text));
    }
    if (operand->type == VALUE_BYTES) {
        return value_i64(run->arena, (int64_t)operand->text.len);
    }
    if (operand->type != VALUE_LIST && operand->type != VALUE_MAP) {
        return no_overload(run);
    }
    return value_i64(run->arena, operand->count);
}

static const struct value *in(struct run *run, enum operation operation, const struct value *left,
                              const struct value *right)
{
    const struct value *element;

    (void)operation;

    if (right->type == VALUE_MAP) {
        return value_bool(run->arena,
                          left->type == VALUE_STRING && value_get(right, left->text) != NULL);
    }
    if (right->type != VALUE_LIST) {
        return no_overload(run);
    }
    for (element = right->first; element; element = element->next) {
        if (!spend(run, 1)) {
            return NULL;
        }
        if (value_equal(left, element)) {
            return value_bool(run->arena, true);
        }
    }
    return value_bool(run->arena, false);
}

static const struct value *by_text(struct run *run, enum operation operation,
                                   const struct value *left, const struct value *right)
{
    struct slice text = left->text, part = right->text;
    bool holds;

    if (left->type != VALUE_STRING || right->type != VALUE_STRING) {
        return no_overload(run);
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

static const struct value *equal(struct run *run, enum operation operation,
                                 const struct value *left, const struct value *right)
{
    return value_bool(run->arena, value_equal(left, right) == (operation == OP_EQUAL));
}

typedef const struct value *operator_fn(struct run *run, enum operation operation,
                                        const struct value *left, const struct value *right);

static operator_fn *const operators[OP_COUNT] = {
    [OP_MULTIPLY] = calculate,     [OP_DIVIDE] = calculate,
    [OP_REMAINDER] = calculate,    [OP_ADD] = add,
    [OP_SUBTRACT] = calculate,     [OP_LESS] = by_order,
    [OP_LESS_EQUAL] = by_order,    [OP_GREATER] = by_order,
    [OP_GREATER_EQUAL] = by_order, [OP_EQUAL] = equal,
    [OP_NOT_EQUAL] = equal,        [OP_IN] = in,
    [OP_STARTS_WITH] = by_text,    [OP_ENDS_WITH] = by_text,
    [OP_CONTAINS] = by_text,
};

/* ------------------------------------------------------------------ the tree */

/* && and ||: the side that decides alone wins, also over an error of the other. */
static const struct value *eval_logic(struct run *run, const struct node *node)
{
    bool deciding = node->operation == OP_OR;
    const struct value *left, *right;
    const char *error = NULL;

    left = eval(run, node->left);
    if (left && left->type == VALUE_BOOL && left->boolean == deciding) {
        return left;
    }
    if (!left || left->type != VALUE_BOOL) {
        error = left ? "no such overload" : run->error;
    }
    right = eval(run, node->right);
    if (right && right->type == VALUE_BOOL && right->boolean == deciding) {
        return right;
    }
    if (error) {
        return fail(run, error);
    }
    return right && right->type != VALUE_BOOL ? no_overload(run) : right;
}

static const struct value *eval_choose(struct run *run, const struct node *node)
{
    const struct value *condition = eval(run, node->left);

    if (!condition) {
        return NULL;
    }
    if (condition->type != VALUE_BOOL) {
        return no_overload(run);
    }
    return eval(run, condition->boolean ? node->right : node->other);
}

static const struct value *eval_literal(struct run *run, const struct node *node)
{
    (void)run;
    return node->literal;
}

static const struct value *eval_not(struct run *run, const struct node *node)
{
    const struct value *operand = eval(run, node->left);

    if (operand && operand->type != VALUE_BOOL) {
        return no_overload(run);
    }
    return operand ? value_bool(run->arena, !operand->boolean) : NULL;
}

static const struct value *eval_negate(struct run *run, const struct node *node)
{
    const struct value *operand = eval(run, node->left);

    return operand ? negate(run, operand) : NULL;
}

static const struct value *eval_size(struct run *run, const struct node *node)
{
    const struct value *operand = eval(run, node->left);

    return operand ? size_of(run, operand) : NULL;
}

/* Both operands, then the function of the operator. */
static const struct value *eval_binary(struct run *run, const struct node *node)
{
    const struct value *left = eval(run, node->left);
    const struct value *right = left ? eval(run, node->right) : NULL;

    return right ? operators[node->operation](run, node->operation, left, right) : NULL;
}

typedef const struct value *eval_fn(struct run *run, const struct node *node);

/* Operations that are not here have two operands. */
static eval_fn *const steps[OP_COUNT] = {
    [OP_LITERAL] = eval_literal, [OP_ROOT] = eval_root,     [OP_FIELD] = eval_field,
    [OP_HAS] = eval_field,       [OP_INDEX] = eval_index,   [OP_LIST] = eval_list,
    [OP_AND] = eval_logic,       [OP_OR] = eval_logic,      [OP_CHOOSE] = eval_choose,
    [OP_NOT] = eval_not,         [OP_NEGATE] = eval_negate, [OP_SIZE] = eval_size,
};

static const struct value *eval(struct run *run, const struct node *node)
{
    eval_fn *step = steps[node->operation];

    if (!spend(run, 1)) {
        return NULL;
    }
    return step ? step(run, node) : eval_binary(run, node);
}

enum status expr_eval(const struct expr *expr, const struct expr_env *env, struct arena *arena,
                      const struct value **out, const char **error_out)
{
    struct run run = {.env = env, .arena = arena};
    const struct value *value = eval(&run, expr->tree);

    if (!value || run.cost > EXPR_COST_MAX) {
        *error_out = run.error;
        return STATUS_INVALID;
    }
    *out = value;
    return STATUS_OK;
}

enum status expr_test(const struct expr *expr, const struct expr_env *env, struct arena *arena,
                      bool *out, const char **error_out)
{
    const struct value *value;
    enum status status = expr_eval(expr, env, arena, &value, error_out);

    if (status != STATUS_OK) {
        return status;
    }
    if (value->type != VALUE_BOOL) {
        *error_out = "the condition is neither true nor false";
        return STATUS_INVALID;
    }
    *out = value->boolean;
    return STATUS_OK;
}
