/*
 * Who holds a lease: a text that names one process for ever, and by which a process of the same
 * machine can be proven dead.
 *
 *     <8 of the boot id>-<inode of the pid namespace>-<pid>-<start time in ticks>
 */
#ifndef PROJECTOR_STORE_OWNER_H
#define PROJECTOR_STORE_OWNER_H

#include "lib/base/slice.h"

#define OWNER_TEXT 64 /* with its NUL; twofold_checkpoint.owner */

void owner_self(char out[OWNER_TEXT]);

/*
 * It ran on this boot of this machine, in this pid namespace, and is gone: nobody will use its
 * lease any more.
 */
bool owner_is_dead(struct slice owner);

#endif
