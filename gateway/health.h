/*
 * What a gateway needs, and whether it is there: asked once a second on the admin loop, so that
 * /readyz answers at once and nobody can hold it up.
 */
#ifndef GATEWAY_HEALTH_H
#define GATEWAY_HEALTH_H

#include "gateway/worker.h"
#include "lib/base/buf.h"

struct health;

/* On LOOP, which is not a worker's. gateway is borrowed for its life. */
MUST_CHECK enum status health_create(struct loop *loop, const struct gateway *gateway,
                                     struct health **out);

/*
 * Whether the served sides work: queries need an SQL node, commands need DynamoDB. Writes a JSON
 * array of what is missing, the tolerable included, into MISSING, which is empty:
 * ["redis","replica1","projector of products"]
 */
bool health_report(const struct health *health, struct buf *missing);

#endif
