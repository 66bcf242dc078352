/*
 * Databases, tables, users and, where allowed, DynamoDB's tables.
 *
 *     for each model:           CREATE DATABASE -> its collation -> tables.sql
 *                               -> columns that came later -> schema.sql
 *                               -> row of twofold_revision -> twofold_secret
 *                               -> a look at ids of before
 *     for each user and host:   CREATE USER -> ALTER USER (password)
 *                               -> GRANT on each model's database, its name escaped unless the
 *                                  server takes it literally
 *     for each model:           CreateTable with its stream
 *
 * Invariants: a row that is there is never written again (a new epoch would void every cached
 * answer, a new secret every cursor); no log line holds a password.
 */
#include "projector/setup.h"

#include <inttypes.h>
#include <unistd.h>

#include "conf/plan/collation.h"
#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/data/hash.h"
#include "projector/commands_table.h"
#include "projector/source/table.h"
#include "projector/store/connection.h"
#include "projector/store/statement.h"
#include "projector/store/tables.sql.h"

/* The servers of a fresh stack may still be starting. */
#define SERVERS_TIMEOUT_US (60 * 1000000ull)
#define SERVERS_PAUSE_US   250000

/* ------------------------------------------------------------------ SQL's quotes */

static struct slice quote(struct arena *arena, struct slice text, char mark, const char *escaped)
{
    char *start = arena_bytes(arena, 2 * text.len + 2), *at = start;
    size_t i;

    *at++ = mark;
    for (i = 0; i < text.len; i++) {
        if (text.ptr[i] != '\0' && strchr(escaped, text.ptr[i])) {
            *at++ = (char)(text.ptr[i] == mark ? mark : '\\');
        }
        *at++ = text.ptr[i];
    }
    *at++ = mark;
    return slice_of(start, (size_t)(at - start));
}

struct slice sql_quote_text(struct arena *arena, struct slice text)
{
    return quote(arena, text, '\'', "'\\");
}

struct slice sql_quote_name(struct arena *arena, struct slice name)
{
    return quote(arena, name, '`', "`");
}

struct slice sql_quote_grant(struct arena *arena, struct slice database)
{
    return quote(arena, database, '`', "`_%");
}

/* ------------------------------------------------------------------ databases */

static enum status say(enum status status, const char *what, struct slice name,
                       const struct sql_conn *sql)
{
    if (status != STATUS_OK) {
        const struct sql_error *error = sql_error(sql);

        log_error("setup failed", "step=%s name=%.*s status=%s errno=%u error=\"%s\"", what,
                  SLICE_ARG(name), status_name(status), error->number, error->text);
    }
    return status;
}

static enum status make_database(struct sql_conn *sql, struct slice database, struct arena *arena)
{
    struct slice name = sql_quote_name(arena, database);
    struct slice text =
        arena_printf(arena,
                     "CREATE DATABASE IF NOT EXISTS %.*s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"
                     "USE %.*s;",
                     SLICE_ARG(name), SLICE_ARG(name));

    return say(sql_exec_all(sql, text), "database", database, sql);
}

/* It may have been made beforehand, by other rules, and our tables too. */
static enum status check_collation(struct sql_conn *sql, struct slice database, struct arena *arena)
{
    struct collation_fault fault;
    enum status status = collation_check(sql, database, arena, &fault);

    if (status != STATUS_OK) {
        return say(status, "collation", database, sql);
    }
    if (fault.place.len == 0) {
        return STATUS_OK;
    }
    log_error("setup failed",
              "step=collation database=%.*s of=\"%.*s\" collation=%.*s wanted=" COLLATION_WANTED
              " hint=\"" COLLATION_HINT "\"",
              SLICE_ARG(database), SLICE_ARG(fault.place), SLICE_ARG(fault.collation));
    return STATUS_PRECONDITION;
}

/* home NULL and a random `cleared`: the first keeper waits two leases and makes the first page. */
static enum status make_rows(struct sql_conn *sql, const struct plan_model *model,
                             struct arena *arena)
{
    unsigned char bytes[32];
    char epoch[17], cleared[33], secret[65];
    struct slice text;

