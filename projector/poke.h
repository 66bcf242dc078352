/*
 * Gateways' hints that a command was written: they cut a lane's pause between two polls short.
 * Losing them costs that pause, nothing else.
 */
#ifndef PROJECTOR_POKE_H
#define PROJECTOR_POKE_H

#include "lib/run/loop.h"
#include "projector/follower.h"

struct poke;

/* A subscription for each model, on LOOP; reconnects by itself. */
struct poke *poke_create(struct loop *loop, const struct settings *settings,
                         struct follower *followers, size_t count);
void poke_destroy(struct poke *poke);

#endif
