/*
 * Settings -> configurations of lib's clients and servers.
 */
#include "conf/settings/clients.h"

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
