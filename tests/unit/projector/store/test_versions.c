#include "projector/store/versions.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void test_a_stored_event_is_known_of_its_own_version_only(void **state)
{
    static const struct {
        const char *stored, *event; /* of version 12 */
    } cases[] = {
        {"12:id",  "id" },
        {"12:a:b", "a:b"},
        {"12::",   ":"  },
        {"12:",    ""   },
        {"1:id",   ""   },
        {"2:id",   ""   },
        {"120:id", ""   },
        {"id",     ""   },
        {"12",     ""   },
        {":id",    ""   },
        {"",       ""   },
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].stored);
        assert_true(slice_is(event_of_version(slice_str(cases[i].stored), 12), cases[i].event));
    }
}

static void test_what_is_stored_of_an_event_names_its_version(void **state)
{
    (void)state;
    assert_true(slice_is(event_stored(&arena, 12, slice_str("id")), "12:id"));
    assert_int_equal(event_stored(&arena, 12, SLICE_EMPTY).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stored_event_is_known_of_its_own_version_only),
        cmocka_unit_test(test_what_is_stored_of_an_event_names_its_version),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
