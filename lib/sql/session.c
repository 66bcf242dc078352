/*
 * What each session is set to, and what its server says of itself.
 *
 *     connected -> [SET ...; SET ... ISOLATION LEVEL ...; SELECT @@read_only, ...] -> ready
 *
 * - All of it is one message and one answer: several statements are allowed from the handshake on.
 *   (Prepared statements can never be several, and no other text holds what we did not write.)
 * - Nothing is taken on trust that changes an answer: neither the server's defaults nor those of
 *   its user. A proxy may drop a SET, so two of them are read back.
 */
#include <stdio.h>

#include "lib/data/hash.h"
#include "lib/sql/private.h"

/* MariaDB has no server_uuid, and skips what is for MySQL 5.7. */
#define SERVER_NAME "CONCAT_WS('/', @@hostname, @@port, @@server_id /*!50700 , @@server_uuid */)"

/*
 * Texts are compared by bytes wherever no column says otherwise, as tags are. Both servers know
 * each word of the mode. The messages' language is fixed because we read them (error.c,
 * warning.c). How many warnings are kept MySQL lets only an administrator say, so only MariaDB is
 * told; where it keeps fewer than there are, the result is refused.
 *
 * All else that a server's administrator may have set for new sessions and that makes another
 * answer, or no end of a transaction ("autocommit = 0", "completion_type = CHAIN"), is as both
 * servers have it by default.
 */
#define SESSION                                                                            \
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin, time_zone = '+00:00', lc_messages = 'en_US', " \
    "sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_IN_DATE,NO_ZERO_DATE,%s"     \
    "NO_ENGINE_SUBSTITUTION', group_concat_max_len = %u, "                                 \
    "/*M!100000 max_error_count = %d, default_regex_flags = '', "                          \
    "check_constraint_checks = 1, *//*M!100601 old_mode = 'UTF8_IS_UTF8MB3', */"           \
    "autocommit = 1, completion_type = 0, sql_auto_is_null = 0, sql_safe_updates = 0, "    \
    "sql_select_limit = 18446744073709551615, sql_big_selects = 1, "                       \
    "default_week_format = 0, lc_time_names = 'en_US', div_precision_increment = 4, "      \
    "max_sort_length = 1024, foreign_key_checks = 1, unique_checks = 1, "                  \
    "sql_notes = %d%s%s; SET SESSION TRANSACTION ISOLATION LEVEL %s; "                     \
    "SELECT " SQL_READ_ONLY ", @@collation_connection, @@time_zone, " SERVER_NAME

/* The columns of its SELECT. */
enum {
    COLLATION = SQL_READ_ONLY_COLUMNS,
    TIME_ZONE,
    SERVER,
    COLUMNS
};

/* ------------------------------------------------------------------ what the server is */

/* A number, or a word where the variable has more than two values. */
static bool is_off(struct slice cell)
{
    return slice_is(cell, "0") || slice_eq_nocase(cell, SLICE_LITERAL("OFF"));
}

bool sql_says_read_only(const struct slice cells[SQL_READ_ONLY_COLUMNS])
{
    return !is_off(cells[0]) || !is_off(cells[1]);
}

static enum status judge(struct sql_conn *conn, const struct sql_login *login,
                         const struct slice *cells)
{
    if (!slice_is(cells[COLLATION], "utf8mb4_bin") || !slice_is(cells[TIME_ZONE], "+00:00")) {
        return sql_refuse(conn, STATUS_UNAVAILABLE,
                          "the session is not as it was set (a proxy that drops SET?)");
    }
    return login->primary && sql_says_read_only(cells) ? sql_leave(conn) : STATUS_OK;
}

/* ------------------------------------------------------------------ the session */

static unsigned int seconds_of(uint64_t span_us)
{
    return span_us >= 2000000 ? (unsigned int)(span_us / 1000000) : 1;
}

static void make_text(const struct sql_login *login, char *out, size_t size)
{
    unsigned int lock_s = seconds_of(login->lock_wait_us), idle_s = seconds_of(login->idle_us);
    char locks[80] = "", idle[40] = "";

    if (login->lock_wait_us > 0) {
        (void)snprintf(locks, sizeof(locks),
                       ", innodb_lock_wait_timeout = %u, lock_wait_timeout = %u", lock_s, lock_s);
    }
    if (login->idle_us > 0) {
        (void)snprintf(idle, sizeof(idle), ", wait_timeout = %u", idle_s);
    }
    (void)snprintf(out, size, SESSION, login->reads ? "" : "ERROR_FOR_DIVISION_BY_ZERO,",
                   SQL_BYTES_MAX, SQL_WARNINGS_MAX, !login->reads, locks, idle,
                   login->read_committed ? "READ COMMITTED" : "REPEATABLE READ");
}

/* The row of one of the results; *seen counts rows, of which only the SELECT has one. */
static enum status take_row(struct sql_conn *conn, const struct sql_login *login, MYSQL_RES *result,
                            unsigned int *seen)
{
    struct slice cells[COLUMNS];
    MYSQL_ROW row = mysql_fetch_row(result);
    const unsigned long *lengths = mysql_fetch_lengths(result);

    if (!row || !lengths || mysql_num_fields(result) != COLUMNS) {
        return sql_refuse(conn, STATUS_UNAVAILABLE, "the session cannot be looked at");
    }
    for (size_t i = 0; i < COLUMNS; i++) {
        cells[i] = slice_of(row[i], row[i] ? lengths[i] : 0);
    }
    ++*seen;
    conn->server = hash_xxh64(cells[SERVER]);
    return judge(conn, login, cells);
}

enum status session_begin(struct sql_conn *conn, const struct sql_login *login)
{
    char text[sizeof(SESSION) + 200];
    enum status status = STATUS_OK;
    unsigned int seen = 0;
    int more;

    make_text(login, text, sizeof(text));
    if (mysql_real_query(conn->mysql, text, strlen(text)) != 0) {
        return sql_failed(conn);
    }
    do {
        MYSQL_RES *result = mysql_store_result(conn->mysql);

        if (result && status == STATUS_OK) {
            status = take_row(conn, login, result, &seen);
        }
        mysql_free_result(result);
        more = mysql_next_result(conn->mysql);
    } while (more == 0);
    if (more > 0) {
        return sql_failed(conn);
    }
    return status == STATUS_OK && seen != 1
               ? sql_refuse(conn, STATUS_UNAVAILABLE, "the session cannot be looked at")
               : status;
}
