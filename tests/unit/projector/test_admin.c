/*
 * /readyz of the projector.
 */
#include "lib/base/clock.h"
#include "projector/admin.h"
#include "tests/unit/unit.h"

static const struct settings settings = {.lease = 600000};
static const struct plan_model model = {
    .name = {"things", 6}
};

static void test_the_primary_is_missing_when_it_refuses_or_says_nothing_for_long(void **state)
{
    const uint64_t now = clock_us();
    const struct {
        uint64_t heard_us;
        bool ready;
    } cases[] = {
        {now,            true },
        {now - 1000000,  true },
        {now - 20000000, false},
        {0,              false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct follower follower = {.settings = &settings,
                                    .model = &model,
                                    .sql_heard_us = cases[i].heard_us,
                                    .redis_up = true,
                                    .stream_up = true};
        struct buf body = {0};

        assert_int_equal(admin_ready(&follower, 1, &body), cases[i].ready);
        assert_int_equal(memmem(body.ptr, body.len, "things: the SQL primary", 23) == NULL,
                         cases[i].ready);
        buf_fini(&body);
    }
}

static void test_a_server_that_was_demoted_is_called_so(void **state)
{
    const struct {
        bool sql_read_only, redis_no_master;
        const char *missing;
    } cases[] = {
        {false, false, "things: the SQL primary does not answer\",\"things: Redis does not answer"},
        {true,  true,  "things: the SQL primary is read-only\",\"things: Redis is no master"      },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct follower follower = {.settings = &settings,
                                    .model = &model,
                                    .stream_up = true,
                                    .sql_read_only = cases[i].sql_read_only,
                                    .redis_no_master = cases[i].redis_no_master};
        struct buf body = {0};

        assert_false(admin_ready(&follower, 1, &body));
        assert_non_null(memmem(body.ptr, body.len, cases[i].missing, strlen(cases[i].missing)));
        buf_fini(&body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_primary_is_missing_when_it_refuses_or_says_nothing_for_long),
        cmocka_unit_test(test_a_server_that_was_demoted_is_called_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
