#include "lib/base/clock.h"
#include "tests/unit/unit.h"

static void test_dates_are_written_in_three_forms(void **state)
{
    // clang-format off
    static const struct {
        uint64_t wall_ms;
        const char *rfc3339, *http, *basic;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT",
         "19700101T000000Z"},
        {951782399999, "2000-02-28T23:59:59.999Z", "Mon, 28 Feb 2000 23:59:59 GMT",
         "20000228T235959Z"},
        {951782400000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT",
         "20000229T000000Z"},
        {1795259126123, "2026-11-21T11:05:26.123Z", "Sat, 21 Nov 2026 11:05:26 GMT",
         "20261121T110526Z"},
        {4107542400000, "2100-03-01T00:00:00.000Z", "Mon, 01 Mar 2100 00:00:00 GMT",
         "21000301T000000Z"},
        {253402300799999, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT",
         "99991231T235959Z"},
        {UINT64_MAX, "9999-12-31T23:59:59.999Z", "Fri, 31 Dec 9999 23:59:59 GMT",
         "99991231T235959Z"},
    };
    // clang-format on

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        char rfc3339[CLOCK_TEXT], http[CLOCK_HTTP_TEXT], basic[17];

        clock_rfc3339(rows[i].wall_ms, rfc3339);
        clock_http(rows[i].wall_ms, http);
        clock_basic(rows[i].wall_ms, basic);
        assert_string_equal(rfc3339, rows[i].rfc3339);
        assert_string_equal(http, rows[i].http);
        assert_string_equal(basic, rows[i].basic);
    }
}

static void test_every_day_reads_back_as_written(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < UINT64_C(2932897); day += 13) {
        uint64_t wall_ms = day * 86400000 + day * 7919 % 86400000, again = 0;
        char text[CLOCK_TEXT];

        clock_rfc3339(wall_ms, text);
        assert_status(clock_parse_rfc3339(slice_str(text), &again), STATUS_OK);
        assert_true(again == wall_ms);
    }
}

static void test_rfc3339_is_read_with_offsets_and_fractions(void **state)
{
    static const struct {
        const char *text;
        uint64_t wall_ms;
    } rows[] = {
        {"2026-11-21T11:05:26Z",            1795259126000},
        {"2026-11-21t11:05:26z",            1795259126000},
        {"2026-11-21T11:05:26.1Z",          1795259126100},
        {"2026-11-21T11:05:26.1239999999Z", 1795259126123},
        {"2026-11-21T12:35:26+01:30",       1795259126000},
        {"2026-11-21T11:05:26-00:00",       1795259126000},
        {"2026-11-20T23:05:26-12:00",       1795259126000},
        {"1969-12-31T23:00:00-01:00",       0            },
        {"2016-12-31T23:59:60Z",            1483228800000},
        {"2017-01-01T00:59:60+01:00",       1483228800000},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        uint64_t wall_ms = 1;

        assert_status(clock_parse_rfc3339(slice_str(rows[i].text), &wall_ms), STATUS_OK);
        assert_true(wall_ms == rows[i].wall_ms);
    }
}

static void test_what_is_no_rfc3339_is_refused(void **state)
{
    static const char *const rows[] = {
        "",
        "2026-11-21",
        "2026-11-21T11:05Z",
        "2026-11-21 11:05:26Z",
        "2026-11-21T11:05:26",
        "2026-11-21T11:05:26Zx",
        "2026-11-21T11:05:26.Z",
        "2026-11-21T11:05:26+01",
        "2026-11-21T11:05:26+0130",
        "2026-11-21T11:05:26+24:00",
        "2026-11-21T11:05:26+01:60",
        "2026-11-21T11:05:26+Z",
        "2026-11-21T24:00:00Z",
        "2026-11-21T11:60:00Z",
        "2026-11-21T11:05:60Z",
        "2026-11-21T11:05:61Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-01:00",
        "26-11-21T11:05:26Z",
        "+2026-11-21T11:05:26Z",
        "2026-1a-21T11:05:26Z",
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        uint64_t wall_ms;

        if (clock_parse_rfc3339(slice_str(rows[i]), &wall_ms) != STATUS_INVALID) {
            fail_msg("accepted: %s", rows[i]);
        }
    }
}

static void test_dates_before_1970_are_dates_too(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = {
        {"1969-12-31T23:59:59.999Z",  -1             },
        {"1969-12-31T23:59:60Z",      0              },
        {"0001-01-01T00:00:00Z",      -62135596800000},
        {"0000-03-01T00:00:00Z",      -62162035200000},
        {"0000-01-01T00:00:00Z",      -62167219200000},
        {"9999-12-31T23:59:59-01:00", 253402304399000},
        {"2026-11-21T11:05:26.123Z",  1795259126123  },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        int64_t ms = 0;

        assert_status(clock_parse_date_time(slice_str(rows[i].text), &ms), STATUS_OK);
        assert_true(ms == rows[i].ms);
    }
    assert_true(clock_is_date(SLICE_LITERAL("0000-02-29")));
    assert_false(clock_is_date(SLICE_LITERAL("1900-02-29")));
    assert_false(clock_is_date(SLICE_LITERAL("2026-11-21T")));
    assert_false(clock_is_date(SLICE_EMPTY));
}

static void test_deadlines_saturate(void **state)
{
    uint64_t deadline;

    (void)state;
    assert_true(clock_deadline(CLOCK_NEVER) == CLOCK_NEVER);
    assert_true(clock_left_us(CLOCK_NEVER) == CLOCK_NEVER);
    assert_true(clock_left_us(0) == 0);
    deadline = clock_deadline(UINT64_C(3600000000));
    assert_true(clock_left_us(deadline) > 0);
    assert_true(clock_left_us(deadline) <= UINT64_C(3600000000));
}

static void test_clocks_move_forward(void **state)
{
    uint64_t before = clock_us();

    (void)state;
    assert_true(clock_us() >= before);
    assert_true(clock_wall_ms() > UINT64_C(1700000000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates_are_written_in_three_forms),
        cmocka_unit_test(test_every_day_reads_back_as_written),
        cmocka_unit_test(test_rfc3339_is_read_with_offsets_and_fractions),
        cmocka_unit_test(test_what_is_no_rfc3339_is_refused),
        cmocka_unit_test(test_dates_before_1970_are_dates_too),
        cmocka_unit_test(test_deadlines_saturate),
        cmocka_unit_test(test_clocks_move_forward),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
