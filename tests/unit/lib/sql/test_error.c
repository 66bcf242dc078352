#include "lib/sql/private.h"
#include "tests/unit/unit.h"

static void test_numbers_become_statuses(void **state)
{
    static const struct {
        unsigned int number;
        enum status status;
    } cases[] = {
        {1044, STATUS_DENIED     },
        {1045, STATUS_DENIED     },
        {1049, STATUS_NOT_FOUND  },
        {1054, STATUS_NOT_FOUND  },
        {1062, STATUS_CONFLICT   },
        {1064, STATUS_INVALID    },
        {1142, STATUS_DENIED     },
        {1146, STATUS_NOT_FOUND  },
        {1205, STATUS_BUSY       },
        {1213, STATUS_BUSY       },
        {1264, STATUS_INVALID    },
        {1290, STATUS_UNAVAILABLE},
        {1317, STATUS_UNAVAILABLE},
        {1366, STATUS_INVALID    },
        {1406, STATUS_INVALID    },
        {1412, STATUS_BUSY       },
        {1836, STATUS_UNAVAILABLE},
        {1927, STATUS_UNAVAILABLE},
        {2002, STATUS_UNAVAILABLE},
        {2006, STATUS_UNAVAILABLE},
        {2013, STATUS_UNAVAILABLE},
        {2020, STATUS_TOO_LARGE  },
        {3024, STATUS_TIMEOUT    },
        {9001, STATUS_UNAVAILABLE}, /* ProxySQL: no server in time */
        {9006, STATUS_UNAVAILABLE}, /* ProxySQL: the statement is on another server */
        {9999, STATUS_UNAVAILABLE},
        {4025, STATUS_INVALID    }, /* a CHECK constraint (MariaDB) */
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        assert_status(sql_status_of(cases[i].number), cases[i].status);
    }
}

/* No value is to blame: whoever projects waits, and gives up no record for it. */
static void test_what_every_record_would_fail_by_is_not_invalid(void **state)
{
    // clang-format off
    static const struct {
        enum status status;
        unsigned int numbers[13];
    } cases[] = {
        /* the schema is another than the statement's */
        {STATUS_NOT_FOUND, {1049, 1051, 1054, 1058, 1109, 1122, 1123, 1126, 1127, 1128, 1136}},
        {STATUS_NOT_FOUND, {1146, 1176, 1191, 1286, 1288, 1305, 1348, 1364, 1423, 1471, 1477}},
        {STATUS_NOT_FOUND, {1630, 1710, 1711, 1906, 1932, 3098, 3105}},
        /* rights, definers, options */
        {STATUS_DENIED, {1044, 1045, 1104, 1130, 1142, 1143, 1175, 1227, 1356, 1370, 1447}},
        {STATUS_DENIED, {1449, 1873, 3118, 3159, 3202, 3879, 3955, 4150, 4151, 6038}},
        /* files, disk, memory, engine, binlog */
        {STATUS_UNAVAILABLE, {1015, 1016, 1017, 1021, 1024, 1026, 1030, 1033, 1034, 1035, 1036}},
        {STATUS_UNAVAILABLE, {1037, 1041, 1114, 1194, 1195, 1296, 1297, 1459, 1467, 1534, 1593}},
        {STATUS_UNAVAILABLE, {1598, 1661, 1662, 1665, 1666, 1667, 1707, 1712, 1728, 1805, 1808}},
        {STATUS_UNAVAILABLE, {1810, 1811, 1812, 1814, 1817, 1877, 1878, 1881, 3000, 3003, 3015}},
        {STATUS_UNAVAILABLE, {3019, 3044, 3185, 3675, 3884, 3985, 4047, 4081, 4082}},
        {STATUS_BUSY, {1020, 1205, 1213, 1412, 1689, 3177}},
    };
    // clang-format on

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        for (size_t j = 0; cases[i].numbers[j] != 0; j++) {
            print_message("%u\n", cases[i].numbers[j]);
            assert_status(sql_status_of(cases[i].numbers[j]), cases[i].status);
            assert_false(sql_error_is_data(cases[i].numbers[j]));
        }
    }
}

static void test_a_proxy_that_speaks_for_itself_has_lost_the_session(void **state)
{
    static const struct {
        unsigned int number;
        bool lost;
    } cases[] = {
        {2013,  true },
        {9000,  true },
        {9001,  true },
        {9006,  true },
        {9999,  true },
        {8999,  false},
        {10000, false},
        {1064,  false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        MYSQL *mysql = mysql_init(NULL);
        struct sql_conn conn = {.mysql = mysql, .in_transaction = true};

        mysql->net.last_errno = cases[i].number;
        assert_status(sql_failed(&conn), cases[i].lost ? STATUS_UNAVAILABLE : STATUS_INVALID);
        assert_int_equal(conn.lost, cases[i].lost);
        assert_int_equal(conn.in_transaction, !cases[i].lost);
        mysql_close(mysql);
    }
}

static void test_what_a_value_is_refused_for_is_known_and_all_else_may_pass(void **state)
{
    static const unsigned int data[] = {1048, 1264, 1292, 1365, 1366, 1406, 3140, 3819, 4025};
    static const unsigned int passing[] = {0,    1030, 1062, 1064, 1205, 1213,
                                           1242, 1451, 1452, 1615, 1690, 2013};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(data); i++) {
        assert_true(sql_error_is_data(data[i]));
    }
    for (size_t i = 0; i < ARRAY_COUNT(passing); i++) {
        assert_false(sql_error_is_data(passing[i]));
    }
}

static void test_what_we_refuse_ourselves_has_no_number_and_loses_nothing(void **state)
{
    struct sql_conn conn = {0};

    (void)state;
    assert_status(sql_refuse(&conn, STATUS_INVALID, "no"), STATUS_INVALID);
    assert_int_equal(conn.error.number, 0);
    assert_string_equal(conn.error.text, "no");
    assert_false(conn.lost);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_become_statuses),
        cmocka_unit_test(test_what_every_record_would_fail_by_is_not_invalid),
        cmocka_unit_test(test_a_proxy_that_speaks_for_itself_has_lost_the_session),
        cmocka_unit_test(test_what_a_value_is_refused_for_is_known_and_all_else_may_pass),
        cmocka_unit_test(test_what_we_refuse_ourselves_has_no_number_and_loses_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
