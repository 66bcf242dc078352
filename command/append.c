/*
 * A command of an event store: events appended behind the version that the decision was made on.
 *
 *   begin    the aggregate is cached, or its id is new -> DECIDE    else -> LOAD
 *   LOAD     reads the events behind what is known     -> DECIDE; a race that was lost before is
 *                                                         counted: once too often, 409
 *   DECIDE   write                                     -> WRITE
 *            no write, and not read by this command    -> LOAD
 *            no write                                  -> the answer (command_decide)
 *   WRITE    done, or our own event is there           -> keep what the events make, the answer
 *            another's event has the version           -> LOAD: a race was lost
 *            the record of the key is there already    -> idempotency.c
 *            the answer was lost                       -> VERIFY
 *   VERIFY   reads the first event's item: ours: done | another's: LOAD | none: outcome unknown
 *
 * Invariants
 *   - Only a write may stand on a cached aggregate, for its condition proves the version; before a
 *     refusal, a no-op, a 409 or a 412 the later events are read.
 *   - An event's version is written once and never changes: a condition that fails by an event with
 *     our eventId means that ours was written.
 *   - Appends are sent again after a lost answer: they cannot apply twice.
 *   - A command ends once, by one of commander.h's ends; each of its requests has a deadline.
 */
#include "command/append.h"

#include "command/append_rules.h"
#include "command/event_request.h"
#include "command/idempotency.h"
#include "command/load.h"
#include "command/snapshot.h"
#include "command/version.h"
#include "lib/data/hash.h"

struct append {
    struct command *command;
    struct aggregate *aggregate; /* held; what the decision stands on */
    struct aggregate *next;      /* held; what the write in flight makes of it; NULL: none yet */
    bool fresh;                  /* read by this command, or surely empty */
    bool overtaken;              /* a race was lost since */
    uint64_t now_ms;
    struct decision decision;
    struct event *events; /* of the write in flight */
    size_t event_count;
    size_t record_count; /* of the key, written with them */
};

static void step_load(struct append *run);
static void step_write(struct append *run);
static void step_verify(struct append *run);

static void release(void *ctx)
{
    struct append *run = ctx;

    aggregate_put(run->aggregate);
    aggregate_put(run->next);
}

static struct event_stream stream_of(const struct append *run)
{
    return (struct event_stream){&run->command->input->command->model->aggregate,
                                 run->command->result.id_text};
}

/* ------------------------------------------------------------------ DECIDE */

static struct current current_of(const struct aggregate *aggregate)
{
    return (struct current){aggregate->exists, true, aggregate->version};
}

static void step_decide(struct append *run)
{
    struct command_subject subject = {.current = current_of(run->aggregate),
                                      .state = run->aggregate->state,
                                      .proven = run->fresh};

    run->now_ms = subject.now_ms = timestamp_issue();
    switch (command_decide(run->command, &subject, &run->decision)) {
    case COMMAND_WRITES:
        step_write(run);
        return;
    case COMMAND_READS:
        step_load(run);
        return;
    case COMMAND_ENDED:
        return;
    }
}

/* ------------------------------------------------------------------ LOAD */

static void on_loaded(void *ctx, enum status status, struct aggregate *aggregate,
                      const struct dynamodb_answer *answer)
{
    struct append *run = ctx;
    bool race = run->overtaken;

    if (status != STATUS_OK) {
        command_fail(run->command, status, answer);
        return;
    }
    aggregate_put(run->aggregate);
    run->aggregate = aggregate;
    run->fresh = true;
    run->overtaken = false;
    if (!race || command_races_again(run->command, current_of(aggregate))) {
        step_decide(run);
    }
}

static void step_load(struct append *run)
{
    aggregate_load(run->command, run->aggregate, on_loaded, run);
}

static void lose_race(struct append *run)
{
    run->overtaken = true;
    step_load(run);
}

/* ------------------------------------------------------------------ WRITE */

static void finish_written(struct append *run)
{
    aggregate_cache_keep(run->command->commander->aggregates, run->next);
    command_finish(run->command, STATUS_OK, false);
}

static void follow_outcome(struct append *run, enum append_outcome outcome, enum status status,
                           const struct dynamodb_answer *answer, const struct value *record)
{
    switch (outcome) {
    case APPEND_DONE:
        finish_written(run);
        return;
    case APPEND_RACE:
        lose_race(run);
        return;
    case APPEND_MET:
        idempotency_meet(run->command, record);
        return;
    case APPEND_VERIFY:
        step_verify(run);
        return;
    case APPEND_FAILED:
        command_fail(run->command, status, answer);
        return;
    }
}

static void on_written(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct append *run = ctx;
    const struct value *record;
    enum append_outcome outcome =
        append_judge(status, answer, run->events, run->event_count, run->record_count, &record);

    follow_outcome(run, outcome, status, answer, record);
}

