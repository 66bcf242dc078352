/*
 * Connections of a lane.
 *
 *     session_learn:  connect -> SELECT twofold_revision -> note a NULL home -> (home on our Redis) compare the page's server_id
 *
 * Invariants: a lost SQL connection is closed, never used again; the row is believed only as long as each UPDATE of it affects one row.
 */
#include "projector/store/session.h"

#include <stdio.h>

#include "cache/publish.h"
#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

static struct sql_login sql_login_of(const struct settings *settings)
{
    return (struct sql_login){
        .user = settings->sql_projector_user,
        .password = settings->sql_projector_password,
        .connect_timeout_us = settings->sql_connect_timeout,
        .read_timeout_us = settings->apply_timeout,
    };
}

/*
 * A lock is waited for half as long as a statement, so that the server gives up first and says why. A connection that says nothing for as long as
 * a shard's lease is ended by the server, and its transaction with it: the locks of a projector that sleeps would keep its successor waiting.
 */
static enum status prepare(struct sql_conn *sql, const struct settings *settings)
{
    char text[120];
    uint64_t lock_s = settings->apply_timeout / 2000000, idle_s = settings->shard_lease / 1000000;

    (void)snprintf(
        text, sizeof(text), "SET SESSION innodb_lock_wait_timeout = %u, SESSION wait_timeout = %u",
        (unsigned int)(lock_s > 0 ? lock_s : 1), (unsigned int)(idle_s > 0 ? idle_s : 1));
    enum status status = sql_exec(sql, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");

    return status == STATUS_OK ? sql_exec(sql, text) : status;
}

enum status projector_sql_open(const struct settings *settings, struct slice database,
                               struct sql_conn **out, struct sql_error *error_out)
{
    const struct sql_login login = sql_login_of(settings);
    struct sql_address address;
    struct sql_conn *sql = NULL;
    enum status status =
        sql_address_parse(settings->sql_primary, SLICE_LITERAL("primary"), &address);

    *out = NULL;
    *error_out = (struct sql_error){.number = 0};
    if (status == STATUS_OK) {
        status = sql_open(&address, &login, database, &sql, error_out);
    }
    if (status != STATUS_OK) {
        return status;
    }
    status = prepare(sql, settings);
    if (status != STATUS_OK) {
        *error_out = *sql_error(sql);
        sql_close(sql);
        return status;
    }
    *out = sql;
    return STATUS_OK;
}

void session_init(struct session *session, const struct settings *settings,
                  const struct plan_model *model)
{
    const struct redis_config config = clients_redis(settings);

    *session = (struct session){.settings = settings, .model = model};
    session->redis = redis_sync_create(&config);
}

static void close_sql(struct session *session)
{
    if (session->sql) {
        sql_close(session->sql);
        session->sql = NULL;
    }
}

void session_fini(struct session *session)
{
    close_sql(session);
    redis_sync_destroy(session->redis);
    session->redis = NULL;
}

uint64_t session_redis_deadline(const struct session *session)
{
    return clock_deadline(session->settings->redis_timeout);
}

enum status session_note(struct session *session, enum status status, const char *what)
{
    const struct sql_error *error;

    if (status == STATUS_OK || !session->sql) {
        return status;
    }
    error = sql_error(session->sql);
    (void)snprintf(session->error, sizeof(session->error), "%s: %s (%u %s)", what, error->text,
                   error->number, status_name(status));
    if (sql_lost(session->sql) || status == STATUS_UNCERTAIN) {
        close_sql(session);
    }
    return status;
}

static enum status open_sql(struct session *session)
{
    struct sql_error error;
    enum status status =
        projector_sql_open(session->settings, session->model->database, &session->sql, &error);

    if (status != STATUS_OK) {
        (void)snprintf(session->error, sizeof(session->error), "connect: %s (%u %s)", error.text,
                       error.number, status_name(status));
    }
    return status;
}

/* "the writer's @@server_id is not the one in the page's header, compared at each connect" */
static void learn_page(struct session *session)
{
    struct renew_view look;

    session->page_known = false;
    if (session->view.home.len == 0 ||
        redis_sync_connect(session->redis,
                           clock_deadline(session->settings->redis_connect_timeout)) != STATUS_OK ||
        !home_is_on(&session->view.home, redis_sync_run_id(session->redis)) ||
        renew_look(session->redis, session->model->database, &session->view.home,
                   session_redis_deadline(session), &look) != STATUS_OK) {
        return;
    }
    session->page_known = look.page && (session->settings->sql_shared_storage ||
                                        look.page_server_id == session->view.server_id);
}

enum status session_learn(struct session *session)
{
    enum status status;

    if (session->sql && sql_lost(session->sql)) {
        close_sql(session);
    }
    status = session->sql ? STATUS_OK : open_sql(session);
    if (status == STATUS_OK) {
        status = session_note(
            session, revision_read(session->sql, session->model->database, false, &session->view),
            "twofold_revision");
    }
    if (status == STATUS_OK) {
        null_note_see(&session->note, &session->view, clock_us());
        learn_page(session);
    }
    return status;
}

enum status session_refuse(struct session *session, enum status status, const char *why)
{
    (void)snprintf(session->error, sizeof(session->error), "%s", why);
    return status;
}

enum status session_may_commit(struct session *session)
{
    const struct revision *view = &session->view;

    if (!session->sql) {
        return session_refuse(session, STATUS_UNAVAILABLE, "no connection to SQL");
    }
    if (strcmp(view->touches, session->model->touches) != 0) {
        return session_refuse(session, STATUS_FENCED, "the row's touches are another plan's");
    }
    if (view->home.len > 0 && !session->page_known) {
        return session_refuse(session, STATUS_UNAVAILABLE, "home's page is not on our Redis");
    }
    if (view->home.len == 0 &&
        !null_note_waited(&session->note, view, clock_us(), session->settings->lease)) {
        return session_refuse(session, STATUS_BUSY, "home is NULL: two leases have to pass");
    }
    return STATUS_OK;
}
