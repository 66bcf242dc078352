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
 * With commands_old_keys there are two records, one of each form, in one transaction, a no-op's
 * too; SETTLE looks for the second one if there is no first. So what a gateway of before stored is
 * seen, and it sees what we store: it matters not to which of them a client's next try goes.
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
    struct record records[IDEMPOTENCY_ACTIONS]; /* the same, by form */
    size_t forms;                               /* of them that are in use */
    size_t form;                                /* that SETTLE asks for */
    size_t stored;                              /* records of the no-op in flight */
    enum status otherwise;                      /* when no record is found */
    char write[UUID_TEXT];
};

static struct record record_begin(const struct command *command, enum record_form form)
{
    const struct command_input *input = command->input;
    bool old = form == RECORD_FORM_OLD;
    struct slice table =
        old ? SLICE_LITERAL(COMMANDS_TABLE) : command->commander->settings->commands_table;

    return (struct record){
        .table = table,
        .key = record_key(input->arena, form, input),
        .request =
            record_request(input->arena, form, input, old ? command->sent_id : command->given_id),
        .write = slice_of(command->once->write, UUID_TEXT - 1),
        .command = input->command->name,
    };
}

void idempotency_begin(struct command *command)
{
    struct idempotency *once = ARENA_NEW(command->input->arena, struct idempotency);

    command->once = once;
    uuid7(once->write);
    once->records[RECORD_FORM] = record_begin(command, RECORD_FORM);
    once->forms = 1;
    if (command->commander->settings->commands_old_keys) {
        once->records[RECORD_FORM_OLD] = record_begin(command, RECORD_FORM_OLD);
        once->forms = 2;
    }
}

static void record_fill(struct record *record, const struct command_result *result, uint64_t now_s)
{
    record->id = result->id_text;
    record->version = result->version;
    record->answer = *result->answer;
    record->expires_s = now_s + RECORD_LIFE_S;
}

/* Where there is room for one, it is the old one: all gateways look for it. */
size_t idempotency_actions(struct command *command, size_t room, struct transaction_action *out)
{
    const struct command_input *input = command->input;
    struct command_result *result = &command->result;
    struct idempotency *once = command->once;
    uint64_t now_s = clock_wall_ms() / 1000;
    struct command_answer *answer = ARENA_NEW(input->arena, struct command_answer);
    size_t first = once->forms > room ? once->forms - room : 0;

    input->render(input->render_ctx, result, input->arena, answer);
    result->answer = answer;
    for (size_t i = first; i < once->forms; i++) {
        record_fill(&once->records[i], result, now_s);
        out[i - first] = (struct transaction_action){
            DYNAMODB_PUT_ITEM, record_put(input->arena, &once->records[i], now_s)};
    }
    return once->forms - first;
}

/* ------------------------------------------------------------------ a record is there */

static void repeat(struct command *command, const struct record *found)
{
    struct command_result *result = &command->result;
    struct command_answer *answer = ARENA_NEW(command->input->arena, struct command_answer);
    bool ours = slice_is(found->write, command->once->write);

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

/* FOUND is one of ours, by its key. */
static bool is_same_request(const struct idempotency *once, const struct record *found)
{
    for (size_t i = 0; i < once->forms; i++) {
        if (slice_eq(found->key, once->records[i].key)) {
            return slice_eq(found->request, once->records[i].request);
        }
    }
    return false;
}

static void judge(struct command *command, const struct record *found)
{
    if (is_same_request(command->once, found)) {
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
    log_warn_every("a stored answer cannot be understood", "table=%.*s",
                   SLICE_ARG(command->once->records[command->once->form].table));
    return false;
}

/* ------------------------------------------------------------------ SETTLE */

static void ask_record(struct command *command);

/* No record that counts: that of the other form is looked for. */
static void miss_record(struct command *command)
{
    struct idempotency *once = command->once;

    if (++once->form < once->forms) {
        ask_record(command);
    } else {
        command_finish(command, once->otherwise, false);
    }
}

static void on_record(void *ctx, enum status status, const struct dynamodb_answer *answer)
{
    struct command *command = ctx;
    const struct value *item = value_get(answer->body, slice_str("Item"));
    struct record found;

    if (status != STATUS_OK && command->once->otherwise == STATUS_UNCERTAIN) {
        command_finish(command, STATUS_UNCERTAIN, false);
    } else if (status != STATUS_OK) {
        command_fail(command, command_status_of_read(status), answer);
    } else if (!item) {
        miss_record(command);
    } else if (!read_record(command, item, &found)) {
        command_finish(command, STATUS_INTERNAL, false);
    } else if (found.expires_s < clock_wall_ms() / 1000) {
        miss_record(command);
    } else {
        judge(command, &found);
    }
}

static void ask_record(struct command *command)
{
    const struct idempotency *once = command->once;

    command_request(command, DYNAMODB_GET_ITEM,
                    record_get(command->input->arena, &once->records[once->form]), true, on_record,
                    command);
}

void idempotency_settle(struct command *command, enum status status)
{
    command->result.answer = NULL;
    command->once->otherwise = status;
    command->once->form = 0;
    ask_record(command);
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
    const struct value *item;

    if (status == STATUS_OK) {
        command_finish(command, STATUS_OK, true);
    } else if (status == STATUS_UNCERTAIN) {
        idempotency_settle(command, STATUS_UNCERTAIN);
    } else if (answer->condition_failed) {
        idempotency_meet(command, value_get(answer->body, slice_str("Item")));
    } else if (record_met(answer, 0, command->once->stored, &item)) {
        idempotency_meet(command, item);
    } else {
        command_fail(command, status, answer);
    }
}

void idempotency_store(struct command *command)
{
    struct transaction_action actions[IDEMPOTENCY_ACTIONS];

    command->once->stored = idempotency_actions(command, IDEMPOTENCY_ACTIONS, actions);
    if (command->once->stored == 1) {
        command_request(command, actions[0].operation, actions[0].body, true, on_stored, command);
    } else {
        command_transact(command, actions, command->once->stored, on_stored, command);
    }
}
