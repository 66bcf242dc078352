/*
 * A command of a state store: one item, written on a condition that proves what the decision stood on.
 *
 *   begin --what the command demands of the item is assumed--> decide --write--> WRITE --done--> answer
 *     |                                                          | ^               |
 *     '--the item must be known--> READ ------------------------>| |               |
 *                                   ^                            | |               |
 *         assumed, and no write ----+----------------------------' |               |
 *                                                                  |               |
 *         LEARN: the condition failed and shows the item <---------+---------------+
 *         STAMP: a delete met an item of another writer: give it a _version -------'
 *         VERIFY: the answer was lost: read, and judge ------------> done | lost race: LEARN | outcome unknown
 *
 * Invariants
 *   - Only a write may stand on an assumption, for its condition proves it; before a refusal, a no-op or a 412 the item is read.
 *   - `_write` is the command's own 16 bytes: an item that carries them was written by this command.
 *   - Only a write on a version that was read is sent again after a lost answer; it cannot apply twice. Nothing else is.
 *   - With a key, what is written stands on what was read (or on no item), for a transaction returns no item; its record goes with it.
 *   - A command ends once, by one of commander.h's ends; each of its requests has a deadline.
 */
#include "command/item_write.h"

#include "command/decide.h"
#include "command/idempotency.h"
#include "command/item_rules.h"
#include "command/version.h"
#include "lib/aws/dynamodb_error.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/data/hash.h"

struct item_command {
    struct command *command;
    const struct plan_command *plan;
    struct item item; /* as read, or as assumed */
    bool assumed;
    struct decision decision;
    struct item_change change; /* the write in flight */
    unsigned int races;
    char mark[ITEM_MARK_TEXT];
};

static void step_read(struct item_command *run);
static void step_decide(struct item_command *run);
static void step_write(struct item_command *run);
static void step_stamp(struct item_command *run);
static void step_verify(struct item_command *run);

/* ------------------------------------------------------------------ ends */

static void finish(struct item_command *run, enum status status, uint64_t version)
{
    run->command->result.version = version;
    command_finish(run->command, status, false);
}

static void fail(struct item_command *run, enum status status, const struct dynamodb_answer *answer)
{
    command_fail(run->command, status, answer);
}

static void unknown(struct item_command *run)
{
    finish(run, STATUS_UNCERTAIN, 0);
}

/* Nothing was written. */
static void conclude_with(struct item_command *run, enum status status)
{
    run->command->result.version = run->item.version;
    command_conclude(run->command, status, status == STATUS_OK);
}

/* ------------------------------------------------------------------ requests */

static void request(struct item_command *run, enum dynamodb_operation operation, struct slice body,
                    bool repeatable, dynamodb_done_fn *done)
{
    command_request(run->command, operation, body, repeatable, done, run);
}

static const struct value *member(const struct dynamodb_answer *answer, const char *name)
{
    return answer ? value_get(answer->body, slice_str(name)) : NULL;
}

/* The item that an answer shows is now what we know. */
static bool learn(struct item_command *run, const struct value *typed)
{
    struct dynamodb_answer none = {.message = SLICE_LITERAL("the item cannot be understood")};

    if (item_learn(run->command->input->arena, typed, &run->item) != STATUS_OK) {
        fail(run, STATUS_CORRUPT, &none);
        return false;
    }
    run->assumed = false;
    return true;
}

static void get(struct item_command *run, dynamodb_done_fn *done)
{
    struct dynamodb_answer none = {0};
    struct slice body;
    enum status status = item_get_request(&run->plan->model->aggregate, run->command->result.id,
                                          run->command->input->arena, &body);

    if (status != STATUS_OK) {
        fail(run, status, &none);
        return;
    }
    request(run, DYNAMODB_GET_ITEM, body, true, done);
}

/* ------------------------------------------------------------------ READ */

static void on_read(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;

    if (status == STATUS_UNCERTAIN) {
        status = STATUS_UNAVAILABLE; /* a read that was not answered changed nothing */
    }
    if (status != STATUS_OK) {
        fail(run, status, answer);
    } else if (learn(run, member(answer, "Item"))) {
        step_decide(run);
    }
}

static void step_read(struct item_command *run)
{
    get(run, on_read);
}

/* ------------------------------------------------------------------ DECIDE */

static void refuse(struct item_command *run, int code, struct slice title, const char *detail)
{
    run->command->result.code = code;
    run->command->result.title = title;
    run->command->result.detail = detail;
    conclude_with(run, STATUS_REFUSED);
}

static void finish_expectation(struct item_command *run)
{
    run->command->result.detail =
        run->item.exists ? "the version is another one" : "there is no such item";
    conclude_with(run, command_unexpected(run->command));
}

