/*
 * Versions that no item of this id had before: the wall clock in milliseconds, and always above the last one issued by this process.
 */
#ifndef COMMAND_VERSION_H
#define COMMAND_VERSION_H

#include <stdint.h>

/* Any thread. */
uint64_t version_issue(void);

#endif
