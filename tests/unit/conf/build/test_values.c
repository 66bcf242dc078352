/*
 * One text for one value, as models say it: formats of parameters, ids and fields, the forms that
 * their columns need, and what is refused because tags could not speak for it.
 */
#include "tests/unit/conf/build/model_text.h"
#include "tests/unit/unit.h"

#define SCHEMA                                                                                 \
    "CREATE TABLE IF NOT EXISTS boxes (BoxId CHAR(36) NOT NULL PRIMARY KEY, Address "          \
    "VARCHAR(45), At DATETIME(3), Day DATE, Doc JSON, Price DECIMAL(9,2), Size INT UNSIGNED, " \
    "Label VARCHAR(50), Coarse DATETIME, Real_ DOUBLE);\n"
#define PROJECTIONS                                                                              \
    "-- name: put\n"                                                                             \
    "INSERT INTO boxes (BoxId, Address, At, Day, Doc, Label, Coarse) VALUES (:BoxId, :Address, " \
    ":At, :Day, :Doc, :Label, :timestamp);\n"                                                    \
    "-- name: delete\n"                                                                          \
    "DELETE FROM boxes WHERE BoxId = :aggregateId;\n"

static struct plan *load(const char *param, const char *where, const char *schema,
                         struct diag *diag)
{
    struct model_folder folder;
    struct buf json = {0}, queries = {0};
    struct plan *plan;
    int column = (int)strcspn(where, " "); /* the attribute of its name fills the tag's place */

    buf_printf(
        &json,
        "{ \"model\": \"boxes\",\n"
        "  \"aggregate\": { \"name\": \"Box\", \"store\": \"state\", \"table\": \"Boxes\",\n"
        "    \"id\": { \"name\": \"BoxId\", \"type\": \"string\", \"format\": \"uuid\" } },\n"
        "  \"commands\": { \"DropBox\": { \"route\": \"DELETE /boxes/{BoxId}\", \"delete\": "
        "true } },\n"
        "  \"projections\": { \"put\": { \"touches\": [\"box:{BoxId}\", \"boxes\", "
        "\"x:{%.*s}\", \"x:{old.%.*s}\"] },\n"
        "    \"delete\": { \"touches\": [\"box:{BoxId}\", \"boxes\", \"x:{%.*s}\"] } },\n"
        "  \"queries\": { \"GetBox\": { \"route\": \"GET /boxes/{BoxId}\", \"tags\": "
        "[\"box:{BoxId}\"], \"ttl\": \"1h\" },\n"
        "    \"GetX\": { \"route\": \"GET /x/{x}\", \"params\": { \"x\": %s }, \"tags\": "
        "[\"x:{x}\"], \"ttl\": \"1h\" } } }\n",
        column, where, column, where, column, where, param);
    buf_printf(&queries,
               "-- name: GetBox :one\nSELECT * FROM boxes WHERE BoxId = :BoxId;\n"
               "-- name: GetX :one\nSELECT * FROM boxes WHERE %s;\n",
               where);
    model_folder_make(&folder);
    model_folder_write(&folder, MODEL_JSON, buf_slice(&json));
    model_folder_write(&folder, SCHEMA_SQL, slice_str(schema));
    model_folder_write(&folder, PROJECTIONS_SQL, SLICE_LITERAL(PROJECTIONS));
    model_folder_write(&folder, QUERIES_SQL, buf_slice(&queries));
    plan = plan_load(slice_str(folder.root), diag);
    model_folder_remove(&folder);
    buf_fini(&json);
    buf_fini(&queries);
    return plan;
}

#define STRING     "{ \"type\": \"string\" }"
#define PATTERN    "{ \"type\": \"string\", \"pattern\": \"^[0-9]+$\" }"
#define INTEGER    "{ \"type\": \"integer\" }"
#define NUMBER     "{ \"type\": \"number\" }"
#define FORMAT(of) "{ \"type\": \"string\", \"format\": \"" of "\" }"

struct fit {
    const char *param, *where, *said; /* "": accepted */
};

static void check_fits(const struct fit *rows, size_t count, const char *schema)
{
    for (size_t i = 0; i < count; i++) {
        struct diag diag = {0};
        struct plan *plan = load(rows[i].param, rows[i].where, schema, &diag);
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        diag_print(&diag, out);
        fclose(out);
        print_message("%s, %s: %s", rows[i].param, rows[i].where, text);
        assert_int_equal(plan != NULL, rows[i].said[0] == '\0');
        assert_non_null(strstr(text, rows[i].said));
        free(text);
        plan_put(plan);
        diag_fini(&diag);
    }
}

