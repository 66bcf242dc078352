/*
 * What a table of answers holds of a command with a key. Pure.
 *
 *     PK          SHA-256 of (the model's table, principal, key)
 *     request     SHA-256 of the model's table, principal, command, id, expected version, payload
 *                 with sorted members
 *     write       made for each command: tells our own record from another's
 *     command, aggregateId, version
 *     response    {status, headers, body} as sent
 *     expiresAt   seconds
 *
 * The old form, of gateways before, has no model's table in either hash, and no principal in that
 * of the request.
 */
#ifndef COMMAND_IDEMPOTENCY_RECORD_H
#define COMMAND_IDEMPOTENCY_RECORD_H

#include "command/command.h"

#define RECORD_LIFE_S (7 * 24 * 3600) /* command/README.md "Commands with a key" */

enum record_form {
    RECORD_FORM,
    RECORD_FORM_OLD
};

struct record {
    struct slice table;               /* where it is */
    struct slice key, request, write; /* texts */
    struct slice command, id;
    uint64_t version;
    struct command_answer answer;
    uint64_t expires_s;
};

/*
 * Hex, in ARENA. ID: canonical, of RECORD_FORM_OLD as it was sent, for so it was in gateways of
 * before; empty: it is to be generated.
 */
struct slice record_key(struct arena *arena, enum record_form form,
                        const struct command_input *input);
struct slice record_request(struct arena *arena, enum record_form form,
                            const struct command_input *input, struct slice id);

/*
 * Body of PutItem, or of a transaction's Put: on the condition that there is no record, or one that
 * has expired at NOW_S.
 */
struct slice record_put(struct arena *arena, const struct record *record, uint64_t now_s);

/* Body of a consistent GetItem of its key. */
struct slice record_get(struct arena *arena, const struct record *record);

/*
 * A transaction was refused because one of the COUNT records that it puts, its actions from FIRST,
 * is there already. *item_out: as it was shown; NULL: it was not.
 */
bool record_met(const struct dynamodb_answer *answer, size_t first, size_t count,
                const struct value **item_out);

/* CORRUPT: no record of ours. */
MUST_CHECK enum status record_read(struct arena *arena, const struct value *typed,
                                   struct record *out);

#endif
