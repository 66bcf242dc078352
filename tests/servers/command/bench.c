/*
 * The bench of bench.h.
 */
#include "tests/servers/command/bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "command/idempotency.h"
#include "conf/settings/clients.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/data/json.h"

struct bench bench;

enum status other_writer(enum dynamodb_operation operation, const char *body, struct arena *arena,
                         struct dynamodb_answer *out)
{
    return dynamodb_sync_call(bench.other, operation, slice_str(body), arena,
                              clock_deadline(DEADLINE_US), out);
}

void other_does(struct trial *trial, enum dynamodb_operation operation, const char *body)
{
    struct dynamodb_answer answer;

    assert_status(other_writer(operation, body, &trial->arena, &answer), STATUS_OK);
}

static bool ask_control(const char *method, const char *body, struct arena *arena,
                        struct http_answer *out)
{
    char *url = arena_cstr(
        arena, arena_printf(arena, "%.*s/_control", SLICE_ARG(bench.settings.dynamodb_endpoint)));
    const struct http_call call = {.url = url,
                                   .method = method,
                                   .body = slice_str(body),
                                   .deadline_us = clock_deadline(DEADLINE_US),
                                   .answer_max = 65536};

    return http_sync_perform(bench.control, &call, arena, out) == STATUS_OK && out->code == 200;
}

bool control(const char *body)
{
    struct arena arena = {0};
    struct http_answer answer = {0};
    bool ok = ask_control("POST", body, &arena, &answer);

    arena_fini(&arena);
    return ok;
}

unsigned int requests_seen(const char *operation)
{
    struct arena arena = {0};
    struct http_answer answer = {0};
    const struct value *counts = NULL;
    uint64_t sum = 0;

    assert_true(ask_control("GET", "", &arena, &answer));
    assert_int_equal(json_parse(&arena, answer.body, &counts, NULL), STATUS_OK);
    for (const struct value *count = counts->first; count; count = count->next) {
        uint64_t seen = 0;

        assert_int_equal(slice_parse_u64(count->text, &seen), STATUS_OK);
        sum += slice_is(count->name, operation) ||
                       (operation[0] == '*' && !slice_is(count->name, "DescribeTable"))
                   ? seen
                   : 0;
    }
    arena_fini(&arena);
    return (unsigned int)sum;
}

void fault(const char *operation, const char *action, unsigned int count)
{
    struct arena arena = {0};
    struct slice body = arena_printf(
        &arena, "{\"operation\":\"%s\",\"action\":\"%s\",\"count\":%u}", operation, action, count);

    assert_true(control(arena_cstr(&arena, body)));
    arena_fini(&arena);
}

void race(const char *operation, const char *operation2, const char *body2)
{
    struct arena arena = {0};
    struct slice body = arena_printf(
        &arena, "{\"operation\":\"%s\",\"action\":\"race\",\"operation2\":\"%s\",\"body2\":%s}",
        operation, operation2, body2);

    assert_true(control(arena_cstr(&arena, body)));
    arena_fini(&arena);
}

