/*
 * The keeper's thread.
 *
 *     each lease / 5:  Redis: TIME, role, page's header -> SQL: the row -> keeper_decide
 *                      -> one action
 *
 *     RENEW   own = "this page is current"                       a script
 *     CLEAR   home = NULL                                        a transaction of its own
 *     ASSERT  row lock -> script makes a page -> UPDATE home, touches -> COMMIT
 *     EPOCH   row lock -> new epoch, home NULL -> COMMIT
 *
 * Invariants: Redis is looked at before the row is read (revision >= published - 1 could not be
 * said otherwise); nothing is kept from one turn to the next but when something began (a NULL home,
 * the loss of Redis, the giving back of shards).
 */
#include "projector/keeper.h"

#include <inttypes.h>
#include <stdio.h>

#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/data/hash.h"
#include "projector/apply/kill_point.h"
#include "projector/store/connection.h"
#include "projector/store/lease.h"

/* One model, as the keeper sees it. */
struct watch {
    struct follower *follower;
    struct revision row; /* of the last turn: its home says which page to look at */
    struct null_note note;
    bool started;          /* touches were ours once */
    uint64_t lost_us;      /* since when Redis does not answer; 0: it does */
    uint64_t gave_back_us; /* since when our shards are free; 0: they are not */
};

struct keeper {
    const struct settings *settings;
    pthread_t thread;
    struct wake *wake; /* the followers' */
    _Atomic bool stopping;
    struct connection connection;
    struct redis_sync *redis;
    struct watch *watches;
    size_t count;
};

static uint64_t redis_deadline(const struct keeper *keeper)
{
    return clock_deadline(keeper->settings->redis_timeout);
}

static struct slice database_of(const struct watch *watch)
{
    return watch->follower->model->database;
}

/* ------------------------------------------------------------------ reading */

static enum status open_sql(struct keeper *keeper)
{
    const struct sql_error *error = &keeper->connection.error;
    enum status status = connection_open(&keeper->connection);

    if (status != STATUS_OK) {
        log_warn_every("keeper waits for SQL", "status=%s errno=%u error=\"%s\"",
                       status_name(status), error->number, error->text);
    }
    return status;
}

/* Every failure of SQL ends here: what was lost is opened anew in the next turn. */
static enum status sql_note(struct keeper *keeper, enum status status)
{
    const struct sql_error *error = &keeper->connection.error;

    if (connection_note(&keeper->connection, status) != STATUS_OK &&
        status != STATUS_PRECONDITION) {
        log_warn_every("keeper's statement failed", "status=%s errno=%u error=\"%s\"",
                       status_name(status), error->number, error->text);
    }
    return status;
}

static void look_at_redis(struct keeper *keeper, struct watch *watch, struct keeper_view *view)
{
    uint64_t began_us = clock_us();
    enum status status =
        redis_sync_connect(keeper->redis, clock_deadline(keeper->settings->redis_connect_timeout));

    if (status == STATUS_OK) {
        status = renew_look(keeper->redis, database_of(watch), &watch->row.home,
                            redis_deadline(keeper), &view->look);
    }
    view->redis = status == STATUS_OK && view->look.master;
    view->run_id = view->redis ? redis_sync_run_id(keeper->redis) : SLICE_EMPTY;
    if (view->redis) {
        watch->lost_us = 0;
    } else if (watch->lost_us == 0) {
        watch->lost_us = began_us;
        log_warn("redis lost", "model=%.*s status=%s", SLICE_ARG(watch->follower->model->name),
                 status_name(status));
    }
    view->redis_lost =
        watch->lost_us != 0 && clock_us() - watch->lost_us >= keeper->settings->lease;
    watch->follower->redis_up = view->redis;
    watch->follower->redis_no_master =
        status == STATUS_OK ? !view->look.master : redis_sync_demoted(keeper->redis);
}

static enum status read_row(struct keeper *keeper, struct watch *watch, struct keeper_view *view)
{
    enum status status = open_sql(keeper);

