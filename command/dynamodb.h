/*
 * DynamoDB and DynamoDB Streams over HTTP: signing, one try of one request, and its error translated. Retrying is the caller's affair
 * (retry.h), for only the caller knows what may be sent twice.
 */
#ifndef COMMAND_DYNAMODB_H
#define COMMAND_DYNAMODB_H

#include "conf/settings/settings.h"
#include "lib/aws/credentials.h"
#include "lib/data/value.h"
#include "lib/http/http.h"
#include "lib/run/loop.h"

struct dynamodb; /* one per worker or thread */

/* What came back. body: parsed JSON; of an error too ("__type", "message", "Item", "CancellationReasons"). */
struct dynamodb_answer {
    const struct value *body;
    struct slice error; /* "ConditionalCheckFailedException", ... ; empty when OK */
    struct slice message;
    struct slice request_id;
};

/*
 * OK; CONFLICT (ConditionalCheckFailed, TransactionConflict, TransactionCanceled); THROTTLED;
 * UNAVAILABLE (never sent); TIMEOUT (the same, at its deadline); UNCERTAIN (sent, no answer, or 5xx:
 * maybe applied); INVALID (ValidationException, ExpiredIterator: see error); NOT_FOUND
 * (ResourceNotFound); TRIMMED; DENIED (signature, credentials, expired token); BUSY; TOO_LARGE (item
 * size). All but OK and UNCERTAIN: surely not applied. answer is never NULL.
 */
typedef void dynamodb_done_fn(void *ctx, enum status status, const struct dynamodb_answer *answer);

/* Asynchronous, on LOOP. operation: "PutItem"; "GetRecords" and the other stream operations go to the streams endpoint. */
MUST_CHECK enum status dynamodb_create(struct loop *loop, const struct settings *settings,
                                       struct credential_provider *credentials,
                                       struct dynamodb **out);
void dynamodb_destroy(struct dynamodb *dynamodb);
/* body: borrowed until done; the answer lives in ARENA. */
void dynamodb_start(struct dynamodb *dynamodb, const char *operation, struct slice body,
                    struct arena *arena, uint64_t deadline_us, dynamodb_done_fn *done, void *ctx);

/* Blocking twin. */
struct dynamodb_sync;
MUST_CHECK enum status dynamodb_sync_create(const struct settings *settings,
                                            struct credential_provider *credentials,
                                            struct dynamodb_sync **out);
void dynamodb_sync_destroy(struct dynamodb_sync *dynamodb);
MUST_CHECK enum status dynamodb_sync_call(struct dynamodb_sync *dynamodb, const char *operation,
                                          struct slice body, struct arena *arena,
                                          uint64_t deadline_us, struct dynamodb_answer *out);

#endif
