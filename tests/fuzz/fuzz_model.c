/*
 * Models: the first byte says which text of a good model the rest replaces: j model.json, s
 * schema.sql, p projections.sql, q queries.sql; or what it is: e an expression, v a schema that its
 * own text is validated by. A model is a plan that can be printed, or complaints that each name a
 * file; never a crash.
 */
#include <stdlib.h>

#include "lib/data/json.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/conf/build/model_text.h"

static void load(enum model_file file, struct slice text)
{
    static struct model_folder folder;
    struct diag diag = {0};
    struct plan *plan;
    FILE *out;

    if (!folder.root[0]) {
        model_folder_make(&folder);
    }
    model_folder_fill(&folder, file, NULL, NULL);
    model_folder_write(&folder, file, text);
    plan = plan_load(slice_str(folder.root), &diag);
    if ((plan == NULL) != (diag.count > 0)) {
        abort();
    }
    out = fopen("/dev/null", "w");
    if (plan && out) {
        plan_print(plan, out);
    }
    if (out) {
        fclose(out);
    }
    for (const struct diag_entry *entry = diag.first; entry; entry = entry->next) {
        if (entry->file.len == 0 || entry->text.len == 0) {
            abort();
        }
    }
    plan_put(plan);
    diag_fini(&diag);
}

static void evaluate(struct slice text)
{
    const struct expr_scope scope = {.payload = true, .state = true, .id = true, .now = true};
    struct arena arena = {0};
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_LITERAL("x"), text, SLICE_EMPTY};
    const struct expr_env env = {.payload = value_map(&arena), .state = value_map(&arena)};
    const struct expr *expr = expr_compile(&arena, text, &scope, &source, 1);
    const struct value *value = NULL;
    const char *error = NULL;

    if ((expr == NULL) != (diag.count > 0)) {
        abort();
    }
    if (expr && expr_eval(expr, &env, &arena, &value, &error) == STATUS_OK ? !value
                                                                           : expr && !error) {
        abort();
    }
    diag_fini(&diag);
    arena_fini(&arena);
}

static void validate(struct slice text)
{
    struct arena arena = {0};
    struct diag diag = {0};
    const struct json_source source = {&diag, SLICE_LITERAL("x"), text, SLICE_EMPTY};
    const struct schema *schema;
    const struct value *json;
    struct schema_errors errors;

    if (json_parse(&arena, text, &json, NULL) == STATUS_OK) {
        schema = schema_compile(&arena, json, &source);
        if ((schema == NULL) != (diag.count > 0)) {
            abort();
        }
        if (schema &&
            (schema_validate(schema, json, &arena, &errors) == STATUS_OK) != (errors.count == 0)) {
            abort();
        }
    }
    diag_fini(&diag);
    arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const char files[] = "jspq";
    struct slice text;
    const char *file;

    if (count == 0) {
        return 0;
    }
    text = slice_of(bytes + 1, count - 1);
    file = bytes[0] ? strchr(files, bytes[0]) : NULL;
    if (file) {
        load((enum model_file)(file - files), text);
    } else if (bytes[0] == 'e') {
        evaluate(text);
    } else if (bytes[0] == 'v') {
        validate(text);
    }
    return 0;
}
