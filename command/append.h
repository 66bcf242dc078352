/*
 * Commands of an event store. The machine is drawn in append.c.
 */
#ifndef COMMAND_APPEND_H
#define COMMAND_APPEND_H

#include "command/commander.h"

/*
 * The input is valid and result.id known. Ends by one of commander.h's ends, perhaps inside this
 * call.
 */
void append_start(struct command *command);

#endif
