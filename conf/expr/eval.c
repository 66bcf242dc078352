/*
 * Running an expression. A step yields a value or an error (a text); errors are values in that &&
 * and || absorb them when the other side decides alone, as CEL says. Each step costs one, each
 * element of a search one more: EXPR_COST_MAX bounds the whole.
 */
#include "conf/expr/expr.h"
#include "conf/expr/tree.h"
#include "lib/data/decimal.h"

/* NULL: an error, said in run->error. */
static const struct value *eval(struct expr_run *run, const struct node *node);

/* ------------------------------------------------------------------ names */

static const struct value *present(struct expr_run *run, const struct value *value,
                                   const char *absent)
{
    return value ? value : expr_fail(run, absent);
}

static const struct value *eval_binding(struct expr_run *run, struct slice name)
{
    const struct value *value = value_get(run->env->bindings, name);
    struct slice text;

    if (value) {
        return value;
    }
    text = arena_printf(run->arena, "undeclared reference to '%.*s'", SLICE_ARG(name));
    return expr_fail(run, text.ptr);
}

static const struct value *eval_failure(struct expr_run *run, const struct node *node)
{
    return expr_fail(run, node->name.ptr);
}

static const struct value *eval_root(struct expr_run *run, const struct node *node)
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
    case ROOT_FREE:
        return eval_binding(run, node->name);
    }
    return expr_no_overload(run);
}

static const struct value *missing(struct expr_run *run, struct slice name)
{
    return expr_fail(run, arena_printf(run->arena, "no such key: %.*s", SLICE_ARG(name)).ptr);
}

static const struct value *eval_field(struct expr_run *run, const struct node *node)
{
    const struct value *map = eval(run, node->left), *found;

    if (!map) {
        return NULL;
    }
    if (map->type != VALUE_MAP) {
        return expr_no_overload(run);
    }
    found = value_get(map, node->name);
    if (node->operation == OP_HAS) {
        return value_bool(run->arena, found != NULL);
    }
    return found ? found : missing(run, node->name);
}

static const struct value *eval_element(struct expr_run *run, const struct value *list,
                                        const struct value *index)
{
    const struct value *element = list->first;
    struct decimal number;
    int64_t at;

    if (index->type != VALUE_NUMBER) {
        return expr_no_overload(run);
    }
    if (decimal_parse(index->text, &number) != STATUS_OK ||
        decimal_to_i64(&number, &at) != STATUS_OK || at < 0 || at >= (int64_t)list->count) {
        return expr_fail(run, "index out of range");
    }
    if (!expr_spend(run, (unsigned int)(at < EXPR_COST_MAX ? at : EXPR_COST_MAX))) {
        return NULL;
    }
    for (; at > 0; at--) {
        element = element->next;
    }
    return element;
}

static const struct value *eval_index(struct expr_run *run, const struct node *node)
{
    const struct value *left = eval(run, node->left), *right, *found;
    struct slice key;

    right = left ? eval(run, node->right) : NULL;
    if (!right) {
        return NULL;
    }
    if (left->type == VALUE_LIST) {
        return eval_element(run, left, right);
    }
    if (left->type != VALUE_MAP || !expr_key(run, right, &key)) {
        return expr_no_overload(run);
    }
    found = value_get(left, key);
    return found ? found : missing(run, right->type == VALUE_STRING ? key : slice_from(key, 1));
}

static const struct value *eval_map(struct expr_run *run, const struct node *node)
{
    struct value *map = value_map(run->arena);

    for (const struct node *at = node->arguments; at; at = at->next->next) {
        const struct value *key = eval(run, at), *value = key ? eval(run, at->next) : NULL;
        struct slice name;

        if (!value) {
            return NULL;
        }
        if (!expr_key(run, key, &name)) {
            return expr_fail(run, "unsupported key type");
        }
        if (!expr_spend(run, map->count)) {
            return NULL;
        }
        if (value_get(map, name)) {
            return expr_fail(run, "a key is repeated");
        }
        run->odd_keys |= key->type != VALUE_STRING;
        value_set(map, name, value_copy(run->arena, value));
    }
    return map;
}

