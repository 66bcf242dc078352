/*
 * A TIME is refused where a server makes a date of it, and nowhere else.
 */
#include "conf/study/clock.h"
#include "conf/study/refused.h"
#include "tests/unit/conf/study/world.h"

#define SCHEMA                                                                                    \
    "CREATE TABLE IF NOT EXISTS tt (id INT PRIMARY KEY, t TIME, u TIME(3), d DATE, at DATETIME, " \
    "s VARCHAR(9));"

// clang-format off
static const struct {
    const char *item;
    unsigned int count;
} items[] = {
    {"t", 0}, {"MAX(t)", 0}, {"COALESCE(t, u, '10:00')", 0}, {"IF(id = 1, t, u)", 0},
    {"TIME_FORMAT(t, '%H')", 0}, {"HOUR(t)", 0}, {"CONCAT(t, '')", 0}, {"CAST(t AS CHAR)", 0},
    {"TIMEDIFF(t, u)", 0}, {"TIMESTAMP(d, t)", 0}, {"ADDTIME(at, t)", 0}, {"TIME(at)", 0},
    {"JSON_ARRAY(t, d)", 0}, {"t < :x", 0}, {"t BETWEEN '10:00' AND u", 0}, {"t IN (u, :x)", 0},
    {"CASE WHEN d = :x THEN t ELSE u END", 0}, {"DATE(at)", 0}, {"SEC_TO_TIME(id)", 0},
    {"TIME_TO_SEC(t) + 1", 0},
    {"TIMESTAMP(t)", 1}, {"DATE(t)", 1}, {"CAST(t AS DATETIME)", 1}, {"CONVERT(t, DATE)", 1},
    {"TO_DAYS(t)", 1}, {"YEAR(t)", 1}, {"LAST_DAY(t)", 1}, {"DATEDIFF(t, d)", 1},
    {"TIMESTAMPDIFF(DAY, t, d)", 1}, {"GREATEST(d, t)", 1}, {"IF(1, t, d)", 1},
    {"COALESCE(at, t)", 1}, {"CASE id WHEN 1 THEN t ELSE at END", 1}, {"TIMESTAMP(MAKETIME(1, 2, 3))", 1},
    {"DATE(SEC_TO_TIME(id))", 1}, {"DATE_FORMAT(t, '%Y')", 1}, {"DATE_ADD(t, INTERVAL 1 DAY)", 1},
    {"t + INTERVAL 1 DAY", 1}, {"t < at", 1}, {"t BETWEEN d AND at", 1}, {"at IN (t)", 1},
    {"DATE((SELECT MAX(t) FROM tt))", 1}, {"YEAR(CAST(s AS TIME))", 1}, {"YEAR(TIME '10:00:00')", 1},
    {"DATE(MAX(t))", 1}, {"(SELECT YEAR(x.w) FROM (SELECT t AS w FROM tt LIMIT 1) x)", 1},
    {"(t, 1) IN ((at, 1))", 1}, {"(t, 1) = (at, 1)", 1}, {"(t, 1) IN (SELECT q.at, 1 FROM tt q)", 1},
    {"DATE(STR_TO_DATE(s, '%H:%i'))", 1}, {"DATE(ADDTIME(s, '01:00:00'))", 1}, {"DATE(ADDTIME(at, t))", 0},
    {"(SELECT MAX(x.w) FROM (SELECT t AS w FROM tt UNION SELECT at FROM tt) x)", 1},
    {"(SELECT MAX(x.w) FROM (SELECT t AS w FROM tt UNION SELECT u FROM tt) x)", 0},
    {"(SELECT COUNT(*) FROM JSON_TABLE(s, '$' COLUMNS (a TIME PATH '$')) j WHERE j.a < at)", 1},
    {"(SELECT COUNT(*) FROM JSON_TABLE(s, '$' COLUMNS (a DATETIME PATH '$')) j WHERE j.a < at)", 0},
    {"at IN (SELECT t FROM tt)", 1}, {"EXTRACT(DAY FROM t)", 1},
};
// clang-format on

static void count(void *ctx, const struct sqlexpr *expr, const char *why)
{
    unsigned int *found = ctx;

    (void)expr;
    assert_string_equal(why, CLOCK_WHY);
    ++*found;
}

static void test_a_time_makes_no_date(void **state)
{
    bool ok = true;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(items); i++) {
        struct world world;
        unsigned int found = 0;
        char sql[200];

        snprintf(sql, sizeof(sql), "SELECT %s AS x FROM tt", items[i].item);
        if (!world_read(&world, SCHEMA, sql)) {
            fail_msg("%s: %.*s", sql, SLICE_ARG(world.fault.text));
        }
        refused_find(&world.arena, &world.tree, count, &found);
        if (found != items[i].count) {
            print_error("%s: %u\n", sql, found);
            ok = false;
        }
        world_drop(&world);
    }
    assert_true(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_time_makes_no_date),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
