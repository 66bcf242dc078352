/*
 * Our tables in a database of the tests' own, and a second connection that waits for the first.
 */
#ifndef TESTS_SERVERS_PROJECTOR_STORE_STORE_H
#define TESTS_SERVERS_PROJECTOR_STORE_STORE_H

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "projector/store/statement.h"
#include "projector/store/tables.sql.h"
#include "tests/servers/lib/sql/fixture.h"

/* What is asked for more often than each 0.1 s gets the old answer (MariaDB, trx0i_s.cc). */
#define INNODB_TRX_IDLE_US 150000

#define READ_COMMITTED "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"

static inline struct sql_conn *store_open(void)
{
    struct sql_conn *sql = fixture_open(DATABASE);

    fixture_exec(sql, READ_COMMITTED);
    return sql;
}

/* A connection to a database that has our tables, all empty. */
static inline struct sql_conn *store_fresh(void)
{
    struct sql_conn *sql = fixture_fresh();

    fixture_exec(sql, READ_COMMITTED);
    fixture_exec(sql, tables_sql);
    return sql;
}

/* Until SQL's statement waits for a row lock; the test fails when none comes. ASK: any connection.
 */
static inline void store_until_it_waits(struct sql_conn *ask, const struct sql_conn *sql)
{
    uint64_t deadline_us = clock_deadline(WAIT_LIMIT_US);
    struct arena arena = {0};
    struct sql_rows rows;

    do {
        usleep(INNODB_TRX_IDLE_US);
        assert_status(statement_run(ask, slice_str(DATABASE), &arena, &rows,
                                    "SELECT 1 FROM information_schema.innodb_trx WHERE"
                                    " trx_mysql_thread_id = ? AND trx_state = 'LOCK WAIT'",
                                    "u", (uint64_t)sql_session_of(sql).id),
                      STATUS_OK);
    } while (rows.row_count == 0 && clock_left_us(deadline_us) > 0);
    assert_int_equal(rows.row_count, 1);
    arena_fini(&arena);
}

#endif
