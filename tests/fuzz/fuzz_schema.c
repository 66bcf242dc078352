/*
 * {"schema": ..., "instance": ...}: a schema is compiled or complained of, an instance judged; with
 * errors exactly when it is refused, each a pointer into it. What the payload's limits let pass,
 * the keywords alone let pass too.
 */
#include <stdlib.h>

#include "conf/schema/schema.h"
#include "lib/data/json.h"
#include "tests/fuzz/fuzz.h"

static void judge(struct arena *arena, const struct schema *schema, const struct value *instance)
{
    struct schema_errors errors, plain;
    enum status status = schema_validate(schema, instance, arena, &errors);
    enum status by_keywords = schema_validate_keywords(schema, instance, arena, &plain);

    if ((status == STATUS_OK) != (errors.count == 0) ||
        (by_keywords == STATUS_OK) != (plain.count == 0) ||
        (status == STATUS_OK && by_keywords != STATUS_OK)) {
        abort();
    }
    for (unsigned int i = 0; i < errors.count; i++) {
        struct slice pointer = errors.items[i].pointer;

        if (errors.items[i].detail.len == 0 || (pointer.len > 0 && pointer.ptr[0] != '/')) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct slice text = slice_of(bytes, count);
    const struct value *json, *written, *instance;
    const struct schema *schema;
    struct arena arena = {0};
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_LITERAL("x"), text, SLICE_EMPTY};

    if (json_parse(&arena, text, &json, NULL) == STATUS_OK) {
        written = value_get(json, SLICE_LITERAL("schema"));
        instance = value_get(json, SLICE_LITERAL("instance"));
        schema = written ? schema_compile(&arena, written, &source) : NULL;
        if (written && (schema == NULL) != (diag.count > 0)) {
            abort();
        }
        if (schema && instance) {
            judge(&arena, schema, instance);
        }
    }
    diag_fini(&diag);
    arena_fini(&arena);
    return 0;
}