static void test_parameters_fit_their_columns_or_the_model_is_refused(void **state)
{
    static const struct fit rows[] = {
        {FORMAT("ipv6"),      "Address = :x", ""                                              },
        {STRING,              "Label = :x",   ""                                              },
        {INTEGER,             "Size = :x",    ""                                              },
        {NUMBER,              "Price = :x",   ""                                              },
        {FORMAT("date-time"), "At = :x",      ""                                              },
        {FORMAT("date"),      "Day = :x",     ""                                              },
        {PATTERN,             "Size = :x",
         "the tag's {x} is string, and 'Size' is INT: SQL takes several texts for one value, tags "
         "do not (hint: \"type\": \"integer\")"                                               },
        {NUMBER,              "Size = :x",    "(hint: \"type\": \"integer\")"                 },
        {STRING,              "Price = :x",   "(hint: \"type\": \"number\")"                  },
        {STRING,              "At = :x",      "\"format\": \"date-time\""                     },
        {FORMAT("date"),      "At = :x",      "\"format\": \"date-time\""                     },
        {FORMAT("date-time"), "Coarse = :x",  "declare it DATETIME(3)"                        },
        {NUMBER,              "Real_ = :x",   "'Real_' is DOUBLE"                             },
        {STRING,              "Doc = :x",     "'Doc' is JSON"                                 },
        {INTEGER,             "Label = :x",   "'Label' is VARCHAR"                            },
        {STRING,              "BoxId = :x",
         "the tag's {x} is string, and another parameter that 'BoxId' is compared with is not"},
    };

    (void)state;
    check_fits(rows, ARRAY_COUNT(rows), SCHEMA);
}

/* Another table of the statement has a column of the same name, or COLLATE hides the column. */
static void test_parameters_fit_the_columns_that_sql_compares_them_with(void **state)
{
    static const char schema[] =
        SCHEMA "CREATE TABLE IF NOT EXISTS lids (BoxId CHAR(36) NOT NULL PRIMARY KEY, Size "
               "VARCHAR(9), Label VARCHAR(50) COLLATE utf8mb4_general_ci, Address ENUM('a'));\n";
#define OF_LIDS " AND (SELECT COUNT(*) FROM lids l WHERE l.BoxId = boxes.BoxId) >= 0"
    static const struct fit rows[] = {
        {INTEGER, "Size = :x" OF_LIDS,                                                               ""                 },
        {PATTERN, "Size = :x" OF_LIDS,                                                               "'Size' is INT"    },
        {STRING,  "Label = :x" OF_LIDS,                                                              ""                 },
        {STRING,  "Label = :x AND EXISTS (SELECT 1 FROM lids WHERE Label = :x)",
         "'Label' of the collation utf8mb4_general_ci"                                                                  },
        {STRING,  "Label = :x AND EXISTS (SELECT 1 FROM lids WHERE Label COLLATE utf8mb4_bin = :x)",
         ""                                                                                                             },
        {STRING,
         "Label = :x AND EXISTS (SELECT 1 FROM lids WHERE Address COLLATE utf8mb4_bin = "
         ":x)",                                                                                      "'Address' is ENUM"},
        {PATTERN, "Size = :x COLLATE utf8mb4_bin",                                                   "'Size' is INT"    },
        {STRING,  "Label COLLATE utf8mb4_bin IN (:x)",                                               ""                 },
        {PATTERN, "Size COLLATE utf8mb4_bin IN (:x)",                                                "'Size' is INT"    },
    };
#undef OF_LIDS

    (void)state;
    check_fits(rows, ARRAY_COUNT(rows), schema);
}

static void test_each_bind_has_the_form_of_its_column(void **state)
{
    static const enum plan_form forms[] = {FORM_UUID, FORM_IPV6, FORM_TIME, FORM_DATE_ONLY,
                                           FORM_JSON, FORM_TEXT, FORM_TIME};
    struct diag diag = {0};
    struct plan *plan = load(FORMAT("ipv6"), "Address = :x", SCHEMA, &diag);
    const struct plan_projection *put, *delete;

    (void)state;
    diag_print(&diag, stderr);
    assert_non_null(plan);
    put = plan_projection_find(&plan->models[0], SLICE_LITERAL("put"));
    delete = plan_projection_find(&plan->models[0], SLICE_LITERAL("delete"));
    assert_int_equal(put->statements[0].bind_count, ARRAY_COUNT(forms));
    for (size_t i = 0; i < ARRAY_COUNT(forms); i++) {
        assert_int_equal(put->statements[0].binds[i].form, forms[i]);
    }
    assert_int_equal(put->statements[0].binds[2].digits, 3);
    assert_int_equal(put->statements[0].binds[6].digits, 0); /* DATETIME */
    assert_int_equal(delete->statements[0].binds[0].form, FORM_UUID);
    assert_int_equal(put->touches[0].parts[0].type, SCALAR_UUID);
    assert_int_equal(put->touches[2].parts[0].type, SCALAR_IPV6);
    plan_put(plan);
    diag_fini(&diag);
}

