/*
 * What COMMANDS_TABLE holds of a command with a key. Pure.
 *
 *     PK          SHA-256 of (principal, key)
 *     request     SHA-256 of command, id, expected version, payload with sorted members
 *     write       made for each command: tells our own record from another's
 *     command, aggregateId, version
 *     response    {status, headers, body} as sent
 *     expiresAt   seconds
 */
#ifndef COMMAND_IDEMPOTENCY_RECORD_H
#define COMMAND_IDEMPOTENCY_RECORD_H

#include "command/command.h"

#define RECORD_LIFE_S (7 * 24 * 3600) /* command/README.md "Commands with a key" */

struct record {
    struct slice key, request, write; /* texts */
    struct slice command, id;
    uint64_t version;
    struct command_answer answer;
    uint64_t expires_s;
};

/* Hex, in ARENA. ID: canonical; empty: it is to be generated. */
struct slice record_key(struct arena *arena, struct slice principal, struct slice key);
struct slice record_request(struct arena *arena, const struct command_input *input,
                            struct slice id);

/*
 * Body of PutItem, or of a transaction's Put: on the condition that there is no record, or one that
 * has expired at NOW_S.
 */
struct slice record_put(struct arena *arena, const struct record *record, uint64_t now_s);

/* Body of a consistent GetItem. */
struct slice record_get(struct arena *arena, struct slice key);

/* CORRUPT: no record of ours. */
MUST_CHECK enum status record_read(struct arena *arena, const struct value *typed,
                                   struct record *out);

#endif
