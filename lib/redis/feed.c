/*
 * A subscription: a link that says SUBSCRIBE when it is up, and then hears one array per message.
 *
 * Once in CHECK_US it asks ROLE, which shows that the server lives and is a master still; one that
 * answers nothing, or is none, is left. A subscriber may not ask, so it leaves the channel for that
 * one command: UNSUBSCRIBE, ROLE, SUBSCRIBE in one write. (What is said between them is lost; who
 * hears a feed looks for himself from time to time.)
 *
 * A server whose ACL refuses UNSUBSCRIBE or ROLE is asked for a sign of life only, by SUBSCRIBE
 * once more: the feed is worth more than the check. That it was demoted is then noticed when it is
 * lost.
 */
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/redis/hello.h"
#include "lib/redis/link.h"
#include "lib/redis/redis.h"
#include "lib/redis/reply.h"

#define CHECK_US 1000000

/* In the order in which they are written; replies come in that order. */
enum question {
    ASKED_NOTHING,
    ASKED_LEAVE,
    ASKED_ROLE,
    ASKED_JOIN
};

static const char *const commands[] = {[ASKED_NOTHING] = "nothing",
                                       [ASKED_LEAVE] = "UNSUBSCRIBE",
                                       [ASKED_ROLE] = "ROLE",
                                       [ASKED_JOIN] = "SUBSCRIBE"};

struct redis_feed {
    struct loop *loop;
    struct redis_link *link;
    struct redis_feed_handler handler;
    char *channel;
    struct loop_timer check;
    uint64_t asked_us;   /* 0: none awaited */
    enum question await; /* whose reply is the next one that is no message */
    bool unchecked;      /* UNSUBSCRIBE or ROLE was refused since it is up */
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
    if (feed->await == ASKED_NOTHING) {
        feed->await = ASKED_JOIN;
    }
}

static void ask_role(struct redis_feed *feed)
{
    const struct slice leave[] = {SLICE_LITERAL("UNSUBSCRIBE"), slice_str(feed->channel)};
    const struct slice role = SLICE_LITERAL("ROLE");

    feed->await = ASKED_LEAVE;
    say(feed, leave, 2);
    say(feed, &role, 1);
    subscribe(feed);
}

static void on_check_due(void *ctx);

static void check_start(struct redis_feed *feed, uint64_t pause_us)
{
    loop_timer_start(feed->loop, &feed->check, clock_us() + pause_us, on_check_due, feed);
}

/* Nothing is asked while replies are awaited: that the server lives, messages show too. */
static void ask(struct redis_feed *feed)
{
    feed->asked_us = loop_now_us(feed->loop);
    if (feed->await != ASKED_NOTHING) {
        return;
    }
    if (feed->unchecked) {
        subscribe(feed);
    } else {
        ask_role(feed);
    }
}

/* Alternately: ask, and see whether anything was heard since. */
static void on_check_due(void *ctx)
{
    struct redis_feed *feed = ctx;

    if (feed->asked_us == 0) {
        ask(feed);
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

    feed->await = ASKED_NOTHING;
    feed->unchecked = false;
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

static bool is_message(const struct redis_reply *word)
{
    return word->type == REDIS_ARRAY && word->count == 3 &&
           slice_is(word->items[0].text, "message");
}

/* The ACL lets us not ask: said once, for of a channel that was not left ROLE is refused too. */
static void leave_unchecked(struct redis_feed *feed, enum question question, struct slice why)
{
    feed->unchecked = true;
    log_warn_every(
        "redis feed is not checked",
        "peer=%.*s channel=%s command=%s why=\"%.*s\" "
        "hint=\"a demoted server is noticed only when it is lost: let the user run this, "
        "by the ACL in docs/compatibility.md\"",
        SLICE_ARG(redis_link_peer(feed->link)), feed->channel, commands[question], SLICE_ARG(why));
}

static void on_refused(struct redis_feed *feed, enum question question, struct slice why)
{
    if (question == ASKED_ROLE && feed->unchecked) {
        return;
    }
    if ((question == ASKED_LEAVE || question == ASKED_ROLE) && slice_starts(why, "NOPERM")) {
        leave_unchecked(feed, question, why);
        return;
    }
    log_warn_every("redis feed refused",
                   "peer=%.*s channel=%s command=%s why=\"%.*s\" "
                   "hint=\"let the user subscribe, by the ACL in docs/compatibility.md\"",
                   SLICE_ARG(redis_link_peer(feed->link)), feed->channel, commands[question],
                   SLICE_ARG(why));
    redis_link_drop(feed->link, "subscription_refused");
}

static void on_reply(struct redis_feed *feed, enum question question,
                     const struct redis_reply *reply)
{
    if (reply->type == REDIS_ERROR) {
        on_refused(feed, question, reply->text);
    } else if (question == ASKED_JOIN) {
        on_subscribed(feed);
    } else if (question == ASKED_ROLE && !redis_role_is_master(reply)) {
        redis_link_drop(feed->link, "no_longer_a_master");
    }
}

static void on_batch(void *ctx, const struct redis_reply *replies, size_t count)
{
    struct redis_feed *feed = ctx;
    enum question question = feed->await;

    (void)count;
    if (is_message(&replies[0])) {
        feed->handler.message(feed->handler.ctx, replies[0].items[2].text);
        return;
    }
    feed->await = question == ASKED_LEAVE  ? ASKED_ROLE
                  : question == ASKED_ROLE ? ASKED_JOIN
                                           : ASKED_NOTHING;
    on_reply(feed, question, &replies[0]);
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
