/*
 * Endpoints, headers, signature, metrics.
 */
#include "lib/aws/dynamodb_request.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

#define ANSWER_MAX \
    ((size_t)32    \
     << 20) /* GetRecords gives 1 MB of data at most, Query and Scan too; typed JSON is \
                          several times that */

static const struct {
    const char *name, *target;
    enum dynamodb_service service;
} operations[] = {
#define TARGET_TABLES(name)                     "DynamoDB_20120810." name
#define TARGET_STREAMS(name)                    "DynamoDBStreams_20120810." name
#define OPERATION_ROW(operation, name, service) {name, TARGET_##service(name), SERVICE_##service},
    DYNAMODB_OPERATIONS(OPERATION_ROW)
#undef OPERATION_ROW
};

/* ------------------------------------------------------------------ set-up */

static enum status endpoint_init(struct dynamodb_endpoint *endpoint, struct slice url)
{
    const char *scheme = slice_starts(url, "https://") ? "https://" : "http://";
    struct slice host, path;

    if (!slice_starts(url, scheme)) {
        log_error("not a URL", "endpoint=%.*s", SLICE_ARG(url));
        return STATUS_INVALID;
    }
    (void)slice_cut(slice_from(url, strlen(scheme)), '/', &host, &path);
    if (host.len == 0 || path.len > 0) {
        log_error("an endpoint is scheme, host and port only", "endpoint=%.*s", SLICE_ARG(url));
        return STATUS_INVALID;
    }
    endpoint->url = xalloc(strlen(scheme) + host.len + 2);
    (void)snprintf(endpoint->url, strlen(scheme) + host.len + 2, "%s%.*s/", scheme,
                   SLICE_ARG(host));
    endpoint->host = slice_of(endpoint->url + strlen(scheme), host.len);
    return STATUS_OK;
}

static enum status endpoint_of_region(struct dynamodb_endpoint *endpoint, const char *prefix,
                                      const char *region)
{
    char url[256];
    int len = snprintf(url, sizeof(url), "https://%s.%s.amazonaws.com", prefix, region);

    return endpoint_init(endpoint, slice_of(url, (size_t)len < sizeof(url) ? (size_t)len : 0));
}

static enum status endpoints_init(struct dynamodb_client *client,
                                  const struct dynamodb_config *config)
{
    struct slice tables = config->endpoint;
    struct slice streams = config->streams_endpoint.len > 0 ? config->streams_endpoint : tables;
    enum status status;

    status = tables.len > 0 ? endpoint_init(&client->endpoints[SERVICE_TABLES], tables)
                            : endpoint_of_region(&client->endpoints[SERVICE_TABLES], "dynamodb",
                                                 client->region);
    if (status != STATUS_OK) {
        return status;
    }
    return streams.len > 0 ? endpoint_init(&client->endpoints[SERVICE_STREAMS], streams)
                           : endpoint_of_region(&client->endpoints[SERVICE_STREAMS],
                                                "streams.dynamodb", client->region);
}

static struct slice region_of(const struct dynamodb_config *config,
                              struct credential_provider *credentials)
{
    struct slice region = config->region;

    if (region.len == 0) {
        region = credentials_region(credentials);
    }
    /* A local endpoint does not care, but a signature needs one. */
    return region.len == 0 && config->endpoint.len > 0 ? slice_str("us-east-1") : region;
}

enum status dynamodb_client_init(struct dynamodb_client *client,
                                 const struct dynamodb_config *config,
                                 struct credential_provider *credentials)
{
    struct slice region = region_of(config, credentials);

    *client =
        (struct dynamodb_client){.credentials = credentials, .timeout_us = config->timeout_us};
    if (region.len == 0) {
        log_error("no AWS region", "hint=\"set aws_region, AWS_REGION or region in the profile\"");
        return STATUS_INVALID;
    }
    client->region = xstrdup(region);
    client->signer = sigv4_create();
    return endpoints_init(client, config);
}

void dynamodb_client_fini(struct dynamodb_client *client)
{
    sigv4_destroy(client->signer);
    xfree(client->region);
    for (size_t i = 0; i < SERVICE_COUNT; i++) {
        xfree(client->endpoints[i].url);
    }
}

struct http_config dynamodb_http_config(const struct dynamodb_config *config)
{
    return (struct http_config){.connections_max = config->connections_max,
                                .pending_max = config->pending_max,
                                .connect_timeout_us = config->connect_timeout_us};
}