static void carry_out(struct item_command *run)
{
    if (run->plan->write != WRITE_DELETE || run->item.versioned) {
        step_write(run);
    } else if (run->item.exists) {
        step_stamp(run);
    } else {
        refuse(run, 404,
               arena_printf(run->command->input->arena, "No such %.*s",
                            SLICE_ARG(run->plan->model->aggregate.name)),
               NULL);
    }
}

/* With the item known, a decision is an answer or a write. An absent item is refused before its version is compared (RFC 9110 13.2.1). */
static void conclude(struct item_command *run)
{
    const struct decision *decision = &run->decision;
    bool absent = decision->kind == DECISION_REFUSED && !run->item.exists;

    if (!absent && !item_is_expected(run->command->input, &run->item)) {
        finish_expectation(run);
        return;
    }
    switch (decision->kind) {
    case DECISION_REFUSED:
        refuse(run, decision->code, decision->title, decision->detail);
        return;
    case DECISION_INVALID:
        command_error(run->command, decision->pointer, decision->detail);
        conclude_with(run, STATUS_SCHEMA);
        return;
    case DECISION_NOOP:
        conclude_with(run, STATUS_OK);
        return;
    case DECISION_WRITE:
        carry_out(run);
        return;
    }
}

static void step_decide(struct item_command *run)
{
    const struct command_input *input = run->command->input;
    const struct decide_input given = {.command = run->plan,
                                       .id = run->command->result.id,
                                       .payload = input->payload,
                                       .claims = input->claims,
                                       .state = run->item.state,
                                       .exists = run->item.exists,
                                       .version = run->item.version,
                                       .now_ms = run->change.now_ms};

    decide(&given, input->arena, &run->decision);
    if (!run->assumed) {
        conclude(run);
    } else if (run->decision.kind == DECISION_WRITE) {
        step_write(run);
    } else {
        step_read(run);
    }
}

/* True when the race was lost too often: then the command has ended. */
static bool race_is_given_up(struct item_command *run)
{
    if (++run->races <= run->command->commander->settings->command_races) {
        return false;
    }
    run->command->result.detail = "other writers were faster each time";
    conclude_with(run, STATUS_CONFLICT);
    return true;
}

/* A race was lost, or an assumption: decide again on the item that is there. */
static void decide_again(struct item_command *run, const struct value *typed)
{
    bool race = !run->assumed;

    if (!learn(run, typed) || (race && race_is_given_up(run))) {
        return;
    }
    step_decide(run);
}

/* ------------------------------------------------------------------ WRITE */

static void finish_written(struct item_command *run, uint64_t version)
{
    bool deleted = run->plan->write == WRITE_DELETE;

    run->command->result.created = !deleted && run->change.basis == BASIS_ABSENT;
    if (deleted) {
        version_retire(version);
    }
    finish(run, STATUS_OK, version);
}

/* The version that an applied write has given: its own, the one returned, or for a delete the old one + 1. */
static void finish_by_answer(struct item_command *run, const struct dynamodb_answer *answer)
{
    uint64_t version = run->change.version;

    if (run->plan->write != WRITE_PUT &&
        item_version_read(member(answer, "Attributes"), &version) != STATUS_OK) {
        log_warn_every("an answer without _version", "command=%.*s", SLICE_ARG(run->plan->name));
        unknown(run);
        return;
    }
    finish_written(run, run->plan->write == WRITE_DELETE ? version + 1 : version);
}

/* After a lost answer: TYPED is the item that is there now. */
static void judge(struct item_command *run, const struct value *typed)
{
    struct item item;

    if (item_learn(run->command->input->arena, typed, &item) != STATUS_OK) {
        unknown(run);
        return;
    }
    switch (item_judge(&run->change, &item)) {
    case VERDICT_APPLIED:
        finish_written(run, item.version);
        return;
    case VERDICT_OVERTAKEN:
        decide_again(run, typed);
        return;
    case VERDICT_UNKNOWN:
        unknown(run);
        return;
    }
}

static void on_written(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;

    if (status == STATUS_OK) {
        finish_by_answer(run, answer);
    } else if (status == STATUS_UNCERTAIN) {
        step_verify(run);
    } else if (status != STATUS_CONFLICT || !answer->condition_failed) {
        fail(run, status, answer);
    } else if (answer->doubted) {
        judge(run, member(answer, "Item"));
    } else {
        decide_again(run, member(answer, "Item"));
    }
}

/* What the write stands on, once the item is known. */
static void stand_on_item(struct item_command *run)
{
    run->change.basis = run->item.exists ? BASIS_VERSION : BASIS_ABSENT;
    run->change.item = run->item;
}

/* The version that a write gives which stands on what was read. */
static uint64_t version_to_be(const struct item_change *change)
{
    if (item_change_is_on_version(change)) {
        return change->item.version + 1;
    }
    return change->command->write == WRITE_PUT ? change->version : change->version + 1;
}

