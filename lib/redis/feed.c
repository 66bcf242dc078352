/*
 * A subscription: a link that says SUBSCRIBE when it is up, and then hears one array per message.
 *
 * Once in CHECK_US it asks ROLE, which shows that the server lives and is a master still; one that
 * answers nothing, or is none, is left. A subscriber may not ask, so it leaves the channel for that
 * one command: UNSUBSCRIBE, ROLE, SUBSCRIBE in one write. (What is said between them is lost; who
 * hears a feed looks for himself from time to time.)
 */
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/redis/hello.h"
#include "lib/redis/link.h"
#include "lib/redis/redis.h"
#include "lib/redis/reply.h"

#define CHECK_US 1000000

struct redis_feed {
    struct loop *loop;
    struct redis_link *link;
    struct redis_feed_handler handler;
    char *channel;
    struct loop_timer check;
    uint64_t asked_us; /* 0: none awaited */
    bool subscribed;
};

static void say(struct redis_feed *feed, const struct slice *args, size_t count)
{
    const struct redis_command command = {.args = args, .count = count};

    redis_link_write(feed->link, &command);
}

static void subscribe(struct redis_feed *feed)
{
    const struct slice args[] = {SLICE_LITERAL("SUBSCRIBE"), slice_str(feed->channel)};

    say(feed, args, 2);
}

static void ask_role(struct redis_feed *feed)
{
    const struct slice leave[] = {SLICE_LITERAL("UNSUBSCRIBE"), slice_str(feed->channel)};
    const struct slice role = SLICE_LITERAL("ROLE");

    say(feed, leave, 2);
    say(feed, &role, 1);
    subscribe(feed);
}

static void on_check_due(void *ctx);

static void check_start(struct redis_feed *feed, uint64_t pause_us)
{
    loop_timer_start(feed->loop, &feed->check, clock_us() + pause_us, on_check_due, feed);
}

/* Alternately: ask, and see whether anything was heard since. */
static void on_check_due(void *ctx)
{
    struct redis_feed *feed = ctx;

    if (feed->asked_us == 0) {
        feed->asked_us = loop_now_us(feed->loop);
        ask_role(feed);
        check_start(feed, redis_link_config(feed->link)->command_timeout_us);
        return;
    }
    if (redis_link_heard_us(feed->link) < feed->asked_us) {
        redis_link_poll(feed->link); /* it was perhaps we who were busy */
    }
    if (!redis_link_up(feed->link)) {
        return;
    }
    if (redis_link_heard_us(feed->link) < feed->asked_us) {
        redis_link_drop(feed->link, "no_answer");
        return;
    }
    feed->asked_us = 0;
    check_start(feed, CHECK_US);
}

static void on_up(void *ctx)
{
    struct redis_feed *feed = ctx;

    subscribe(feed);
    feed->asked_us = loop_now_us(feed->loop);
    check_start(feed, redis_link_config(feed->link)->command_timeout_us);
}

static void on_down(void *ctx)
{
    struct redis_feed *feed = ctx;
    bool subscribed = feed->subscribed;

    loop_timer_stop(&feed->check);
    feed->subscribed = false;
    feed->asked_us = 0;
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

/* Again after each ROLE: then nothing is new. */
static void on_subscribed(struct redis_feed *feed)
{
    if (!feed->subscribed) {
        feed->subscribed = true;
        feed->handler.up(feed->handler.ctx, redis_link_run_id(feed->link));
    }
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
    if (word->type != REDIS_ARRAY || word->count == 0) {
        return;
    }
    if (slice_is(word->items[0].text, "message") && word->count == 3) {
        feed->handler.message(feed->handler.ctx, word->items[2].text);
    } else if (slice_is(word->items[0].text, "subscribe")) {
        on_subscribed(feed);
    } else if (slice_is(word->items[0].text, "unsubscribe")) {
        return;
    } else if (!redis_role_is_master(word)) {
        redis_link_drop(feed->link, "no_longer_a_master");
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
