/*
 * One effect for a key.
 *
 *     begin -> the store's machine -> decision
 *
 *     write    TransactWriteItems: the change, and the record if there is none
 *                  done -> the answer as stored    a record is there -> MEET    lost -> SETTLE
 *     no-op    STORE: PutItem of the record if there is none
 *                  done -> the answer as stored    a record is there -> MEET    lost -> SETTLE
 *     refusal  SETTLE: GetItem of the record
 *                  there is one -> MEET            none -> the refusal
 *     MEET     of the same request: its answer again; of another one: 422
 *
 * Invariants
 *   - A change and its record are one transaction: an effect without a record, or the other way
 *     round, does not exist.
 *   - Nobody is refused before the table of answers was asked: what was done once is not refused
 *     the second time.
 *   - Only answers of success are stored; a refusal is decided anew.
 */
#include "command/idempotency.h"

#include "command/idempotency_record.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/data/hash.h"

struct idempotency {
    struct record record;
    enum status otherwise; /* when no record is found */
    char write[UUID_TEXT];
};

void idempotency_begin(struct command *command)
{
    const struct command_input *input = command->input;
    struct idempotency *once = ARENA_NEW(input->arena, struct idempotency);

    uuid7(once->write);
    once->record = (struct record){
        .key = record_key(input->arena, input->principal, input->idempotency_key),
        .request = record_request(input->arena, input, command->given_id),
        .write = slice_of(once->write, UUID_TEXT - 1),
        .command = input->command->name,
    };
    command->once = once;
}

struct transaction_action idempotency_action(struct command *command)
{
    const struct command_input *input = command->input;
    struct command_result *result = &command->result;
    struct record *record = &command->once->record;
    uint64_t now_s = clock_wall_ms() / 1000;
    struct command_answer *answer = ARENA_NEW(input->arena, struct command_answer);

    input->render(input->render_ctx, result, input->arena, answer);
    result->answer = answer;
    record->id = result->id_text;
    record->version = result->version;
    record->answer = *answer;
    record->expires_s = now_s + RECORD_LIFE_S;
    return (struct transaction_action){DYNAMODB_PUT_ITEM, record_put(input->arena, record, now_s)};
}

/* ------------------------------------------------------------------ a record is there */

static void repeat(struct command *command, const struct record *found)
{
    struct command_result *result = &command->result;
    struct command_answer *answer = ARENA_NEW(command->input->arena, struct command_answer);
    bool ours = slice_eq(found->write, command->once->record.write);

    *answer = found->answer;
    result->answer = answer;
    result->id_text = found->id;
    result->version = found->version;
    if (ours) {
        command_finish(command, STATUS_OK, false);
    } else {
        command_finish_repeated(command);
    }
}

static void judge(struct command *command, const struct record *found)
{
    if (slice_eq(found->request, command->once->record.request)) {
        repeat(command, found);
        return;
    }
    command->result.answer = NULL;
    command->result.detail = "this idempotency key was used for another request";
    command_finish(command, STATUS_INVALID, false);
}

static bool read_record(struct command *command, const struct value *item, struct record *out)
{
    if (record_read(command->input->arena, item, out) == STATUS_OK) {
        return true;
    }
    log_warn_every("a stored answer cannot be understood", "table=" COMMANDS_TABLE);
    return false;
}

/* ------------------------------------------------------------------ SETTLE */

static void on_record(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct command *command = ctx;
    enum status otherwise = command->once->otherwise;
    const struct value *item = value_get(answer->body, slice_str("Item"));
    struct record found;

    if (status != STATUS_OK && otherwise == STATUS_UNCERTAIN) {
        command_finish(command, STATUS_UNCERTAIN, false);
    } else if (status != STATUS_OK) {
        command_fail(command, command_status_of_read(status), answer);
    } else if (!item) {
        command_finish(command, otherwise, false);
    } else if (!read_record(command, item, &found)) {
        command_finish(command, STATUS_INTERNAL, false);
    } else if (found.expires_s < clock_wall_ms() / 1000) {
        command_finish(command, otherwise, false);
    } else {
        judge(command, &found);
    }
}

void idempotency_settle(struct command *command, enum status status)
{
    command->result.answer = NULL;
    command->once->otherwise = status;
    command_request(command, DYNAMODB_GET_ITEM,
                    record_get(command->input->arena, command->once->record.key), true, on_record,
                    command);
}

void idempotency_meet(struct command *command, const struct value *item)
{
    struct record found;

    if (!item) { /* gone again, or not shown: what is there now decides */
        idempotency_settle(command, STATUS_UNCERTAIN);
    } else if (!read_record(command, item, &found)) {
        command_finish(command, STATUS_INTERNAL, false);
    } else {
        judge(command, &found);
    }
}

/* ------------------------------------------------------------------ STORE */

static void on_stored(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct command *command = ctx;

    if (status == STATUS_OK) {
        command_finish(command, STATUS_OK, true);
    } else if (status == STATUS_UNCERTAIN) {
        idempotency_settle(command, STATUS_UNCERTAIN);
    } else if (answer->condition_failed) {
        idempotency_meet(command, value_get(answer->body, slice_str("Item")));
    } else {
        command_fail(command, status, answer);
    }
}

void idempotency_store(struct command *command)
{
    command_request(command, DYNAMODB_PUT_ITEM, idempotency_action(command).body, true, on_stored,
                    command);
}