static const struct value *eval_list(struct expr_run *run, const struct node *node)
{
    struct value *list = value_list(run->arena);

    for (const struct node *element = node->arguments; element; element = element->next) {
        const struct value *value = eval(run, element);

        if (!value) {
            return NULL;
        }
        value_append(list, value_copy(run->arena, value));
    }
    return list;
}

/* ------------------------------------------------------------------ the tree */

/* && and ||: the side that decides alone wins, also over an error of the other. */
static const struct value *eval_logic(struct expr_run *run, const struct node *node)
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
        return expr_fail(run, error);
    }
    return right && right->type != VALUE_BOOL ? expr_no_overload(run) : right;
}

static const struct value *eval_choose(struct expr_run *run, const struct node *node)
{
    const struct value *condition = eval(run, node->left);

    if (!condition) {
        return NULL;
    }
    if (condition->type != VALUE_BOOL) {
        return expr_no_overload(run);
    }
    return eval(run, condition->boolean ? node->right : node->other);
}

static const struct value *eval_literal(struct expr_run *run, const struct node *node)
{
    (void)run;
    return node->literal;
}

static const struct value *eval_not(struct expr_run *run, const struct node *node)
{
    const struct value *operand = eval(run, node->left);

    if (operand && operand->type != VALUE_BOOL) {
        return expr_no_overload(run);
    }
    return operand ? value_bool(run->arena, !operand->boolean) : NULL;
}

static const struct value *eval_negate(struct expr_run *run, const struct node *node)
{
    const struct value *operand = eval(run, node->left);

    return operand ? expr_negate(run, operand) : NULL;
}

static const struct value *eval_size(struct expr_run *run, const struct node *node)
{
    const struct value *operand = eval(run, node->left);

    return operand ? expr_size(run, operand) : NULL;
}

static const struct value *eval_matches(struct expr_run *run, const struct node *node)
{
    const struct value *text = eval(run, node->left);
    const struct value *regex = text ? eval(run, node->right) : NULL;

    return regex ? expr_matches(run, node->pattern, text, regex) : NULL;
}

/* Both operands, then the function of the operator. */
static const struct value *eval_binary(struct expr_run *run, const struct node *node)
{
    const struct value *left = eval(run, node->left);
    const struct value *right = left ? eval(run, node->right) : NULL;

    return right ? expr_operators[node->operation](run, node->operation, left, right) : NULL;
}

typedef const struct value *eval_fn(struct expr_run *run, const struct node *node);

/* Operations that are not here have two operands. */
static eval_fn *const steps[OP_COUNT] = {
    [OP_LITERAL] = eval_literal, [OP_ROOT] = eval_root,     [OP_FIELD] = eval_field,
    [OP_HAS] = eval_field,       [OP_INDEX] = eval_index,   [OP_LIST] = eval_list,
    [OP_AND] = eval_logic,       [OP_OR] = eval_logic,      [OP_CHOOSE] = eval_choose,
    [OP_NOT] = eval_not,         [OP_NEGATE] = eval_negate, [OP_SIZE] = eval_size,
    [OP_MAP] = eval_map,         [OP_FAIL] = eval_failure,  [OP_MATCHES] = eval_matches,
};

static const struct value *eval(struct expr_run *run, const struct node *node)
{
    eval_fn *step = steps[node->operation];

    if (!expr_spend(run, 1)) {
        return NULL;
    }
    return step ? step(run, node) : eval_binary(run, node);
}

enum status expr_eval(const struct expr *expr, const struct expr_env *env, struct arena *arena,
                      const struct value **out, const char **error_out)
{
    struct expr_run run = {.env = env, .arena = arena, .efforts = PATTERN_EFFORTS_MAX};
    const struct value *value = eval(&run, expr->tree);

    if (value && run.odd_keys) {
        value = expr_plain_keys(&run, value, expr->free);
    }
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
