/*
 * Conditional requests (RFC 9110 13): If-Match and If-None-Match, of queries by their entity tag,
 * of commands by their version. We send no Last-Modified, so the conditions by date do not apply
 * (13.1.3, 13.1.4).
 */
#ifndef GATEWAY_CONDITION_H
#define GATEWAY_CONDITION_H

#include "gateway/request.h"

/* The code of a query's answer that has ETAG: 200, 304 or 412. */
int condition_of_query(const struct request *request, struct slice etag);

/* Into request->command. NULL, or what is wrong. */
const char *condition_of_command(struct request *request);

#endif
