/*
 * A request is a row of steps (docs/style.md "The life of a request"). A step does one thing and
 * says what comes next; request_run loops until a step waits or the answer is ready, and there is
 * one exit.
 *
 *     query    route -> params -> lookup ... answer
 *     command  route -> body -> submit ... outcome [-> wait ... outcome]
 *
 * The request lives in its exchange's arena, and until its call has ended even when the client has
 * gone: every call has a deadline.
 */
#ifndef GATEWAY_REQUEST_H
#define GATEWAY_REQUEST_H

#include "gateway/route.h"
#include "gateway/service.h"
#include "gateway/worker.h"

struct request;

enum next {
    NEXT_STEP,
    NEXT_WAIT,
    NEXT_REPLY
};

struct step {
    const char *name;
    enum next (*run)(struct request *request);
};

struct request {
    struct worker *worker;   /* the thread that owns this; never changes */
    struct service *service; /* held: a reload cannot pull it away */
    struct httpd_exchange *exchange;
    struct arena *arena;
    const struct step *step; /* where we are */
    uint64_t deadline_us;
    struct slice id; /* X-Request-Id */
    struct route_match match;
    /* canonical text of the claims that the request may use; empty without auth */
    struct slice claims;

    /* a query's */
    struct lookup_input lookup;
    struct answer answer;
    enum lookup_outcome outcome;

    /* a command's */
    struct command_input command;
    enum status status; /* how it ended */
    struct command_result result;
    uint64_t wait_us; /* of Prefer: wait; 0: none */
    bool waited;      /* the change is visible */

    /* the answer; its headers are in the worker's scratch */
    int code;
    struct slice body; /* in the request's arena, or the worker's scratch */
};

/* The httpd's handlers; ctx is the worker. */
void request_begin(void *ctx, struct httpd_exchange *exchange);
void request_refuse(void *ctx, int code, const char *detail, struct buf *headers, struct buf *body);

/* Goes on with the step after the one that waited. */
void request_resume(struct request *request);

/* Value of a request header, of several lines their list (RFC 9110 5.3); empty when absent. */
struct slice request_header(const struct request *request, const char *name);

/* The rows of steps, ended by a NULL name. */
extern const struct step query_steps[];
extern const struct step command_steps[];

/* Counters of requests by route, method and code; one set a service. */
struct route_metrics *route_metrics_create(const struct plan *plan);
void route_metrics_destroy(struct route_metrics *metrics);

#endif
