/*
 * What is missing, or is not as it must be, is said at once and ends the start; a server that is
 * away is waited for, since it may be starting too.
 */
#include "projector/preflight.h"

#include <inttypes.h>

#include "conf/plan/collation.h"
#include "conf/plan/storage.h"
#include "lib/base/log.h"
#include "projector/apply/dead_letter.h"
#include "projector/source/table.h"
#include "projector/store/connection.h"
#include "projector/store/revision.h"
#include "projector/store/statement.h"

#define SETUP_HINT "run_twofold-projector_setup"

/* One row or none of each of our tables; the model's own are found by its statements. */
static const char *const tables[] = {
    "SELECT event FROM twofold_aggregate LIMIT 1",
    "SELECT 1 FROM twofold_checkpoint LIMIT 1",
    "SELECT 1 FROM twofold_dead_letter LIMIT 1",
    "SELECT 1 FROM twofold_discarded LIMIT 1",
};

static enum status check_tables(struct sql_conn *sql, const struct plan_model *model)
{
    struct arena arena = {0};
    struct revision row;
    enum status status = revision_read(sql, model->database, false, &row);
    size_t i;

    for (i = 0; status == STATUS_OK && i < ARRAY_COUNT(tables); i++) {
        status = statement_run(sql, model->database, &arena, NULL, tables[i], "");
    }
    arena_fini(&arena);
    return status;
}

/* Said once; what is wrong does not mend itself, so the start ends: PRECONDITION. */
static enum status check_collation(struct sql_conn *sql, const struct plan_model *model)
{
    struct arena arena = {0};
    struct collation_fault fault;
    enum status status = collation_check(sql, model->database, &arena, &fault);

    if (status == STATUS_OK && fault.place.len > 0) {
        log_error("collation not by bytes",
                  "database=%.*s of=\"%.*s\" collation=%.*s wanted=" COLLATION_WANTED
                  " hint=\"" COLLATION_HINT "\"",
                  SLICE_ARG(model->database), SLICE_ARG(fault.place), SLICE_ARG(fault.collation));
        status = STATUS_PRECONDITION;
    }
    arena_fini(&arena);
    return status;
}

/* As check_collation. */
static enum status check_storage(struct sql_conn *sql, const struct plan_model *model)
{
    struct arena arena = {0};
    struct storage_fault fault;
    enum status status = storage_check(sql, model, &arena, &fault);

    if (status == STATUS_OK && fault.what) {
        log_error("table not as declared",
                  "database=%.*s table=%.*s has=\"%s\" name=\"%.*s\" hint=\"%s\"",
                  SLICE_ARG(model->database), SLICE_ARG(fault.table), fault.what,
                  SLICE_ARG(fault.name), fault.hint);
        status = STATUS_PRECONDITION;
    }
    arena_fini(&arena);
    return status;
}

/*
 * Replicas must get rows, not statements. (MIXED is rows under READ COMMITTED; a server that no
 * longer knows the variable knows nothing but rows. Without a binlog replicas share the storage.)
 */
static enum status check_binlog(struct sql_conn *sql, const struct plan_model *model)
{
    struct arena arena = {0};
    struct sql_rows rows = {0};
    enum status status =
        statement_run(sql, model->database, &arena, &rows, "SELECT @@log_bin, @@binlog_format", "");

    if (status == STATUS_OK && rows.row_count == 1 && !slice_is(cell_text(&rows, 0, 0), "0") &&
        slice_is(cell_text(&rows, 0, 1), "STATEMENT")) {
        log_error("binlog of statements",
                  "binlog_format=STATEMENT hint=\"set binlog_format = ROW on the primary: of "
                  "statements a replica makes other rows\"");
        status = STATUS_PRECONDITION;
    } else if (status == STATUS_INVALID) {
        status = STATUS_OK;
    }
    arena_fini(&arena);
    return status;
}

/* A letter that is above it is refused each time, and its shard would stand still. */
static enum status check_packet(struct sql_conn *sql, const struct plan_model *model)
{
    struct arena arena = {0};
    struct sql_rows rows = {0};
    enum status status =
        statement_run(sql, model->database, &arena, &rows, "SELECT @@max_allowed_packet", "");

    if (status == STATUS_OK && rows.row_count == 1 && cell_u64(&rows, 0, 0) < DEAD_LETTER_BYTES) {
        log_error("packets too small",
                  "max_allowed_packet=%" PRIu64 " wanted=%u hint=\"set max_allowed_packet = %uM or "
                  "more on the primary: a dead letter may need as much\"",
                  cell_u64(&rows, 0, 0), DEAD_LETTER_BYTES, DEAD_LETTER_BYTES >> 20);
        status = STATUS_PRECONDITION;
    }
    arena_fini(&arena);
    return status;
}

static enum status check_server(struct sql_conn *sql, const struct plan_model *model)
{
    enum status status = check_tables(sql, model);

    if (status == STATUS_OK) {
        status = check_collation(sql, model);
    }
    if (status == STATUS_OK) {
        status = check_storage(sql, model);
    }
    if (status == STATUS_OK) {
        status = check_binlog(sql, model);
    }
    return status == STATUS_OK ? check_packet(sql, model) : status;
}

/*
 * A user that was not made yet, or has no rights yet, is refused just like a database that is not
 * there.
 */
static bool is_missing(enum status status)
{
    return status == STATUS_NOT_FOUND || status == STATUS_DENIED;
}

static enum status check_sql(const struct settings *settings, const struct plan_model *model)
{
    struct connection connection;
    const struct sql_error *error = &connection.error;
    enum status status;

    connection_init(&connection, settings, CONNECTION_PROJECTOR, model->database);
    status = connection_open(&connection);
    if (status == STATUS_OK) {
        status = connection_note(&connection, check_server(connection.sql, model));
    }
    connection_fini(&connection);
    if (status == STATUS_PRECONDITION) {
        return STATUS_NOT_FOUND;
    }
    if (is_missing(status)) {
        log_error("database not set up",
                  "database=%.*s user=%.*s errno=%u error=\"%s\" hint=" SETUP_HINT,
                  SLICE_ARG(model->database), SLICE_ARG(settings->sql_projector_user),
                  error->number, error->text);
        return STATUS_NOT_FOUND;
    }
    if (status != STATUS_OK) {
        log_warn_every("waiting for SQL", "address=%.*s status=%s errno=%u error=\"%s\"",
                       SLICE_ARG(settings->sql_primary), status_name(status), error->number,
                       error->text);
    }
    return status;
}

static enum status check_stream(const struct plan_aggregate *aggregate,
                                struct dynamodb_sync *dynamodb)
{
    struct arena arena = {0};
    struct slice arn;
    enum status status = table_stream(dynamodb, aggregate, &arena, &arn);

    arena_fini(&arena);
    if (status == STATUS_NOT_FOUND || status == STATUS_PRECONDITION) {
        log_error(status == STATUS_NOT_FOUND ? "table not set up" : "table without its stream",
                  "table=%.*s stream=NEW_AND_OLD_IMAGES hint=" SETUP_HINT,
                  SLICE_ARG(aggregate->table));
        return STATUS_NOT_FOUND;
    }
    if (status != STATUS_OK) {
        log_warn_every("waiting for DynamoDB", "table=%.*s status=%s", SLICE_ARG(aggregate->table),
                       status_name(status));
    }
    return status;
}

enum status preflight_check(const struct settings *settings, const struct plan_model *model,
                            struct dynamodb_sync *dynamodb)
{
    enum status status = check_sql(settings, model);

    return status == STATUS_OK ? check_stream(&model->aggregate, dynamodb) : status;
}
