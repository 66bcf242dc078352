/*
 * What a change leaves and was not of its place's type: the tag is of what SQL has made of it, on
 * the server that is there.
 */
#include "cache/tag.h"
#include "lib/data/json.h"
#include "tests/servers/cache/world.h"

static const struct {
    const char *name;
    enum scalar type;
} columns[] = {
    {"i", SCALAR_INTEGER},
    {"b", SCALAR_BOOLEAN},
    {"d", SCALAR_NUMBER },
    {"s", SCALAR_STRING },
};

/*
 * Stores VALUE as a projection does. False: it fails the record. Each statement is a new one: in
 * one that had a number before, MySQL takes the text of a number for a number.
 */
static bool store(struct world *world, const char *column, const struct value *value)
{
    static unsigned int number;
    const struct sql_statement insert = {
        .text = arena_printf(&world->arena, "INSERT INTO held (%s) VALUES (?) /* %u */", column,
                             number++),
        .params = &value,
        .param_count = 1};
    struct sql_rows rows;

    sql(world, PRIMARY, "DELETE FROM held");
    return sql_run(world->root[PRIMARY], &insert, &world->arena, &rows) == STATUS_OK &&
           rows.warnings == 0;
}

/* The text of a query's parameter that finds the row. False: none does. */
static bool text_of_row(struct world *world, const char *column, enum scalar type,
                        struct slice *out)
{
    const struct sql_statement select = {
        .text = arena_printf(&world->arena, "SELECT %s FROM held", column)};
    struct sql_rows rows;

    assert_status(sql_run(world->root[PRIMARY], &select, &world->arena, &rows), STATUS_OK);
    assert_int_equal(rows.row_count, 1);
    *out = rows.cells[0];
    if (scalar_is_text(type)) {
        return true;
    }
    return canonical_text(&world->arena, type, value_number(&world->arena, *out), out) == STATUS_OK;
}

static bool is_touched(struct world *world, enum scalar type, const struct value *image,
                       struct slice wanted)
{
    struct plan_template_part part = {.name = SLICE_LITERAL("X"), .type = type};
    const struct plan_template tag = {.parts = &part, .part_count = 1};
    struct slice touched;

    if (tag_of_change(&world->arena, &tag, image, image, NULL, &touched) != STATUS_OK) {
        return false;
    }
    return slice_eq(touched, wanted) ||
           (tag_of_change_of_mysql(&world->arena, &tag, image, image, NULL, &touched) &&
            slice_eq(touched, wanted));
}

/* How many columns took it. */
static unsigned int try(struct world *world, const struct value *value, const char *what)
{
    struct value *image = value_map(&world->arena);
    unsigned int taken = 0;

    value_set(image, SLICE_LITERAL("X"), value_copy(&world->arena, value));
    for (size_t i = 0; i < ARRAY_COUNT(columns); i++) {
        struct slice wanted;

        if (!store(world, columns[i].name, value)) {
            continue;
        }
        taken++;
        if (text_of_row(world, columns[i].name, columns[i].type, &wanted) &&
            !is_touched(world, columns[i].type, image, wanted)) {
            fail_msg("%s in %s: '%.*s' is stored and not touched", what, columns[i].name,
                     SLICE_ARG(wanted));
        }
    }
    return taken;
}

static void test_what_sql_stores_is_touched(void **state)
{
    static const char *const values[] = {
        "true",
        "false",
        "0",
        "1",
        "-0.0",
        "0.4",
        "0.5",
        "-0.5",
        "1.5",
        "2.5",
        "-2.5",
        "1.50",
        "1e2",
        "1e37",
        "1.505",
        "9.5",
        "99.5",
        "99999999999999999.5",
        "-9223372036854775808.4",
        "9223372036854775806.5",
        "0.000000000000000000000000000000000000015",
        "1e64",
        "1e65",
        "9.9e64",
        "-1e66",
        "1e100",
        "123456789012345678901234567890.12345678",
        "\"1\"",
        "\"0\"",
        "\" 7 \"",
        "\"7 \"",
        "\"\\t7\"",
        "\"7\\n\"",
        "\"+7\"",
        "\"007\"",
        "\"1e1\"",
        "\"1E1\"",
        "\".5\"",
        "\"1.\"",
        "\"15e-1\"",
        "\"25e-1\"",
        "\"-2.5\"",
        "\"-0.4\"",
        "\"1.50\"",
        "\"1.505\"",
        "\"2.4999999999999999999999999999\"",
        "\"0.00000000000000000000000000000000000005e38\"",
        "\"12345678901234567890123e-5\"",
        "\"1.000000000000000000000000000000000000000000000\"",
        "\"0e99\"",
        "\"\"",
        "\" \"",
        "\"7x\"",
        "\"0x10\"",
        "\"1 2\"",
        "\"1e\"",
        "\"1e+\"",
        "\"2.5e \"",
        "\"e1\"",
        "\".\"",
        "\"-\"",
        "\"--1\"",
        "\"true\"",
        "\"many\"",
        "[1]",
        "[]",
        "[\"a\", 1.50, null]",
        "{}",
        "{\"b\": \"\\u00e9\\n\", \"a\": {}}",
    };
    struct world *world = *state;
    unsigned int taken = 0;

    sql(world, PRIMARY,
        "CREATE TABLE held (i BIGINT, b TINYINT(1), d DECIMAL(30, 2), s VARCHAR(200))");
    for (size_t i = 0; i < ARRAY_COUNT(values); i++) {
        const struct value *value = NULL;

        assert_status(json_parse(&world->arena, slice_str(values[i]), &value, NULL), STATUS_OK);
        taken += try(world, value, values[i]);
        if (value->type == VALUE_STRING) {
            taken += try(world, value_bytes(&world->arena, value->text), values[i]);
        }
    }
    assert_true(taken > 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_sql_stores_is_touched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
