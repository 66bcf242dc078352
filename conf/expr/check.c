/*
 * Types and names, bottom up. What is not known at load stays VALUE_NULL and is checked when it
 * runs; what is known and wrong is a complaint. Notes on the way what the expression reads.
 */
#include "conf/expr/tree.h"
#include "conf/text/suggest.h"

#define NUMBERS    (1u << VALUE_NUMBER)
#define ADDABLE    (1u << VALUE_NUMBER | 1u << VALUE_STRING | 1u << VALUE_BYTES | 1u << VALUE_LIST)
#define ORDERED    (1u << VALUE_NUMBER | 1u << VALUE_STRING | 1u << VALUE_BYTES | 1u << VALUE_BOOL)
#define MEASURABLE (1u << VALUE_STRING | 1u << VALUE_BYTES | 1u << VALUE_LIST | 1u << VALUE_MAP)
#define KEYS       (1u << VALUE_NUMBER | 1u << VALUE_STRING | 1u << VALUE_BOOL)
#define ANY_TYPE   0xffffffffu

static bool known(const struct node *node)
{
    return node && node->type != VALUE_NULL;
}

/* Complains when the operand is known to be of another type. */
static void want(struct expr_build *build, const struct node *operand, enum value_type type,
                 const char *what)
{
    if (known(operand) && operand->type != type) {
        expr_complain(build, operand->column, SLICE_EMPTY, "%s needs %s, not %s", what,
                      value_type_name(type), value_type_name(operand->type));
    }
}

/* ------------------------------------------------------------------ names */

static void note_state_field(struct expr_build *build, struct slice name)
{
    struct expr *expr = build->expr;
    struct slice *fields;

    for (size_t i = 0; i < expr->state_field_count; i++) {
        if (slice_eq(expr->state_fields[i], name)) {
            return;
        }
    }
    fields = ARENA_ARRAY(build->arena, struct slice, expr->state_field_count + 1);
    for (size_t i = 0; i < expr->state_field_count; i++) {
        fields[i] = expr->state_fields[i];
    }
    fields[expr->state_field_count++] = name;
    expr->state_fields = fields;
}

static void check_root(struct expr_build *build, struct node *node)
{
    const struct expr_scope *scope = build->scope;

    switch (node->root) {
    case ROOT_PAYLOAD:
        node->schema = scope->payload_schema;
        node->type = VALUE_MAP;
        return;
    case ROOT_STATE:
        build->expr->reads_state = true;
        node->schema = scope->state_schema;
        node->type = VALUE_MAP;
        return;
    case ROOT_EVENT:
        node->schema = scope->event_schema;
        node->type = VALUE_MAP;
        return;
    case ROOT_CLAIMS:
        node->type = VALUE_MAP;
        return;
    case ROOT_ID:
        node->type = scope->id_type;
        return;
    case ROOT_EXISTS:
        build->expr->reads_exists = true;
        node->type = VALUE_BOOL;
        return;
    case ROOT_VERSION:
        build->expr->reads_version = true;
        node->type = VALUE_NUMBER;
        return;
    case ROOT_NOW:
        node->type = VALUE_NUMBER;
        return;
    case ROOT_FREE:
        return;
    }
}

static void complain_field(struct expr_build *build, const struct node *node)
{
    const struct schema *schema = node->left->schema;
    struct suggest suggest;

    suggest_init(&suggest, node->name);
    for (size_t i = 0; i < schema_property_count(schema); i++) {
        suggest_offer(&suggest, schema_property_name(schema, i));
    }
    expr_complain(build, node->column, suggest_hint(&suggest, build->arena), "unknown field '%.*s'",
                  SLICE_ARG(node->name));
}

static void check_field(struct expr_build *build, struct node *node)
{
    const struct schema *field = schema_property(node->left->schema, node->name);
    bool integer;

    want(build, node->left, VALUE_MAP, "a field");
    if (node->left->operation == OP_ROOT && node->left->root == ROOT_STATE) {
        note_state_field(build, node->name);
    }
    if (!field && schema_is_closed(node->left->schema)) {
        complain_field(build, node);
    }
    node->schema = field;
    node->type = node->operation == OP_HAS ? VALUE_BOOL : schema_type(field, &integer);
}

/*
 * Maps that were sent or stored have strings as keys; those written in an expression may have
 * others.
 */
static bool is_data(const struct node *node)
{
    return node->operation == OP_ROOT || node->operation == OP_FIELD || node->operation == OP_INDEX;
}

