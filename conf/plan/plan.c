/*
 * A plan's life, and what is found in it by name.
 */
#include "conf/plan/plan.h"

#include "lib/base/memory.h"

struct plan *plan_get(struct plan *plan)
{
    plan->references++;
    return plan;
}

void plan_put(struct plan *plan)
{
    if (plan && --plan->references == 0) {
        arena_fini(&plan->arena);
        xfree(plan);
    }
}

/* ------------------------------------------------------------------ finding */

const struct plan_projection *plan_projection_find(const struct plan_model *model,
                                                   struct slice name)
{
    for (size_t i = 0; i < model->projection_count; i++) {
        if (slice_eq(model->projections[i].name, name)) {
            return &model->projections[i];
        }
    }
    return NULL;
}

struct plan_variant plan_variant_of(const struct plan_query *query, size_t number)
{
    return query->guard_count > 0 ? query->variants[number]
                                  : (struct plan_variant){query->tags, query->tag_count};
}

bool plan_param_nullable(const struct plan_param *param)
{
    return param->fallback && param->fallback->type == VALUE_NULL;
}

bool plan_model_is_whole(const struct plan_model *model)
{
    return model->aggregate.store == STORE_STATE && model->projection_count > 0 &&
           model->projections[0].whole;
}

const struct plan_query *plan_query_find(const struct plan *plan, struct slice name)
{
    for (size_t i = 0; i < plan->model_count; i++) {
        for (size_t j = 0; j < plan->models[i].query_count; j++) {
            if (slice_eq(plan->models[i].queries[j].name, name)) {
                return &plan->models[i].queries[j];
            }
        }
    }
    return NULL;
}

const struct plan_command *plan_command_find(const struct plan *plan, struct slice name)
{
    for (size_t i = 0; i < plan->model_count; i++) {
        for (size_t j = 0; j < plan->models[i].command_count; j++) {
            if (slice_eq(plan->models[i].commands[j].name, name)) {
                return &plan->models[i].commands[j];
            }
        }
    }
    return NULL;
}
