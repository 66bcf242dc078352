/*
 * One subscription for each model: twofold:<database>:poke -> wake its lanes.
 */
#include "projector/poke.h"

#include "cache/publish.h"
#include "conf/settings/clients.h"
#include "lib/base/memory.h"
#include "lib/redis/redis.h"
#include "projector/store/session.h"

struct poke {
    struct redis_feed **feeds;
    size_t count;
};

static void on_message(void *ctx, struct slice message)
{
    struct follower *follower = ctx;

    (void)message;
    wake_up(&follower->lanes);
}

/* A hint may have been missed while there was no subscription. */
static void on_up(void *ctx, struct slice run_id)
{
    on_message(ctx, run_id);
}

static void on_down(void *ctx)
{
    (void)ctx;
}

struct poke *poke_create(struct loop *loop, const struct settings *settings,
                         struct follower *followers, size_t count)
{
    const struct redis_config config = clients_redis(settings);
    struct poke *poke = XNEW(struct poke);
    size_t i;

    poke->feeds = XARRAY(struct redis_feed *, count);
    poke->count = count;
    for (i = 0; i < count; i++) {
        const struct redis_feed_handler handler = {
            .up = on_up, .message = on_message, .down = on_down, .ctx = &followers[i]};
        struct arena arena = {0};

        poke->feeds[i] = redis_subscribe(loop, &config,
                                         key_poke(&arena, followers[i].model->database), &handler);
        arena_fini(&arena);
    }
    return poke;
}

void poke_destroy(struct poke *poke)
{
    size_t i;

    for (i = 0; i < poke->count; i++) {
        redis_feed_destroy(poke->feeds[i]);
    }
    xfree(poke->feeds);
    xfree(poke);
}
