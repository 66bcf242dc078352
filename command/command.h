/*
 * The write side: validate -> state -> require, skip_if -> conditional write -> answer.
 * command/README.md.
 *
 * One struct commander per worker. A command in flight owns itself; its caller's arena and input
 * must live until done, which always comes (each has a deadline).
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include "command/aggregate_cache.h"
#include "command/precondition.h"
#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"

struct commander;

/* AGGREGATES are shared with the process's other commanders. All is borrowed. */
struct commander *commander_create(struct loop *loop, const struct plan *plan,
                                   const struct settings *settings, struct dynamodb *dynamodb,
                                   struct aggregate_cache *aggregates);
void commander_destroy(struct commander *commander); /* when no command is in flight */

struct command_result;

/* What the client is told, as it is stored beside a key. In the command's arena. */
struct command_answer {
    int code;             /* 2xx */
    struct slice headers; /* whole lines with CRLF: those that do not depend on the moment */
    struct slice body;
};

/*
 * RESULT is that of an OK end. Runs before the write is sent, for a key's sake: perhaps several
 * times, and the command may still fail.
 */
typedef void command_render_fn(void *ctx, const struct command_result *result, struct arena *arena,
                               struct command_answer *out);

/* Borrowed until done. */
struct command_input {
    const struct plan_command *command;
    const struct value *path_id; /* from the path, typed, as sent; NULL: not in the path */
    const struct value *payload; /* parsed body and members from the path; NULL: neither */
    /* PAYLOAD with those members as the path spells them; NULL: as PAYLOAD has them */
    const struct value *sent_payload;
    struct precondition precondition;
    const struct value *claims;              /* NULL: none */
    struct slice principal, idempotency_key; /* empty: none */
    command_render_fn *render;               /* needed with a key */
    void *render_ctx;
    uint64_t sent_ms; /* the client's timestamp, recorded only; 0: none */
    uint64_t deadline_us;
    struct arena *arena;
};

struct command_event {
    struct slice id, type;
};

struct command_result {
    const struct value *id; /* of the aggregate, as given or generated; NULL when it is not known */
    struct slice id_text;   /* canonical */
    /* new one; of a no-op the unchanged one; of a refusal the current one, 0: not known */
    uint64_t version;
    bool created; /* answer 201 with Location when the command declares one */
    const struct command_event *events;
    size_t event_count;
    const struct command_answer *answer; /* of an OK end with a key: the bytes to send; else NULL */
    bool repeated;                       /* they were stored by an earlier command */
    /* of failures */
    int code;                           /* REFUSED: the declared status */
    struct slice title;                 /* REFUSED: the declared title */
    const char *detail;                 /* static or in the arena; NULL: none */
    const struct schema_errors *errors; /* SCHEMA */
    unsigned int retry_after_s;         /* THROTTLED, BUSY, UNAVAILABLE; 0: not said */
};

/*
 * OK
 * SCHEMA        422: payload, id, or two ids that differ
 * INVALID       422: the key was used for another request
 * REFUSED       as the model declares it
 * PRECONDITION  412: a header's condition does not hold; result.version is the current one
 * CONFLICT      409: expectedVersion, or the race was lost too often; result.version is the
 *               current one. With retry_after_s: transactions were in the way until the deadline
 * THROTTLED, BUSY, UNAVAILABLE  503: surely not applied
 * UNCERTAIN     504 outcome-unknown
 * TIMEOUT       504: surely not applied
 * TOO_LARGE     422: beyond DynamoDB's item size
 * INTERNAL
 *
 * done runs once, later, on the loop; never from inside command_start.
 */
typedef void command_done_fn(void *ctx, enum status status, const struct command_result *result);
void command_start(struct commander *commander, const struct command_input *input,
                   command_done_fn *done, void *ctx);

#endif