/* The decision's events get versions, times and ids; the result tells them. */
static void number_events(struct append *run)
{
    struct arena *arena = run->command->input->arena;
    struct command_result *result = &run->command->result;
    size_t count = run->decision.event_count;
    struct command_event *told = ARENA_ARRAY(arena, struct command_event, count);

    run->events = ARENA_ARRAY(arena, struct event, count);
    run->event_count = count;
    for (size_t i = 0; i < count; i++) {
        char *id = arena_bytes(arena, UUID_TEXT);

        uuid7(id);
        run->events[i] = (struct event){.id = slice_of(id, UUID_TEXT - 1),
                                        .type = run->decision.events[i].event->name,
                                        .version = run->aggregate->version + 1 + i,
                                        .timestamp_ms = i == 0 ? run->now_ms : timestamp_issue(),
                                        .payload = run->decision.events[i].payload};
        told[i] = (struct command_event){run->events[i].id, run->events[i].type};
    }
    result->events = told;
    result->event_count = count;
    result->version = run->aggregate->version + count;
    result->created = !run->aggregate->exists;
}

/* What the events will have made. */
static void fold_events(struct append *run)
{
    const struct command *command = run->command;
    struct fold fold;

    aggregate_fold(run->aggregate, command->input->command->model, command->result.id,
                   command->input->arena, &fold);
    (void)fold_apply_all(&fold, run->events, run->event_count);
    aggregate_put(run->next);
    run->next = aggregate_create(&run->aggregate->key, &fold, run->aggregate->snapshot_version);
}

/* The bodies of the events' puts; TOO_LARGE: DynamoDB does not hold a number. */
static enum status make_puts(struct append *run, struct transaction_action *actions)
{
    const struct command_input *input = run->command->input;
    const struct event_stream stream = stream_of(run);
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < run->event_count; i++) {
        actions[i].operation = DYNAMODB_PUT_ITEM;
        status = event_put_request(&stream, &run->events[i], input->idempotency_key, input->sent_ms,
                                   input->arena, &actions[i].body);
    }
    return status;
}

static void step_write(struct append *run)
{
    struct command *command = run->command;
    struct transaction_action *actions;
    size_t count;
    enum status status;

    number_events(run);
    fold_events(run);
    count = run->event_count;
    actions = ARENA_ARRAY(command->input->arena, struct transaction_action,
                          count + IDEMPOTENCY_ACTIONS + 1);
    status = make_puts(run, actions);
    if (status != STATUS_OK) {
        command_fail(command, status, NULL);
        return;
    }
    if (command->once) {
        run->record_count =
            idempotency_actions(command, TRANSACTION_ACTIONS_MAX - count, &actions[count]);
        count += run->record_count;
    }
    if (count < TRANSACTION_ACTIONS_MAX && snapshot_action(command, run->next, &actions[count])) {
        count++;
    }
    if (count == 1) {
        command_request(command, DYNAMODB_PUT_ITEM, actions[0].body, true, on_written, run);
    } else {
        command_transact(command, actions, count, on_written, run);
    }
}

/* ------------------------------------------------------------------ VERIFY */

static void on_verified(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct append *run = ctx;
    enum append_outcome outcome =
        status == STATUS_OK
            ? append_verify(value_get(answer->body, slice_str("Item")), &run->events[0])
            : APPEND_VERIFY;

    if (outcome == APPEND_VERIFY) {
        command_finish_unknown(run->command);
    } else {
        follow_outcome(run, outcome, status, answer, NULL);
    }
}

static void step_verify(struct append *run)
{
    const struct event_stream stream = stream_of(run);

    command_request(run->command, DYNAMODB_GET_ITEM,
                    event_get_request(&stream, run->events[0].version, run->command->input->arena),
                    true, on_verified, run);
}

/* ------------------------------------------------------------------ begin */

/* What no event was ever written of: an id that was made just now. */
static struct aggregate *empty(struct command *command, const struct aggregate_key *key)
{
    struct fold fold;

    fold_begin(&fold, command->input->arena, command->input->command->model, command->result.id, 0,
               false, NULL);
    return aggregate_create(key, &fold, 0);
}

void append_start(struct command *command)
{
    struct append *run = ARENA_NEW(command->input->arena, struct append);
    const struct aggregate_key key = command_aggregate_key(command);

    run->command = command;
    run->fresh = command->given_id.len == 0;
    run->aggregate = run->fresh ? empty(command, &key)
                                : aggregate_cache_find(command->commander->aggregates, &key);
    arena_defer(command->input->arena, release, run);
    if (run->aggregate) {
        step_decide(run);
    } else {
        step_load(run);
    }
}
