/*
 * A model made by hand: things with an integer id, put and delete.
 */
#ifndef TESTS_UNIT_PROJECTOR_THING_H
#define TESTS_UNIT_PROJECTOR_THING_H

#include "conf/plan/plan.h"
#include "lib/data/json.h"
#include "tests/unit/unit.h"

static inline const struct plan_model *thing_model(void)
{
    static struct plan_template_part id = {
        .literal = {"thing:", 6},
          .name = {"Id",     2},
          .type = SCALAR_INTEGER, .param = -1
    };
    static struct plan_template_part kinds[] = {
        {.literal = {"kind:", 5}, .name = {"Kind", 4}, .type = SCALAR_STRING, .param = -1},
        { .literal = {"kind:", 5},
         .name = {"Kind", 4},
         .type = SCALAR_STRING,
         .param = -1,
         .old = true},
    };
    static const struct plan_template touches[] = {
        {.parts = &id,       .part_count = 1},
        {.parts = &kinds[0], .part_count = 1},
        {.parts = &kinds[1], .part_count = 1},
    };
    static struct plan_projection projections[] = {
        {.name = {"put", 3},    .touches = touches, .touch_count = 3},
        {.name = {"delete", 6}, .touches = touches, .touch_count = 2},
    };
    static const struct plan_model model = {
        .name = {"things",                   6},
        .database = {                    "twofold_things",                        14 },
        .aggregate = { .name = {"Thing", 5}, .id_name = {"Id", 2},  .id_type = SCALAR_INTEGER},
        .projections = projections,
        .projection_count = 2,
    };

    return &model;
}

/* Deeds are events: Done has a projection, Noted is ignored. */
static inline const struct plan_model *deed_model(void)
{
    static struct plan_projection projections[] = {
        {.name = {"Done", 4},  .ignored = false},
        {.name = {"Noted", 5}, .ignored = true },
    };
    static const struct plan_model model = {
        .name = {"deeds",         5 },
        .database = {"twofold_deeds", 13},
        .aggregate.name = {"Deed",          4 },
        .aggregate.store = STORE_EVENTS,
        .aggregate.id_type = SCALAR_STRING,
        .aggregate.key_prefix = {"DEED#",         5 },
        .projections = projections,
        .projection_count = 2,
    };

    return &model;
}

static inline const struct value *thing_json(struct arena *arena, const char *text)
{
    const struct value *value = NULL;

    assert_status(json_parse(arena, slice_str(text), &value, NULL), STATUS_OK);
    return value;
}

#endif
