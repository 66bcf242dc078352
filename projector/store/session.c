/*
 * Connections of a lane.
 *
 *     session_learn:  connect -> SELECT twofold_revision -> note a NULL home
 *                     -> (home on our Redis) compare the page's server_id
 *
 * Invariant: the row is believed only as long as each UPDATE of it affects one row.
 */
#include "projector/store/session.h"

#include <stdio.h>

#include "cache/publish.h"
#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

void session_init(struct session *session, const struct settings *settings,
                  const struct plan_model *model)
{
    const struct redis_config config = clients_redis(settings);

    *session = (struct session){.settings = settings, .model = model};
    connection_init(&session->connection, settings, CONNECTION_PROJECTOR, model->database);
    session->redis = redis_sync_create(&config);
}

void session_fini(struct session *session)
{
    connection_fini(&session->connection);
    redis_sync_destroy(session->redis);
    session->redis = NULL;
}

uint64_t session_redis_deadline(const struct session *session)
{
    return clock_deadline(session->settings->redis_timeout);
}

/* What failed last, in words that name it. */
static enum status say(struct session *session, enum status status, const char *what)
{
    const struct sql_error *error = &session->connection.error;

    (void)snprintf(session->error, sizeof(session->error), "%s: %s (%u %s)", what, error->text,
                   error->number, status_name(status));
    return status;
}

enum status session_note(struct session *session, enum status status, const char *what)
{
    if (status == STATUS_OK || !session->connection.sql) {
        return status;
    }
    status = connection_note(&session->connection, status);
    /* 0: we refused a value ourselves */
    session->final = session->connection.error.number == 0 ||
                     sql_error_is_data(session->connection.error.number);
    return say(session, status, what);
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
    enum status status = connection_open(&session->connection);

    if (status != STATUS_OK) {
        return say(session, status, "connect");
    }
    status = session_note(
        session,
        revision_read(session->connection.sql, session->model->database, false, &session->view),
        "twofold_revision");
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

enum status session_refuse_data(struct session *session, const char *why)
{
    session->final = true;
    return session_refuse(session, STATUS_INVALID, why);
}

enum status session_may_commit(struct session *session)
{
    const struct revision *view = &session->view;

    if (!session->connection.sql) {
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