/* ------------------------------------------------------------------ a request */

const char *dynamodb_operation_name(enum dynamodb_operation operation)
{
    return operations[operation].name;
}

static const struct slice content_type = {"application/x-amz-json-1.0", 26};

static struct slice line(struct arena *arena, const char *name, struct slice value)
{
    struct slice prefix = slice_str(name);
    char *out = arena_bytes(arena, prefix.len + value.len);

    memcpy(out, prefix.ptr, prefix.len);
    memcpy(out + prefix.len, value.ptr, value.len);
    return slice_of(out, prefix.len + value.len);
}

#define LINES_MAX 6

/* Signs BODY for TARGET; the header lines of the request come out. */
static enum status sign(struct dynamodb_client *client, struct slice host, struct slice target,
                        struct slice body, struct arena *arena, struct http_call *out)
{
    struct credentials credentials = credentials_now(client->credentials, arena);
    const struct sigv4_header headers[] = {
        {SLICE_LITERAL("host"),         host        },
        {SLICE_LITERAL("content-type"), content_type},
        {SLICE_LITERAL("x-amz-target"), target      }
    };
    const struct sigv4_input input = {.method = SLICE_LITERAL("POST"),
                                      .path = SLICE_LITERAL("/"),
                                      .headers = headers,
                                      .header_count = ARRAY_COUNT(headers),
                                      .body = body,
                                      .region = slice_str(client->region),
                                      .service = SLICE_LITERAL("dynamodb"),
                                      .wall_ms = clock_wall_ms(),
                                      .normalize_path = true};
    struct slice *lines = ARENA_ARRAY(arena, struct slice, LINES_MAX);
    struct sigv4_output output;
    enum status status = sigv4_sign(client->signer, &credentials, &input, arena, &output);

    if (status != STATUS_OK) {
        return status;
    }
    lines[0] = line(arena, "Host: ", host);
    lines[1] = line(arena, "Content-Type: ", content_type);
    lines[2] = line(arena, "X-Amz-Target: ", target);
    lines[3] = line(arena, "X-Amz-Date: ", output.amz_date);
    lines[4] = line(arena, "Authorization: ", output.authorization);
    lines[5] = line(arena, "X-Amz-Security-Token: ", credentials.token);
    out->headers = lines;
    out->header_count = credentials.token.len > 0 ? LINES_MAX : LINES_MAX - 1;
    return STATUS_OK;
}

enum status dynamodb_request_make(struct dynamodb_client *client, enum dynamodb_operation operation,
                                  struct slice body, uint64_t deadline_us, struct arena *arena,
                                  struct http_call *out)
{
    const struct dynamodb_endpoint *endpoint = &client->endpoints[operations[operation].service];
    uint64_t try_us = clock_deadline(client->timeout_us);

    *out = (struct http_call){.url = endpoint->url,
                              .method = "POST",
                              .body = body,
                              .deadline_us = deadline_us < try_us ? deadline_us : try_us,
                              .answer_max = ANSWER_MAX};
    return sign(client, endpoint->host, slice_str(operations[operation].target), body, arena, out);
}

/* ------------------------------------------------------------------ counting */

static struct metric *result_series(enum dynamodb_operation operation, enum status status)
{
    const struct metric_label labels[] = {
        {"operation", slice_str(operations[operation].name)},
        {"result",    slice_str(status_name(status))       },
        {NULL,        SLICE_EMPTY                          }
    };

    return metric_labelled(METRIC_COUNTER, "twofold_dynamodb_requests_total",
                           "tries of requests to DynamoDB by their result", labels);
}

static struct metric *duration_series(enum dynamodb_operation operation)
{
    const struct metric_label labels[] = {
        {"operation", slice_str(operations[operation].name)},
        {NULL,        SLICE_EMPTY                          }
    };

    return metric_labelled(METRIC_HISTOGRAM, "twofold_dynamodb_request_duration_seconds",
                           "duration of one try of a request to DynamoDB", labels);
}

void dynamodb_request_count(struct dynamodb_client *client, enum dynamodb_operation operation,
                            enum status status, uint64_t duration_us)
{
    struct metric **result = &client->results[operation][status],
                  **duration = &client->durations[operation];

    if (!*result) {
        *result = result_series(operation, status);
    }
    if (!*duration) {
        *duration = duration_series(operation);
    }
    metric_add(*result, 1);
    metric_observe_us(*duration, duration_us);
}
