/*
 * A database of the tests' own on the server behind TWOFOLD_SQL_PRIMARY (a socket; root needs no
 * password).
 */
#ifndef TESTS_SERVERS_LIB_SQL_FIXTURE_H
#define TESTS_SERVERS_LIB_SQL_FIXTURE_H

#include "lib/sql/conn.h"
#include "tests/servers/child.h"
#include "tests/unit/unit.h"

#define DATABASE "twofold_libtest"

static inline struct sql_address fixture_address(void)
{
    struct sql_address address;

    assert_status(sql_address_parse(slice_str(env_needed("TWOFOLD_SQL_PRIMARY")),
                                    SLICE_LITERAL("primary"), &address),
                  STATUS_OK);
    return address;
}

static inline struct sql_login fixture_login(void)
{
    return (struct sql_login){.user = SLICE_LITERAL("root"),
                              .password = SLICE_EMPTY,
                              .connect_timeout_us = 2000000,
                              .read_timeout_us = 10000000};
}

static inline struct sql_conn *fixture_open(const char *database)
{
    struct sql_address address = fixture_address();
    struct sql_login login = fixture_login();
    struct sql_conn *conn = NULL;
    struct sql_error error;

    if (sql_open(&address, &login, slice_str(database), &conn, &error) != STATUS_OK) {
        fail_msg("%u %s", error.number, error.text);
    }
    return conn;
}

static inline void fixture_exec(struct sql_conn *conn, const char *text)
{
    if (sql_exec_all(conn, slice_str(text)) != STATUS_OK) {
        fail_msg("%s: %u %s", text, sql_error(conn)->number, sql_error(conn)->text);
    }
}

/* For what MySQL and MariaDB differ in (docs/compatibility.md). */
static inline bool fixture_is_mysql(struct sql_conn *conn)
{
    const struct sql_statement ask = {.text = SLICE_LITERAL("SELECT VERSION() LIKE '%MariaDB%'")};
    struct arena arena = {0};
    struct sql_rows rows;
    bool is_mysql;

    assert_status(sql_run(conn, &ask, &arena, &rows), STATUS_OK);
    is_mysql = slice_is(rows.cells[0], "0");
    arena_fini(&arena);
    return is_mysql;
}

/* A connection to the empty database. */
static inline struct sql_conn *fixture_fresh(void)
{
    struct sql_conn *conn = fixture_open("");

    fixture_exec(conn, "DROP DATABASE IF EXISTS " DATABASE "; CREATE DATABASE " DATABASE
                       " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    sql_close(conn);
    return fixture_open(DATABASE);
}

#endif
