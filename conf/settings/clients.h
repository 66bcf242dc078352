/*
 * What the settings say to lib's clients and servers, said once.
 */
#ifndef CONF_SETTINGS_CLIENTS_H
#define CONF_SETTINGS_CLIENTS_H

#include "conf/settings/settings.h"
#include "lib/aws/dynamodb.h"
#include "lib/httpd/httpd.h"
#include "lib/redis/redis.h"

/* Slices are the settings'. */
struct redis_config clients_redis(const struct settings *settings);

struct dynamodb_config clients_dynamodb(const struct settings *settings);

/* Limits and times of an HTTP server; handlers, ctx and metrics are the caller's to fill in. */
struct httpd_config clients_httpd(const struct settings *settings);

#endif
