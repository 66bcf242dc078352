/*
 * A command of a state store: one item, written on a condition that proves what the decision was
 * made on.
 *
 *   begin    what the command demands of the item is assumed -> DECIDE    it must be known -> READ
 *   READ     -> DECIDE
 *   DECIDE   write                                     -> WRITE
 *            write: delete an item of another writer   -> STAMP
 *            no write, but the item is only assumed    -> READ
 *            no write, and the item is known           -> the answer (command_decide)
 *   STAMP    gives the item a _version                 -> DECIDE
 *            the condition failed and shows the item   -> DECIDE on that one: a lost race
 *   WRITE    done                                      -> the answer
 *            the condition failed and shows the item   -> DECIDE on that one: a lost race, unless
 *                                                         the item was only assumed
 *            the same after a lost answer              -> JUDGE
 *            the answer was lost                       -> VERIFY
 *   VERIFY   reads the item                            -> JUDGE
 *   JUDGE    ours is there -> the answer    a lost race -> DECIDE    else -> outcome unknown
 *
 * With a key, WRITE is a transaction: a record that is there already, and an answer that was lost,
 * are idempotency.c's affair.
 *
 * Invariants
 *   - Only a write may stand on an assumption, for its condition proves it; before a refusal, a
 *     no-op or a 412 the item is read.
 *   - `_write` is the command's own 16 bytes: an item that carries them was written by this
 *     command.
 *   - Only a write on a version that was read is sent again after a lost answer; it cannot apply
 *     twice. Nothing else is.
 *   - With a key, what is written stands on what was read (or on no item), for a transaction
 *     returns no item; its record goes with it.
 *   - A command ends once, by one of commander.h's ends; each of its requests has a deadline.
 */
#include "command/item_write.h"

#include "command/idempotency.h"
#include "command/idempotency_record.h"
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
    size_t record_count;       /* of the key, written with it */
    char mark[ITEM_MARK_TEXT];
};

static void step_read(struct item_command *run);
static void step_decide(struct item_command *run);
static void step_write(struct item_command *run);
static void step_stamp(struct item_command *run);
static void step_verify(struct item_command *run);

/* ------------------------------------------------------------------ requests and items */

/* MADE: whether BODY could be made. */
static void request(struct item_command *run, enum dynamodb_operation operation, enum status made,
                    struct slice body, bool repeatable, dynamodb_done_fn *done)
{
    if (made != STATUS_OK) {
        command_fail(run->command, made, NULL);
        return;
    }
    command_request(run->command, operation, body, repeatable, done, run);
}

static void get(struct item_command *run, dynamodb_done_fn *done)
{
    struct slice body = SLICE_EMPTY;
    enum status made = item_get_request(&run->plan->model->aggregate, run->command->result.id,
                                        run->command->input->arena, &body);

    request(run, DYNAMODB_GET_ITEM, made, body, true, done);
}

/* "Item" or "Attributes"; NULL: there is none, or it is not shown. */
static const struct value *member(const struct dynamodb_answer *answer, const char *name)
{
    return value_get(answer->body, slice_str(name));
}

/* The item that an answer shows is now what we know. False: the command has ended. */
static bool learn(struct item_command *run, const struct value *typed)
{
    const struct dynamodb_answer senseless = {.message =
                                                  SLICE_LITERAL("the item cannot be understood")};

    if (item_learn(run->command->input->arena, typed, &run->item) != STATUS_OK) {
        command_fail(run->command, STATUS_CORRUPT, &senseless);
        return false;
    }
    run->assumed = false;
    return true;
}

/* ------------------------------------------------------------------ READ */

static void on_read(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;

    if (status != STATUS_OK) {
        command_fail(run->command, command_status_of_read(status), answer);
    } else if (learn(run, member(answer, "Item"))) {
        step_decide(run);
    }
}

static void step_read(struct item_command *run)
{
    get(run, on_read);
}

/* ------------------------------------------------------------------ DECIDE */

static struct current current_of(const struct item *item)
{
    return (struct current){item->exists, item->versioned, item->version};
}

static void step_decide(struct item_command *run)
{
    const struct command_subject subject = {.current = current_of(&run->item),
                                            .state = run->item.state,
                                            .proven = !run->assumed,
                                            .now_ms = run->change.now_ms};

    switch (command_decide(run->command, &subject, &run->decision)) {
    case COMMAND_WRITES:
        if (run->plan->write == WRITE_DELETE && !run->item.versioned && !run->assumed) {
            step_stamp(run);
        } else {
            step_write(run);
        }
        return;
    case COMMAND_READS:
        step_read(run);
        return;
    case COMMAND_ENDED:
        return;
    }
}

/* A race was lost, or an assumption: decide again on the item that is there. */
static void decide_again(struct item_command *run, const struct value *typed)
{
    bool race = !run->assumed;

    if (learn(run, typed) && (!race || command_races_again(run->command, current_of(&run->item)))) {
        step_decide(run);
    }
}

/* ------------------------------------------------------------------ WRITE */

static void finish_written(struct item_command *run, uint64_t version)
{
    if (run->plan->write == WRITE_DELETE) {
        version_retire(version);
    }
    run->command->result.created = item_change_creates(&run->change);
    run->command->result.version = version;
    command_finish(run->command, STATUS_OK, false);
}

/*
 * The version that an applied write has given: its own, the one returned, or for a delete the old
 * one + 1.
 */