static void on_transacted(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;
    const struct value *item;

    if (status == STATUS_OK) {
        finish_written(run, run->command->result.version);
    } else if (status == STATUS_UNCERTAIN) {
        idempotency_settle(run->command, STATUS_UNCERTAIN);
    } else if (status == STATUS_CONFLICT &&
               dynamodb_reason_of(answer, 1, &item) == DYNAMODB_REASON_CONDITION_FAILED) {
        idempotency_meet(run->command, item);
    } else if (status == STATUS_CONFLICT &&
               dynamodb_reason_of(answer, 0, &item) == DYNAMODB_REASON_CONDITION_FAILED) {
        if (item) {
            decide_again(run, item);
        } else if (!race_is_given_up(run)) {
            step_read(run);
        }
    } else {
        fail(run, status, answer);
    }
}

/* The change and the record of its key, both or neither. */
static void transact(struct item_command *run, const char *kind, struct slice body)
{
    struct command_result *result = &run->command->result;
    struct transaction_action actions[2] = {
        {kind, body}
    };

    result->version = version_to_be(&run->change);
    result->created = run->plan->write != WRITE_DELETE && run->change.basis == BASIS_ABSENT;
    actions[1] = idempotency_action(run->command);
    request(run, DYNAMODB_TRANSACT_WRITE_ITEMS,
            transaction_request(run->command->input->arena, actions, ARRAY_COUNT(actions),
                                transaction_token(run->command->input->arena)),
            true, on_transacted);
}

static void step_write(struct item_command *run)
{
    static const struct {
        enum dynamodb_operation operation;
        const char *kind;
        enum status (*make)(const struct item_change *change, struct arena *arena,
                            struct slice *out);
    } writes[] = {
        [WRITE_PUT] = {DYNAMODB_PUT_ITEM,    "Put",    item_put_request   },
        [WRITE_UPDATE] = {DYNAMODB_UPDATE_ITEM, "Update", item_update_request},
        [WRITE_DELETE] = {DYNAMODB_DELETE_ITEM, "Delete", item_delete_request}
    };
    struct item_change *change = &run->change;
    struct dynamodb_answer none = {0};
    struct slice body;
    enum status status;

    if (!run->assumed) {
        stand_on_item(run);
    }
    change->attributes = run->decision.attributes;
    change->version =
        item_change_is_on_version(change) ? change->item.version + 1 : version_issue();
    status = writes[run->plan->write].make(change, run->command->input->arena, &body);
    if (status != STATUS_OK) {
        fail(run, status, &none);
    } else if (run->command->once) {
        transact(run, writes[run->plan->write].kind, body);
    } else {
        request(run, writes[run->plan->write].operation, body,
                change->basis == BASIS_VERSION && run->plan->write != WRITE_DELETE, on_written);
    }
}

/* ------------------------------------------------------------------ STAMP */

static void on_stamped(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;

    if (status == STATUS_OK) {
        if (learn(run, member(answer, "Attributes"))) {
            step_decide(run);
        }
    } else if (status == STATUS_CONFLICT && answer->condition_failed) {
        decide_again(run, member(answer, "Item"));
    } else {
        fail(run, status == STATUS_UNCERTAIN ? STATUS_UNAVAILABLE : status,
             answer); /* a stamp is not the command's effect */
    }
}

static void step_stamp(struct item_command *run)
{
    struct dynamodb_answer none = {0};
    struct slice body;
    enum status status;

    run->change.version = version_issue();
    run->change.item = run->item;
    status = item_stamp_request(&run->change, run->command->input->arena, &body);
    if (status != STATUS_OK) {
        fail(run, status, &none);
        return;
    }
    request(run, DYNAMODB_UPDATE_ITEM, body, true, on_stamped);
}

/* ------------------------------------------------------------------ VERIFY */

static void on_verified(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;

    if (status != STATUS_OK) {
        unknown(run);
    } else {
        judge(run, member(answer, "Item"));
    }
}

/* A deleted item tells nothing about who deleted it. */
static void step_verify(struct item_command *run)
{
    if (run->plan->write == WRITE_DELETE) {
        unknown(run);
        return;
    }
    get(run, on_verified);
}

/* ------------------------------------------------------------------ begin */

void item_write_start(struct command *command)
{
    struct item_command *run = ARENA_NEW(command->input->arena, struct item_command);
    uint8_t mark[ITEM_MARK_BYTES];

    random_bytes(mark, sizeof(mark));
    (void)base64_encode(mark, sizeof(mark), run->mark);
    run->command = command;
    run->plan = command->input->command;
    run->change = (struct item_change){.command = run->plan,
                                       .id = command->result.id,
                                       .now_ms = clock_wall_ms(),
                                       .mark = slice_str(run->mark),
                                       .in_transaction = command->once != NULL};
    run->assumed = item_assume(command->input, &run->change.basis, &run->item) &&
                   (!command->once || run->change.basis == BASIS_ABSENT);
    run->change.item = run->item;
    if (run->assumed) {
        step_decide(run);
    } else {
        step_read(run);
    }
}
