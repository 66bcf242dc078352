/*
 * Validation: a walk over the instance with the checks of its schemas. All errors are collected;
 * where one stands is a chain of names on the C stack, written out as a JSON Pointer only when
 * there is an error. Depth is bounded by the JSON reader.
 */
#include "conf/schema.h"
#include "conf/schema_rules.h"
#include "conf/source.h"
#include "lib/buf.h"
#include "lib/json.h"

/* A step of the way from the root to the value at hand. */
struct step {
    const struct step *parent;
    struct slice name; /* of a member; of an element: ptr NULL */
    size_t index;
};

struct validation {
    struct arena *arena;
    struct schema_errors *errors;
    const struct step *step; /* NULL at the root */
    struct decimal number;   /* of the instance at hand, for the checks of numbers */
    bool is_decimal;         /* else it is too large for one, which scan() says */
};

static struct slice pointer_of(struct arena *arena, const struct step *step)
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

static void add_error(struct validation *run, struct slice detail)
{
    struct schema_errors *errors = run->errors;

    if (errors->count < SCHEMA_ERRORS_MAX) {
        errors->items[errors->count++] =
            (struct schema_error){pointer_of(run->arena, run->step), detail};
    }
}

#define FAIL(run, ...) add_error((run), arena_printf((run)->arena, __VA_ARGS__))

/* ------------------------------------------------------------------ what holds for every instance
 */

static void scan_text(struct validation *run, struct slice text, const char *what)
{
    if (text.len > 0 && memchr(text.ptr, '\0', text.len)) {
        FAIL(run, "%s must not contain U+0000", what);
    }
}

/* Strings and names without U+0000, numbers within 38 digits, also where the schema says nothing.
 */
static void scan(struct validation *run, const struct value *instance)
{
    struct step step = {.parent = run->step};
    const struct value *child;
    struct decimal number;

    if (instance->type == VALUE_STRING) {
        scan_text(run, instance->text, "a string");
    }
    if (instance->type == VALUE_NUMBER && !decimal_is_plain(instance->text) &&
        decimal_parse(instance->text, &number) != STATUS_OK) {
        FAIL(run, "must be a number of at most %d digits, from 1e-130 to 9.99e125 in magnitude",
             DECIMAL_DIGITS);
    }
    run->step = &step;
    for (child = instance->first; child; child = child->next) {
        step.name = instance->type == VALUE_MAP ? child->name : (struct slice){0};
        if (instance->type == VALUE_MAP) {
            scan_text(run, child->name, "a member's name");
        }
        scan(run, child);
        step.index++;
    }
    run->step = step.parent;
}

/* ------------------------------------------------------------------ keywords */

static void validate(const struct schema *schema, const struct value *instance,
                     struct validation *run)
{
    size_t i;

    if (schema->never) {
        FAIL(run, "is not allowed");
        return;
    }
    run->is_decimal =
        instance->type == VALUE_NUMBER && decimal_parse(instance->text, &run->number) == STATUS_OK;
    for (i = 0; i < schema->check_count; i++) {
        if (schema->checks[i].applies & TYPE_BIT(instance->type)) {
            schema->checks[i].check(schema, instance, run);
        }
    }
}

static void validate_member(const struct schema *schema, const struct value *member,
                            struct validation *run)
{
    struct step step = {.parent = run->step, .name = member->name};

    run->step = &step;
    validate(schema, member, run);
    run->step = step.parent;
}

/* "must be a string", "must be an integer or null" */
static void fail_type(const struct schema *schema, struct validation *run)
{
    struct buf text = {0};
    enum value_type type;

    for (type = VALUE_NULL; type <= VALUE_MAP; type++) {
        bool integer = type == VALUE_NUMBER && schema->integer;

        if (schema->types & TYPE_BIT(type)) {
            buf_printf(&text, "%s%s", text.len > 0 ? " or " : "",
                       integer ? "integer" : value_type_name(type));
        }
    }
    FAIL(run, "must be of type %.*s", SLICE_ARG(buf_slice(&text)));
    buf_fini(&text);
}

