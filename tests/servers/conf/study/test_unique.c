/*
 * Columns that are said to tell the rows of a result apart do so, and columns that are said never
 * to be NULL are not, whatever the tables hold: the cases of the unit test on a server, over random
 * rows.
 */
#include <mysql.h>
#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "tests/servers/child.h"
#include "tests/unit/conf/study/unique_cases.h"
#include "tests/unit/conf/study/world.h"

#define DATABASE "twofold_unique"
#define ROUNDS   40
#define ROWS     12

static MYSQL *mysql;
static uint64_t seed;

static unsigned int chance(unsigned int below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned int)(seed >> 33) % below;
}

static void run(const char *text)
{
    if (mysql_query(mysql, text) != 0) {
        fail_msg("%s: %u %s", text, mysql_errno(mysql), mysql_error(mysql));
    }
}

static int open_database(void **state)
{
    struct slice rest = SLICE_LITERAL(WORLD_SCHEMA), table;
    char text[1024];

    (void)state;
    mysql = mysql_init(NULL);
    if (!mysql_real_connect(mysql, NULL, "root", "", NULL, 0, env_needed("TWOFOLD_SQL_PRIMARY"),
                            0)) {
        fail_msg("%s", mysql_error(mysql));
    }
    run("SET NAMES utf8mb4 COLLATE utf8mb4_bin, sql_mode = ''");
    run("DROP DATABASE IF EXISTS " DATABASE);
    run("CREATE DATABASE " DATABASE " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    run("USE " DATABASE);
    while (slice_cut(rest, ';', &table, &rest)) {
        snprintf(text, sizeof(text), "%.*s", SLICE_ARG(table));
        run(text);
    }
    return 0;
}

static int close_database(void **state)
{
    (void)state;
    run("DROP DATABASE " DATABASE);
    mysql_close(mysql);
    return 0;
}

/* ------------------------------------------------------------------ rows */

static void put_value(struct buf *out, bool text)
{
    static const char *const texts[] = {"'5'", "'05'", "'a'", "'A'", "'1'"};

    if (chance(5) == 0) {
        buf_append_str(out, "NULL");
    } else if (text) {
        buf_append_str(out, texts[chance(ARRAY_COUNT(texts))]);
    } else {
        buf_printf(out, "%u", chance(3));
    }
}

/* COLUMNS: a letter for each, n of numbers, t of texts. */
static void fill(const char *table, const char *columns, const char *letters)
{
    struct buf text = {0};

    buf_printf(&text, "DELETE FROM %s%c", table, '\0');
    run(text.ptr);
    for (unsigned int i = 0; i < ROWS; i++) {
        buf_clear(&text);
        buf_printf(&text, "INSERT IGNORE INTO %s (%s) VALUES (%u", table, columns, chance(6));
        for (const char *letter = letters; *letter; letter++) {
            buf_append_str(&text, ", ");
            put_value(&text, *letter == 't');
        }
        buf_printf(&text, ")%c", '\0');
        run(text.ptr);
    }
    buf_fini(&text);
}

static void fill_all(void)
{
    fill("p", "id, a, b, s", "nnt");
    fill("c", "id, pid, k, n, ci, na, nb", "nnnttt");
    fill("f", "u, v", "n");
    fill("t", "x, s, w", "tt");
}

/* ------------------------------------------------------------------ queries */

/* SQL with values for its parameters; * as the columns BY, called k0, k1, ... */
static void put_query(struct buf *out, const char *sql, const char *by)
{
    const char *star =
        strstr(sql, strncmp(sql, "WITH", 4) == 0 ? ") SELECT * FROM" : "SELECT * FROM");
    struct slice rest = slice_str(by), name;
    unsigned int count = 0;

    if (star) {
        star = strchr(star, '*');
        buf_append(out, slice_of(sql, (size_t)(star - sql)));
        while (rest.len > 0) {
            slice_cut(rest, ' ', &name, &rest);
            buf_printf(out, "%s%.*s AS k%u", count > 0 ? ", " : "", SLICE_ARG(name), count);
            count++;
        }
        sql = star + 1;
    }
    for (; *sql; sql++) {
        if (*sql == ':') {
            sql++;
            buf_append_str(out, *sql == 'q' ? "'5'" : "1");
        } else {
            buf_append_char(out, *sql);
        }
    }
}

static void put_keys(struct buf *out, const char *sql, const char *by, const char *before,
                     const char *behind)
{
    bool star = strstr(sql, "SELECT * FROM") != NULL;
    struct slice rest = slice_str(by), name;

    for (unsigned int i = 0; rest.len > 0; i++) {
        slice_cut(rest, ' ', &name, &rest);
        buf_append_str(out, i > 0 ? before : "");
        if (star) {
            buf_printf(out, "u.k%u%s", i, behind);
        } else {
            slice_cut(name, '.', &name, &name);
            buf_printf(out, "u.`%.*s`%s", SLICE_ARG(name), behind);
        }
    }
}

static unsigned int count_of(struct buf *text)
{
    MYSQL_RES *result;
    unsigned int count;

    buf_append_char(text, '\0');
    run(text->ptr);
    result = mysql_store_result(mysql);
    count = (unsigned int)strtoul(mysql_fetch_row(result)[0], NULL, 10);
    mysql_free_result(result);
    return count;
}

/* How many values of the columns have several rows. */
static unsigned int count_again(const char *sql, const char *by)
{
    struct buf text = {0};
    unsigned int count;

    buf_append_str(&text, "SELECT COUNT(*) FROM (SELECT 1 FROM (");
    put_query(&text, sql, by);
    buf_append_str(&text, ") u WHERE ");
    put_keys(&text, sql, by, " AND ", " IS NOT NULL");
    buf_append_str(&text, " GROUP BY ");
    put_keys(&text, sql, by, ", ", "");
    buf_append_str(&text, " HAVING COUNT(*) > 1) v");
    count = count_of(&text);
    buf_fini(&text);
    return count;
}

static void test_rows_are_told_apart(void **state)
{
    bool again[ARRAY_COUNT(uniques)] = {false};
    unsigned int seen = 0, refused = 0;

    (void)state;
    for (unsigned int round = 0; round < ROUNDS; round++) {
        fill_all();
        for (size_t i = 0; i < ARRAY_COUNT(uniques); i++) {
            if (strcmp(uniques[i].why, "refused") != 0 &&
                count_again(uniques[i].sql, uniques[i].by) > 0) {
                again[i] = true;
                if (uniques[i].why[0] == '\0') {
                    fail_msg("%s has several rows by %s", uniques[i].sql, uniques[i].by);
                }
            }
        }
    }
    for (size_t i = 0; i < ARRAY_COUNT(uniques); i++) {
        refused += uniques[i].why[0] != '\0';
        seen += again[i];
    }
    print_message("%u of %u refused ones have several rows\n", seen, refused);
    assert_true(seen > refused / 2);
}

static void test_columns_that_no_join_lacks_are_not_null(void **state)
{
    (void)state;
    for (unsigned int round = 0; round < ROUNDS; round++) {
        fill_all();
        for (size_t i = 0; i < ARRAY_COUNT(lacking); i++) {
            struct buf text = {0};

            buf_append_str(&text, "SELECT COUNT(*) FROM (");
            put_query(&text, lacking[i].sql, "");
            buf_printf(&text, ") u WHERE u.x IS NULL%s", lacking[i].lacks ? "" : " OR u.y IS NULL");
            if (count_of(&text) > 0) {
                fail_msg("%s has NULL", lacking[i].sql);
            }
            buf_fini(&text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_told_apart),
        cmocka_unit_test(test_columns_that_no_join_lacks_are_not_null),
    };

    seed = (uint64_t)clock_wall_us();
    print_message("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, open_database, close_database);
}
