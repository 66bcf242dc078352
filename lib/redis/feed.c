/*
 * A subscription: a link that says SUBSCRIBE when it is up, and then hears one array per message. A
 * PING in each pause shows that the server lives; a server that answers none is left. (A replica
 * passes its master's messages on, so a feed is right even on a server that was demoted.)
 */
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/redis/link.h"
#include "lib/redis/redis.h"
#include "lib/redis/reply.h"

#define PING_US 1000000

struct redis_feed {
    struct loop *loop;
    struct redis_link *link;
    struct redis_feed_handler handler;
    char *channel;
    struct loop_timer ping;
    uint64_t pinged_us; /* 0: none awaited */
    bool subscribed;
};

static void say(struct redis_feed *feed, const struct slice *args, size_t count)
{
    const struct redis_command command = {.args = args, .count = count};

    redis_link_write(feed->link, &command);
}

static void on_ping_due(void *ctx);

static void ping_start(struct redis_feed *feed, uint64_t pause_us)
{
    loop_timer_start(feed->loop, &feed->ping, clock_us() + pause_us, on_ping_due, feed);
}

/* Alternately: ask, and see whether anything was heard since. */
static void on_ping_due(void *ctx)
{
    struct redis_feed *feed = ctx;
    const struct slice ping = SLICE_LITERAL("PING");

    if (feed->pinged_us == 0) {
        feed->pinged_us = loop_now_us(feed->loop);
        say(feed, &ping, 1);
        ping_start(feed, redis_link_config(feed->link)->command_timeout_us);
        return;
    }
    if (redis_link_heard_us(feed->link) < feed->pinged_us) {
        redis_link_poll(feed->link); /* it was perhaps we who were busy */
    }
    if (!redis_link_up(feed->link)) {
        return;
    }
    if (redis_link_heard_us(feed->link) < feed->pinged_us) {
        redis_link_drop(feed->link, "no_answer");
        return;
    }
    feed->pinged_us = 0;
    ping_start(feed, PING_US);
}

static void on_up(void *ctx)
{
    struct redis_feed *feed = ctx;
    const struct slice args[] = {SLICE_LITERAL("SUBSCRIBE"), slice_str(feed->channel)};

    say(feed, args, 2);
    feed->pinged_us = loop_now_us(feed->loop);
    ping_start(feed, redis_link_config(feed->link)->command_timeout_us);
}

static void on_down(void *ctx)
{
    struct redis_feed *feed = ctx;
    bool subscribed = feed->subscribed;

    loop_timer_stop(&feed->ping);
    feed->subscribed = false;
    feed->pinged_us = 0;
    if (subscribed) {
        feed->handler.down(feed->handler.ctx);
    }
}

static size_t on_expect(void *ctx, struct arena **strings)
{
    (void)ctx;
    (void)strings;
    return 1;
}

static void on_batch(void *ctx, const struct redis_reply *replies, size_t count)
{
    struct redis_feed *feed = ctx;
    const struct redis_reply *word = &replies[0];

    (void)count;
    if (word->type == REDIS_ERROR) {
        redis_link_drop(feed->link, "subscription_refused");
        return;
    }
    if (word->type != REDIS_ARRAY || word->count < 3) {
        return; /* pong */
    }
    if (slice_is(word->items[0].text, "subscribe")) {
        feed->subscribed = true;
        feed->handler.up(feed->handler.ctx, redis_link_run_id(feed->link));
    } else if (slice_is(word->items[0].text, "message")) {
        feed->handler.message(feed->handler.ctx, word->items[2].text);
    }
}

static const struct redis_link_handler link_handler = {
    .up = on_up, .down = on_down, .expect = on_expect, .batch = on_batch};

struct redis_feed *redis_subscribe(struct loop *loop, const struct redis_config *config,
                                   struct slice channel, const struct redis_feed_handler *handler)
{
    struct redis_feed *feed = XNEW(struct redis_feed);

    feed->loop = loop;
    feed->handler = *handler;
    feed->channel = xstrdup(channel);
    feed->link = redis_link_create(loop, config, &link_handler, feed);
    return feed;
}

void redis_feed_destroy(struct redis_feed *feed)
{
    redis_link_destroy(feed->link);
    xfree(feed->channel);
    xfree(feed);
}
