/*
 * What the server warns of, though it did what it was asked to.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/sql/private.h"

void sql_warning(struct sql_conn *conn, char *out, size_t size)
{
    static const char text[] = "SHOW WARNINGS LIMIT 1"; /* Level, Code, Message */
    MYSQL_RES *result = NULL;
    MYSQL_ROW row = NULL;

    out[0] = '\0';
    if (!conn->lost && mysql_real_query(conn->mysql, text, sizeof(text) - 1) == 0) {
        result = mysql_store_result(conn->mysql);
    }
    if (result && mysql_num_fields(result) == 3) {
        row = mysql_fetch_row(result);
    }
    if (row && row[2]) {
        (void)snprintf(out, size, "%s", row[2]);
    }
    mysql_free_result(result);
    if (mysql_errno(conn->mysql) != 0) {
        (void)sql_failed(conn);
    }
}

/*
 * Warnings that say nothing of the values of a result: a division by zero, which is NULL as SQL has
 * it; an optimizer that had too little memory; words that will go. All others (cut by
 * group_concat_max_len, out of range, no number, no JSON, ...) say that what was read is not what
 * the query asks for.
 */
static bool is_harmless(unsigned int number, const char *text)
{
    static const unsigned int harmless[] = {
        1287, /* ... is deprecated; use ... instead */
        1365, /* division by 0 */
        1681, /* ... is deprecated */
        3170, /* range_optimizer_max_mem_size (MySQL) */
    };

    for (size_t i = 0; i < ARRAY_COUNT(harmless); i++) {
        if (harmless[i] == number) {
            return true;
        }
    }
    return strstr(text, "deprecated") != NULL;
}

/* INVALID: the warning is now conn's error. */
static enum status judge_warning(struct sql_conn *conn, MYSQL_ROW row)
{
    unsigned int number = row[1] ? (unsigned int)strtoul(row[1], NULL, 10) : 0;
    const char *text = row[2] ? row[2] : "";

    if ((row[0] && strcmp(row[0], "Note") == 0) || is_harmless(number, text)) {
        return STATUS_OK;
    }
    (void)sql_refuse(conn, STATUS_INVALID, text);
    conn->error.number = number;
    return STATUS_INVALID;
}

/* What is not kept may be what matters: the server counts all, and keeps the first. */
enum status warnings_judge(struct sql_conn *conn, unsigned int count)
{
    enum status status = STATUS_OK;
    unsigned int seen = 0;
    char text[40];
    MYSQL_RES *result = NULL;
    MYSQL_ROW row;

    (void)snprintf(text, sizeof(text), "SHOW WARNINGS LIMIT %d", SQL_WARNINGS_MAX);
    if (mysql_real_query(conn->mysql, text, strlen(text)) == 0) {
        result = mysql_store_result(conn->mysql);
    }
    if (!result || mysql_num_fields(result) != 3) { /* Level, Code, Message */
        mysql_free_result(result);
        status = sql_failed(conn);
        return status == STATUS_OK ? STATUS_UNAVAILABLE : status;
    }
    while (status == STATUS_OK && (row = mysql_fetch_row(result)) != NULL) {
        status = judge_warning(conn, row);
        seen++;
    }
    mysql_free_result(result);
    return status == STATUS_OK && seen < count
               ? sql_refuse(conn, STATUS_INVALID, "more warnings than the server keeps")
               : status;
}
