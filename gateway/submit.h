/*
 * The steps of a command, for its route (submit.c) and for the envelope (envelope.c):
 *
 *     route     body -> headers -> submit ... wait ... outcome
 *     envelope  body -> envelope -> headers -> submit ... wait ... outcome
 *
 * The first ones fill request->command; submit needs its command, and path_id when it is not in the
 * payload.
 */
#ifndef GATEWAY_SUBMIT_H
#define GATEWAY_SUBMIT_H

#include "gateway/request.h"

#define IDEMPOTENCY_KEY_MAX 255

enum next submit_body(struct request *request);
enum next submit_headers(struct request *request);
enum next submit_start(struct request *request);
enum next submit_wait(struct request *request);
enum next submit_outcome(struct request *request);

/* 1 to IDEMPOTENCY_KEY_MAX visible characters of ASCII, blanks inside. */
bool idempotency_key_is_valid(struct slice key);

/* 422, told where. */
enum next submit_errors(struct request *request, const struct schema_errors *errors);

#endif