    random_bytes(bytes, sizeof(bytes));
    hex_encode(bytes, 8, epoch);
    hex_encode(bytes + 8, 16, cleared);
    random_bytes(bytes, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), secret);
    text = arena_printf(arena,
                        "INSERT INTO twofold_revision (id, epoch, revision, home, cleared, touches)"
                        " VALUES (1, '%s', 1, NULL, '%s', '%s') ON DUPLICATE KEY UPDATE id = id;"
                        "INSERT INTO twofold_secret (id, cursor_secret) VALUES (1, '%s')"
                        " ON DUPLICATE KEY UPDATE id = id;",
                        epoch, cleared, model->touches, secret);
    return say(sql_exec_all(sql, text), "rows", model->name, sql);
}

/*
 * Columns that came after a table's first edition. MySQL has no ADD COLUMN IF NOT EXISTS, and a
 * second `setup` may be quicker: a duplicate is no failure.
 */
static const struct added {
    const char *table, *column, *alter;
} added[] = {
    {"twofold_aggregate", "event",
     "ALTER TABLE twofold_aggregate ADD COLUMN event VARCHAR(64) NULL"},
};

#define DUPLICATE_COLUMN 1060

static enum status add_columns(struct sql_conn *sql, const struct plan_model *model,
                               struct arena *arena)
{
    enum status status = STATUS_OK;
    size_t i;

    for (i = 0; status == STATUS_OK && i < ARRAY_COUNT(added); i++) {
        struct sql_rows rows = {.row_count = 0};

        status = statement_run(sql, model->database, arena, &rows,
                               "SELECT 1 FROM information_schema.columns WHERE table_schema = ?"
                               " AND table_name = ? AND column_name = ?",
                               "Sss", model->database, added[i].table, added[i].column);
        if (status == STATUS_OK && rows.row_count == 0) {
            status = sql_exec_all(sql, slice_str(added[i].alter));
            if (status != STATUS_OK && sql_error(sql)->number == DUPLICATE_COLUMN) {
                status = STATUS_OK;
            }
        }
    }
    return say(status, "columns", model->name, sql);
}

/*
 * Ids of the format uuid are in lower case since they have one text. What was stored before under
 * another spelling is another aggregate to commands and tokens. The names are compared by bytes.
 */
static enum status look_at_names(struct sql_conn *sql, const struct plan_model *model,
                                 struct arena *arena)
{
    const struct plan_aggregate *aggregate = &model->aggregate;
    struct sql_rows rows = {.row_count = 0};
    enum status status;

    if (aggregate->id_type != SCALAR_UUID) {
        return STATUS_OK;
    }
    status =
        statement_run(sql, model->database, arena, &rows,
                      "SELECT COUNT(*), MIN(aggregate) FROM twofold_aggregate WHERE"
                      " SUBSTRING(aggregate, ?) <> LOWER(SUBSTRING(aggregate, ?))",
                      "uu", (uint64_t)aggregate->name.len + 2, (uint64_t)aggregate->name.len + 2);
    if (status == STATUS_OK && cell_u64(&rows, 0, 0) > 0) {
        log_warn("ids in another spelling",
                 "model=%.*s aggregates=%" PRIu64 " such_as=%.*s hint=\"commands look for them in"
                 " lower case and do not find them: docs/upgrading.md says how they are moved\"",
                 SLICE_ARG(model->name), cell_u64(&rows, 0, 0), SLICE_ARG(cell_text(&rows, 0, 1)));
    }
    return say(status, "names", model->name, sql);
}

static enum status setup_database(struct sql_conn *sql, const struct plan_model *model)
{
    struct arena arena = {0};
    enum status status = make_database(sql, model->database, &arena);

    if (status == STATUS_OK) {
        status = check_collation(sql, model->database, &arena);
    }
    if (status == STATUS_OK) {
        status = say(sql_exec_all(sql, slice_str(tables_sql)), "tables.sql", model->name, sql);
    }
    if (status == STATUS_OK) {
        status = add_columns(sql, model, &arena);
    }
    if (status == STATUS_OK) {
        status = say(sql_exec_all(sql, model->schema_sql), "schema.sql", model->name, sql);
    }
    if (status == STATUS_OK) {
        status = make_rows(sql, model, &arena);
    }
    if (status == STATUS_OK) {
        status = look_at_names(sql, model, &arena);
    }
    if (status == STATUS_OK) {
        log_info("database ready", "model=%.*s database=%.*s", SLICE_ARG(model->name),
                 SLICE_ARG(model->database));
    }
    arena_fini(&arena);
    return status;
}