/* What the schema of the list or map says of payload['Name'] or list[0]. */
static void check_index_type(struct expr_build *build, struct node *node)
{
    const struct node *left = node->left, *right = node->right;
    bool integer, name = right->operation == OP_LITERAL && right->type == VALUE_STRING;

    if (left->type == VALUE_LIST) {
        node->schema = schema_elements(left->schema);
    } else if (name && left->type == VALUE_MAP) {
        node->name = right->literal->text;
        node->schema = schema_property(left->schema, node->name);
        if (!node->schema && schema_is_closed(left->schema)) {
            complain_field(build, node);
        }
    }
    node->type = schema_type(node->schema, &integer);
}

static void check_index(struct expr_build *build, struct node *node)
{
    const struct node *left = node->left;

    if (known(left) && left->type != VALUE_LIST && left->type != VALUE_MAP) {
        expr_complain(build, left->column, SLICE_EMPTY, "[] needs array or object, not %s",
                      value_type_name(left->type));
        return;
    }
    if (known(left) && left->type == VALUE_LIST) {
        want(build, node->right, VALUE_NUMBER, "[]");
    } else if (known(left) && is_data(left)) {
        want(build, node->right, VALUE_STRING, "[]");
    }
    check_index_type(build, node);
    if (left->operation == OP_ROOT && left->root == ROOT_STATE) {
        if (node->right->operation == OP_LITERAL && node->right->type == VALUE_STRING) {
            note_state_field(build, node->right->literal->text);
        } else {
            expr_complain(build, node->column, SLICE_EMPTY,
                          "a field of the state must be named by a literal");
        }
    }
}

/* ------------------------------------------------------------------ operators */

/* Both sides of the same type, one of those in MASK. */
static void check_same(struct expr_build *build, const struct node *node, unsigned int mask,
                       const char *what)
{
    const struct node *left = node->left, *right = node->right;

    if (known(left) && known(right) && left->type != right->type) {
        expr_complain(build, node->column, SLICE_EMPTY, "%s between %s and %s", what,
                      value_type_name(left->type), value_type_name(right->type));
        return;
    }
    if (known(left) && !(mask & 1u << left->type)) {
        expr_complain(build, node->column, SLICE_EMPTY, "%s is not defined for %s", what,
                      value_type_name(left->type));
    } else if (known(right) && !(mask & 1u << right->type)) {
        expr_complain(build, node->column, SLICE_EMPTY, "%s is not defined for %s", what,
                      value_type_name(right->type));
    }
}

static void check_in(struct expr_build *build, struct node *node)
{
    const struct node *elements = node->right->operation == OP_LIST ? node->right->arguments : NULL;

    if (known(node->right) && node->right->type != VALUE_LIST && node->right->type != VALUE_MAP) {
        expr_complain(build, node->column, SLICE_EMPTY, "'in' needs array or object, not %s",
                      value_type_name(node->right->type));
    }
    for (const struct node *element = elements; element; element = element->next) {
        if (known(element) && known(node->left) && element->type != node->left->type) {
            expr_complain(build, element->column, SLICE_EMPTY, "'in' compares %s and %s",
                          value_type_name(node->left->type), value_type_name(element->type));
        }
    }
    node->type = VALUE_BOOL;
}

static void check_choose(struct expr_build *build, struct node *node)
{
    want(build, node->left, VALUE_BOOL, "'?:'");
    if (node->right->type == node->other->type) {
        node->type = node->right->type;
    }
}

/* Also of '!', which has no right side. */
static void check_logic(struct expr_build *build, struct node *node)
{
    want(build, node->left, VALUE_BOOL, "a logical operator");
    want(build, node->right, VALUE_BOOL, "a logical operator");
    node->type = VALUE_BOOL;
}

static void check_negate(struct expr_build *build, struct node *node)
{
    want(build, node->left, VALUE_NUMBER, "'-'");
    node->type = VALUE_NUMBER;
}

static void check_arithmetic(struct expr_build *build, struct node *node)
{
    check_same(build, node, NUMBERS, "arithmetic");
    node->type = VALUE_NUMBER;
}

static void check_add(struct expr_build *build, struct node *node)
{
    check_same(build, node, ADDABLE, "'+'");
    node->type = known(node->left) ? node->left->type : node->right->type;
}

static void check_order(struct expr_build *build, struct node *node)
{
    check_same(build, node, ORDERED, "an order");
    node->type = VALUE_BOOL;
}

