/*
 * Numbers from the wall clock that this process never gives twice and never lower than before,
 * whatever its clock does. All of it: any thread.
 */
#ifndef COMMAND_VERSION_H
#define COMMAND_VERSION_H

#include <stdint.h>

/*
 * The version of an item that is created: microseconds since 1970, above every one that was issued
 * or retired before. In microseconds, so that the numbers do not run ahead of the clock while fewer
 * than a million are issued a second; a double holds them exactly until 2255.
 */
uint64_t version_issue(void);

/*
 * A deleted item ended with VERSION: what is created from now on, perhaps under its id, gets a
 * higher one. A version of more than a minute ahead of the clock is another writer's own numbering,
 * and is ignored.
 */
void version_retire(uint64_t version);

/*
 * The timestamp of an event, in milliseconds since 1970. Beyond 1,000 a second they run ahead of
 * the clock.
 */
uint64_t timestamp_issue(void);

#endif
