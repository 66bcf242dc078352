/*
 * How an event store's items are laid out: sort keys and items by table.
 */
#include "command/event.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

static void test_sort_key_has_twenty_digits(void **state)
{
    char key[EVENT_SORT_MAX];

    (void)state;
    event_sort_key(7, key);
    assert_string_equal(key, "EVENT#00000000000000000007");
    event_sort_key(UINT64_MAX, key);
    assert_string_equal(key, "EVENT#18446744073709551615");
}

static void test_sort_keys_by_table(void **state)
{
    static const struct {
        const char *key;
        enum event_sort sort;
        uint64_t version;
    } cases[] = {
        {"EVENT#00000000000000000007",  SORT_EVENT,    7         },
        {"EVENT#00000000000000000000",  SORT_EVENT,    0         },
        {"EVENT#18446744073709551615",  SORT_EVENT,    UINT64_MAX},
        {"EVENT#18446744073709551616",  SORT_BROKEN,   0         },
        {"EVENT#7",                     SORT_BROKEN,   0         },
        {"EVENT#000000000000000000007", SORT_BROKEN,   0         },
        {"EVENT#+0000000000000000007",  SORT_BROKEN,   0         },
        {"EVENT#",                      SORT_BROKEN,   0         },
        {"SNAPSHOT",                    SORT_SNAPSHOT, 0         },
        {"SNAPSHOT#1",                  SORT_NONE,     0         },
        {"CONFIG",                      SORT_NONE,     0         },
        {"",                            SORT_NONE,     0         },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint64_t version = 99;

        print_message("%s\n", cases[i].key);
        assert_int_equal(event_sort_read(slice_str(cases[i].key), &version), cases[i].sort);
        assert_true(version == cases[i].version);
    }
}

#define SORT(key) "\"SK\":{\"S\":\"" key "\"}"
#define SEVEN     SORT("EVENT#00000000000000000007")
#define TYPE      ",\"eventType\":{\"S\":\"Added\"}"
#define NAMES     ",\"eventId\":{\"S\":\"e\"}" TYPE
#define VERSION   ",\"version\":{\"N\":\"7\"}"
#define ANOTHER   ",\"version\":{\"N\":\"8\"}"
#define ZERO      ",\"version\":{\"N\":\"0\"}"
#define TIME      ",\"timestamp\":{\"N\":\"99\"}"
#define PAYLOAD   ",\"payload\":{\"M\":{\"Count\":{\"N\":\"2\"}}}"
#define TEXT      ",\"payload\":{\"S\":\"x\"}"

static void test_items_by_table(void **state)
{
    // clang-format off
    static const struct {
        const char *what, *item;
        bool good;
    } cases[] = {
        {"an event",                 "{" SEVEN NAMES VERSION TIME PAYLOAD "}", true},
        {"no id",                    "{" SEVEN TYPE VERSION TIME PAYLOAD "}", false},
        {"no version",               "{" SEVEN NAMES TIME PAYLOAD "}", false},
        {"another version",          "{" SEVEN NAMES ANOTHER TIME PAYLOAD "}", false},
        {"a sort key of no event",   "{" SORT("CONFIG") NAMES VERSION TIME PAYLOAD "}", false},
        {"a sort key of no version", "{" SORT("EVENT#7") NAMES ZERO TIME PAYLOAD "}", false},
        {"no time",                  "{" SEVEN NAMES VERSION PAYLOAD "}", false},
        {"no payload",               "{" SEVEN NAMES VERSION TIME "}", false},
        {"a payload that is no map", "{" SEVEN NAMES VERSION TIME TEXT "}", false},
        {"nothing",                  "{}", false},
    };
    // clang-format on

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena arena = {0};
        const struct value *item = NULL;
        struct event event;

        print_message("%s\n", cases[i].what);
        assert_status(json_parse(&arena, slice_str(cases[i].item), &item, NULL), STATUS_OK);
        assert_status(event_read(&arena, item, &event), cases[i].good ? STATUS_OK : STATUS_CORRUPT);
        if (cases[i].good) {
            assert_slice(event.id, "e");
            assert_slice(event.type, "Added");
            assert_slice(value_get(event.payload, slice_str("Count"))->text, "2");
            assert_true(event.version == 7 && event.timestamp_ms == 99);
        }
        arena_fini(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sort_key_has_twenty_digits),
        cmocka_unit_test(test_sort_keys_by_table),
        cmocka_unit_test(test_items_by_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
