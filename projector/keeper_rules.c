/*
 * The keeper's rules, without I/O.
 *
 *     touches another's, and we run already ............... SUPERSEDED
 *     Redis does not answer for a lease, home is set ...... CLEAR, or GIVE_BACK while others hold
 *                                                           leases
 *         the same, touches another's, we are starting .... CLEAR that writes them
 *     Redis answers:
 *         home NULL ........................ waited 2 D ... ASSERT
 *         home on another server .......................... CLEAR, or GIVE_BACK
 *         home here, page gone or not home's own .......... ASSERT
 *         home here, the database went back ............... EPOCH
 *         home here, touches another's, we are starting ... ASSERT
 *         home here, page there ........................... RENEW
 *
 * Invariant: what is not in the list waits. A lease that is not renewed costs time, a wrong one
 * would cost the promise.
 */
#include "projector/keeper_rules.h"

const char *keeper_action_name(enum keeper_action action)
{
    static const char *const names[] = {"wait",   "renew", "clear",     "give_back",
                                        "assert", "epoch", "superseded"};

    _Static_assert(ARRAY_COUNT(names) == KEEPER_ACTION_COUNT, "one name for each action");
    return names[action];
}

static bool rebuilding(const struct revision *row)
{
    return strcmp(row->cleared, "0") == 0;
}

static bool home_here(const struct keeper_view *view)
{
    return view->redis && home_is_on(&view->row.home, view->run_id);
}

bool keeper_may_assert(const struct keeper_view *view)
{
    return view->redis && (view->touches_ours || view->starting) && !rebuilding(&view->row) &&
           (home_here(view) || (view->row.home.len == 0 && view->waited));
}

bool keeper_went_back(const struct keeper_view *view)
{
    const struct renew_view *look = &view->look;

    return view->row.number + 1 < look->published ||
           (!view->shared_storage && view->row.server_id != look->page_server_id);
}

/*
 * The page that home names, made for this epoch and by a server that has not been a replica since.
 */
static bool page_is_homes(const struct keeper_view *view)
{
    const struct renew_view *look = &view->look;

    return look->page && home_eq(&look->page_home, &view->row.home) &&
           strcmp(look->page_epoch, view->row.epoch) == 0 &&
           strcmp(look->page_replid, look->replid) == 0;
}

/*
 * "At once if no other owner holds an unexpired lease; else give the shards back, and CLEAR if
 * nobody took them one lease later."
 */
static enum keeper_action clear_or_give_back(const struct keeper_view *view)
{
    return !view->others || view->given_back ? KEEPER_CLEAR : KEEPER_GIVE_BACK;
}

static enum keeper_action with_redis(const struct keeper_view *view)
{
    if (view->row.home.len == 0) {
        return keeper_may_assert(view) ? KEEPER_ASSERT : KEEPER_WAIT;
    }
    if (!home_here(view)) {
        return clear_or_give_back(view);
    }
    if (!page_is_homes(view)) {
        return KEEPER_ASSERT;
    }
    if (keeper_went_back(view)) {
        return KEEPER_EPOCH;
    }
    return view->touches_ours ? KEEPER_RENEW : KEEPER_ASSERT;
}

enum keeper_action keeper_decide(const struct keeper_view *view, bool *write_touches_out)
{
    *write_touches_out = false;
    if (!view->touches_ours && !view->starting) {
        return KEEPER_SUPERSEDED;
    }
    if (view->redis) {
        return with_redis(view);
    }
    if (!view->redis_lost || rebuilding(&view->row) ||
        (view->row.home.len == 0 && view->touches_ours)) {
        return KEEPER_WAIT;
    }
    *write_touches_out = !view->touches_ours;
    return clear_or_give_back(view);
}
