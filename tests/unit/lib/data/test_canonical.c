/*
 * One text for each value of a format.
 */
#include "lib/data/canonical.h"
#include "tests/unit/unit.h"

typedef enum status canonical_fn(struct slice text, char scratch[CANONICAL_MAX], struct slice *out);

struct row {
    const char *text, *canonical; /* NULL: refused */
};

static void check(canonical_fn *canonical, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char scratch[CANONICAL_MAX];
        struct slice text = slice_str(rows[i].text), out = SLICE_LITERAL("untouched");
        enum status status = canonical(text, scratch, &out);

        assert_status(status, rows[i].canonical ? STATUS_OK : STATUS_INVALID);
        assert_slice(out, rows[i].canonical ? rows[i].canonical : "untouched");
    }
}

static void test_uuids_are_in_lower_case(void **state)
{
    static const struct row rows[] = {
        {"0192ABCD-EF01-7AaA-8000-0123456789AB",  "0192abcd-ef01-7aaa-8000-0123456789ab"},
        {"0192abcd-ef01-7aaa-8000-0123456789ab",  "0192abcd-ef01-7aaa-8000-0123456789ab"},
        {"0192abcdef01-7aaa-8000-0123456789ab",   NULL                                  },
        {"0192abcd-ef01-7aaa-8000-0123456789ag",  NULL                                  },
        {"0192abcd-ef01-7aaa-800000123456789ab",  NULL                                  },
        {"{0192abcd-ef01-7aaa-8000-0123456789a}", NULL                                  },
        {"0192abcd-ef01-7aaa-8000-0123456789ab ", NULL                                  },
        {"",                                      NULL                                  },
    };

    (void)state;
    check(canonical_uuid, rows, ARRAY_COUNT(rows));
}

/* RFC 5952, its sections in front. */
static void test_ipv6_addresses_are_as_short_as_they_can_be(void **state)
{
    static const struct row rows[] = {
        {"2001:0db8::0001",      "2001:db8::1"         }, /* 4.1 */
        {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"       }, /* 4.2.1 */
        {"2001:db8::1:1:1:1:1",  "2001:db8:0:1:1:1:1:1"}, /* 4.2.2 */
        {"2001:0:0:1:0:0:0:1",   "2001:0:0:1::1"       }, /* 4.2.3: the longest */
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"   }, /* 4.2.3: the first */
        {"2001:DB8::AAAA",       "2001:db8::aaaa"      }, /* 4.3 */
        {"::FFFF:C000:0201",     "::ffff:192.0.2.1"    }, /* 5 */
        {"0:0:0:0:0:0:0:0",      "::"                  },
        {"::1",                  "::1"                 },
        {"1.2.3.4",              NULL                  },
        {"2001:db8::1::2",       NULL                  },
        {"fe80::1%eth0",         NULL                  },
    };

    (void)state;
    check(canonical_ip6, rows, ARRAY_COUNT(rows));
}

static void test_times_are_in_utc_with_milliseconds(void **state)
{
    static const struct row rows[] = {
        {"2026-03-29T01:30:00.000Z",        "2026-03-29T01:30:00.000Z"},
        {"2026-03-29T01:30:00Z",            "2026-03-29T01:30:00.000Z"},
        {"2026-03-29t01:30:00z",            "2026-03-29T01:30:00.000Z"},
        {"2026-03-29T01:30:00+00:00",       "2026-03-29T01:30:00.000Z"},
        {"2026-03-29T01:30:00-00:00",       "2026-03-29T01:30:00.000Z"},
        {"2026-03-29T03:30:00+02:00",       "2026-03-29T01:30:00.000Z"},
        {"2026-03-28T20:00:00-05:30",       "2026-03-29T01:30:00.000Z"},
        {"2026-03-29T01:30:00.1239999999Z", "2026-03-29T01:30:00.123Z"},
        {"1969-12-31T23:59:59.9999Z",       "1969-12-31T23:59:59.999Z"},
        {"2016-12-31T23:59:60Z",            "2017-01-01T00:00:00.000Z"},
        {"2016-12-31T23:59:60.5Z",          "2017-01-01T00:00:00.500Z"},
        {"0001-01-01T00:00:00Z",            "0001-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999Z",        "9999-12-31T23:59:59.999Z"},
        {"1900-02-28T23:00:00-02:00",       "1900-03-01T01:00:00.000Z"},
        {"0001-01-01T00:00:00+00:01",       NULL                      },
        {"0000-12-31T23:59:59Z",            NULL                      },
        {"9999-12-31T23:59:59-00:01",       NULL                      },
        {"2026-03-29T01:30:00",             NULL                      },
        {"2026-03-29 01:30:00Z",            NULL                      },
        {"2026-03-29",                      NULL                      },
    };

    (void)state;
    check(canonical_date_time, rows, ARRAY_COUNT(rows));
}

static void test_sql_gets_the_same_times_its_own_way(void **state)
{
    static const struct row rows[] = {
        {"2026-03-29T03:30:00.12345+02:00", "2026-03-29 01:30:00.123"},
        {"0001-01-01T00:00:00Z",            "0001-01-01 00:00:00.000"},
        {"0000-12-31T23:59:59Z",            NULL                     },
        {"2026-03-29 01:30:00.123",         NULL                     },
    };

    (void)state;
    check(canonical_sql_time, rows, ARRAY_COUNT(rows));
}

static void test_what_is_canonical_is_not_copied(void **state)
{
    struct slice text = SLICE_LITERAL("2026-03-29T01:30:00.000Z"), out = SLICE_EMPTY;
    char scratch[CANONICAL_MAX];

    (void)state;
    assert_status(canonical_date_time(text, scratch, &out), STATUS_OK);
    assert_ptr_equal(out.ptr, text.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uuids_are_in_lower_case),
        cmocka_unit_test(test_ipv6_addresses_are_as_short_as_they_can_be),
        cmocka_unit_test(test_times_are_in_utc_with_milliseconds),
        cmocka_unit_test(test_sql_gets_the_same_times_its_own_way),
        cmocka_unit_test(test_what_is_canonical_is_not_copied),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
