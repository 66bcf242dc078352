/*
 * state, event -> state.
 *
 * All of an event's expressions see the state before it. One without a value (what it reads is not
 * there) leaves its field without one. An event makes the aggregate exist, unless it deletes it:
 * then the next one begins with an empty state.
 */
#include "command/fold.h"

#include "lib/data/hash.h"
#include "lib/data/json.h"

void fold_begin(struct fold *fold, struct arena *arena, const struct plan_model *model,
                const struct value *id, uint64_t version, bool exists, const struct value *state)
{
    *fold = (struct fold){
        .arena = arena, .model = model, .id = id, .version = version, .exists = exists};
    if (!exists) {
        return;
    }
    fold->state = value_map(arena);
    for (const struct value *member = state ? state->first : NULL; member; member = member->next) {
        value_set(fold->state, member->name, value_copy(arena, member));
    }
}

static void state_remove(struct value *state, struct slice name)
{
    struct value *before = NULL, *member = state->first;

    while (member && !slice_eq(member->name, name)) {
        before = member;
        member = member->next;
    }
    if (!member) {
        return;
    }
    if (before) {
        before->next = member->next;
    } else {
        state->first = member->next;
    }
    if (state->last == member) {
        state->last = before;
    }
    state->count--;
}

static const struct plan_event *event_of(const struct plan_model *model, struct slice type)
{
    for (size_t i = 0; i < model->event_count; i++) {
        if (slice_eq(model->events[i].name, type)) {
            return &model->events[i];
        }
    }
    return NULL;
}

/* The values of the sets, all before any is assigned; NULL: none. */
static const struct value **evaluate(struct fold *fold, const struct plan_event *plan,
                                     const struct event *event)
{
    const struct expr_env env = {.event = event->payload, .state = fold->state, .id = fold->id};
    const struct value **values = ARENA_ARRAY(fold->arena, const struct value *, plan->set_count);

    for (size_t i = 0; i < plan->set_count; i++) {
        const char *why;

        if (expr_eval(plan->sets[i].value, &env, fold->arena, &values[i], &why) != STATUS_OK) {
            values[i] = NULL;
        }
    }
    return values;
}

void fold_apply(struct fold *fold, const struct event *event)
{
    const struct plan_event *plan = event_of(fold->model, event->type);
    const struct value **values;

    fold->version = event->version;
    if (!plan) {
        return;
    }
    if (plan->deletes) {
        fold->exists = false;
        fold->state = NULL;
        return;
    }
    if (!fold->state) {
        fold->state = value_map(fold->arena);
    }
    fold->exists = true;
    values = evaluate(fold, plan, event);
    for (size_t i = 0; i < plan->set_count; i++) {
        state_remove(fold->state, plan->sets[i].name);
        if (values[i]) {
            value_set(fold->state, plan->sets[i].name, value_copy(fold->arena, values[i]));
        }
    }
}

bool fold_apply_all(struct fold *fold, const struct event *events, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (events[i].version <= fold->version) {
            continue;
        }
        if (events[i].version != fold->version + 1) {
            return false;
        }
        fold_apply(fold, &events[i]);
    }
    return true;
}

void fold_fingerprint(const struct plan_model *model, char out[FOLD_TEXT])
{
    struct buf text = {0};
    uint64_t hash;

    for (size_t i = 0; i < model->event_count; i++) {
        const struct plan_event *event = &model->events[i];

        json_write_string(&text, event->name);
        buf_append_str(&text, event->deletes ? "-" : "+");
        for (size_t j = 0; j < event->set_count; j++) {
            json_write_string(&text, event->sets[j].name);
            json_write_string(&text, expr_text(event->sets[j].value));
        }
    }
    hash = hash_xxh64(buf_slice(&text));
    hex_encode(&hash, sizeof(hash), out);
    buf_fini(&text);
}
