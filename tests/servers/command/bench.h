/*
 * A commander on a loop, and another writer beside it. TWOFOLD_DYNAMODB=http://127.0.0.1:PORT names
 * the DynamoDB: ours (tests/stub/dynamodb_stub.py), where faults are played too, or any other,
 * where those tests are skipped.
 */
#ifndef TESTS_SERVERS_COMMAND_BENCH_H
#define TESTS_SERVERS_COMMAND_BENCH_H

#include "command/command.h"
#include "tests/unit/unit.h"

#define DEADLINE_US ((uint64_t)5000000)

extern struct bench {
    struct settings settings;
    struct loop *loop;
    struct credential_provider *credentials;
    struct dynamodb *dynamodb;
    struct commander *commander;
    struct aggregate_cache *aggregates;
    struct dynamodb_sync *other; /* another writer */
    struct http_sync *control;
    bool stub;
    uint64_t next_id;
} bench;

#define STUB_ONLY()        \
    do {                   \
        if (!bench.stub) { \
            skip();        \
        }                  \
    } while (0)

#define ANSWERS_TABLE "Answers" /* the setting commands_table */

/* 0, as cmocka wants it. The tables of answers, of both forms, are made too. */
int bench_open(const struct plan *plan, const char *create_table);
void bench_close(void);
int bench_forget_faults(void **state); /* a test's setup */

struct trial;

enum status other_writer(enum dynamodb_operation operation, const char *body, struct arena *arena,
                         struct dynamodb_answer *out);
/* It must succeed. */
void other_does(struct trial *trial, enum dynamodb_operation operation, const char *body);
bool control(const char *body);
void fault(const char *operation, const char *action, unsigned int count);
/*
 * The requests of OPERATION that the stub has seen since its counts were forgotten; "*": of all but
 * a gateway's probes.
 */
unsigned int requests_seen(const char *operation);
/* Just before the next OPERATION the other writer sends OPERATION2. */
void race(const char *operation, const char *operation2, const char *body2);

/* One command. */
struct trial {
    struct arena arena;
    uint64_t id;
    enum status status;
    struct command_result result;
    struct command_input input;
    bool done;
};

void trial_init(struct trial *trial);
/* A test's setup and teardown: *state is a trial, and the stub has no faults. */
int trial_open(void **state);
int trial_close(void **state);
/* Another one in its place: for the next case of a table. */
void trial_next(struct trial *trial);
/*
 * Runs the command of trial->input and waits for its end; payload: JSON or NULL. Its answer is
 * rendered as the id and the version.
 */
enum status trial_run(struct trial *trial, const struct plan_command *command, const char *payload);
/* Starts it only: trial->done tells. bench_wait runs the loop until all have ended. */
void trial_start(struct trial *trial, const struct plan_command *command, const char *payload);
void bench_wait(struct trial *const *trials, size_t count);

/* The content of an attribute's TAG. */
struct slice field(const struct value *item, const char *name, const char *tag);

#endif
