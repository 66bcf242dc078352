/*
 * The trie of routes.
 *
 *     GET /products/{ProductId}    node 0 --"products"--> node 1 --any--> node 2 [GET, PUT, DELETE]
 *     GET /products/in-stock                              node 1 --"in-stock"--> node 3 [GET]
 *
 * Literal edges of all nodes are in one open-addressed table under (node, segment); a node's
 * parameter edge is in the node. A match tries the literal edge first and goes back to the
 * parameter when what follows does not fit.
 */
#include "gateway/route.h"

#include <string.h>

#include "lib/base/memory.h"
#include "lib/data/hash.h"
#include "lib/data/percent.h"

#define SEGMENTS_MAX 16
#define NO_NODE      0 /* the root is nobody's child */

struct node {
    unsigned int param; /* the child for any segment; NO_NODE: none */
    const struct plan_route *routes[HTTP_METHOD_COUNT];
    unsigned int allowed;
};

struct edge {
    unsigned int from, to; /* to = NO_NODE: a free place */
    struct slice literal;
};

struct router {
    struct plan_segment segment; /* of the envelope's route, which is no model's */
    struct plan_route envelope;
    struct node *nodes;
    struct edge *edges;
    unsigned int node_count;
    uint64_t edge_mask;
};

static uint64_t edge_hash(unsigned int from, struct slice literal)
{
    return hash_xxh64(literal) ^ (from * UINT64_C(0x9E3779B97F4A7C15));
}

/* The place of the edge, or the free place where it would be. */
static struct edge *edge_find(const struct router *router, unsigned int from, struct slice literal)
{
    uint64_t place = edge_hash(from, literal) & router->edge_mask;

    for (;; place = (place + 1) & router->edge_mask) {
        struct edge *edge = &router->edges[place];

        if (edge->to == NO_NODE || (edge->from == from && slice_eq(edge->literal, literal))) {
            return edge;
        }
    }
}

static unsigned int child_of(struct router *router, unsigned int from,
                             const struct plan_segment *segment)
{
    unsigned int *to;

    if (segment->param.len > 0) {
        to = &router->nodes[from].param;
    } else {
        struct edge *edge = edge_find(router, from, segment->literal);

        edge->from = from;
        edge->literal = segment->literal;
        to = &edge->to;
    }
    if (*to == NO_NODE) {
        *to = router->node_count++;
    }
    return *to;
}

static void add_route(struct router *router, const struct plan_route *route)
{
    unsigned int node = 0;

    for (size_t i = 0; i < route->segment_count; i++) {
        node = child_of(router, node, &route->segments[i]);
    }
    router->nodes[node].routes[route->method] = route;
    router->nodes[node].allowed |= 1u << route->method;
    if (route->method == HTTP_GET) {
        router->nodes[node].routes[HTTP_HEAD] = route;
        router->nodes[node].allowed |= 1u << HTTP_HEAD;
    }
}

static void add_envelope(struct router *router, unsigned int index)
{
    router->segment.literal = SLICE_LITERAL(ENVELOPE_PATH);
    router->envelope = (struct plan_route){.method = HTTP_POST,
                                           .text = SLICE_LITERAL("POST /" ENVELOPE_PATH),
                                           .segments = &router->segment,
                                           .segment_count = 1,
                                           .index = index};
    add_route(router, &router->envelope);
}

static bool is_served(const struct plan_route *route, enum role role)
{
    return role == ROLE_ALL || (role == ROLE_QUERY) == (route->query != NULL);
}

struct router *router_create(const struct plan *plan, enum role role)
{
    struct router *router = XNEW(struct router);
    size_t segments = 2;
    uint64_t places = 16;

    for (size_t i = 0; i < plan->route_count; i++) {
        segments += plan->routes[i]->segment_count;
    }
    while (places < 4 * segments) {
        places *= 2;
    }
    router->nodes = XARRAY(struct node, segments);
    router->edges = XARRAY(struct edge, places);
    router->edge_mask = places - 1;
    router->node_count = 1;
    for (size_t i = 0; i < plan->route_count; i++) {
        if (is_served(plan->routes[i], role)) {
            add_route(router, plan->routes[i]);
        }
    }
    if (role != ROLE_QUERY) {
        add_envelope(router, (unsigned int)plan->route_count);
    }
    return router;
}

void router_destroy(struct router *router)
{
    xfree(router->nodes);
    xfree(router->edges);
    xfree(router);
}

/* The segments of "/a/b"; more than the maximum or an empty one fits no route: NOT_FOUND. */
static enum status split(struct slice path, struct arena *arena, struct slice *segments,
                         size_t *count_out)
{
    size_t count = 0;

    path = slice_from(path, 1);
    while (path.len > 0) {
        struct slice segment, rest;
        bool more = slice_cut(path, '/', &segment, &rest);

        if (count == SEGMENTS_MAX || segment.len == 0 || (more && rest.len == 0)) {
            return STATUS_NOT_FOUND;
        }
        if (percent_decode(arena, segment, false, &segments[count]) != STATUS_OK) {
            return STATUS_INVALID;
        }
        count++;
        path = rest;
    }
    *count_out = count;
    return STATUS_OK;
}

/* The node that SEGMENTS lead to from NODE, or NO_NODE. Its captures are those of the path taken.
 */
static unsigned int descend(const struct router *router, unsigned int node,
                            const struct slice *segments, size_t count, struct slice *captures)
{
    unsigned int found;

    if (count == 0) {
        return router->nodes[node].allowed != 0 ? node : NO_NODE;
    }
    found = edge_find(router, node, segments[0])->to;
    if (found != NO_NODE) {
        found = descend(router, found, segments + 1, count - 1, captures);
    }
    if (found == NO_NODE && router->nodes[node].param != NO_NODE) {
        captures[0] = segments[0];
        found = descend(router, router->nodes[node].param, segments + 1, count - 1, captures + 1);
    }
    return found;
}

enum status router_match(const struct router *router, struct slice path, enum http_method method,
                         struct arena *arena, struct route_match *out)
{
    struct slice segments[SEGMENTS_MAX];
    struct slice captures[SEGMENTS_MAX];
    size_t count = 0;
    unsigned int node;
    enum status status;

    out->route = NULL;
    out->allowed = 0;
    status = split(path, arena, segments, &count);
    if (status != STATUS_OK) {
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    }
    node = descend(router, 0, segments, count, captures);
    if (node == NO_NODE) {
        return STATUS_OK;
    }
    out->allowed = router->nodes[node].allowed;
    if (method < HTTP_METHOD_COUNT && router->nodes[node].routes[method]) {
        out->route = router->nodes[node].routes[method];
        memcpy(out->captures, captures, out->route->param_count * sizeof(captures[0]));
    }
    return STATUS_OK;
}
