/*
 * The parts of a request-target and of a Host (RFC 9112 3.2, RFC 3986 3.2). Private to the parser.
 */
#ifndef LIB_HTTPD_TARGET_H
#define LIB_HTTPD_TARGET_H

#include "lib/httpd/parse.h"

/*
 * Fills path, query and (of an absolute-form) host from request->target, whose characters were
 * checked already, and request->method. INVALID: a form that the method does not allow, a malformed
 * authority, or a scheme that is not this connection's; *refusal_out says why.
 */
MUST_CHECK enum status http_target_split(struct http_request *request,
                                         struct http_refusal *refusal_out);

/* Whether TEXT is uri-host [ ":" port ]. An empty one is not. */
bool http_host_valid(struct slice text);

#endif
