/*
 * Expressions, free and in a model's scope: a value, or an error with a text. A value is one that
 * JSON can say. What asks first for fields that may be absent never misses one.
 */
#include <stdlib.h>

#include "conf/expr/expr.h"
#include "lib/base/utf8.h"
#include "lib/data/json.h"
#include "tests/fuzz/fuzz.h"

static const struct value *read_json(struct arena *arena, const char *text)
{
    const struct value *value;

    if (json_parse(arena, slice_str(text), &value, NULL) != STATUS_OK) {
        abort();
    }
    return value;
}

static void evaluate(struct arena *arena, const struct expr *expr, const struct expr_env *env)
{
    const struct value *value = NULL, *again;
    const char *error = NULL;
    struct json_error fault;
    struct buf text = {0};

    if (expr_eval(expr, env, arena, &value, &error) != STATUS_OK) {
        if (!error) {
            abort();
        }
        return;
    }
    json_write(&text, value);
    if (json_parse(arena, buf_slice(&text), &again, &fault) != STATUS_OK) {
        /* Only too many brackets: a list may be put into a list as deep as the expression is. */
        if (!strstr(fault.text, "nest") && !strstr(fault.text, "deep")) {
            abort();
        }
    } else if (!value_equal(value, again)) {
        abort();
    }
    buf_fini(&text);
}

static void evaluate_in_scope(struct arena *arena, struct slice text, const struct expr_env *env)
{
    const struct expr_scope scope = {.payload = true, .state = true, .id = true, .now = true};
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_LITERAL("x"), text, SLICE_EMPTY};
    const struct expr *expr = expr_compile(arena, text, &scope, &source, 1);

    if ((expr == NULL) != (diag.count > 0)) {
        abort();
    }
    if (expr) {
        evaluate(arena, expr, env);
    }
    diag_fini(&diag);
}

/* With all fields and with none of those that may be absent. */
static void evaluate_asking(struct arena *arena, struct slice text)
{
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_LITERAL("x"), text, SLICE_EMPTY};
    const struct value *schema = read_json(
        arena, "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"c\"],"
               "\"properties\":{\"a\":{\"type\":\"number\"},\"b\":{\"type\":\"string\"},\"c\":"
               "{\"type\":\"array\"},\"d\":{\"type\":\"object\",\"additionalProperties\":false,"
               "\"properties\":{\"e\":{\"type\":\"boolean\"}}}}}");
    const struct expr_scope scope = {.payload = true,
                                     .asks_first = true,
                                     .payload_schema = schema_compile(arena, schema, &source)};
    static const char *const payloads[] = {
        "{\"c\":[]}",
        "{\"c\":[],\"d\":{}}",
        "{\"a\":1,\"c\":[1]}",
        "{\"a\":0,\"b\":\"x\",\"c\":[1,2],\"d\":{\"e\":true}}",
    };
    const struct expr *expr = expr_compile(arena, text, &scope, &source, 1);

    if ((expr == NULL) != (diag.count > 0)) {
        abort();
    }
    for (size_t i = 0; expr && i < ARRAY_COUNT(payloads); i++) {
        const struct expr_env env = {.payload = read_json(arena, payloads[i])};
        const struct value *value = NULL;
        const char *error = NULL;
        enum status status = expr_eval(expr, &env, arena, &value, &error);

        /* a map that is written in the expression, or a key that is computed, may lack it */
        if (status != STATUS_OK && slice_starts(slice_str(error), "no such key") &&
            !memchr(text.ptr, '{', text.len) && !memchr(text.ptr, '[', text.len)) {
            abort();
        }
    }
    diag_fini(&diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct slice text = slice_of(bytes, count);
    struct arena arena = {0};
    const struct value *data =
        read_json(&arena, "{\"a\":1.5,\"b\":\"text\",\"c\":[1,\"x\",null],\"d\":{\"e\":true}}");
    const struct expr_env env = {.payload = data, .state = data, .bindings = data};
    const struct expr *expr;
    const char *error = NULL;
    bool unsupported;

    /* The loader has read its text by the JSON reader, which lets no other in. */
    if (utf8_valid(text)) {
        expr = expr_compile_free(&arena, text, &error, &unsupported);
        if (expr) {
            evaluate(&arena, expr, &env);
        } else if (!error) {
            abort();
        }
        evaluate_in_scope(&arena, text, &env);
        evaluate_asking(&arena, text);
    }
    arena_fini(&arena);
    return 0;
}
