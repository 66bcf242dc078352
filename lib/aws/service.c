/*
 * Endpoint, region, headers, signature: what a request to any AWS service needs. AWS SDKs
 * reference, "Service-specific endpoints"; Smithy, "AWS JSON 1.0 protocol", "AWS query protocol".
 *
 * AWS's own hosts are those of the partition "aws"; in another (China, GovCloud's FIPS hosts) the
 * endpoint must be given.
 */
#include "lib/aws/service.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

/* ------------------------------------------------------------------ set-up */

static enum status endpoint_init(struct aws_service *service, struct slice url)
{
    const char *scheme = slice_starts(url, "https://") ? "https://" : "http://";
    struct slice host, path;

    if (!slice_starts(url, scheme)) {
        log_error("not a URL", "endpoint=\"%.*s\"", SLICE_ARG(url));
        return STATUS_INVALID;
    }
    (void)slice_cut(slice_from(url, strlen(scheme)), '/', &host, &path);
    if (host.len == 0 || path.len > 0) {
        log_error("an endpoint is scheme, host and port only", "endpoint=\"%.*s\"", SLICE_ARG(url));
        return STATUS_INVALID;
    }
    service->url = xalloc(strlen(scheme) + host.len + 2);
    (void)snprintf(service->url, strlen(scheme) + host.len + 2, "%s%.*s/", scheme, SLICE_ARG(host));
    service->host = slice_of(service->url + strlen(scheme), host.len);
    return STATUS_OK;
}

static enum status endpoint_of_region(struct aws_service *service)
{
    char url[256];
    int len = snprintf(url, sizeof(url), "https://%s.%s.amazonaws.com", service->kind->prefix,
                       service->region);

    return endpoint_init(service, slice_of(url, (size_t)len < sizeof(url) ? (size_t)len : 0));
}

static struct slice region_of(const struct aws_service_config *config,
                              struct credential_provider *credentials)
{
    struct slice region = config->region;

    if (region.len == 0) {
        region = credentials_region(credentials);
    }
    /* A local endpoint does not care, but a signature needs one. */
    return region.len == 0 && config->endpoint.len > 0 ? slice_str("us-east-1") : region;
}

enum status aws_service_init(struct aws_service *service, const struct aws_service_kind *kind,
                             const struct aws_service_config *config,
                             struct credential_provider *credentials)
{
    struct slice region = region_of(config, credentials);

    *service = (struct aws_service){.kind = kind,
                                    .credentials = credentials,
                                    .timeout_us = config->timeout_us,
                                    .answer_max = config->answer_max};
    if (region.len == 0) {
        log_error("no AWS region", "hint=\"set aws_region, AWS_REGION or region in the profile\"");
        return STATUS_INVALID;
    }
    service->region = xstrdup(region);
    service->signer = sigv4_create();
    return config->endpoint.len > 0 ? endpoint_init(service, config->endpoint)
                                    : endpoint_of_region(service);
}

void aws_service_fini(struct aws_service *service)
{
    sigv4_destroy(service->signer);
    xfree(service->region);
    xfree(service->url);
}

/* ------------------------------------------------------------------ a request */

static struct slice content_type_of(enum aws_protocol protocol)
{
    switch (protocol) {
    case AWS_JSON_1_0:
        return SLICE_LITERAL("application/x-amz-json-1.0");
    case AWS_JSON_1_1:
        return SLICE_LITERAL("application/x-amz-json-1.1");
    case AWS_QUERY:
        return SLICE_LITERAL("application/x-www-form-urlencoded");
    }
    return SLICE_EMPTY;
}

static struct slice line(struct arena *arena, const char *name, struct slice value)
{
    struct slice prefix = slice_str(name);
    char *out = arena_bytes(arena, prefix.len + value.len);

    memcpy(out, prefix.ptr, prefix.len);
    memcpy(out + prefix.len, value.ptr, value.len);
    return slice_of(out, prefix.len + value.len);
}

#define LINES_MAX 6

enum status aws_service_sign(struct aws_service *service, const struct credentials *credentials,
                             const struct aws_request *request, uint64_t wall_ms,
                             struct http_call *out)
{
    struct arena *arena = request->arena;
    struct slice content_type = content_type_of(service->kind->protocol), target = request->target;
    const struct sigv4_header headers[] = {
        {SLICE_LITERAL("host"),         service->host},
        {SLICE_LITERAL("content-type"), content_type },
        {SLICE_LITERAL("x-amz-target"), target       }
    };
    const struct sigv4_input input = {.method = SLICE_LITERAL("POST"),
                                      .path = SLICE_LITERAL("/"),
                                      .headers = headers,
                                      .header_count = target.len > 0 ? 3 : 2,
                                      .body = request->body,
                                      .region = slice_str(service->region),
                                      .service = slice_str(service->kind->name),
                                      .wall_ms = wall_ms,
                                      .normalize_path = true};
    struct slice *lines = ARENA_ARRAY(arena, struct slice, LINES_MAX);
    struct sigv4_output output;
    enum status status = sigv4_sign(service->signer, credentials, &input, arena, &output);
    size_t count = 0;

    if (status != STATUS_OK) {
        return status;
    }
    lines[count++] = line(arena, "Host: ", service->host);
    lines[count++] = line(arena, "Content-Type: ", content_type);
    if (target.len > 0) {
        lines[count++] = line(arena, "X-Amz-Target: ", target);
    }
    lines[count++] = line(arena, "X-Amz-Date: ", output.amz_date);
    lines[count++] = line(arena, "Authorization: ", output.authorization);
    if (credentials->token.len > 0) {
        lines[count++] = line(arena, "X-Amz-Security-Token: ", credentials->token);
    }
    out->headers = lines;
    out->header_count = count;
    return STATUS_OK;
}

enum status aws_service_request(struct aws_service *service, const struct aws_request *request,
                                struct http_call *out)
{
    struct credentials credentials = credentials_now(service->credentials, request->arena);
    uint64_t try_us = clock_deadline(service->timeout_us);

    *out = (struct http_call){.url = service->url,
                              .method = "POST",
                              .body = request->body,
                              .deadline_us =
                                  request->deadline_us < try_us ? request->deadline_us : try_us,
                              .answer_max = service->answer_max};
    return aws_service_sign(service, &credentials, request, clock_wall_ms(), out);
}
