/*
 * Snapshots: derived, written in the background, best effort. Without them the same answers cost more.
 */
#ifndef COMMAND_SNAPSHOT_H
#define COMMAND_SNAPSHOT_H

#include "command/aggregate.h"
#include "command/commander.h"

/* Later in this turn, if enough events came after the last snapshot that AGGREGATE knows of. */
void snapshot_write(const struct commander *commander, struct aggregate *aggregate);

#endif
