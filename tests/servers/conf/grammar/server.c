#include "tests/servers/conf/grammar/server.h"

#include <mysql.h>
#include <stdlib.h>

#include "tests/servers/child.h"
#include "tests/unit/unit.h"

#define DATABASE "twofold_grammar"

struct server {
    MYSQL *mysql;
    bool is_mysql;
    unsigned int error;
    char text[512];
};

/* ------------------------------------------------------------------ the connection */

static void run(struct server *server, const char *text)
{
    if (mysql_query(server->mysql, text) != 0) {
        fail_msg("%s: %u %s", text, mysql_errno(server->mysql), mysql_error(server->mysql));
    }
}

/* As lib/sql has it, but that a GROUP BY may be of anything. */
static void make_database(struct server *server)
{
    static const char *const tables[] = {"p", "c", "f"};

    run(server, "SET NAMES utf8mb4 COLLATE utf8mb4_bin, lc_messages = 'en_US', time_zone = "
                "'+00:00', sql_mode = 'NO_ENGINE_SUBSTITUTION'");
    run(server, "DROP DATABASE IF EXISTS " DATABASE);
    run(server, "CREATE DATABASE " DATABASE " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    run(server, "USE " DATABASE);
    for (size_t i = 0; i < ARRAY_COUNT(tables); i++) {
        char text[512];

        snprintf(text, sizeof(text),
                 "CREATE TABLE %s (id INT PRIMARY KEY, a INT, b INT, k INT, u INT, pid INT, "
                 "s VARCHAR(20), d DATETIME, j JSON, KEY x (a), FULLTEXT (s))",
                 tables[i]);
        run(server, text);
    }
}

struct server *server_open(void)
{
    struct server *server = calloc(1, sizeof(*server));

    server->mysql = mysql_init(NULL);
    if (!mysql_real_connect(server->mysql, NULL, "root", "", NULL, 0,
                            env_needed("TWOFOLD_SQL_PRIMARY"), 0)) {
        fail_msg("%s", mysql_error(server->mysql));
    }
    server->is_mysql = !strstr(mysql_get_server_info(server->mysql), "MariaDB");
    make_database(server);
    return server;
}

void server_close(struct server *server)
{
    run(server, "DROP DATABASE " DATABASE);
    mysql_close(server->mysql);
    free(server);
}

bool server_is_mysql(const struct server *server)
{
    return server->is_mysql;
}

/* ------------------------------------------------------------------ verdicts */

/*
 * Syntax; "not supported yet"; a clause in the wrong place; a derived table without alias; a blank
 * before "("; a name where LIMIT wants a number.
 */
static enum verdict verdict_of(unsigned int error)
{
    static const unsigned int refusals[] = {1064, 1149, 1235, 1221, 1234,
                                            1248, 1630, 1327, 3667, 4177};

    for (size_t i = 0; i < ARRAY_COUNT(refusals); i++) {
        if (error == refusals[i]) {
            return VERDICT_REFUSED;
        }
    }
    return error ? VERDICT_UNSURE : VERDICT_TAKEN;
}

enum verdict server_judge(struct server *server, struct slice text)
{
    MYSQL_STMT *statement = mysql_stmt_init(server->mysql);

    server->error = 0;
    if (mysql_stmt_prepare(statement, text.ptr, text.len) != 0) {
        server->error = mysql_stmt_errno(statement);
        snprintf(server->text, sizeof(server->text), "%s", mysql_stmt_error(statement));
    }
    mysql_stmt_close(statement);
    if (server->error >= 2000 && server->error < 3000) {
        fail_msg("%.*s: %u %s", SLICE_ARG(text), server->error, server->text);
    }
    return verdict_of(server->error);
}

unsigned int server_error(const struct server *server)
{
    return server->error;
}

const char *server_text(const struct server *server)
{
    return server->error ? server->text : "taken";
}

/* ------------------------------------------------------------------ answers */

bool server_row(struct server *server, struct slice text, struct arena *arena, struct slice *cells,
                size_t count)
{
    MYSQL_RES *result;
    MYSQL_ROW row = NULL;

    server->error = 0;
    if (mysql_real_query(server->mysql, text.ptr, text.len) == 0 &&
        (result = mysql_store_result(server->mysql)) != NULL) {
        row = mysql_fetch_row(result);
        for (size_t i = 0; row && i < count; i++) {
            cells[i] = row[i] ? arena_copy(arena, slice_str(row[i])) : (struct slice){NULL, 0};
        }
        mysql_free_result(result);
        return row;
    }
    server->error = mysql_errno(server->mysql);
    snprintf(server->text, sizeof(server->text), "%s", mysql_error(server->mysql));
    return false;
}

size_t server_column(struct server *server, const char *text, struct arena *arena,
                     struct slice **out)
{
    MYSQL_RES *result;
    MYSQL_ROW row;
    size_t count = 0;

    run(server, text);
    result = mysql_store_result(server->mysql);
    *out = ARENA_ARRAY(arena, struct slice, mysql_num_rows(result));
    while ((row = mysql_fetch_row(result)) != NULL) {
        (*out)[count++] = arena_copy(arena, slice_str(row[0]));
    }
    mysql_free_result(result);
    return count;
}

/* ------------------------------------------------------------------ ours */

void ours_read(struct ours *ours, struct slice text)
{
    struct sqlblock block;
    struct sqlfault fault;
    struct diag diag = {0};

    *ours = (struct ours){0};
    sqlfile_parse_plain(&ours->arena, SLICE_LITERAL("x.sql"), text, &diag, &block);
    if (diag.count > 0 || block.statement_count != 1) {
        ours->why = diag.count > 0 ? arena_copy(&ours->arena, diag.first->text)
                                   : SLICE_LITERAL("not one statement");
    } else {
        ours->statement = block.statements[0];
        ours->taken = sqltree_read(&ours->arena, &ours->statement, &ours->tree, &fault);
        ours->why = ours->taken ? SLICE_EMPTY : fault.text;
        ours->at = fault.token;
    }
    diag_fini(&diag);
}

void ours_forget(struct ours *ours)
{
    arena_fini(&ours->arena);
}