    if (status == STATUS_OK) {
        status = sql_note(
            keeper, revision_read(keeper->connection.sql, database_of(watch), false, &view->row));
    }
    watch->follower->sql_read_only = status != STATUS_OK && keeper->connection.error.demoted;
    watch->follower->sql_heard_us = status == STATUS_OK ? clock_us() : 0;
    if (status == STATUS_OK) {
        null_note_see(&watch->note, &view->row, clock_us());
    }
    return status;
}

static void judge_row(const struct keeper *keeper, struct watch *watch, struct keeper_view *view)
{
    view->touches_ours = strcmp(view->row.touches, watch->follower->model->touches) == 0;
    watch->started = watch->started || view->touches_ours;
    view->starting = !watch->started;
    view->waited = null_note_waited(&watch->note, &view->row, clock_us(), keeper->settings->lease);
    view->shared_storage = keeper->settings->sql_shared_storage;
}

/* A home that is new to us: its page has not been looked at, so everything is read again. */
static enum status look(struct keeper *keeper, struct watch *watch, struct keeper_view *view)
{
    enum status status;
    bool same;

    do {
        *view = (struct keeper_view){.redis = false};
        look_at_redis(keeper, watch, view);
        status = read_row(keeper, watch, view);
        same = status != STATUS_OK || home_eq(&view->row.home, &watch->row.home);
        if (status == STATUS_OK) {
            watch->row = view->row;
        }
    } while (!same && !keeper->stopping);
    judge_row(keeper, watch, view);
    return status;
}

/* ------------------------------------------------------------------ acting */

static enum status act_renew(struct keeper *keeper, struct watch *watch,
                             const struct keeper_view *view)
{
    struct own own = {.home = view->row.home};

    memcpy(own.epoch, view->row.epoch, sizeof(own.epoch));
    memcpy(own.touches, view->row.touches, sizeof(own.touches));
    return renew_own(keeper->redis, database_of(watch), &own, view->look.time_us,
                     keeper->settings->lease / 1000, redis_deadline(keeper));
}

static enum status act_clear(struct keeper *keeper, struct watch *watch,
                             const struct keeper_view *view, bool write_touches)
{
    return sql_note(keeper, revision_clear(keeper->connection.sql, database_of(watch), &view->row,
                                           write_touches ? watch->follower->model->touches : NULL));
}

static struct home fresh_home(struct slice run_id)
{
    unsigned char bytes[NONCE_TEXT / 2];
    char nonce[NONCE_TEXT + 1];

    random_bytes(bytes, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), nonce);
    return home_make(run_id, slice_of(nonce, NONCE_TEXT));
}

/*
 * The page is 2 MB and holds Redis for 20 ms on a good day, a hundred times another call: where
 * that takes longer than redis_timeout, each try would be as much in vain as the last, and no
 * answer cached any more. One lease more: the row is locked meanwhile, and nobody else's RENEW
 * done.
 */
static uint64_t page_timeout_us(const struct settings *settings)
{
    return settings->redis_timeout + settings->lease;
}

/*
 * "a fresh random nonce for every attempt; one script ...; UPDATE home, touches; COMMIT". The row
 * is locked.
 */
static enum status assert_locked(struct keeper *keeper, struct watch *watch,
                                 struct keeper_view *view)
{
    const struct home home = fresh_home(view->run_id);
    const struct assertion assertion = {
        .home = &home,
        .epoch = slice_str(view->row.epoch),
        .replid = slice_str(view->look.replid),
        .server_id = view->row.server_id,
        .revision = view->row.number,
    };
    enum status status;