static void test_a_time_is_bound_as_its_column_has_it(void **state)
{
    struct diag diag = {0};
    struct plan *plan = load(FORMAT("date-time"), "At = :x", SCHEMA, &diag);

    (void)state;
    assert_non_null(plan);
    assert_int_equal(plan_query_find(plan, SLICE_LITERAL("GetX"))->first.binds[0].form, FORM_TIME);
    plan_put(plan);
    plan = load(FORMAT("date-time"), "Label = :x", SCHEMA, &diag);
    assert_non_null(plan);
    assert_int_equal(plan_query_find(plan, SLICE_LITERAL("GetX"))->first.binds[0].form, FORM_PLAIN);
    plan_put(plan);
    diag_fini(&diag);
}

static struct plan_limits limits_of(const char *param, const char *where)
{
    struct diag diag = {0};
    struct plan *plan = load(param, where, SCHEMA, &diag);
    struct plan_limits limits;

    assert_non_null(plan);
    limits = plan_query_find(plan, SLICE_LITERAL("GetX"))->params[0].limits;
    plan_put(plan);
    diag_fini(&diag);
    return limits;
}

static void check_number(const struct decimal *number, const char *text)
{
    char buffer[DECIMAL_TEXT_MAX];

    assert_slice(slice_of(buffer, decimal_text(number, buffer)), text);
}

static void test_a_number_knows_what_its_column_can_equal(void **state)
{
    struct plan_limits limits = limits_of(INTEGER, "Size = :x");

    (void)state;
    assert_true(limits.set);
    assert_int_equal(limits.places, 0);
    check_number(&limits.lowest, "0");
    check_number(&limits.highest, "4294967295");
    limits = limits_of(NUMBER, "Price = :x");
    assert_int_equal(limits.places, 2);
    check_number(&limits.lowest, "-10000000");
    check_number(&limits.highest, "10000000");
    assert_false(limits_of(STRING, "Label = :x").set);
    assert_int_equal(limits_of(FORMAT("date"), "Day = :x").form, FORM_DATE_ONLY);
    assert_int_equal(limits_of(FORMAT("date-time"), "At = :x").form, FORM_TIME);
}

static bool has_tag(const struct plan_query *query, const char *text)
{
    for (size_t i = 0; i < query->tag_count; i++) {
        if (slice_is(query->tags[i].text, text)) {
            return true;
        }
    }
    return false;
}

static void test_a_literal_in_a_tag_is_the_number_that_sql_reads(void **state)
{
    static const char *const tags[] = {"boxes(Price)={x}", "boxes(Price)=7", "boxes(Price)=5",
                                       "boxes(Price)=-1.5", "boxes(Price)=2"};
    struct diag diag = {0};
    struct plan *plan = load(NUMBER, "Price IN (:x, 007, 5., -01.50, 1.999)", SCHEMA, &diag);

    (void)state;
    assert_non_null(plan);
    for (size_t i = 0; i < ARRAY_COUNT(tags); i++) {
        assert_true(has_tag(plan_query_find(plan, SLICE_LITERAL("GetX")), tags[i]));
    }
    plan_put(plan);
    diag_fini(&diag);
}

static void test_a_uuid_column_takes_only_uuids(void **state)
{
    static const char schema[] =
        "CREATE TABLE IF NOT EXISTS boxes (BoxId UUID NOT NULL PRIMARY KEY, Address INET6, At "
        "TIMESTAMP(3), Day DATE, Doc JSON, Label VARCHAR(50), Coarse DATETIME(3));\n";
    struct diag diag = {0};
    struct plan *plan = load(FORMAT("ipv6"), "Address = :x", schema, &diag);
    const struct plan_projection *put;

    (void)state;
    assert_non_null(plan);
    put = plan_projection_find(&plan->models[0], SLICE_LITERAL("put"));
    assert_int_equal(put->statements[0].binds[0].form, FORM_UUID_ONLY);
    assert_int_equal(put->statements[0].binds[1].form, FORM_IPV6_ONLY);
    plan_put(plan);
    diag_fini(&diag);
}

/* ------------------------------------------------------------------ of events */

/* The event store of model_text.h with two changes to model.json; what is said of it. */
static char *said_of_events(const char *old, const char *new, const char *old2, const char *new2)
{
    struct model_folder folder;
    struct diag diag = {0};
    struct buf once = {0}, twice = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    model_text_change(event_model_texts[MODEL_JSON], old, new, &once);
    buf_append_char(&once, '\0');
    model_text_change(once.ptr, old2, new2, &twice);
    model_folder_make(&folder);
    model_folder_fill_from(&folder, event_model_texts, MODEL_JSON, NULL, NULL);
    model_folder_write(&folder, MODEL_JSON, buf_slice(&twice));
    plan_put(plan_load(slice_str(folder.root), &diag));
    diag_print(&diag, out);
    fclose(out);
    model_folder_remove(&folder);
    diag_fini(&diag);
    buf_fini(&once);
    buf_fini(&twice);
    return text;
}

