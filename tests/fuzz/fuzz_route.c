/*
 * "METHOD PATH" against a plan's routes: a path that is no text, or a match whose captures are
 * text, and whose method is among those that the path allows.
 */
#include <stdlib.h>

#include "gateway/route.h"
#include "lib/base/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/conf/build/model_text.h"

static const struct router *router(void)
{
    static struct router *router;
    static const struct plan *plan; /* the routes are its own */

    if (!router) {
        struct model_folder folder;
        struct diag diag = {0};

        model_folder_make(&folder);
        model_folder_fill_from(&folder, event_model_texts, MODEL_JSON, NULL, NULL);
        plan = plan_load(slice_str(folder.root), &diag);
        model_folder_remove(&folder);
        if (!plan) {
            abort();
        }
        router = router_create(plan, ROLE_ALL);
    }
    return router;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct slice method, path;
    struct arena arena = {0};
    struct route_match match;
    enum http_method wanted;

    (void)slice_cut(slice_of(bytes, count), ' ', &method, &path);
    wanted = http_method_parse(method);
    if (router_match(router(), path, wanted, &arena, &match) == STATUS_OK && match.route) {
        if (!(match.allowed & 1u << match.route->method) ||
            (match.route->method != wanted && wanted != HTTP_HEAD)) {
            abort();
        }
        for (size_t i = 0; i < match.route->param_count; i++) {
            if (!utf8_valid(match.captures[i])) {
                abort();
            }
        }
    }
    arena_fini(&arena);
    return 0;
}