static void check_equality(struct expr_build *build, struct node *node)
{
    check_same(build, node, ANY_TYPE, "a comparison");
    node->type = VALUE_BOOL;
}

/* ------------------------------------------------------------------ functions, lists, maps */

static void check_text_function(struct expr_build *build, struct node *node)
{
    want(build, node->left, VALUE_STRING, "a text function");
    want(build, node->right, VALUE_STRING, "a text function");
    node->type = VALUE_BOOL;
}

static void check_list(struct expr_build *build, struct node *node)
{
    (void)build;
    node->type = VALUE_LIST;
}

/* Keys that are literals name no member twice. */
static void check_map(struct expr_build *build, struct node *node)
{
    for (const struct node *key = node->arguments; key; key = key->next->next) {
        if (known(key) && !(KEYS & 1u << key->type)) {
            expr_complain(build, key->column, SLICE_EMPTY, "a key needs string, not %s",
                          value_type_name(key->type));
        }
        for (const struct node *other = node->arguments; other != key; other = other->next->next) {
            if (key->operation == OP_LITERAL && other->operation == OP_LITERAL &&
                value_equal(key->literal, other->literal)) {
                expr_complain(build, key->column, SLICE_EMPTY, "the same key again");
            }
        }
    }
    node->type = VALUE_MAP;
}

static void check_matches(struct expr_build *build, struct node *node)
{
    const struct node *regex = node->right;
    const char *error = NULL;

    want(build, node->left, VALUE_STRING, "matches()");
    want(build, regex, VALUE_STRING, "matches()");
    node->type = VALUE_BOOL;
    if (build->failed || regex->operation != OP_LITERAL) {
        return;
    }
    node->pattern = pattern_compile(build->arena, regex->literal->text, PATTERN_RE2, true, &error);
    if (!node->pattern) {
        expr_complain(build, regex->column,
                      SLICE_LITERAL("patterns are RE2's; r'...' keeps its backslashes"),
                      "not a pattern: %s", error);
    }
}

static void check_size(struct expr_build *build, struct node *node)
{
    if (known(node->left) && !(MEASURABLE & 1u << node->left->type)) {
        expr_complain(build, node->column, SLICE_EMPTY, "size() is not defined for %s",
                      value_type_name(node->left->type));
    }
    node->type = VALUE_NUMBER;
}

/* ------------------------------------------------------------------ the tree */

typedef void check_fn(struct expr_build *build, struct node *node);

/* Of the others nothing is to be said: a literal knows its type, a failure has none. */
static check_fn *const checks[OP_COUNT] = {
    [OP_ROOT] = check_root,
    [OP_FIELD] = check_field,
    [OP_HAS] = check_field,
    [OP_INDEX] = check_index,
    [OP_LIST] = check_list,
    [OP_MAP] = check_map,
    [OP_NOT] = check_logic,
    [OP_NEGATE] = check_negate,
    [OP_MULTIPLY] = check_arithmetic,
    [OP_DIVIDE] = check_arithmetic,
    [OP_REMAINDER] = check_arithmetic,
    [OP_ADD] = check_add,
    [OP_SUBTRACT] = check_arithmetic,
    [OP_LESS] = check_order,
    [OP_LESS_EQUAL] = check_order,
    [OP_GREATER] = check_order,
    [OP_GREATER_EQUAL] = check_order,
    [OP_EQUAL] = check_equality,
    [OP_NOT_EQUAL] = check_equality,
    [OP_IN] = check_in,
    [OP_AND] = check_logic,
    [OP_OR] = check_logic,
    [OP_CHOOSE] = check_choose,
    [OP_SIZE] = check_size,
    [OP_STARTS_WITH] = check_text_function,
    [OP_ENDS_WITH] = check_text_function,
    [OP_CONTAINS] = check_text_function,
    [OP_MATCHES] = check_matches,
};

static void check_operands(struct expr_build *build, struct node *node)
{
    if (node->left) {
        expr_check(build, node->left);
    }
    if (node->right) {
        expr_check(build, node->right);
    }
    if (node->other) {
        expr_check(build, node->other);
    }
    for (struct node *element = node->arguments; element; element = element->next) {
        expr_check(build, element);
    }
}

/* What follows a fault is noise. */
void expr_check(struct expr_build *build, struct node *node)
{
    check_operands(build, node);
    if (!build->failed && checks[node->operation]) {
        checks[node->operation](build, node);
    }
}
