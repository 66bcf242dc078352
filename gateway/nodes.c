/*
 * The question at start whether `twofold-projector setup` has run.
 */
#include "gateway/nodes.h"

#include "lib/base/log.h"

static enum status verify_model(struct sql_conn *conn, const struct plan_model *model,
                                struct arena *arena)
{
    const struct sql_statement statement = {
        .text = SLICE_LITERAL("SELECT revision FROM twofold_revision WHERE id = 1"),
        .database = model->database};
    struct sql_rows rows;
    enum status status = sql_run(conn, &statement, arena, &rows);

    if (status == STATUS_OK && rows.row_count == 1) {
        return STATUS_OK;
    }
    if (status == STATUS_UNAVAILABLE) {
        return status;
    }
    log_error("model not set up",
              "model=%.*s database=%.*s error=\"%s\" hint=\"run twofold-projector setup\"",
              SLICE_ARG(model->name), SLICE_ARG(model->database),
              status == STATUS_OK ? "no row in twofold_revision" : sql_error(conn)->text);
    return STATUS_NOT_FOUND;
}

static enum status verify_on(const struct sql_config *config, unsigned int node,
                             const struct plan *plan)
{
    struct arena arena = {0};
    struct sql_error error = {0};
    struct sql_conn *conn = NULL;
    enum status status = sql_open(&config->nodes[node], &config->login, SLICE_EMPTY, &conn, &error);

    if (status != STATUS_OK) {
        log_warn("sql node not reached", "node=%.*s error=%u text=\"%s\"",
                 SLICE_ARG(config->nodes[node].name), error.number, error.text);
        return status == STATUS_DENIED ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE;
    }
    for (size_t i = 0; i < plan->model_count && status == STATUS_OK; i++) {
        status = verify_model(conn, &plan->models[i], &arena);
    }
    sql_close(conn);
    arena_fini(&arena);
    return status;
}

enum status nodes_verify(const struct sql_config *config, const struct plan *plan)
{
    for (unsigned int node = 0; node < config->node_count; node++) {
        enum status status = verify_on(config, node, plan);

        if (status != STATUS_UNAVAILABLE) {
            if (status != STATUS_OK) {
                log_error("read model not usable",
                          "user=%.*s hint=\"run twofold-projector setup and check sql_user\"",
                          SLICE_ARG(config->login.user));
            }
            return status;
        }
    }
    log_warn("no sql node reached", "hint=\"queries are answered with 503 until one is there\"");
    return STATUS_OK;
}
