/*
 * Snapshots: derived. Without them the same answers cost more.
 *
 * One is due when enough events came after the last one. The write that makes it due takes it
 * along, in its transaction; a read that found it due leaves it behind.
 */
#ifndef COMMAND_SNAPSHOT_H
#define COMMAND_SNAPSHOT_H

#include "command/commander.h"
#include "lib/aws/transaction.h"

/*
 * The action that stores it with the events that AGGREGATE ends with. False: it is not due, or too
 * large for an item.
 */
bool snapshot_action(const struct command *command, struct aggregate *aggregate,
                     struct transaction_action *out);

/* Later in this turn, if it is due: one try that nobody waits for. */
void snapshot_write(const struct command *command, struct aggregate *aggregate);

#endif