/* ------------------------------------------------------------------ users */

struct user {
    struct slice name, password;
    const char *rights;
};

/*
 * In GRANT a database's name is a pattern, but for MySQL with partial_revokes (MySQL's manual,
 * "Privilege Restriction Using Partial Revokes"): there _ is _, and an escaped name is that of
 * another database. MariaDB has no such variable.
 */
static enum status ask_grants_literal(struct sql_conn *sql, bool *out)
{
    const struct sql_statement ask = {.text =
                                          SLICE_LITERAL("SHOW VARIABLES LIKE 'partial_revokes'")};
    struct arena arena = {0};
    struct sql_rows rows;
    enum status status =
        say(sql_run(sql, &ask, &arena, &rows), "variables", SLICE_LITERAL("partial_revokes"), sql);

    *out = status == STATUS_OK && rows.row_count == 1 && slice_is(rows.cells[1], "ON");
    arena_fini(&arena);
    return status;
}

/* The server's text of an error may quote the statement: only its number is logged. */
static enum status say_user(enum status status, const struct user *user, struct slice host,
                            const struct sql_conn *sql)
{
    if (status != STATUS_OK) {
        log_error("setup failed", "step=user name=%.*s host=%.*s status=%s errno=%u",
                  SLICE_ARG(user->name), SLICE_ARG(host), status_name(status),
                  sql_error(sql)->number);
    }
    return status;
}

static enum status setup_user(struct sql_conn *sql, const struct plan *plan,
                              const struct user *user, struct slice host, bool literal)
{
    struct arena arena = {0};
    struct slice account =
        arena_printf(&arena, "%.*s@%.*s", SLICE_ARG(sql_quote_text(&arena, user->name)),
                     SLICE_ARG(sql_quote_text(&arena, host)));
    struct slice password = sql_quote_text(&arena, user->password);
    struct slice text = arena_printf(&arena,
                                     "CREATE USER IF NOT EXISTS %.*s IDENTIFIED BY %.*s;"
                                     "ALTER USER %.*s IDENTIFIED BY %.*s;",
                                     SLICE_ARG(account), SLICE_ARG(password), SLICE_ARG(account),
                                     SLICE_ARG(password));
    enum status status = say_user(sql_exec_all(sql, text), user, host, sql);
    size_t i;

    for (i = 0; status == STATUS_OK && i < plan->model_count; i++) {
        struct slice database = literal ? sql_quote_name(&arena, plan->models[i].database)
                                        : sql_quote_grant(&arena, plan->models[i].database);

        text = arena_printf(&arena, "GRANT %s ON %.*s.* TO %.*s;", user->rights,
                            SLICE_ARG(database), SLICE_ARG(account));
        status = say_user(sql_exec_all(sql, text), user, host, sql);
    }
    arena_fini(&arena);
    return status;
}

static enum status setup_users(struct sql_conn *sql, const struct settings *settings,
                               const struct plan *plan)
{
    const struct user users[] = {
        {settings->sql_user,           settings->sql_password,           "SELECT"},
        {settings->sql_projector_user, settings->sql_projector_password,
         "SELECT, INSERT, UPDATE, DELETE"                                        },
    };
    bool literal;
    enum status status = ask_grants_literal(sql, &literal);
    size_t i;

    for (i = 0; status == STATUS_OK && i < ARRAY_COUNT(users); i++) {
        struct slice rest = settings->sql_setup_hosts, host;

        if (users[i].password.len == 0) {
            log_warn("user without a password", "user=%.*s hint=\"set %s\"",
                     SLICE_ARG(users[i].name), i == 0 ? "sql_password" : "sql_projector_password");
        }
        while (status == STATUS_OK && rest.len > 0) {
            (void)slice_cut(rest, ',', &host, &rest);
            host = slice_trim(host);
            if (host.len > 0) {
                status = setup_user(sql, plan, &users[i], host, literal);
            }
        }
    }
    return status;
}

/* ------------------------------------------------------------------ the whole */

static enum status connect_sql(struct connection *connection)
{
    struct slice address = connection->settings->sql_primary;
    const struct sql_error *error = &connection->error;
    uint64_t deadline_us = clock_deadline(SERVERS_TIMEOUT_US);
    enum status status = connection_open(connection);

