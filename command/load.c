/*
 *     nothing known   LOOK: one Query, newest first: the snapshot and the last events. Do they
 *                     meet? Then that was all. Else (an old snapshot, or none) what was found of
 *                     the beginning is known, and goes on below
 *     known           FOLLOW: Query of the events after it, oldest first, page by page
 *
 * Each page is folded and thrown away, so that a long history needs little memory; and folded in
 * runs, for a set that adds to a list copies it for each event. What was read until the deadline is
 * kept, here and as a snapshot: the next try goes on from there.
 *
 * A Query is no snapshot: of several events that one transaction writes it may show the later one
 * only. So a missing version is asked for again, and only one that stays missing is an error.
 */
#include "command/load.h"

#include "command/event_request.h"
#include "command/snapshot.h"
#include "lib/aws/attribute.h"
#include "lib/base/log.h"

/* Queries for a version that is missing; see above. */
#define GAPS_MAX 5

/* Events that are folded before the state is copied and the memory of its making is freed. */
#define RUN_EVENTS 64

struct load {
    struct command *command;
    struct event_stream stream;
    struct aggregate *known; /* NULL: nothing yet */
    bool looking;
    struct arena page;
    unsigned int gaps;
    aggregate_loaded_fn *done;
    void *ctx;
};

/* A page's events, ascending, and what else it says. */
struct page {
    struct event *events;
    size_t count;
    const struct value *snapshot; /* typed; NULL: none */
    bool more;
};

static void on_page(void *ctx, enum status status, const struct dynamodb_answer *answer);
static void follow(struct load *load);

/*
 * What was read counts for the next try too, or a history that takes longer than a command may
 * would never be read.
 */
static void keep_progress(struct load *load)
{
    aggregate_cache_keep(load->command->commander->aggregates, load->known);
    snapshot_write(load->command, load->known);
}

static void finish(struct load *load, enum status status, const struct dynamodb_answer *answer)
{
    struct aggregate *known = load->known;
    struct arena page = load->page; /* the answer's; the load may go with its request in done */

    if (known && status != STATUS_CORRUPT) {
        keep_progress(load);
    }
    if (status != STATUS_OK) {
        aggregate_put(known);
        known = NULL;
    }
    load->done(load->ctx, command_status_of_read(status), known, answer);
    arena_fini(&page);
}

static void request(struct load *load, struct slice body)
{
    const struct retry_request sent = {.operation = DYNAMODB_QUERY,
                                       .body = body,
                                       .arena = &load->page,
                                       .deadline_us = load->command->input->deadline_us,
                                       .repeatable = true};

    retry_start(&load->command->commander->retrier, &sent, on_page, load);
}

/* ------------------------------------------------------------------ a page */

static void reverse(struct event *events, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct event event = events[i];

        events[i] = events[count - 1 - i];
        events[count - 1 - i] = event;
    }
}

static enum status page_read(struct load *load, const struct dynamodb_answer *answer,
                             struct page *out)
{
    const struct value *items = value_get(answer->body, slice_str("Items"));

    *out = (struct page){.more = value_get(answer->body, slice_str("LastEvaluatedKey")) != NULL};
    if (!items) {
        return STATUS_CORRUPT;
    }
    out->events = ARENA_ARRAY(&load->page, struct event, items->count);
    for (const struct value *item = items->first; item; item = item->next) {
        if (event_item_is_snapshot(item)) {
            out->snapshot = item;
        } else if (event_read(&load->page, item, &out->events[out->count]) == STATUS_OK) {
            out->count++;
        } else {
            return STATUS_CORRUPT;
        }
    }
    return STATUS_OK;
}

/* A snapshot of this fold, or nothing. */
static struct aggregate *begin(struct load *load, const struct value *snapshot)
{
    const struct command *command = load->command;
    const struct plan_model *model = command->input->command->model;
    const struct value *typed = value_get(snapshot, slice_str(SNAPSHOT_STATE)), *state = NULL;
    const struct aggregate_key key = command_aggregate_key(command);
    uint64_t version = 0;
    struct fold fold;

