/*
 * `twofold-projector setup`: what must be there before the daemons start. Idempotent: it makes what
 * is missing and changes nothing that is there, but the SQL users' passwords and rights, which
 * become those of the settings.
 */
#ifndef PROJECTOR_SETUP_H
#define PROJECTOR_SETUP_H

#include "conf/plan/plan.h"
#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"

/*
 * create_tables: make DynamoDB's tables too, wherever they are; on a local endpoint they are made
 * anyhow. Each failure is logged.
 */
MUST_CHECK enum status setup_run(const struct settings *settings, const struct plan *plan,
                                 struct credential_provider *credentials, bool create_tables);

/* A text as SQL writes it: quoted, with its escapes; a name in backticks. In ARENA. */
struct slice sql_quote_text(struct arena *arena, struct slice text);
struct slice sql_quote_name(struct arena *arena, struct slice name);
/* A database's name in GRANT, where _ and % would match anything. */
struct slice sql_quote_grant(struct arena *arena, struct slice database);

#endif