    judge_row(keeper, watch, view);
    if (!keeper_may_assert(view)) {
        return STATUS_PRECONDITION;
    }
    status = assert_page(keeper->redis, database_of(watch), &assertion,
                         clock_deadline(page_timeout_us(keeper->settings)));
    if (status == STATUS_CONFLICT) {
        log_warn("database went back",
                 "model=%.*s revision=%" PRIu64
                 " hint=\"it is behind a page that was published; a new epoch voids all entries\"",
                 SLICE_ARG(watch->follower->model->name), view->row.number);
        return sql_note(keeper, revision_new_epoch(keeper->connection.sql, database_of(watch)));
    }
    if (status == STATUS_OK) {
        kill_point("page");
        status = sql_note(keeper, revision_settle(keeper->connection.sql, database_of(watch), &home,
                                                  watch->follower->model->touches));
    }
    return status;
}

/*
 * As the row may have changed by another server's loss: "under the row lock: new epoch, home =
 * NULL".
 */
static enum status epoch_locked(struct keeper *keeper, struct watch *watch,
                                struct keeper_view *view)
{
    if (!home_eq(&view->row.home, &view->look.page_home) || !keeper_went_back(view)) {
        return STATUS_PRECONDITION;
    }
    return sql_note(keeper, revision_new_epoch(keeper->connection.sql, database_of(watch)));
}

/*
 * "lock the row (SELECT ... FOR UPDATE, which waits for a transaction in flight)" and decide again
 * by what is there.
 */
static enum status act_locked(struct keeper *keeper, struct watch *watch, struct keeper_view *view,
                              enum status (*act)(struct keeper *, struct watch *,
                                                 struct keeper_view *))
{
    enum status status = sql_note(keeper, sql_begin(keeper->connection.sql));

    if (status == STATUS_OK) {
        status = sql_note(
            keeper, revision_read(keeper->connection.sql, database_of(watch), true, &view->row));
    }
    if (status == STATUS_OK) {
        status = act(keeper, watch, view);
    }
    if (status == STATUS_OK) {
        return sql_note(keeper, sql_commit(keeper->connection.sql));
    }
    connection_rollback(&keeper->connection);
    return status;
}

static void act_supersede(struct watch *watch)
{
    struct follower *follower = watch->follower;

    if (!follower->superseded) {
        follower->superseded = true;
        log_error("superseded",
                  "model=%.*s hint=\"a projector with another model took over: stop this one\"",
                  SLICE_ARG(follower->model->name));
        wake_up(&follower->lanes);
        wake_up(follower->dispatcher);
    }
}

/* Lanes leave when they see it; the dispatcher takes no shard while it lasts. */
static void give_back(struct watch *watch, bool now)
{
    struct follower *follower = watch->follower;

    if (now == (watch->gave_back_us != 0)) {
        return;
    }
    watch->gave_back_us = now ? clock_us() : 0;
    follower->giving_back = now;
    log_warn(now ? "shards given back" : "shards wanted again", "model=%.*s",
             SLICE_ARG(follower->model->name));
    wake_up(&follower->lanes);
    wake_up(follower->dispatcher);
}

