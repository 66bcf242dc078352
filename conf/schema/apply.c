/*
 * Applicators: keywords that apply other schemas to the instance or to what is in it.
 */
#include "conf/schema/rules.h"

/* ------------------------------------------------------------------ objects */

/*
 * Members mostly come in the order in which the schema names them: the search begins after
 * what was found last.
 */
static const struct schema_property *find_property(const struct schema *schema, struct slice name,
                                                   size_t *hint)
{
    size_t count = schema->properties.count;

    for (size_t i = 0; i < count; i++) {
        size_t at = *hint + i < count ? *hint + i : *hint + i - count;

        if (slice_eq(schema->properties.items[at].name, name)) {
            *hint = at + 1 < count ? at + 1 : 0;
            return &schema->properties.items[at];
        }
    }
    return NULL;
}

static bool apply_patterns(const struct schema *schema, const struct value *member,
                           struct validation *run)
{
    bool any = false;

    for (size_t i = 0; i < schema->patterns.count; i++) {
        const struct schema_property *property = &schema->patterns.items[i];
        bool found;

        if (pattern_match(property->pattern, member->name, &run->efforts, &found) != STATUS_OK) {
            schema_abort(run, "has a name that takes too long to be matched with a pattern");
            return true;
        }
        if (found) {
            any = true;
            schema_apply_member(property->schema, member, run);
        }
    }
    return any;
}

/* properties, patternProperties, additionalProperties: one walk over the members */
void check_members(const struct schema *schema, const struct value *instance,
                   struct validation *run)
{
    size_t hint = 0;

    for (const struct value *member = instance->first; member && !schema_is_over(run);
         member = member->next) {
        const struct schema_property *property = find_property(schema, member->name, &hint);
        bool known = property != NULL;

        if (property) {
            schema_apply_member(property->schema, member, run);
        }
        known |= apply_patterns(schema, member, run);
        if (!known && schema->additional) {
            schema_apply_member(schema->additional, member, run);
        }
    }
}

void check_names(const struct schema *schema, const struct value *instance, struct validation *run)
{
    for (const struct value *member = instance->first; member && !schema_is_over(run);
         member = member->next) {
        const struct value name = {
            .type = VALUE_STRING, .text = member->name, .name = member->name};

        schema_apply_member(schema->names, &name, run);
    }
}

static void require(const struct schema_names *names, const struct value *instance,
                    struct validation *run)
{
    for (size_t i = 0; i < names->count; i++) {
        if (!value_get(instance, names->items[i])) {
            schema_fail(run, "lacks the required member '%.*s'", SLICE_ARG(names->items[i]));
        }
    }
}

void check_required(const struct schema *schema, const struct value *instance,
                    struct validation *run)
{
    require(&schema->required, instance, run);
}

void check_dependencies(const struct schema *schema, const struct value *instance,
                        struct validation *run)
{
    for (size_t i = 0; i < schema->dependencies.count; i++) {
        const struct schema_dependency *dependency = &schema->dependencies.items[i];

        if (value_get(instance, dependency->name)) {
            require(&dependency->required, instance, run);
        }
    }
}

/* ------------------------------------------------------------------ arrays */

/* prefixItems, items */
void check_elements(const struct schema *schema, const struct value *instance,
                    struct validation *run)
{
    size_t index = 0;

    for (const struct value *element = instance->first; element && !schema_is_over(run);
         element = element->next, index++) {
        if (index < schema->prefix.count) {
            schema_apply_element(schema->prefix.items[index], element, index, run);
        } else if (schema->elements) {
            schema_apply_element(schema->elements, element, index, run);
        } else {
            return;
        }
    }
}

/* contains, minContains, maxContains */
void check_contains(const struct schema *schema, const struct value *instance,
                    struct validation *run)
{
    uint64_t count = 0;

    for (const struct value *element = instance->first; element && !run->why;
         element = element->next) {
        count += schema_holds(schema->contains, element, run);
    }
    if (count < schema->min_contains) {
        schema_fail(run, "must have at least %llu of the elements that \"contains\" asks for",
                    (unsigned long long)schema->min_contains);
    }
    if (count > schema->max_contains) {
        schema_fail(run, "must have at most %llu of the elements that \"contains\" asks for",
                    (unsigned long long)schema->max_contains);
    }
}

/* ------------------------------------------------------------------ the same instance */

void check_reference(const struct schema *schema, const struct value *instance,
                     struct validation *run)
{
    schema_apply(schema->reference, instance, run);
}

void check_all(const struct schema *schema, const struct value *instance, struct validation *run)
{
    for (size_t i = 0; i < schema->all.count && !schema_is_over(run); i++) {
        schema_apply(schema->all.items[i], instance, run);
    }
}

/* How many of LIST hold, at most ENOUGH. */
static size_t count_holding(const struct schema_list *list, const struct value *instance,
                            struct validation *run, size_t enough)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count && count < enough && !run->why; i++) {
        count += schema_holds(list->items[i], instance, run);
    }
    return count;
}

void check_any(const struct schema *schema, const struct value *instance, struct validation *run)
{
    if (count_holding(&schema->any, instance, run, 1) == 0) {
        schema_fail(run, "must satisfy at least one of %zu alternatives", schema->any.count);
    }
}

void check_one(const struct schema *schema, const struct value *instance, struct validation *run)
{
    size_t count = count_holding(&schema->one, instance, run, 2);

    if (count != 1) {
        schema_fail(run, "must satisfy exactly one of %zu alternatives, not %s", schema->one.count,
                    count == 0 ? "none" : "several");
    }
}

void check_not(const struct schema *schema, const struct value *instance, struct validation *run)
{
    if (schema_holds(schema->negated, instance, run)) {
        schema_fail(run, "must not satisfy the schema of \"not\"");
    }
}

/* if, then, else */
void check_condition(const struct schema *schema, const struct value *instance,
                     struct validation *run)
{
    const struct schema *next =
        schema_holds(schema->condition, instance, run) ? schema->then : schema->otherwise;

    if (next && !schema_is_over(run)) {
        schema_apply(next, instance, run);
    }
}