    while (status == STATUS_UNAVAILABLE && clock_left_us(deadline_us) > 0) {
        log_warn_every("waiting for SQL", "address=%.*s errno=%u error=\"%s\"", SLICE_ARG(address),
                       error->number, error->text);
        usleep(SERVERS_PAUSE_US);
        status = connection_open(connection);
    }
    if (status != STATUS_OK) {
        log_error("setup failed",
                  "step=connect sql_primary=%.*s user=%.*s status=%s errno=%u error=\"%s\"",
                  SLICE_ARG(address), SLICE_ARG(connection->settings->sql_setup_user),
                  status_name(status), error->number, error->text);
    }
    return status;
}

static enum status setup_sql(const struct settings *settings, const struct plan *plan)
{
    struct connection connection;
    enum status status;
    size_t i;

    connection_init(&connection, settings, CONNECTION_SETUP, SLICE_EMPTY);
    status = connect_sql(&connection);
    for (i = 0; status == STATUS_OK && i < plan->model_count; i++) {
        status = setup_database(connection.sql, &plan->models[i]);
    }
    if (status == STATUS_OK) {
        status = setup_users(connection.sql, settings, plan);
    }
    connection_fini(&connection);
    return status;
}

static enum status setup_table(struct dynamodb_sync *dynamodb,
                               const struct plan_aggregate *aggregate, bool create)
{
    uint64_t deadline_us = clock_deadline(SERVERS_TIMEOUT_US);
    struct arena arena = {0};
    struct slice arn;
    enum status status = table_stream(dynamodb, aggregate, &arena, &arn);

    while (status_advice(status) != ADVICE_FINAL && clock_left_us(deadline_us) > 0) {
        log_warn_every("waiting for DynamoDB", "table=%.*s status=%s", SLICE_ARG(aggregate->table),
                       status_name(status));
        usleep(SERVERS_PAUSE_US);
        arena_reset(&arena);
        status = table_stream(dynamodb, aggregate, &arena, &arn);
    }
    if (create && (status == STATUS_NOT_FOUND || status == STATUS_PRECONDITION)) {
        status = table_create(dynamodb, aggregate);
    }
    if (status == STATUS_OK) {
        log_info("table ready", "table=%.*s", SLICE_ARG(aggregate->table));
    } else {
        log_error("setup failed", "step=table name=%.*s status=%s hint=\"%s\"",
                  SLICE_ARG(aggregate->table), status_name(status),
                  status == STATUS_NOT_FOUND      ? "setup --create-tables makes it"
                  : status == STATUS_PRECONDITION ? "its stream must be NEW_AND_OLD_IMAGES"
                                                  : "see dynamodb_endpoint and credentials");
    }
    arena_fini(&arena);
    return status;
}

static enum status setup_tables(const struct settings *settings, const struct plan *plan,
                                struct credential_provider *credentials, bool create)
{
    struct dynamodb_sync *dynamodb = NULL;
    const struct dynamodb_config config = clients_dynamodb(settings);
    enum status status = dynamodb_sync_create(&config, credentials, &dynamodb);
    size_t i;

    if (status != STATUS_OK) {
        log_error("setup failed", "step=dynamodb status=%s", status_name(status));
        return status;
    }
    for (i = 0; status == STATUS_OK && i < plan->model_count; i++) {
        status = setup_table(dynamodb, &plan->models[i].aggregate, create);
    }
    if (status == STATUS_OK) {
        status = commands_table_setup(dynamodb, settings->commands_table, create);
    }
    if (status == STATUS_OK && settings->commands_old_keys &&
        !slice_is(settings->commands_table, COMMANDS_TABLE)) {
        status = commands_table_setup(dynamodb, SLICE_LITERAL(COMMANDS_TABLE), create);
    }
    dynamodb_sync_destroy(dynamodb);
    return status;
}

enum status setup_run(const struct settings *settings, const struct plan *plan,
                      struct credential_provider *credentials, bool create_tables)
{
    bool create = create_tables || endpoint_is_local(settings->dynamodb_endpoint);
    enum status status = setup_sql(settings, plan);

    if (status == STATUS_OK) {
        status = setup_tables(settings, plan, credentials, create);
    }
    return status;
}