    if (!slice_is(event_text(snapshot, SNAPSHOT_FOLD, "S"),
                  command->commander->models[model->index].fold) ||
        slice_parse_u64(event_text(snapshot, EVENT_VERSION, "N"), &version) != STATUS_OK ||
        (typed &&
         (attribute_read(&load->page, typed, &state) != STATUS_OK || state->type != VALUE_MAP))) {
        version = 0;
        state = NULL;
    }
    fold_begin(&fold, &load->page, model, command->result.id, version, state != NULL, state);
    return aggregate_create(&key, &fold, version);
}

static enum status fail_gap(struct load *load, uint64_t version)
{
    if (++load->gaps <= GAPS_MAX) {
        return STATUS_OK;
    }
    log_warn_every("an event is missing", "table=%.*s id=\"%.*s\" version=%llu",
                   SLICE_ARG(load->stream.aggregate->table), SLICE_ARG(load->stream.id),
                   (unsigned long long)version);
    return STATUS_CORRUPT;
}

/* Goes on from what is known by COUNT events; false: one is missing. */
static bool fold_run(struct load *load, const struct event *events, size_t count)
{
    const struct command *command = load->command;
    struct aggregate *before = load->known;
    struct arena arena = {0};
    struct fold fold;
    bool whole;

    aggregate_fold(before, command->input->command->model, command->result.id, &arena, &fold);
    whole = fold_apply_all(&fold, events, count);
    load->known = aggregate_create(&before->key, &fold, before->snapshot_version);
    aggregate_put(before);
    arena_fini(&arena);
    return whole;
}

/* Folds a page into what is known. whole_out: nothing is missing in it. */
static enum status page_fold(struct load *load, const struct page *page, bool *whole_out)
{
    *whole_out = true;
    for (size_t i = 0; *whole_out && i < page->count; i += RUN_EVENTS) {
        size_t left = page->count - i;

        *whole_out = fold_run(load, page->events + i, left < RUN_EVENTS ? left : RUN_EVENTS);
    }
    return *whole_out ? STATUS_OK : fail_gap(load, load->known->version + 1);
}

/* ------------------------------------------------------------------ LOOK and FOLLOW */

/*
 * True when the events up to the last one are known. Of a look, newest first, its first page says
 * that.
 */
static bool is_complete(const struct load *load, const struct page *page, bool whole)
{
    return whole && (!page->more || (load->looking && page->count > 0));
}

static void on_page(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct load *load = ctx;
    struct page page;
    bool whole = false;

    if (status == STATUS_OK) {
        status = page_read(load, answer, &page);
    }
    if (status == STATUS_OK && load->looking) {
        reverse(page.events, page.count);
        load->known = begin(load, page.snapshot);
    }
    if (status == STATUS_OK) {
        status = page_fold(load, &page, &whole);
    }
    if (status != STATUS_OK) {
        finish(load, status, answer);
    } else if (is_complete(load, &page, whole)) {
        finish(load, STATUS_OK, answer);
    } else {
        follow(load);
    }
}

static void follow(struct load *load)
{
    load->looking = false;
    arena_reset(&load->page);
    request(load, event_range_request(&load->stream, load->known->version + 1, EVENT_VERSION_ANY,
                                      NULL, &load->page));
}

void aggregate_load(struct command *command, struct aggregate *known, aggregate_loaded_fn *done,
                    void *ctx)
{
    struct load *load = ARENA_NEW(command->input->arena, struct load);

    load->command = command;
    load->stream =
        (struct event_stream){&command->input->command->model->aggregate, command->result.id_text};
    load->known = known ? aggregate_get(known) : NULL;
    load->looking = !known;
    load->done = done;
    load->ctx = ctx;
    if (known) {
        follow(load);
    } else {
        request(load, event_look_request(&load->stream, &load->page));
    }
}
