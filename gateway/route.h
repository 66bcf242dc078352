/*
 * Which route a request's path is for. A trie of segments in one hash table, so the cost does not
 * grow with the number of routes. A literal segment beats a parameter. Read-only once made; shared
 * by the workers.
 */
#ifndef GATEWAY_ROUTE_H
#define GATEWAY_ROUTE_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/base/arena.h"
#include "lib/httpd/parse.h"

/*
 * POST /commands takes any command of any model (envelope.c): its route has neither query nor
 * command, and is numbered after the plan's.
 */
#define ENVELOPE_PATH "commands"

struct router;

struct router *router_create(const struct plan *plan, enum role role);
void router_destroy(struct router *router);

struct route_match {
    const struct plan_route *route;          /* of the method; NULL: there is none */
    struct slice captures[ROUTE_PARAMS_MAX]; /* decoded, in the order of the path */
    unsigned int allowed; /* bit mask of the path's methods (1 << HTTP_GET, ...); 0: no such path */
};

/* PATH is percent-encoded; captures are decoded into ARENA. HEAD finds GET's route. INVALID: an
 * escape that hides U+0000 or is not UTF-8. */
MUST_CHECK enum status router_match(const struct router *router, struct slice path,
                                    enum http_method method, struct arena *arena,
                                    struct route_match *out);

#endif
