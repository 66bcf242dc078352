/*
 * Values in the form that their column needs.
 */
#include "conf/plan/bind.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static const struct value *json(const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(&arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

struct row {
    enum plan_form form;
    const char *json, *text; /* NULL: refused */
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct plan_bind bind = {.form = rows[i].form, .digits = 3};
        const struct value *out = NULL;
        const char *why = NULL;
        enum status status = bind_value(&arena, &bind, json(rows[i].json), &out, &why);

        print_message("%s as %s\n", rows[i].json, form_name(rows[i].form));
        assert_status(status, rows[i].text ? STATUS_OK : STATUS_INVALID);
        if (rows[i].text) {
            assert_slice(out->text, rows[i].text);
        } else {
            assert_non_null(why);
        }
    }
}

static void test_json_columns_get_json(void **state)
{
    static const struct row rows[] = {
        {FORM_JSON, "true",                         "true"                },
        {FORM_JSON, "\"12\"",                       "\"12\""              },
        {FORM_JSON, "\"null\"",                     "\"null\""            },
        {FORM_JSON, "\"hello\"",                    "\"hello\""           },
        {FORM_JSON, "12",                           "12"                  },
        {FORM_JSON, "{\"a\":[1,null]}",             "{\"a\":[1,null]}"    },
        {FORM_JSON, "9223372036854775807",          "9223372036854775807" },
        {FORM_JSON, "18446744073709551615",         "18446744073709551615"},
        {FORM_JSON, "-9223372036854775808",         "-9223372036854775808"},
        {FORM_JSON, "18446744073709551616",         NULL                  },
        {FORM_JSON, "0.123456789012345",            "0.123456789012345"   },
        {FORM_JSON, "0.1234567890123456",           NULL                  },
        {FORM_JSON, "123456789012345678.5",         NULL                  },
        {FORM_JSON, "{\"a\":[0.1234567890123456]}", NULL                  },
        {FORM_JSON, "1e125",                        "1e125"               },
        {FORM_JSON, "1e400",                        NULL                  },
    };

    (void)state;
    check(rows, ARRAY_COUNT(rows));
}

static void test_times_are_cut_and_in_utc(void **state)
{
    static const struct row rows[] = {
        {FORM_TIME,      "\"2026-03-29T03:30:00.9999+02:00\"", "2026-03-29 01:30:00.999" },
        {FORM_TIME,      "\"2026-03-29 01:30:00\"",            NULL                      },
        {FORM_TIME,      "\"2026-03-29\"",                     NULL                      },
        {FORM_TIME,      "20260329",                           NULL                      },
        {FORM_TIME,      "true",                               NULL                      },
        {FORM_DATE_TIME, "\"2026-03-29T03:30:00+02:00\"",      "2026-03-29T01:30:00.000Z"},
        {FORM_DATE_TIME, "\"soon\"",                           "soon"                    },
        {FORM_DATE_ONLY, "\"2026-03-29\"",                     "2026-03-29"              },
        {FORM_DATE_ONLY, "\"2026-3-29\"",                      NULL                      },
        {FORM_DATE_ONLY, "20260329",                           NULL                      },
    };
    struct plan_bind bind = {.form = FORM_TIME};
    const struct value *out = NULL;
    const char *why;

    (void)state;
    check(rows, ARRAY_COUNT(rows));
    assert_status(bind_value(&arena, &bind, json("\"2026-03-29T01:30:00.999Z\""), &out, &why),
                  STATUS_OK);
    assert_slice(out->text, "2026-03-29 01:30:00");
    bind.digits = 1;
    assert_status(bind_value(&arena, &bind, json("\"2026-03-29T01:30:00.999Z\""), &out, &why),
                  STATUS_OK);
    assert_slice(out->text, "2026-03-29 01:30:00.9");
}

static void test_formats_have_one_text(void **state)
{
    static const struct row rows[] = {
        {FORM_TEXT,      "5",                                        "5"            },
        {FORM_TEXT,      "1.50e1",                                   "15"           },
        {FORM_TEXT,      "true",                                     "1"            },
        {FORM_TEXT,      "\"05\"",                                   "05"           },
        {FORM_UUID,      "\"0192ABCD-EF01-7AAA-8000-0123456789AB\"",
         "0192abcd-ef01-7aaa-8000-0123456789ab"                                     },
        {FORM_UUID,      "\"ABC\"",                                  "ABC"          },
        {FORM_UUID_ONLY, "\"0192ABCD-EF01-7AAA-8000-0123456789AB\"",
         "0192abcd-ef01-7aaa-8000-0123456789ab"                                     },
        {FORM_UUID_ONLY, "\"0192abcdef017aaa80000123456789ab\"",     NULL           },
        {FORM_IPV6,      "\"2001:DB8::0:1\"",                        "2001:db8::1"  },
        {FORM_IPV6_ONLY, "\"2001:DB8::0:1\"",                        "2001:db8::1"  },
        {FORM_IPV6_ONLY, "\"1.2.3.4\"",                              NULL           },
        {FORM_PLAIN,     "\"2001:DB8::0:1\"",                        "2001:DB8::0:1"},
    };

    (void)state;
    check(rows, ARRAY_COUNT(rows));
}

static void test_absent_and_null_are_null_in_every_form(void **state)
{
    (void)state;
    for (enum plan_form form = FORM_PLAIN; form <= FORM_JSON; form++) {
        const struct plan_bind bind = {.form = form};
        const struct value *out = NULL;
        const char *why;

        assert_status(bind_value(&arena, &bind, NULL, &out, &why), STATUS_OK);
        assert_int_equal(out->type, VALUE_NULL);
        assert_status(bind_value(&arena, &bind, json("null"), &out, &why), STATUS_OK);
        assert_int_equal(out->type, VALUE_NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_columns_get_json),
        cmocka_unit_test(test_times_are_cut_and_in_utc),
        cmocka_unit_test(test_formats_have_one_text),
        cmocka_unit_test(test_absent_and_null_are_null_in_every_form),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
