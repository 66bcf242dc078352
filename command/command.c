/*
 * What the commands of every store share: input is checked, the id found, the store's machine
 * started.
 *
 *     command_start --next turn--> payload, id [, key] --state store--> item_write_start --.
 *                                     |     '--event store--> append_start ----------------+
 *                                     '--invalid-------------------------------------------'
 *                                                                                          v
 *                                                                      an end (finish.c) --> done
 */
#include "command/command.h"

#include "command/append.h"
#include "command/commander.h"
#include "command/idempotency.h"
#include "command/item_write.h"
#include "conf/settings/clients.h"
#include "lib/base/memory.h"
#include "lib/data/decimal.h"
#include "lib/data/hash.h"
#include "lib/data/percent.h"

struct commander *commander_create(struct loop *loop, const struct plan *plan,
                                   const struct settings *settings, struct dynamodb *dynamodb,
                                   struct aggregate_cache *aggregates)
{
    const struct dynamodb_config config = clients_dynamodb(settings);
    struct commander *commander = XNEW(struct commander);

    commander->loop = loop;
    commander->plan = plan;
    commander->settings = settings;
    commander->results = XARRAY(struct metric *, (size_t)plan->command_count * COMMAND_RESULTS);
    commander->aggregates = aggregates;
    commander->models = XARRAY(struct commander_model, plan->model_count);
    for (size_t i = 0; i < plan->model_count; i++) {
        struct commander_model *model = &commander->models[plan->models[i].index];

        fold_fingerprint(&plan->models[i], model->fold);
        model->kind = aggregate_kind(&plan->models[i]);
    }
    retrier_init(&commander->retrier, loop, dynamodb, &config);
    metric_family(METRIC_COUNTER, "twofold_commands_total", "commands by their result");
    return commander;
}

void commander_destroy(struct commander *commander)
{
    if (!commander) {
        return;
    }
    xfree(commander->models);
    xfree(commander->results);
    xfree(commander);
}

/* ------------------------------------------------------------------ input */

/* True when it is good; else the command has ended. */
static bool payload_is_valid(struct command *command)
{
    const struct command_input *input = command->input;
    const struct schema *schema = input->command->payload;
    struct schema_errors *errors;

    if (!schema &&
        (!input->payload || (input->payload->type == VALUE_MAP && !input->payload->first))) {
        return true; /* {} is what a client that always sends an object means by nothing */
    }
    if (!schema || !input->payload) {
        command_finish_invalid(command, SLICE_EMPTY,
                               schema ? "a body is required" : "this command takes no body");
        return false;
    }
    errors = ARENA_NEW(input->arena, struct schema_errors);
    if (schema_validate(schema, input->payload, input->arena, errors) != STATUS_OK) {
        command->result.errors = errors;
        command_finish(command, STATUS_SCHEMA, false);
        return false;
    }
    return true;
}

static struct slice id_pointer(const struct command *command)
{
    return arena_printf(command->input->arena, "/%.*s",
                        SLICE_ARG(command->input->command->model->aggregate.id_name));
}

static const struct value *id_generate(struct arena *arena)
{
    char *text = arena_bytes(arena, UUID_TEXT);

    uuid7(text);
    return value_string(arena, slice_of(text, UUID_TEXT - 1));
}

static struct slice id_canonical(struct arena *arena, const struct value *id)
{
    char text[DECIMAL_TEXT_MAX];
    struct decimal decimal;

    if (id->type != VALUE_NUMBER || decimal_parse(id->text, &decimal) != STATUS_OK) {
        return id->text;
    }
    return arena_copy(arena, slice_of(text, decimal_text(&decimal, text)));
}

/* That DynamoDB's keys and the read model hold it. */
static bool id_has_room(struct command *command, struct slice id)
{
    struct slice name = command->input->command->model->aggregate.name;
    size_t len = name.len + 1 + percent_encode(command->input->arena, id).len;

    if (id.len > 0 && len <= PLAN_AGGREGATE_MAX) {
        return true;
    }
    command_finish_invalid(command, id_pointer(command),
                           id.len == 0 ? "must not be empty" : "is too long");
    return false;
}

/*
 * The path's, else the payload's, else a new one. True when it is good; else the command has ended.
 */
static bool id_is_valid(struct command *command)
{
    const struct command_input *input = command->input;
    const struct plan_aggregate *aggregate = &input->command->model->aggregate;
    const struct value *in_payload = value_get(input->payload, aggregate->id_name);
    const struct value *sent = input->path_id ? input->path_id : in_payload;
    const struct value *id = scalar_value(input->arena, aggregate->id_type, sent);
    struct schema_errors *errors = ARENA_NEW(input->arena, struct schema_errors);
    bool generated = !id && aggregate->id_generated;

    if (generated) {
        id = id_generate(input->arena);
    }
    if (!id) {
        command_finish_invalid(command, id_pointer(command), "an id is required");
        return false;
    }
    if (input->path_id && in_payload &&
        !value_equal(id, scalar_value(input->arena, aggregate->id_type, in_payload))) {
        command_finish_invalid(command, id_pointer(command), "differs from the id in the path");
        return false;
    }
    if (aggregate->id_schema &&
        schema_validate(aggregate->id_schema, id, input->arena, errors) != STATUS_OK) {
        for (unsigned int i = 0; i < errors->count; i++) {
            errors->items[i].pointer = id_pointer(command);
        }
        command->result.errors = errors;
        command_finish(command, STATUS_SCHEMA, false);
        return false;
    }
    command->result.id = id;
    command->result.id_text = id_canonical(input->arena, id);
    command->given_id = generated ? SLICE_EMPTY : command->result.id_text;
    command->sent_id = generated ? SLICE_EMPTY : id_canonical(input->arena, sent);
    return id_has_room(command, command->result.id_text);
}

struct aggregate_key command_aggregate_key(const struct command *command)
{
    const struct plan_model *model = command->input->command->model;

    return (struct aggregate_key){command->commander->models[model->index].kind,
                                  command->result.id_text};
}

/* ------------------------------------------------------------------ start */

static void run(void *ctx)
{
    struct command *command = ctx;

    if (!payload_is_valid(command) || !id_is_valid(command)) {
        return;
    }
    if (command->input->idempotency_key.len > 0) {
        idempotency_begin(command);
    }
    switch (command->input->command->model->aggregate.store) {
    case STORE_STATE:
        item_write_start(command);
        return;
    case STORE_EVENTS:
        append_start(command);
        return;
    }
}

void command_start(struct commander *commander, const struct command_input *input,
                   command_done_fn *done, void *ctx)
{
    struct command *command = ARENA_NEW(input->arena, struct command);

    command->commander = commander;
    command->input = input;
    command->done = done;
    command->ctx = ctx;
    loop_later(commander->loop, &command->task, run, command);
}