#define TABLE_OF_ANSWERS(name)                                                                   \
    "{\"TableName\":\"" name "\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":[" \
    "{\"AttributeName\":\"" COMMANDS_KEY "\",\"AttributeType\":\"S\"}],"                         \
    "\"KeySchema\":[{\"AttributeName\":\"" COMMANDS_KEY "\",\"KeyType\":\"HASH\"}]}"

static void make_tables(const char *create_table)
{
    struct arena arena = {0};
    struct dynamodb_answer answer;

    (void)!other_writer(DYNAMODB_CREATE_TABLE, create_table, &arena, &answer);
    (void)!other_writer(DYNAMODB_CREATE_TABLE, TABLE_OF_ANSWERS(COMMANDS_TABLE), &arena, &answer);
    (void)!other_writer(DYNAMODB_CREATE_TABLE, TABLE_OF_ANSWERS(ANSWERS_TABLE), &arena, &answer);
    arena_fini(&arena);
}

static bool open_clients(void)
{
    static char program[] = "test";
    char *argv[] = {program, NULL};
    int argc = 1;
    struct dynamodb_config config;
    const struct http_config control_config = {
        .connections_max = 1, .pending_max = 1, .connect_timeout_us = 1000000};

    (void)setenv("AWS_ACCESS_KEY_ID", "local", 0);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "local", 0);
    if (settings_load(&bench.settings, &argc, argv, (const char *const[]){NULL}) != STATUS_OK) {
        return false;
    }
    bench.settings.dynamodb_endpoint = slice_str(getenv("TWOFOLD_DYNAMODB"));
    bench.control = http_sync_create(&control_config);
    bench.stub = control("{\"reset\":true}");
    bench.settings.dynamodb_retry_base = 1000;
    bench.settings.commands_table = SLICE_LITERAL(ANSWERS_TABLE);
    bench.loop = loop_create("test");
    config = clients_dynamodb(&bench.settings);
    return credential_provider_create(&bench.credentials) == STATUS_OK &&
           dynamodb_create(bench.loop, &config, bench.credentials, &bench.dynamodb) == STATUS_OK &&
           dynamodb_sync_create(&config, bench.credentials, &bench.other) == STATUS_OK;
}

int bench_open(const struct plan *plan, const char *create_table)
{
    if (!getenv("TWOFOLD_DYNAMODB")) {
        (void)fprintf(stderr, "TWOFOLD_DYNAMODB is not set\n");
        return 1;
    }
    if (!open_clients()) {
        return 1;
    }
    bench.aggregates = aggregate_cache_create(bench.settings.aggregate_cache);
    bench.commander =
        commander_create(bench.loop, plan, &bench.settings, bench.dynamodb, bench.aggregates);
    bench.next_id = clock_wall_ms() * 1000;
    make_tables(create_table);
    return 0;
}

void bench_close(void)
{
    http_sync_destroy(bench.control);
    commander_destroy(bench.commander);
    aggregate_cache_destroy(bench.aggregates);
    dynamodb_destroy(bench.dynamodb);
    dynamodb_sync_destroy(bench.other);
    credential_provider_destroy(bench.credentials);
    loop_destroy(bench.loop);
}

int bench_forget_faults(void **state)
{
    (void)state;
    if (bench.stub) {
        (void)control("{\"reset\":true}");
    }
    return 0;
}

/* ------------------------------------------------------------------ one command */

void trial_init(struct trial *trial)
{
    memset(trial, 0, sizeof(*trial));
    trial->id = bench.next_id++ % 9000000000000000u + 1;
}

int trial_open(void **state)
{
    static struct trial trial;

    trial_init(&trial);
    *state = &trial;
    return bench_forget_faults(state);
}

void trial_next(struct trial *trial)
{
    arena_fini(&trial->arena);
    trial_init(trial);
}

int trial_close(void **state)
{
    struct trial *trial = *state;

    arena_fini(&trial->arena);
    return 0;
}

static void on_done(void *ctx, enum status status, const struct command_result *result)
{
    struct trial *trial = ctx;

    assert_false(trial->done);
    trial->done = true;
    trial->status = status;
    trial->result = *result;
    loop_stop(bench.loop);
}

static void render(void *ctx, const struct command_result *result, struct arena *arena,
                   struct command_answer *out)
{
    (void)ctx;
    *out =
        (struct command_answer){.code = result->created ? 201 : 200,
                                .headers = SLICE_LITERAL("ETag: x\r\n"),
                                .body = arena_printf(arena, "%.*s@%llu", SLICE_ARG(result->id_text),
                                                     (unsigned long long)result->version)};
}

void trial_start(struct trial *trial, const struct plan_command *command, const char *payload)
{
    const struct value *json = NULL;

    if (payload) {
        assert_int_equal(json_parse(&trial->arena, slice_str(payload), &json, NULL), STATUS_OK);
    }
    trial->done = false;
    trial->input.command = command;
    trial->input.payload = json;
    trial->input.deadline_us = clock_deadline(DEADLINE_US);
    trial->input.arena = &trial->arena;
    trial->input.render = render;
    command_start(bench.commander, &trial->input, on_done, trial);
    assert_false(trial->done);
}

void bench_wait(struct trial *const *trials, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        while (!trials[i]->done) {
            loop_run(bench.loop);
        }
    }
}

enum status trial_run(struct trial *trial, const struct plan_command *command, const char *payload)
{
    trial_start(trial, command, payload);
    bench_wait(&trial, 1);
    return trial->status;
}

struct slice field(const struct value *item, const char *name, const char *tag)
{
    const struct value *content = value_get(value_get(item, slice_str(name)), slice_str(tag));

    return content ? content->text : SLICE_EMPTY;
}
