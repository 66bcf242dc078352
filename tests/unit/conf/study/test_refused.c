/*
 * Functions that no model may call are found wherever an expression may stand.
 */
#include "conf/study/refused.h"
#include "tests/unit/conf/study/world.h"

/* Each is known to no grammar, or refused. */
static const char *const names[] = {
    "NOW",
    "SYSDATE",
    "CURDATE",
    "CURTIME",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "UTC_DATE",
    "UTC_TIME",
    "UTC_TIMESTAMP",
    "UNIX_TIMESTAMP",
    "RAND",
    "UUID",
    "UUID_SHORT",
    "SYS_GUID",
    "RANDOM_BYTES",
    "USER",
    "CURRENT_USER",
    "CURRENT_ROLE",
    "SESSION_USER",
    "SYSTEM_USER",
    "VERSION",
    "CONNECTION_ID",
    "LAST_INSERT_ID",
    "ROW_COUNT",
    "FOUND_ROWS",
    "SLEEP",
    "BENCHMARK",
    "GET_LOCK",
    "RELEASE_LOCK",
    "RELEASE_ALL_LOCKS",
    "MASTER_POS_WAIT",
    "SOURCE_POS_WAIT",
    "MASTER_GTID_WAIT",
    "WAIT_FOR_EXECUTED_GTID_SET",
    "WSREP_SYNC_WAIT_UPTO_GTID",
    "IS_FREE_LOCK",
    "IS_USED_LOCK",
    "WSREP_LAST_SEEN_GTID",
    "WSREP_LAST_WRITTEN_GTID",
    "PS_CURRENT_THREAD_ID",
    "UUID_V4",
    "UUID_V7",
    "ENCRYPT",
    "NEXTVAL",
    "LASTVAL",
    "SETVAL",
    "LOAD_FILE",
};

/* Where NOW() may stand; how often it is found. */
// clang-format off
static const struct {
    const char *sql;
    unsigned int count;
} places[] = {
    {"SELECT NOW(), now(6), CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(3) FROM p", 4},
    {"SELECT `now` FROM (SELECT 1 AS `now`, 2 AS uuid) d WHERE d.uuid = `now`", 0},
    {"SELECT 1 + ABS(-NOW()) FROM p WHERE a IN (1, NOW()) OR b BETWEEN 1 AND NOW()", 3},
    {"SELECT CASE WHEN a THEN NOW() END, (SELECT NOW()) FROM p", 2},
    {"SELECT 1 FROM p JOIN c ON c.at > NOW() LEFT JOIN f ON NOW() WHERE EXISTS (SELECT NOW())", 3},
    {"SELECT 1 FROM (SELECT NOW() AS n) d", 1},
    {"SELECT a FROM p GROUP BY a, NOW() HAVING NOW() ORDER BY NOW(), (SELECT NOW())", 4},
    {"SELECT SUM(a) OVER (PARTITION BY NOW()), SUM(a) OVER w FROM p WINDOW w AS (ORDER BY a, NOW())", 2},
    {"SELECT NOW() AS n FROM p GROUP BY 1 ORDER BY n", 1},
    {"SELECT NOW() FROM p UNION (SELECT NOW() FROM c ORDER BY NOW() LIMIT 1) ORDER BY 1", 3},
    {"WITH d AS (SELECT a FROM p WHERE NOW()) SELECT x.a FROM d x JOIN d y", 1},
    {"SELECT n FROM JSON_TABLE(NOW(), '$' COLUMNS (n INT PATH '$')) x", 1},
    {"SELECT GROUP_CONCAT(a ORDER BY NOW()), DATE_ADD(NOW(), INTERVAL NOW() DAY) FROM p", 3},
    {"SELECT MATCH (s) AGAINST ('x'), CAST(NOW() AS CHAR), NOW() COLLATE utf8mb4_bin FROM p", 2},
    {"INSERT INTO p (id, a) VALUES (1, NOW()), (2, NOW()) ON DUPLICATE KEY UPDATE a = NOW()", 3},
    {"INSERT INTO p SET id = NOW()", 1},
    {"INSERT INTO p (id) SELECT NOW() FROM c WHERE NOW()", 2},
    {"UPDATE p JOIN c ON NOW() SET p.a = NOW(), p.b = (SELECT NOW()) WHERE p.id = NOW()", 4},
    {"UPDATE p SET a = 1 WHERE id = 1 ORDER BY NOW() LIMIT 1", 1},
    {"DELETE FROM p WHERE id = NOW() ORDER BY NOW()", 2},
};
// clang-format on

static void count(void *ctx, const struct sqlexpr *call, const char *why)
{
    unsigned int *found = ctx;

    assert_true(call->name.len > 0 && why[0]);
    ++*found;
}

static void test_names_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(names); i++) {
        struct world world;
        char sql[64];

        snprintf(sql, sizeof(sql), "SELECT %s()", names[i]);
        if (world_read(&world, WORLD_SCHEMA, sql) && !refused_why(slice_str(names[i]))) {
            fail_msg("%s is not refused", names[i]);
        }
        world_drop(&world);
    }
    assert_non_null(refused_why(slice_str("now")));
    assert_null(refused_why(slice_str("ABS")));
}

static void test_calls_are_found_wherever_they_stand(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        struct world world;
        unsigned int found = 0;

        if (!world_read(&world, WORLD_SCHEMA, places[i].sql)) {
            fail_msg("%s: %.*s", places[i].sql, SLICE_ARG(world.fault.text));
        }
        refused_find(&world.arena, &world.tree, count, &found);
        if (found != places[i].count) {
            fail_msg("%s: %u", places[i].sql, found);
        }
        world_drop(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_are_refused),
        cmocka_unit_test(test_calls_are_found_wherever_they_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