static enum status act(struct keeper *keeper, struct watch *watch, struct keeper_view *view,
                       enum keeper_action action, bool write_touches)
{
    give_back(watch, action == KEEPER_GIVE_BACK);
    switch (action) {
    case KEEPER_RENEW:
        return act_renew(keeper, watch, view);
    case KEEPER_CLEAR:
        return act_clear(keeper, watch, view, write_touches);
    case KEEPER_ASSERT:
        return act_locked(keeper, watch, view, assert_locked);
    case KEEPER_EPOCH:
        return act_locked(keeper, watch, view, epoch_locked);
    case KEEPER_SUPERSEDED:
        act_supersede(watch);
        return STATUS_OK;
    case KEEPER_WAIT:
    case KEEPER_GIVE_BACK:
    case KEEPER_ACTION_COUNT:
        break;
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------------ turns */

/* Who else is there is asked only when it matters. */
static enum status decide(struct keeper *keeper, struct watch *watch, struct keeper_view *view,
                          enum keeper_action *action_out, bool *write_touches_out)
{
    struct lease_survey survey;
    enum status status;

    view->others = true;
    *action_out = keeper_decide(view, write_touches_out);
    if (*action_out != KEEPER_GIVE_BACK) {
        return STATUS_OK;
    }
    status = sql_note(keeper, lease_survey(keeper->connection.sql, database_of(watch),
                                           watch->follower->owner, &survey));
    if (status == STATUS_OK) {
        view->others = survey.others;
        view->given_back = survey.free && watch->gave_back_us != 0 &&
                           clock_us() - watch->gave_back_us >= keeper->settings->shard_lease;
        *action_out = keeper_decide(view, write_touches_out);
    }
    return status;
}

static void say(const struct watch *watch, enum keeper_action action, enum status status)
{
    struct follower *follower = watch->follower;

    if (status != STATUS_OK) {
        log_warn_every("keeper's action failed", "model=%.*s action=%s status=%s",
                       SLICE_ARG(follower->model->name), keeper_action_name(action),
                       status_name(status));
        return;
    }
    metric_add(follower->actions[action], 1);
    kill_point(keeper_action_name(action));
    if (action == KEEPER_CLEAR || action == KEEPER_ASSERT || action == KEEPER_EPOCH) {
        log_info("keeper acted", "model=%.*s action=%s", SLICE_ARG(follower->model->name),
                 keeper_action_name(action));
        follower->homes++;
        wake_up(&follower->lanes);
    }
}

/* True: something was changed, look again at once (after ASSERT comes RENEW). */
static bool turn(struct keeper *keeper, struct watch *watch)
{
    struct keeper_view view;
    enum keeper_action action = KEEPER_WAIT;
    bool write_touches = false;
    enum status status = look(keeper, watch, &view);

    if (status == STATUS_OK) {
        status = decide(keeper, watch, &view, &action, &write_touches);
    }
    if (status != STATUS_OK) {
        return false;
    }
    status = act(keeper, watch, &view, action, write_touches);
    say(watch, action, status);
    return status == STATUS_OK && action == KEEPER_ASSERT;
}

static void *run(void *ctx)
{
    struct keeper *keeper = ctx;
    uint64_t seen = 0;

    while (!keeper->stopping) {
        uint64_t next_us = clock_deadline(keeper->settings->lease / 5);
        size_t i;

        for (i = 0; i < keeper->count && !keeper->stopping; i++) {
            if (turn(keeper, &keeper->watches[i])) {
                (void)turn(keeper, &keeper->watches[i]);
            }
        }
        wake_wait(keeper->wake, &seen, clock_left_us(next_us));
    }
    return NULL;
}

static void destroy(struct keeper *keeper)
{
    connection_fini(&keeper->connection);
    redis_sync_destroy(keeper->redis);
    xfree(keeper->watches);
    xfree(keeper);
}

struct keeper *keeper_start(const struct settings *settings, struct follower *followers,
                            size_t count)
{
    struct redis_config config = clients_redis(settings);
    struct keeper *keeper = XNEW(struct keeper);
    size_t i;

    keeper->settings = settings;
    connection_init(&keeper->connection, settings, CONNECTION_PROJECTOR, SLICE_EMPTY);
    keeper->watches = XARRAY(struct watch, count);
    keeper->count = count;
    config.command_timeout_us = page_timeout_us(settings); /* the longest; each call has its own */
    keeper->redis = redis_sync_create(&config);
    keeper->wake = followers[0].keeper;
    for (i = 0; i < count; i++) {
        keeper->watches[i].follower = &followers[i];
    }
    if (pthread_create(&keeper->thread, NULL, run, keeper) != 0) {
        log_error("keeper not started", NULL);
        destroy(keeper);
        return NULL;
    }
    return keeper;
}

void keeper_stop(struct keeper *keeper)
{
    keeper->stopping = true;
    wake_up(keeper->wake);
    (void)pthread_join(keeper->thread, NULL);
    destroy(keeper);
}