static void test_an_id_has_one_format_everywhere(void **state)
{
    char *text = said_of_events(
        "\"pattern\": \"^[a-z0-9-]+$\"", "\"format\": \"uuid\"", "GET /jars/{jarId}\", ",
        "GET /jars/{jarId}\", \"params\": { \"jarId\": { \"type\": \"string\" } }, ");

    (void)state;
    assert_non_null(strstr(text, "the id {aggregateId} is uuid, the query's parameter in its place "
                                 "string (hint: an id has one type and format everywhere)"));
    free(text);
}

/* payload.label -> event.label -> state.label -> :label */
static void test_a_field_has_the_format_that_its_payload_has(void **state)
{
    struct model_folder folder;
    struct diag diag = {0};
    struct plan *plan;
    const struct plan_bind *binds;

    (void)state;
    model_folder_make(&folder);
    model_folder_fill_from(&folder, event_model_texts, MODEL_JSON,
                           "\"label\": { \"type\": \"string\" }",
                           "\"label\": { \"type\": \"string\", \"format\": \"ipv6\" }");
    plan = plan_load(slice_str(folder.root), &diag);
    model_folder_remove(&folder);
    diag_print(&diag, stderr);
    assert_non_null(plan);
    binds = plan_projection_find(&plan->models[0], SLICE_LITERAL("JarFilled"))->statements[0].binds;
    assert_int_equal(binds[2].form, FORM_IPV6);
    assert_int_equal(binds[3].form, FORM_TIME);
    plan_put(plan);
    diag_fini(&diag);
}

/* The row would hold the canonical text, the tag the one that came. */
static void test_a_place_does_not_lose_its_fields_format(void **state)
{
    char *text =
        said_of_events("\"label\": { \"type\": \"string\" }",
                       "\"label\": { \"type\": \"string\", \"format\": \"ipv6\" }",
                       "\"JarFilled\": { \"touches\": [\"jar:{jarId}\", ",
                       "\"JarFilled\": { \"touches\": [\"jar:{label}\", \"jar:{jarId}\", ");

    (void)state;
    assert_non_null(strstr(text, "the field {label} of JarFilled is ipv6, the query's parameter in "
                                 "its place string (hint: give the parameter the field's "
                                 "\"format\")"));
    free(text);
}

/* :jarId is the event's field then, and the row that it writes is another item's. */
static void test_a_field_with_the_ids_name_is_not_the_id(void **state)
{
    struct model_folder folder;
    struct diag diag = {0};
    struct plan *plan;
    const struct plan_projection *filled;

    (void)state;
    model_folder_make(&folder);
    model_folder_fill_from(&folder, event_model_texts, MODEL_JSON, "\"JarFilled\", \"payload\": { ",
                           "\"JarFilled\", \"payload\": { \"jarId\": \"payload.label\", ");
    plan = plan_load(slice_str(folder.root), &diag);
    model_folder_remove(&folder);
    diag_print(&diag, stderr);
    assert_non_null(plan);
    filled = plan_projection_find(&plan->models[0], SLICE_LITERAL("JarFilled"));
    assert_int_equal(filled->statements[0].binds[0].source, SOURCE_FIELD);
    assert_slice(filled->changes[0].touches[0].class->name, "jars(jarId)");
    assert_int_equal(filled->changes[0].touches[0].cells[0].bind.source, SOURCE_FIELD);
    assert_slice(filled->touches[0].parts[0].name, "jarId");
    plan_put(plan);
    diag_fini(&diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_fit_their_columns_or_the_model_is_refused),
        cmocka_unit_test(test_parameters_fit_the_columns_that_sql_compares_them_with),
        cmocka_unit_test(test_each_bind_has_the_form_of_its_column),
        cmocka_unit_test(test_a_time_is_bound_as_its_column_has_it),
        cmocka_unit_test(test_a_number_knows_what_its_column_can_equal),
        cmocka_unit_test(test_a_literal_in_a_tag_is_the_number_that_sql_reads),
        cmocka_unit_test(test_a_uuid_column_takes_only_uuids),
        cmocka_unit_test(test_an_id_has_one_format_everywhere),
        cmocka_unit_test(test_a_field_has_the_format_that_its_payload_has),
        cmocka_unit_test(test_a_place_does_not_lose_its_fields_format),
        cmocka_unit_test(test_a_field_with_the_ids_name_is_not_the_id),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
