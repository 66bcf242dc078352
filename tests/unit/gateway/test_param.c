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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parameters_become_canonical),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
