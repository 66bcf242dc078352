/*
 * Names to addresses beside the loop.
 *
 *     resolve_start --thread--> getaddrinfo --loop_post--> deliver -> done
 *
 * The answer always comes back to the loop, which alone frees; cancelling only takes done away.
 */
#include "lib/run/resolve.h"

#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>

#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/data/ip.h"

struct resolve {
    struct loop *loop;
    char *host;
    char address[INET6_ADDRSTRLEN]; /* empty: none was found */
    resolve_done_fn *done;          /* NULL: cancelled. The loop's thread only */
    void *ctx;
};

bool resolve_is_numeric(const char *host)
{
    struct slice text = slice_str(host);

    return host[0] == '/' || ip4_valid(text) || ip6_valid(text);
}

static void deliver(void *ctx)
{
    struct resolve *resolve = ctx;

    if (resolve->done) {
        resolve->done(resolve->ctx, resolve->address[0] ? resolve->address : NULL);
    }
    xfree(resolve->host);
    xfree(resolve);
}

static bool ask_family(struct resolve *resolve, int family)
{
    const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    if (getaddrinfo(resolve->host, NULL, &hints, &found) != 0) {
        return false;
    }
    (void)getnameinfo(found->ai_addr, found->ai_addrlen, resolve->address, sizeof(resolve->address),
                      NULL, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    return resolve->address[0] != '\0';
}

/* IPv4 first, as hiredis does for names: a server on 127.0.0.1 is reached as localhost. */
static void *ask(void *ctx)
{
    struct resolve *resolve = ctx;

    if (!ask_family(resolve, AF_INET)) {
        (void)ask_family(resolve, AF_INET6);
    }
    loop_post(resolve->loop, deliver, resolve);
    return NULL;
}

struct resolve *resolve_start(struct loop *loop, const char *host, resolve_done_fn *done, void *ctx)
{
    struct resolve *resolve = XNEW(struct resolve);
    pthread_t thread;

    resolve->loop = loop;
    resolve->host = xstrdup(slice_str(host));
    resolve->done = done;
    resolve->ctx = ctx;
    if (pthread_create(&thread, NULL, ask, resolve) == 0) {
        (void)pthread_detach(thread);
    } else {
        log_warn_every("thread not made",
                       "what=resolver host=\"%s\" hint=\"raise the limit of processes\"", host);
        loop_post(loop, deliver, resolve);
    }
    return resolve;
}

void resolve_cancel(struct resolve *resolve)
{
    if (resolve) {
        resolve->done = NULL;
    }
}
