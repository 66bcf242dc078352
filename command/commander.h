/*
 * A command in flight, as command.c (what all stores share) and the stores' files (item_write.c) see it. Not for other folders.
 */
#ifndef COMMAND_COMMANDER_H
#define COMMAND_COMMANDER_H

#include "command/command.h"
#include "command/retry.h"
#include "lib/metric.h"

struct commander {
    struct loop *loop;
    const struct plan *plan;
    const struct settings *settings;
    struct retrier retrier;
    struct metric **results; /* [command][status], the last column for no-ops; made at first use */
};

struct command {
    struct commander *commander;
    const struct command_input *input;
    struct command_result result;
    struct loop_task task;
    command_done_fn *done;
    void *ctx;
};

/* Ends the command: counts it and calls done. result is in command->result. */
void command_finish(struct command *command, enum status status, bool noop);

/* 422 with one error. pointer, detail: static or in the arena. */
void command_finish_invalid(struct command *command, struct slice pointer, const char *detail);

#endif
