/*
 * The projector's admin server: /metrics, /livez, /readyz.
 */
#ifndef PROJECTOR_ADMIN_H
#define PROJECTOR_ADMIN_H

#include "lib/run/loop.h"
#include "projector/follower.h"

struct admin;

/* On LOOP, before it runs. UNAVAILABLE, logged: the port is taken. */
MUST_CHECK enum status admin_create(struct loop *loop, const struct settings *settings,
                                    struct follower *followers, size_t count, struct admin **out);
void admin_destroy(struct admin *admin);

/* What /readyz says: true (200) when every model can be projected. Appends JSON. */
bool admin_ready(const struct follower *followers, size_t count, struct buf *body);

#endif
