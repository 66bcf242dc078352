/*
 * What the settings say to lib's clients and servers, said once.
 */
#ifndef CONF_SETTINGS_CLIENTS_H
#define CONF_SETTINGS_CLIENTS_H

#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"
#include "lib/httpd/httpd.h"
#include "lib/redis/redis.h"
#include "lib/sql/sql.h"

/* Slices are the settings'. */
struct redis_config clients_redis(const struct settings *settings);

struct dynamodb_config clients_dynamodb(const struct settings *settings);

/* Limits and times of an HTTP server; handlers, ctx and metrics are the caller's to fill in. */
struct httpd_config clients_httpd(const struct settings *settings);

/*
 * Who logs in to SQL, and how long a statement may take. Slices are the settings'.
 *
 *     gateway     its own user, who only reads; sql_timeout
 *     check       the projector's user, for a plan's projections write; sql_timeout
 *     projector   its own user; apply_timeout
 *     setup       the user who may make databases and users; STATEMENT_US, the caller's
 */
struct sql_login clients_sql_gateway(const struct settings *settings);
struct sql_login clients_sql_check(const struct settings *settings);
struct sql_login clients_sql_projector(const struct settings *settings);
struct sql_login clients_sql_setup(const struct settings *settings, uint64_t statement_us);

/* INVALID: sql_primary is no address. The slices of *out are the settings'. */
MUST_CHECK enum status clients_sql_primary(const struct settings *settings,
                                           struct sql_address *out);

/*
 * The gateway's pool: primary and replicas, login, limits. INVALID, logged, when an address does
 * not parse or there are too many of them. Slices are the settings'.
 */
MUST_CHECK enum status clients_sql_pool(const struct settings *settings, struct sql_config *out);

#endif
