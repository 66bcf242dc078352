/*
 * Parameters from texts: one value for each of a format's spellings.
 */
#include "gateway/param.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void test_parameters_become_canonical(void **state)
{
    static const struct {
        enum scalar type;
        const char *text, *canonical; /* NULL: refused */
    } rows[] = {
        {SCALAR_UUID,      "0192ABCD-EF01-7AAA-8000-0123456789AB",
         "0192abcd-ef01-7aaa-8000-0123456789ab"                                              },
        {SCALAR_IPV6,      "2001:0DB8:0:0::1",                     "2001:db8::1"             },
        {SCALAR_DATE_TIME, "2026-03-29t03:30:00+02:00",            "2026-03-29T01:30:00.000Z"},
        {SCALAR_DATE_TIME, "2026-03-29T01:30:00z",                 "2026-03-29T01:30:00.000Z"},
        {SCALAR_STRING,    "ABC",                                  "ABC"                     },
        {SCALAR_INTEGER,   "07",                                   NULL                      },
        {SCALAR_INTEGER,   "-0",                                   NULL                      },
        {SCALAR_INTEGER,   "7",                                    "7"                       },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        const struct value *value = NULL;
        const char *detail = NULL;
        enum status status = param_read(&arena, SLICE_LITERAL("p"), rows[i].type, NULL,
                                        slice_str(rows[i].text), &value, &detail);

        assert_status(status, rows[i].canonical ? STATUS_OK : STATUS_INVALID);
        if (rows[i].canonical) {
            assert_slice(value->text, rows[i].canonical);
        } else {
            assert_non_null(detail);
        }
    }
}

/* Of two members from the path one has another text than it was sent with. */
static void test_members_from_the_path_are_kept_as_they_were_sent(void **state)
{
    const struct plan_path_param params[] = {
        {.name = SLICE_LITERAL("at"), .capture = 0, .type = SCALAR_IPV6   },
        {.name = SLICE_LITERAL("no"), .capture = 1, .type = SCALAR_INTEGER},
    };
    const struct plan_command command = {.path_params = params, .path_param_count = 2};
    struct request *request = ARENA_NEW(&arena, struct request);
    const struct value *out, *sent;
    struct schema_errors errors;
    const char *detail = NULL;

    (void)state;
    request->arena = &arena;
    request->match.captures[0] = SLICE_LITERAL("2001:DB8::1");
    request->match.captures[1] = SLICE_LITERAL("7");
    assert_status(params_of_command(request, &command, NULL, &out, &sent, &errors, &detail),
                  STATUS_OK);
    assert_slice(value_text(out, "at"), "2001:db8::1");
    assert_slice(value_text(sent, "at"), "2001:DB8::1");
    assert_slice(value_get(out, slice_str("no"))->text, "7");
    assert_slice(value_get(sent, slice_str("no"))->text, "7");
    request->match.captures[0] = SLICE_LITERAL("2001:db8::1");
    assert_status(params_of_command(request, &command, NULL, &out, &sent, &errors, &detail),
                  STATUS_OK);
    assert_null(sent);
}

static bool fits(const struct plan_limits *limits, const struct value *value)
{
    const struct plan_param param = {.name = SLICE_LITERAL("p"), .limits = *limits};
    const char *detail = NULL;
    enum status status = param_fits(&arena, &param, value, &detail);

    assert_int_equal(detail != NULL, status != STATUS_OK);
    return status == STATUS_OK;
}

/* DECIMAL(9,1): MariaDB finds 1.6 for 1.55. */
static void test_what_no_value_of_the_column_equals_is_refused(void **state)
{
    struct plan_limits limits = {.set = true, .places = 1, .lowest = decimal_of_i64(-100)};
    const struct plan_limits time = {.form = FORM_TIME}, any = {.set = false};

    (void)state;
    limits.highest = decimal_of_i64(100);
    assert_true(fits(&limits, value_number(&arena, SLICE_LITERAL("1.5"))));
    assert_true(fits(&limits, value_number(&arena, SLICE_LITERAL("1.50"))));
    assert_true(fits(&limits, value_number(&arena, SLICE_LITERAL("-100"))));
    assert_false(fits(&limits, value_number(&arena, SLICE_LITERAL("1.55"))));
    assert_false(fits(&limits, value_number(&arena, SLICE_LITERAL("101"))));
    assert_false(fits(&limits, value_number(&arena, SLICE_LITERAL("-1e3"))));
    assert_false(fits(&limits, value_string(&arena, SLICE_LITERAL("abc")))); /* 0 to SQL */
    assert_true(fits(&time, value_string(&arena, SLICE_LITERAL("2026-01-01T00:00:00+01:00"))));
    assert_false(fits(&time, value_string(&arena, SLICE_LITERAL("2026-01-01"))));
    assert_true(fits(&any, value_string(&arena, SLICE_LITERAL("abc"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_become_canonical),
        cmocka_unit_test(test_members_from_the_path_are_kept_as_they_were_sent),
        cmocka_unit_test(test_what_no_value_of_the_column_equals_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
