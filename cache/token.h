/*
 * Read-your-writes: Consistency-Tokens, and the waits until what they name is committed. cache/PROTOCOL.md "Read-your-writes".
 *
 * Two kinds: "<Aggregate>:<id, percent-encoded>@<version>" of a command is waited for; "<model>:r<epoch>.<label>" of an answer is checked.
 */
#ifndef CACHE_TOKEN_H
#define CACHE_TOKEN_H

#include <stdbool.h>
#include <sys/queue.h>

#include "cache/page.h"
#include "conf/plan/plan.h"
#include "lib/redis/redis.h"
#include "lib/run/loop.h"
#include "lib/sql/sql.h"

#define TOKENS_MAX 16

struct cache_model;

struct token_command {
    struct slice aggregate; /* aggregate_name() */
    uint64_t version;
};

struct token_answer {
    char epoch[EPOCH_TEXT + 1];
    uint64_t label;
};

/* Those of one model. */
struct tokens {
    struct token_command commands[TOKENS_MAX];
    struct token_answer answers[TOKENS_MAX];
    size_t command_count, answer_count;
};

/* HEADER: one token or a comma list. Tokens of other models are left out. INVALID: one that is none, or more than TOKENS_MAX. */
MUST_CHECK enum status tokens_parse(struct slice header, const struct plan_model *model,
                                    struct tokens *out);

/* "An epoch that is not own's: ask the primary, whose epoch counts"; so does a revision that this worker has not heard of. True: no need to ask. */
bool tokens_known(const struct tokens *tokens, const char *epoch, uint64_t revision);

/* "A label above the primary's revision: 400"; "still another [epoch]: ignored" */
bool tokens_future(const struct tokens *tokens, const char *epoch, uint64_t revision);

/* ------------------------------------------------------------------ waits */

typedef void token_done_fn(void *ctx, enum status status);

/* Embedded in who waits; zeroed before its first use. */
struct wait {
    LIST_ENTRY(wait) link;
    struct cache_model *model;
    struct slice aggregate; /* borrowed until it ended */
    uint64_t version;
    struct loop_timer deadline;
    size_t polled, asked; /* place in the poll, in the statement in flight, from 1; 0: not in it */
    bool queued, fresh;   /* fresh: SQL was not asked yet */
    token_done_fn *done;
    void *ctx;
};
LIST_HEAD(wait_list, wait);

/* The waits of one model: a feed, one poll of Redis and one statement in flight for all of them. */
struct waits {
    struct cache_model *model;
    struct wait_list list;
    struct redis_feed *feed; /* NULL until the first wait */
    bool feed_up, redis_down;
    bool polling, poll_again, asking;
    struct loop_timer timer;
    uint64_t ask_due_us;
    const struct value **names; /* parameters of the statement */
    struct arena arena;         /* of the statement in flight */
    struct sql_statement statement;
};

void waits_init(struct waits *waits, struct cache_model *model);
void waits_fini(struct waits *waits); /* when nobody waits */

/* OK: done runs once, later: OK (that version is committed), TIMEOUT, REFUSED (the aggregate is among the dead letters). BUSY: too many wait. */
MUST_CHECK enum status token_wait(struct wait *wait, struct cache_model *model,
                                  const struct token_command *token, uint64_t deadline_us,
                                  token_done_fn *done, void *ctx);

#endif
