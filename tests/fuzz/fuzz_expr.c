/*
 * Expressions, free and in a model's scope: a value, or an error with a text. A value is one that
 * JSON can say.
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
    }
    arena_fini(&arena);
    return 0;
}
