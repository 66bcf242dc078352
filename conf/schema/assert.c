/*
 * Assertions: keywords that look at the instance itself. Numbers are exact decimals; one that no
 * decimal holds is let through here, schema_validate refuses it by itself.
 */
#include <stdlib.h>

#include "conf/schema/rules.h"
#include "lib/base/buf.h"
#include "lib/base/memory.h"
#include "lib/base/utf8.h"
#include "lib/data/json.h"

#define TEXT_SHOWN 200 /* bytes of a choice that an error repeats */

/* ------------------------------------------------------------------ type, enum, const */

/* "must be of type string", "must be of type integer or null" */
static void fail_type(const struct schema *schema, struct validation *run)
{
    struct buf text = {0};

    for (enum value_type type = VALUE_NULL; type <= VALUE_MAP; type++) {
        bool integer = type == VALUE_NUMBER && schema->integer;

        if (schema->types & TYPE_BIT(type)) {
            buf_printf(&text, "%s%s", text.len > 0 ? " or " : "",
                       integer ? "integer" : value_type_name(type));
        }
    }
    schema_fail(run, "must be of type %.*s", SLICE_ARG(buf_slice(&text)));
    buf_fini(&text);
}

/* 1.0 and 1e2 are integers, and so is what has too many digits for a decimal but no fraction. */
static bool is_integer(const struct validation *run, struct slice text)
{
    if (run->is_decimal) {
        return decimal_is_integer(&run->number);
    }
    return !memchr(text.ptr, '.', text.len) && !memmem(text.ptr, text.len, "e-", 2) &&
           !memmem(text.ptr, text.len, "E-", 2);
}

void check_type(const struct schema *schema, const struct value *instance, struct validation *run)
{
    if (!(schema->types & TYPE_BIT(instance->type)) ||
        (schema->integer && instance->type == VALUE_NUMBER && !is_integer(run, instance->text))) {
        fail_type(schema, run);
    }
}

static void fail_choice(const struct value *expected, const char *what, struct validation *run)
{
    struct buf text = {0};
    struct slice shown;

    if (!run->errors) {
        run->failed = true;
        return;
    }
    json_write(&text, expected);
    shown = buf_slice(&text);
    if (shown.len <= TEXT_SHOWN) {
        schema_fail(run, "must be %s%.*s", what, SLICE_ARG(shown));
    } else {
        schema_fail(run, "must be %swhat the schema names", what);
    }
    buf_fini(&text);
}

void check_enum(const struct schema *schema, const struct value *instance, struct validation *run)
{
    for (const struct value *choice = schema->choices->first; choice; choice = choice->next) {
        if (value_equal(choice, instance)) {
            return;
        }
    }
    fail_choice(schema->choices, "one of ", run);
}

void check_const(const struct schema *schema, const struct value *instance, struct validation *run)
{
    if (!value_equal(schema->constant, instance)) {
        fail_choice(schema->constant, "", run);
    }
}

/* ------------------------------------------------------------------ numbers */

/* <0, 0, >0; 0 for what no decimal holds. */
static int compare(const struct validation *run, const struct decimal *limit)
{
    return run->is_decimal ? decimal_compare(&run->number, limit) : 0;
}

static void fail_number(struct validation *run, const char *what, const struct decimal *limit)
{
    char text[DECIMAL_TEXT_MAX];

    decimal_text(limit, text);
    schema_fail(run, "must be %s %s", what, text);
}

void check_minimum(const struct schema *schema, const struct value *instance,
                   struct validation *run)
{
    (void)instance;
    if (compare(run, &schema->minimum) < 0) {
        fail_number(run, "at least", &schema->minimum);
    }
}

void check_maximum(const struct schema *schema, const struct value *instance,
                   struct validation *run)
{
    (void)instance;
    if (compare(run, &schema->maximum) > 0) {
        fail_number(run, "at most", &schema->maximum);
    }
}

void check_exclusive_minimum(const struct schema *schema, const struct value *instance,
                             struct validation *run)
{
    (void)instance;
    if (run->is_decimal && compare(run, &schema->exclusive_minimum) <= 0) {
        fail_number(run, "greater than", &schema->exclusive_minimum);
    }
}

void check_exclusive_maximum(const struct schema *schema, const struct value *instance,
                             struct validation *run)
{
    (void)instance;
    if (run->is_decimal && compare(run, &schema->exclusive_maximum) >= 0) {
        fail_number(run, "less than", &schema->exclusive_maximum);
    }
}

