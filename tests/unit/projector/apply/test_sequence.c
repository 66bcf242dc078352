#include "projector/apply/sequence.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* "a4 b1 a3": aggregates by letter, in the order in which they come. */
static const char *order(const char *text)
{
    static char out[100];
    struct record records[16] = {0};
    size_t places[16] = {0}, count = 0, len = 0, i;

    for (; *text; text += text[2] ? 3 : 2) {
        records[count].aggregate = slice_of(text, 2);
        records[count].version = (uint64_t)(text[1] - '0');
        places[count++] = (size_t)(text[0] - 'a');
    }
    sequence_order(records, places, count, &arena);
    for (i = 0; i < count; i++) {
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%.*s", i > 0 ? " " : "",
                                SLICE_ARG(records[i].aggregate));
    }
    return out;
}

static void test_events_of_an_aggregate_come_in_the_order_of_their_versions(void **state)
{
    static const struct {
        const char *given, *ordered;
    } cases[] = {
        {"a1 a2 b1 a3",          "a1 a2 b1 a3"         },
        {"a2 a1",                "a1 a2"               },
        {"a4 a6 b1 a5 a8",       "a4 a5 b1 a6 a8"      },
        {"a3 b2 a2 b1 a1 c1",    "a1 b1 a2 b2 a3 c1"   },
        {"a2 b1 a1 b1 a2 b3 b2", "a1 b1 a2 b1 a2 b2 b3"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s\n", cases[i].given);
        assert_string_equal(order(cases[i].given), cases[i].ordered);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_of_an_aggregate_come_in_the_order_of_their_versions),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
