/*
 * PCRE2, with limits.
 *
 * PCRE2 counts the steps of a match anew at every start that it tries in the subject, so the limit
 * of steps shrinks as the subject grows: a whole match takes some 2^15 steps, or 2^23 when one of
 * the few efforts of the work at hand is spent on it. Beyond that the answer is not known, which
 * callers treat as an error.
 *
 * - The contexts (memory, limits) are made once and only read afterwards.
 * - Code for the machine (JIT) runs on a small stack of its own; what needs more is interpreted.
 */
#include "conf/pattern/pattern.h"

#include <pthread.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "conf/pattern/translate.h"
#include "lib/base/memory.h"

#define QUICK_BITS    15
#define THOROUGH_BITS 23
#define STEPS_MIN     64 /* at each start */
#define HEAP_KIB      16384
#define SIZE_CLASSES  33

struct pattern {
    pcre2_code *code;
    bool anchored; /* one start only */
};

/* ------------------------------------------------------------------ limits */

static pcre2_general_context *memory;
static pcre2_compile_context *compiling;
static pcre2_match_context *quick[SIZE_CLASSES], *thorough[SIZE_CLASSES];

static void *memory_take(size_t size, void *ctx)
{
    (void)ctx;
    return xrealloc(NULL, size);
}

static void memory_return(void *bytes, void *ctx)
{
    (void)ctx;
    xfree(bytes);
}

static pcre2_match_context *limits_create(unsigned int bits, unsigned int size_class)
{
    pcre2_match_context *limits = pcre2_match_context_create(memory);
    uint32_t steps = size_class < bits ? UINT32_C(1) << (bits - size_class) : 0;

    (void)pcre2_set_match_limit(limits, steps > STEPS_MIN ? steps : STEPS_MIN);
    (void)pcre2_set_heap_limit(limits, HEAP_KIB);
    return limits;
}

static void create_all_limits(void)
{
    memory = pcre2_general_context_create(memory_take, memory_return, NULL);
    compiling = pcre2_compile_context_create(memory);
    for (unsigned int i = 0; i < SIZE_CLASSES; i++) {
        quick[i] = limits_create(QUICK_BITS, i);
        thorough[i] = limits_create(THOROUGH_BITS, i);
    }
}

/* log2 of the number of starts, rounded up. */
static unsigned int size_class_of(const struct pattern *pattern, struct slice subject)
{
    unsigned int size_class = 0;

    while (!pattern->anchored && size_class < SIZE_CLASSES - 1 && subject.len >> size_class > 0) {
        size_class++;
    }
    return size_class;
}

/* ------------------------------------------------------------------ compiling */

static void code_free(void *code)
{
    pcre2_code_free(code);
}

static const char *message_of(struct arena *arena, int error)
{
    PCRE2_UCHAR text[160];

    if (pcre2_get_error_message(error, text, sizeof(text)) < 0) {
        return "not a pattern";
    }
    return arena_cstr(arena, slice_str((const char *)text));
}

static uint32_t options_of(enum pattern_dialect dialect)
{
    uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;

    return dialect == PATTERN_ECMA ? options | PCRE2_ALLOW_EMPTY_CLASS | PCRE2_MATCH_UNSET_BACKREF
                                   : options;
}

const struct pattern *pattern_compile(struct arena *arena, struct slice text,
                                      enum pattern_dialect dialect, bool hot,
                                      const char **error_out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct pattern *pattern = ARENA_NEW(arena, struct pattern);
    struct buf translated = {0};
    uint32_t options = 0;
    PCRE2_SIZE offset;
    int error = 0;

    (void)pthread_once(&once, create_all_limits);
    if (text.len > PATTERN_BYTES_MAX) {
        *error_out = "longer than 4096 bytes";
        return NULL;
    }
    if (pattern_translate(text, dialect, &translated, error_out) != STATUS_OK) {
        buf_fini(&translated);
        return NULL;
    }
    pattern->code = pcre2_compile((PCRE2_SPTR)(translated.ptr ? translated.ptr : ""),
                                  translated.len, options_of(dialect), &error, &offset, compiling);
    buf_fini(&translated);
    if (!pattern->code) {
        *error_out = message_of(arena, error);
        return NULL;
    }
    arena_defer(arena, code_free, pattern->code);
    if (hot) {
        (void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE); /* else it is interpreted */
    }
    (void)pcre2_pattern_info(pattern->code, PCRE2_INFO_ALLOPTIONS, &options);
    pattern->anchored = options & PCRE2_ANCHORED;
    return pattern;
}

/* ------------------------------------------------------------------ matching */

static int run(const struct pattern *pattern, struct slice subject, pcre2_match_context *limits)
{
    pcre2_match_data *data = pcre2_match_data_create(1, memory);
    PCRE2_SPTR text = (PCRE2_SPTR)(subject.len > 0 ? subject.ptr : "");
    int result;

    result = pcre2_match(pattern->code, text, subject.len, 0, 0, data, limits);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
        result = pcre2_match(pattern->code, text, subject.len, 0, PCRE2_NO_JIT, data, limits);
    }
    pcre2_match_data_free(data);
    return result;
}

enum status pattern_match(const struct pattern *pattern, struct slice subject,
                          unsigned int *efforts, bool *out)
{
    unsigned int size_class = size_class_of(pattern, subject);
    int result = run(pattern, subject, quick[size_class]);

    if (result == PCRE2_ERROR_MATCHLIMIT && *efforts > 0) {
        (*efforts)--;
        result = run(pattern, subject, thorough[size_class]);
    }
    *out = result >= 0;
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH) {
        return STATUS_OK;
    }
    return result <= PCRE2_ERROR_UTF8_ERR1 && result >= PCRE2_ERROR_UTF8_ERR21 ? STATUS_INVALID
                                                                               : STATUS_TOO_LARGE;
}