void check_multiple_of(const struct schema *schema, const struct value *instance,
                       struct validation *run)
{
    struct decimal rest, zero = {0};

    (void)instance;
    if (run->is_decimal &&
        (decimal_remainder(&run->number, &schema->multiple_of, &rest) != STATUS_OK ||
         decimal_compare(&rest, &zero) != 0)) {
        fail_number(run, "a multiple of", &schema->multiple_of);
    }
}

/* ------------------------------------------------------------------ strings */

/* "1 character", "2 characters" */
static void fail_count(struct validation *run, const char *what, uint64_t limit, const char *one,
                       const char *many)
{
    schema_fail(run, "must have at %s %llu %s", what, (unsigned long long)limit,
                limit == 1 ? one : many);
}

void check_min_length(const struct schema *schema, const struct value *instance,
                      struct validation *run)
{
    if (utf8_count(instance->text) < schema->min_length) {
        fail_count(run, "least", schema->min_length, "character", "characters");
    }
}

void check_max_length(const struct schema *schema, const struct value *instance,
                      struct validation *run)
{
    if (instance->text.len > schema->max_length &&
        utf8_count(instance->text) > schema->max_length) {
        fail_count(run, "most", schema->max_length, "character", "characters");
    }
}

void check_pattern(const struct schema *schema, const struct value *instance,
                   struct validation *run)
{
    const struct value *written = value_get(schema->json, SLICE_LITERAL("pattern"));
    bool found;

    if (pattern_match(schema->pattern, instance->text, &run->efforts, &found) != STATUS_OK) {
        schema_abort(run, "takes too long to be matched with its pattern");
    } else if (!found && written->text.len <= TEXT_SHOWN) {
        schema_fail(run, "must match the pattern %.*s", SLICE_ARG(written->text));
    } else if (!found) {
        schema_fail(run, "must match the schema's pattern");
    }
}

void check_format(const struct schema *schema, const struct value *instance, struct validation *run)
{
    if (!schema->format->test(instance->text)) {
        schema_fail(run, "must be %s", schema->format->meaning);
    }
}

/* ------------------------------------------------------------------ arrays and objects */

void check_min_items(const struct schema *schema, const struct value *instance,
                     struct validation *run)
{
    if (instance->count < schema->min_items) {
        fail_count(run, "least", schema->min_items, "element", "elements");
    }
}

void check_max_items(const struct schema *schema, const struct value *instance,
                     struct validation *run)
{
    if (instance->count > schema->max_items) {
        fail_count(run, "most", schema->max_items, "element", "elements");
    }
}

void check_min_properties(const struct schema *schema, const struct value *instance,
                          struct validation *run)
{
    if (instance->count < schema->min_properties) {
        fail_count(run, "least", schema->min_properties, "member", "members");
    }
}

void check_max_properties(const struct schema *schema, const struct value *instance,
                          struct validation *run)
{
    if (instance->count > schema->max_properties) {
        fail_count(run, "most", schema->max_properties, "member", "members");
    }
}

static int compare_texts(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/*
 * Elements are equal when their canonical texts are: sorting these finds two in n log n, whatever a
 * client sends.
 */
static bool has_twins(const struct value *list)
{
    struct slice *texts = XARRAY(struct slice, list->count);
    struct buf buf = {0};
    size_t count = 0, start = 0;
    bool twins = false;

    for (const struct value *element = list->first; element; element = element->next) {
        json_write_canonical(&buf, element);
        texts[count++] = slice_of(NULL, buf.len); /* where it ends: the buffer may move yet */
    }
    for (size_t i = 0; i < count; i++) {
        size_t end = texts[i].len;

        texts[i] = slice_of(buf.ptr + start, end - start);
        start = end;
    }
    qsort(texts, count, sizeof(texts[0]), compare_texts);
    for (size_t i = 1; i < count && !twins; i++) {
        twins = slice_eq(texts[i - 1], texts[i]);
    }
    buf_fini(&buf);
    xfree(texts);
    return twins;
}

void check_unique_items(const struct schema *schema, const struct value *instance,
                        struct validation *run)
{
    if (schema->unique_items && instance->count > 1 && has_twins(instance)) {
        schema_fail(run, "must not hold equal elements");
    }
}
