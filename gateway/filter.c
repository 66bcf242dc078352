/*
 * stdin -> lines -> one answer each -> stdout, flushed after each piece that was read. A line that
 * cannot be understood gets an answer too. Every line has an arena of its own, so a filter may run
 * for ever.
 */
#include "gateway/filter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf/expr/expr.h"
#include "lib/data/json.h"

#define PIECE 65536

typedef void answer_fn(struct arena *arena, struct slice line, struct buf *out);

/* ------------------------------------------------------------------ lines */

static void answer(answer_fn *fn, struct slice line, struct buf *out)
{
    struct arena arena = {0};

    fn(&arena, line, out);
    buf_append_char(out, '\n');
    arena_fini(&arena);
}

/* Answers the whole lines of INPUT and drops them. */
static void answer_lines(answer_fn *fn, struct buf *input, struct buf *out)
{
    size_t start = 0;
    const char *end;

    while ((end = memchr(input->ptr + start, '\n', input->len - start)) != NULL) {
        size_t len = (size_t)(end - input->ptr) - start;

        answer(fn, slice_of(input->ptr + start, len), out);
        start += len + 1;
    }
    buf_consume(input, start);
}

static bool flush(struct buf *out)
{
    bool done = fwrite(out->ptr, 1, out->len, stdout) == out->len && fflush(stdout) == 0;

    buf_clear(out);
    return done;
}

static int filter(answer_fn *fn)
{
    struct buf input = {0}, out = {0};
    bool writes = true;

    while (writes) {
        ssize_t count = read(STDIN_FILENO, buf_reserve(&input, PIECE), PIECE);

        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            break;
        }
        input.len += (size_t)count;
        answer_lines(fn, &input, &out);
        writes = out.len == 0 || flush(&out);
    }
    if (writes && input.len > 0) {
        answer(fn, buf_slice(&input), &out);
        writes = flush(&out);
    }
    buf_fini(&input);
    buf_fini(&out);
    return writes ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ------------------------------------------------------------------ schemas */

static const char *judge(struct arena *arena, struct slice line, struct diag *diag)
{
    struct json_source source = {diag, SLICE_LITERAL("line"), line, SLICE_EMPTY};
    const struct value *json, *written, *instance;
    const struct schema *schema;
    struct schema_errors errors;

    if (json_parse(arena, line, &json, NULL) != STATUS_OK) {
        return "unsupported";
    }
    written = value_get(json, SLICE_LITERAL("schema"));
    instance = value_get(json, SLICE_LITERAL("instance"));
    schema = written && instance ? schema_compile_lenient(arena, written, &source) : NULL;
    if (!schema) {
        return "unsupported";
    }
    return schema_validate_keywords(schema, instance, arena, &errors) == STATUS_OK ? "valid"
                                                                                   : "invalid";
}

static void validate_line(struct arena *arena, struct slice line, struct buf *out)
{
    struct diag diag = {0};

    buf_append_str(out, judge(arena, line, &diag));
    diag_fini(&diag);
}

int filter_validate(void)
{
    return filter(validate_line);
}

/* ------------------------------------------------------------------ expressions */

static void put_text(struct buf *out, const char *member, const char *text)
{
    buf_printf(out, "{\"%s\":", member);
    json_write_string(out, slice_str(text));
    buf_append_char(out, '}');
}

static void eval_line(struct arena *arena, struct slice line, struct buf *out)
{
    const struct value *json, *text, *value;
    struct expr_env env = {0};
    const char *error = "the line is no object with an \"expr\"";
    const struct expr *expr;
    bool unsupported = false;

    text = json_parse(arena, line, &json, NULL) == STATUS_OK
               ? value_get(json, SLICE_LITERAL("expr"))
               : NULL;
    if (!text || text->type != VALUE_STRING) {
        put_text(out, "error", error);
        return;
    }
    env.bindings = value_get(json, SLICE_LITERAL("bindings"));
    expr = expr_compile_free(arena, text->text, &error, &unsupported);
    if (!expr || expr_eval(expr, &env, arena, &value, &error) != STATUS_OK) {
        put_text(out, unsupported ? "unsupported" : "error", error);
        return;
    }
    buf_append_str(out, "{\"value\":");
    json_write(out, value);
    buf_append_char(out, '}');
}

int filter_eval(void)
{
    return filter(eval_line);
}
