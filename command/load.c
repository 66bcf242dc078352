/*
 *     nothing known   LOOK: one Query, newest first: the snapshot and the last events. Do they meet? done
 *                       no (an old snapshot, or none): what was found of the beginning is known; go on below
 *     known           FOLLOW: Query of the events after it, oldest first, page by page
 *
 * Each page is folded and thrown away, so that a long history needs little memory.
 *
 * A Query is no snapshot: of several events that one transaction writes it may show the later one only. So a missing version is asked for again, and only one
 * that stays missing is an error.
 */
#include "command/load.h"

#include "command/attribute.h"
#include "command/event_request.h"
#include "lib/log.h"

#define GAPS_MAX 5

struct load {
    struct command *command;
    struct event_stream stream;
    struct aggregate *known; /* NULL: nothing yet */
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

static void follow(struct load *load);

static void finish(struct load *load, enum status status, const struct dynamodb_answer *answer)
{
    struct aggregate *known = load->known;
    struct arena page = load->page; /* the answer's; the load may go with its request in done */

    if (status != STATUS_OK) {
        aggregate_put(known);
        known = NULL;
    }
    load->done(load->ctx, status, known, answer);
    arena_fini(&page);
}

static void request(struct load *load, struct slice body, retry_done_fn *done)
{
    const struct retry_request sent = {.operation = "Query",
                                       .body = body,
                                       .arena = &load->page,
                                       .deadline_us = load->command->input->deadline_us,
                                       .repeatable = true};

    retry_start(&load->command->commander->retrier, &sent, done, load);
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

/* Where the fold begins: what is known, or a snapshot of this fold, or nothing. */
static uint64_t begin(struct load *load, const struct page *page, struct fold *fold)
{
    const struct command *command = load->command;
    const struct plan_model *model = command->input->command->model;
    const struct value *id = command->result.id, *state = NULL, *typed;
    uint64_t version = 0;

    if (load->known) {
        aggregate_fold(load->known, id, &load->page, fold);
        return load->known->snapshot_version;
    }
    typed = value_get(page->snapshot, slice_str("state"));
    if (!page->snapshot ||
        !slice_is(event_text(page->snapshot, "fold", "S"),
                  command->commander->folds[model->index]) ||
        slice_parse_u64(event_text(page->snapshot, "version", "N"), &version) != STATUS_OK ||
        (typed && attribute_read(&load->page, typed, &state) != STATUS_OK)) {
        version = 0;
        state = NULL;
    }
    fold_begin(fold, &load->page, model, id, version, state != NULL, state);
    return version;
}

static enum status fail_gap(struct load *load, uint64_t version)
{
    if (++load->gaps <= GAPS_MAX) {
        return STATUS_OK;
    }
    log_warn_every("an event is missing", "table=%.*s id=%.*s version=%llu",
                   SLICE_ARG(load->stream.aggregate->table), SLICE_ARG(load->stream.id),
                   (unsigned long long)version);
    return STATUS_CORRUPT;
}

/* Folds a page into what is known. True when nothing is missing up to its end, nor behind it. */
static enum status page_fold(struct load *load, const struct page *page, bool *whole_out)
{
    struct aggregate *next;
    struct fold fold;
    uint64_t snapshot_version = begin(load, page, &fold);
    bool whole = fold_apply_all(&fold, page->events, page->count);

    *whole_out = whole;
    next = aggregate_create(&fold, load->stream.id, snapshot_version);
    aggregate_put(load->known);
    load->known = next;
    return whole ? STATUS_OK : fail_gap(load, next->version + 1);
}

/* ------------------------------------------------------------------ LOOK and FOLLOW */

static enum status status_of_read(enum status status)
{
    return status == STATUS_UNCERTAIN ? STATUS_UNAVAILABLE : status;
}

static void on_look(void *ctx, enum status status, const struct dynamodb_answer *answer,
                    bool doubted)
{
    struct load *load = ctx;
    struct page page;
    bool whole = false;

    (void)doubted;
    if (status == STATUS_OK) {
        status = page_read(load, answer, &page);
    }
    if (status == STATUS_OK) {
        reverse(page.events, page.count);
        status = page_fold(load, &page, &whole);
    }
    if (status != STATUS_OK) {
        finish(load, status_of_read(status), answer);
    } else if (whole && (!page.more || page.count > 0)) {
        finish(load, STATUS_OK, answer);
    } else {
        follow(load);
    }
}

static void on_follow(void *ctx, enum status status, const struct dynamodb_answer *answer,
                      bool doubted)
{
    struct load *load = ctx;
    struct page page;
    bool whole = false;

    (void)doubted;
    if (status == STATUS_OK) {
        status = page_read(load, answer, &page);
    }
    if (status == STATUS_OK) {
        status = page_fold(load, &page, &whole);
    }
    if (status != STATUS_OK) {
        finish(load, status_of_read(status), answer);
    } else if (whole && !page.more) {
        finish(load, STATUS_OK, answer);
    } else {
        follow(load);
    }
}

static void follow(struct load *load)
{
    arena_reset(&load->page);
    request(load, event_query_request(&load->stream, load->known->version + 1, &load->page),
            on_follow);
}

void aggregate_load(struct command *command, struct aggregate *known, aggregate_loaded_fn *done,
                    void *ctx)
{
    struct load *load = ARENA_NEW(command->input->arena, struct load);

    load->command = command;
    load->stream =
        (struct event_stream){&command->input->command->model->aggregate, command->result.id_text};
    load->known = known ? aggregate_get(known) : NULL;
    load->done = done;
    load->ctx = ctx;
    if (known) {
        follow(load);
    } else {
        request(load, event_look_request(&load->stream, &load->page), on_look);
    }
}
