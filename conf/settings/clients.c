/*
 * Settings -> configurations of lib's clients and servers.
 */
#include "conf/settings/clients.h"

#include "lib/base/log.h"

struct redis_config clients_redis(const struct settings *settings)
{
    return (struct redis_config){
        .addresses = settings->redis,
        .username = settings->redis_username,
        .password = settings->redis_password,
        .connect_timeout_us = settings->redis_connect_timeout,
        .command_timeout_us = settings->redis_timeout,
        .retry_base_us = settings->redis_retry_base,
        .retry_cap_us = settings->redis_retry_cap,
        .pending_max = settings->redis_pending,
    };
}

struct dynamodb_config clients_dynamodb(const struct settings *settings)
{
    return (struct dynamodb_config){
        .endpoint = settings->dynamodb_endpoint,
        .streams_endpoint = settings->streams_endpoint,
        .region = settings->aws_region,
        .connections_max = settings->dynamodb_connections,
        .pending_max = settings->dynamodb_pending,
        .connect_timeout_us = settings->dynamodb_connect_timeout,
        .timeout_us = settings->dynamodb_timeout,
        .retries = settings->dynamodb_retries,
        .retry_base_us = settings->dynamodb_retry_base,
        .retry_cap_us = settings->dynamodb_retry_cap,
        .retry_budget = settings->dynamodb_retry_budget,
    };
}

struct httpd_config clients_httpd(const struct settings *settings)
{
    return (struct httpd_config){
        .line_max = settings->line_max,
        .header_max = settings->header_max,
        .body_max = settings->body_max,
        .header_timeout_us = settings->header_timeout,
        .body_timeout_us = settings->body_timeout,
        .write_timeout_us = settings->write_timeout,
        .idle_timeout_us = settings->idle_timeout,
        .linger_us = settings->linger,
        .connections_max = settings->connections_max,
        .inflight_max = settings->inflight_max,
        .pipeline_max = settings->pipeline_max,
    };
}

/* ------------------------------------------------------------------ SQL */

struct sql_login clients_sql_gateway(const struct settings *settings)
{
    return (struct sql_login){
        .user = settings->sql_user,
        .password = settings->sql_password,
        .connect_timeout_us = settings->sql_connect_timeout,
        .read_timeout_us = settings->sql_timeout,
        .reads = true,
    };
}

static struct sql_login projector_login(const struct settings *settings, uint64_t statement_us)
{
    return (struct sql_login){
        .user = settings->sql_projector_user,
        .password = settings->sql_projector_password,
        .connect_timeout_us = settings->sql_connect_timeout,
        .read_timeout_us = statement_us,
    };
}

struct sql_login clients_sql_check(const struct settings *settings)
{
    return projector_login(settings, settings->sql_timeout);
}

struct sql_login clients_sql_projector(const struct settings *settings)
{
    return projector_login(settings, settings->apply_timeout);
}

struct sql_login clients_sql_setup(const struct settings *settings, uint64_t statement_us)
{
    return (struct sql_login){
        .user = settings->sql_setup_user,
        .password = settings->sql_setup_password,
        .connect_timeout_us = settings->sql_connect_timeout,
        .read_timeout_us = statement_us,
    };
}

/* The nodes' names in logs, metrics and Cache-Status. */
static const char *const node_names[] = {"primary",   "replica1",  "replica2",  "replica3",
                                         "replica4",  "replica5",  "replica6",  "replica7",
                                         "replica8",  "replica9",  "replica10", "replica11",
                                         "replica12", "replica13", "replica14", "replica15"};
_Static_assert(ARRAY_COUNT(node_names) == SQL_NODES_MAX, "each node has a name");

enum status clients_sql_primary(const struct settings *settings, struct sql_address *out)
{
    return sql_address_parse(settings->sql_primary, slice_str(node_names[SQL_PRIMARY]), out);
}

static enum status add_node(struct sql_config *config, struct slice address, const char *setting)
{
    unsigned int node = config->node_count;

    if (node == SQL_NODES_MAX) {
        log_error("too many replicas", "setting=%s most=%d", setting, SQL_NODES_MAX - 1);
        return STATUS_INVALID;
    }
    if (sql_address_parse(slice_trim(address), slice_str(node_names[node]), &config->nodes[node]) !=
        STATUS_OK) {
        log_error("bad address",
                  "setting=%s value=\"%.*s\" allowed=\"host:port or /path/of/socket\"", setting,
                  SLICE_ARG(address));
        return STATUS_INVALID;
    }
    config->node_count++;
    return STATUS_OK;
}

enum status clients_sql_pool(const struct settings *settings, struct sql_config *out)
{
    struct slice rest = settings->sql_replicas, replica;

    *out = (struct sql_config){
        .login = clients_sql_gateway(settings),
        .threads = settings->sql_threads,
        .queue_max = settings->sql_queue,
        .primary_max = settings->sql_primary_max,
        .primary_queue = settings->sql_primary_queue,
        .replica_us = settings->sql_replica_timeout,
        .eject_us = settings->sql_eject,
        .eject_cap_us = settings->sql_eject_cap,
    };
    if (add_node(out, settings->sql_primary, "sql_primary") != STATUS_OK) {
        return STATUS_INVALID;
    }
    while (rest.len > 0) {
        slice_cut(rest, ',', &replica, &rest);
        if (add_node(out, replica, "sql_replicas") != STATUS_OK) {
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}
