/*
 * "did you mean": the candidate that is nearest to a misspelt name, if any is near enough to help.
 */
#ifndef CONF_TEXT_SUGGEST_H
#define CONF_TEXT_SUGGEST_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"

struct suggest {
    struct slice wanted, best;
    unsigned int distance; /* of best; the limit while there is none */
};

void suggest_init(struct suggest *suggest, struct slice wanted);
void suggest_offer(struct suggest *suggest, struct slice candidate);
/* "did you mean 'Price'?" in ARENA; empty when nothing was near. */
struct slice suggest_hint(const struct suggest *suggest, struct arena *arena);

#endif