static void finish_by_answer(struct item_command *run, const struct dynamodb_answer *answer)
{
    uint64_t version = run->change.version;

    if (run->plan->write != WRITE_PUT &&
        item_version_read(member(answer, "Attributes"), &version) != STATUS_OK) {
        log_warn_every("an answer without _version", "command=%.*s", SLICE_ARG(run->plan->name));
        command_finish_unknown(run->command);
        return;
    }
    finish_written(run, run->plan->write == WRITE_DELETE ? version + 1 : version);
}

/* After a lost answer: TYPED is the item that is there now. */
static void judge(struct item_command *run, const struct value *typed)
{
    enum item_verdict verdict = VERDICT_UNKNOWN;
    struct item item;

    if (item_learn(run->command->input->arena, typed, &item) == STATUS_OK) {
        verdict = item_judge(&run->change, &item);
    }
    switch (verdict) {
    case VERDICT_APPLIED:
        finish_written(run, item.version);
        return;
    case VERDICT_OVERTAKEN:
        decide_again(run, typed);
        return;
    case VERDICT_UNKNOWN:
        command_finish_unknown(run->command);
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
    } else if (!answer->condition_failed) {
        command_fail(run->command, status, answer);
    } else if (answer->doubted) {
        judge(run, member(answer, "Item"));
    } else {
        decide_again(run, member(answer, "Item"));
    }
}

/* The item may not be shown: then it is read. */
static void lose_transaction(struct item_command *run, const struct value *item)
{
    if (item) {
        decide_again(run, item);
    } else if (command_races_again(run->command, current_of(&run->item))) {
        step_read(run);
    }
}

static void on_transacted(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;
    const struct value *item, *record;
    enum dynamodb_reason changed = dynamodb_reason_of(answer, 0, &item);

    if (status == STATUS_OK) {
        finish_written(run, run->command->result.version);
    } else if (status == STATUS_UNCERTAIN) {
        idempotency_settle(run->command, STATUS_UNCERTAIN);
    } else if (record_met(answer, 1, run->record_count, &record)) {
        idempotency_meet(run->command, record);
    } else if (changed == DYNAMODB_REASON_CONDITION_FAILED) {
        lose_transaction(run, item);
    } else {
        command_fail(run->command, status, answer);
    }
}

/*
 * The change and the record of its key, both or neither. The record holds the answer, so what it
 * says must be known before.
 */
static void transact(struct item_command *run, enum dynamodb_operation operation, struct slice body)
{
    struct command_result *result = &run->command->result;
    struct transaction_action actions[1 + IDEMPOTENCY_ACTIONS] = {
        {operation, body}
    };

    result->version = item_change_version(&run->change);
    result->created = item_change_creates(&run->change);
    run->record_count = idempotency_actions(run->command, IDEMPOTENCY_ACTIONS, &actions[1]);
    command_transact(run->command, actions, 1 + run->record_count, on_transacted, run);
}

/* What the write stands on. */
static void prepare(struct item_command *run)
{
    struct item_change *change = &run->change;

    if (!run->assumed) {
        change->basis = run->item.exists ? BASIS_VERSION : BASIS_ABSENT;
        change->item = run->item;
    }
    change->attributes = run->decision.attributes;
    change->version =
        item_change_is_on_version(change) ? change->item.version + 1 : version_issue();
}

static void step_write(struct item_command *run)
{
    static const struct {
        enum dynamodb_operation operation;
        enum status (*make)(const struct item_change *change, struct arena *arena,
                            struct slice *out);
    } writes[] = {
        [WRITE_PUT] = {DYNAMODB_PUT_ITEM,    item_put_request   },
        [WRITE_UPDATE] = {DYNAMODB_UPDATE_ITEM, item_update_request},
        [WRITE_DELETE] = {DYNAMODB_DELETE_ITEM, item_delete_request}
    };
    enum plan_write write = run->plan->write;
    struct slice body = SLICE_EMPTY;
    enum status made;

    prepare(run);
    made = writes[write].make(&run->change, run->command->input->arena, &body);
    if (made == STATUS_OK && run->command->once) {
        transact(run, writes[write].operation, body);
    } else {
        request(run, writes[write].operation, made, body,
                run->change.basis == BASIS_VERSION && write != WRITE_DELETE, on_written);
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
    } else if (answer->condition_failed) {
        decide_again(run, member(answer, "Item"));
    } else {
        /* a stamp is not the command's effect */
        command_fail(run->command, command_status_of_read(status), answer);
    }
}

static void step_stamp(struct item_command *run)
{
    struct slice body = SLICE_EMPTY;
    enum status made;

    run->change.version = version_issue();
    run->change.item = run->item;
    made = item_stamp_request(&run->change, run->command->input->arena, &body);
    request(run, DYNAMODB_UPDATE_ITEM, made, body, true, on_stamped);
}

/* ------------------------------------------------------------------ VERIFY */

static void on_verified(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct item_command *run = ctx;

    if (status == STATUS_OK) {
        judge(run, member(answer, "Item"));
    } else {
        command_finish_unknown(run->command);
    }
}

/* A deleted item tells nothing about who deleted it. */
static void step_verify(struct item_command *run)
{
    if (run->plan->write == WRITE_DELETE) {
        command_finish_unknown(run->command);
    } else {
        get(run, on_verified);
    }
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
