/*
 * Commands of a state store. The machine is drawn in item_write.c.
 */
#ifndef COMMAND_ITEM_WRITE_H
#define COMMAND_ITEM_WRITE_H

#include "command/commander.h"

/* The input is valid and result.id known. Ends by command_finish, perhaps inside this call. */
void item_write_start(struct command *command);

#endif
