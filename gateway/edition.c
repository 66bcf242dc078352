/*
 * Loading the models, and the question whether a new edition may follow the old one.
 */
#include "gateway/edition.h"

#include <stdatomic.h>

#include "conf/build/load.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

static struct plan *load_plan(const struct settings *settings)
{
    struct diag diag = {0};
    struct plan *plan = plan_load(settings->models, &diag);

    diag_print(&diag, stderr);
    if (!plan) {
        log_error("models refused", "folder=\"%.*s\" complaints=%u", SLICE_ARG(settings->models),
                  diag.count);
    }
    diag_fini(&diag);
    return plan;
}

static bool commands_table_is_free(const struct settings *settings, const struct plan *plan)
{
    for (size_t i = 0; i < plan->model_count; i++) {
        if (slice_eq(plan->models[i].aggregate.table, settings->commands_table)) {
            log_error("models refused",
                      "model=%.*s table=%.*s reason=\"it is commands_table too\" "
                      "hint=\"give the answers to commands a table of their own\"",
                      SLICE_ARG(plan->models[i].name), SLICE_ARG(settings->commands_table));
            return false;
        }
    }
    return true;
}

struct edition *edition_load(const struct settings *settings, enum role role)
{
    struct plan *plan = load_plan(settings);
    struct edition *edition;

    if (!plan) {
        return NULL;
    }
    if (!commands_table_is_free(settings, plan)) {
        plan_put(plan);
        return NULL;
    }
    edition = XNEW(struct edition);
    edition->plan = plan;
    edition->router = router_create(plan, role);
    edition->references = 1;
    return edition;
}

struct edition *edition_get(struct edition *edition)
{
    atomic_fetch_add(&edition->references, 1);
    return edition;
}

void edition_put(struct edition *edition)
{
    if (atomic_fetch_sub(&edition->references, 1) == 1) {
        router_destroy(edition->router);
        plan_put(edition->plan);
        xfree(edition);
    }
}

static const struct plan_model *model_named(const struct plan *plan, struct slice name)
{
    for (size_t i = 0; i < plan->model_count; i++) {
        if (slice_eq(plan->models[i].name, name)) {
            return &plan->models[i];
        }
    }
    return NULL;
}

static bool model_may_follow(const struct plan_model *model, const struct plan_model *next)
{
    if (!next) {
        log_warn("reload refused", "model=%.*s reason=\"it is gone\" hint=restart",
                 SLICE_ARG(model->name));
        return false;
    }
    if (strcmp(model->touches, next->touches) != 0) {
        log_warn("reload refused",
                 "model=%.*s reason=\"its tags changed\" hint=\"restart projector, then gateways\"",
                 SLICE_ARG(model->name));
        return false;
    }
    if (!slice_eq(model->aggregate.table, next->aggregate.table)) {
        log_warn("reload refused", "model=%.*s reason=\"its table changed\" hint=restart",
                 SLICE_ARG(model->name));
        return false;
    }
    return true;
}

bool edition_may_follow(const struct edition *edition, const struct edition *next)
{
    bool may = true;

    for (size_t i = 0; i < edition->plan->model_count; i++) {
        const struct plan_model *model = &edition->plan->models[i];

        may &= model_may_follow(model, model_named(next->plan, model->name));
    }
    if (next->plan->model_count > edition->plan->model_count) {
        log_warn("reload refused", "reason=\"a model was added\" hint=\"run setup and restart\"");
        may = false;
    }
    return may;
}
