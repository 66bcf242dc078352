/*
 * The admin port of a daemon: /metrics, /livez and / (the dashboard, which shows /metrics and
 * /readyz) for every one, and pages of its own, /readyz among them. GET and HEAD only.
 */
#ifndef LIB_HTTPD_PAGES_H
#define LIB_HTTPD_PAGES_H

#include "lib/httpd/httpd.h"

#define PAGE_TEXT "Content-Type: text/plain; charset=utf-8\r\n"
#define PAGE_JSON "Content-Type: application/json\r\nCache-Control: no-store\r\n"

/* A page of the daemon's own; static. make appends the body and returns the code; on the loop. */
struct page {
    const char *path, *headers;
    int (*make)(void *ctx, struct buf *body);
};

struct pages;

/*
 * Listens on ADDRESS.
 *
 * config  limits and times; the rest is filled in here
 * pages   borrowed, COUNT of them; CTX goes to their make
 * status  httpd_listen's
 */
MUST_CHECK enum status pages_create(struct loop *loop, struct slice address,
                                    const struct httpd_config *config, const struct page *pages,
                                    size_t count, void *ctx, struct pages **out);
void pages_destroy(struct pages *pages);

#endif
