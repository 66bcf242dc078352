/*
 * Validation: a walk over the instance with the checks of its schemas. All errors are collected;
 * where one is, a chain of names on the C stack tells, which becomes a JSON Pointer only when there
 * is an error.
 *
 *     apply --> the schema's checks --> assertions (assert.c)
 *       ^                          \--> applicators (apply.c) --+
 *       +-------------------------------------------------------+
 *
 * - Alternatives (anyOf, not, if, ...) are tried without a list of errors, and end at their first
 *   one.
 * - Bounded: the depth of the walk, the number of schemas applied (in proportion to the instance),
 *   the steps of patterns. What would need more is refused, whatever its schema says.
 */
#include <stdarg.h>

#include "conf/schema/rules.h"
#include "conf/schema/schema.h"
#include "conf/text/source.h"
#include "lib/base/buf.h"

#define DEPTH_MAX       1000
#define BUDGET_BASE     10000
#define BUDGET_PER_NODE 200

static struct slice pointer_of(struct arena *arena, const struct schema_step *step)
{
    struct slice before;

    if (!step) {
        return SLICE_EMPTY;
    }
    before = pointer_of(arena, step->parent);
    if (!step->name.ptr) {
        return arena_printf(arena, "%.*s/%zu", SLICE_ARG(before), step->index);
    }
    return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(before),
                        SLICE_ARG(pointer_token(arena, step->name)));
}

void schema_fail(struct validation *run, const char *format, ...)
{
    struct schema_errors *errors = run->errors;
    struct buf text = {0};
    va_list args;

    run->failed = true;
    if (run->why || !errors || errors->count == SCHEMA_ERRORS_MAX) {
        return;
    }
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    errors->items[errors->count++] = (struct schema_error){
        pointer_of(run->arena, run->step), arena_copy(run->arena, buf_slice(&text))};
    buf_fini(&text);
}

void schema_abort(struct validation *run, const char *why)
{
    schema_fail(run, "%s", why);
    run->why = why;
}

/* --------------------------------------------------------------- what holds for every instance */

static void scan_text(struct validation *run, struct slice text, const char *what)
{
    if (text.len > 0 && memchr(text.ptr, '\0', text.len)) {
        schema_fail(run, "%s must not contain U+0000", what);
    }
}

/* DynamoDB takes no empty name, at any depth. */
static void scan_name(struct validation *run, struct slice name)
{
    scan_text(run, name, "a member's name");
    if (name.len == 0) {
        schema_fail(run, "a member's name must not be empty");
    }
}

/*
 * Strings without U+0000, names without it that are not empty, numbers within 38 digits, also where
 * the schema says nothing.
 */
static void scan(struct validation *run, const struct value *instance)
{
    struct schema_step step = {.parent = run->step};
    struct decimal number;

    if (instance->type == VALUE_STRING) {
        scan_text(run, instance->text, "a string");
    }
    if (instance->type == VALUE_NUMBER && !decimal_is_plain(instance->text) &&
        decimal_parse(instance->text, &number) != STATUS_OK) {
        schema_fail(run,
                    "must be a number of at most %d digits, from 1e-130 to 9.99e125 in magnitude",
                    DECIMAL_DIGITS);
    }
    run->step = &step;
    for (const struct value *child = instance->first; child; child = child->next) {
        step.name = instance->type == VALUE_MAP ? child->name : (struct slice){0};
        if (instance->type == VALUE_MAP) {
            scan_name(run, child->name);
        }
        scan(run, child);
        step.index++;
    }
    run->step = step.parent;
}

static uint64_t count_nodes(const struct value *instance)
{
    uint64_t count = 1;

    for (const struct value *child = instance->first; child; child = child->next) {
        count += child->first ? count_nodes(child) : 1;
    }
    return count;
}

/* ------------------------------------------------------------------ the walk */

void schema_apply(const struct schema *schema, const struct value *instance, struct validation *run)
{
    if (run->budget == 0 || run->depth == DEPTH_MAX) {
        schema_abort(run, "is too deep or too large to be validated");
        return;
    }
    if (schema->never) {
        schema_fail(run, "is not allowed");
        return;
    }
    run->is_decimal =
        instance->type == VALUE_NUMBER && decimal_parse(instance->text, &run->number) == STATUS_OK;
    run->budget--;
    run->depth++;
    for (size_t i = 0; i < schema->check_count && !schema_is_over(run); i++) {
        if (schema->checks[i].applies & TYPE_BIT(instance->type)) {
            schema->checks[i].check(schema, instance, run);
        }
    }
    run->depth--;
}

static void apply_below(const struct schema *schema, const struct value *instance,
                        struct validation *run, struct schema_step step)
{
    step.parent = run->step;
    run->step = &step;
    schema_apply(schema, instance, run);
    run->step = step.parent;
}

void schema_apply_member(const struct schema *schema, const struct value *member,
                         struct validation *run)
{
    apply_below(schema, member, run, (struct schema_step){.name = member->name});
}

void schema_apply_element(const struct schema *schema, const struct value *element, size_t index,
                          struct validation *run)
{
    apply_below(schema, element, run, (struct schema_step){.index = index});
}

bool schema_holds(const struct schema *schema, const struct value *instance, struct validation *run)
{
    struct validation outer = *run;
    bool holds;

    run->errors = NULL;
    run->failed = false;
    schema_apply(schema, instance, run);
    holds = !run->failed;
    run->errors = outer.errors;
    run->failed = outer.failed;
    if (run->why) {
        const char *why = run->why;

        run->why = NULL; /* say it where errors are collected */
        schema_abort(run, why);
    }
    return holds;
}

static void start(struct validation *run, const struct value *instance)
{
    run->errors->count = 0;
    run->efforts = PATTERN_EFFORTS_MAX;
    run->budget = BUDGET_BASE + BUDGET_PER_NODE * count_nodes(instance);
}

enum status schema_validate(const struct schema *schema, const struct value *instance,
                            struct arena *arena, struct schema_errors *errors_out)
{
    struct validation run = {.arena = arena, .errors = errors_out};

    start(&run, instance);
    scan(&run, instance);
    schema_apply(schema, instance, &run);
    return run.failed ? STATUS_SCHEMA : STATUS_OK;
}

enum status schema_validate_keywords(const struct schema *schema, const struct value *instance,
                                     struct arena *arena, struct schema_errors *errors_out)
{
    struct validation run = {.arena = arena, .errors = errors_out};

    start(&run, instance);
    schema_apply(schema, instance, &run);
    return run.failed ? STATUS_SCHEMA : STATUS_OK;
}
