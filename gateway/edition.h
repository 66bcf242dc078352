/*
 * The models as they were loaded at one moment, and what follows from them alone: what a reload
 * replaces. Read-only, shared by all threads, counted.
 */
#ifndef GATEWAY_EDITION_H
#define GATEWAY_EDITION_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "gateway/route.h"

struct edition {
    struct plan *plan;
    struct router *router;
    _Atomic unsigned int references;
};

/*
 * Loads the models of the settings' folder. NULL after complaints on standard error. One reference
 * is the caller's.
 */
struct edition *edition_load(const struct settings *settings, enum role role);

struct edition *edition_get(struct edition *edition);
void edition_put(struct edition *edition);

/*
 * Whether NEXT may take the place of EDITION without a restart: the same models over the same
 * databases and tables, with the same tags (cache/PROTOCOL.md: "A reload never changes touches").
 * Logs what stands in the way.
 */
bool edition_may_follow(const struct edition *edition, const struct edition *next);

#endif