void check_type(const struct schema *schema, const struct value *instance, struct validation *run)
{
    if (!(schema->types & TYPE_BIT(instance->type))) {
        fail_type(schema, run);
        return;
    }
    if (schema->integer && instance->type == VALUE_NUMBER && run->is_decimal &&
        !decimal_is_integer(&run->number)) {
        fail_type(schema, run);
    }
}

void check_properties(const struct schema *schema, const struct value *instance,
                      struct validation *run)
{
    size_t i;

    for (i = 0; i < schema->property_count; i++) {
        const struct value *member = value_get(instance, schema->properties[i].name);

        if (member) {
            validate_member(schema->properties[i].schema, member, run);
        }
    }
}

void check_required(const struct schema *schema, const struct value *instance,
                    struct validation *run)
{
    size_t i;

    for (i = 0; i < schema->required_count; i++) {
        if (!value_get(instance, schema->required[i])) {
            FAIL(run, "lacks the required member '%.*s'", SLICE_ARG(schema->required[i]));
        }
    }
}

void check_additional(const struct schema *schema, const struct value *instance,
                      struct validation *run)
{
    const struct value *member;

    for (member = instance->first; member; member = member->next) {
        if (!schema_property(schema, member->name)) {
            validate_member(schema->additional, member, run);
        }
    }
}

void check_minimum(const struct schema *schema, const struct value *instance,
                   struct validation *run)
{
    char text[DECIMAL_TEXT_MAX];

    (void)instance;
    if (run->is_decimal && decimal_compare(&run->number, &schema->minimum) < 0) {
        decimal_text(&schema->minimum, text);
        FAIL(run, "must be at least %s", text);
    }
}

void check_maximum(const struct schema *schema, const struct value *instance,
                   struct validation *run)
{
    char text[DECIMAL_TEXT_MAX];

    (void)instance;
    if (run->is_decimal && decimal_compare(&run->number, &schema->maximum) > 0) {
        decimal_text(&schema->maximum, text);
        FAIL(run, "must be at most %s", text);
    }
}

void check_multiple_of(const struct schema *schema, const struct value *instance,
                       struct validation *run)
{
    struct decimal rest, zero = {0};
    char text[DECIMAL_TEXT_MAX];

    (void)instance;
    if (run->is_decimal &&
        (decimal_remainder(&run->number, &schema->multiple_of, &rest) != STATUS_OK ||
         decimal_compare(&rest, &zero) != 0)) {
        decimal_text(&schema->multiple_of, text);
        FAIL(run, "must be a multiple of %s", text);
    }
}

static uint64_t code_points(struct slice text)
{
    uint64_t count = 0;
    size_t i;

    for (i = 0; i < text.len; i++) {
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    }
    return count;
}

void check_min_length(const struct schema *schema, const struct value *instance,
                      struct validation *run)
{
    if (code_points(instance->text) < schema->min_length) {
        FAIL(run, "must have at least %llu characters", (unsigned long long)schema->min_length);
    }
}

void check_max_length(const struct schema *schema, const struct value *instance,
                      struct validation *run)
{
    if (code_points(instance->text) > schema->max_length) {
        FAIL(run, "must have at most %llu characters", (unsigned long long)schema->max_length);
    }
}

void check_enum(const struct schema *schema, const struct value *instance, struct validation *run)
{
    const struct value *choice;
    struct buf text = {0};

    for (choice = schema->choices->first; choice; choice = choice->next) {
        if (value_equal(choice, instance)) {
            return;
        }
    }
    json_write(&text, schema->choices);
    FAIL(run, "must be one of %.*s", SLICE_ARG(buf_slice(&text)));
    buf_fini(&text);
}

enum status schema_validate(const struct schema *schema, const struct value *instance,
                            struct arena *arena, struct schema_errors *errors_out)
{
    struct validation run = {.arena = arena, .errors = errors_out};

    errors_out->count = 0;
    scan(&run, instance);
    validate(schema, instance, &run);
    return errors_out->count == 0 ? STATUS_OK : STATUS_SCHEMA;
}
