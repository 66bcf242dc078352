/*
 * Credentials that a server gives: STS for a web identity, the container's agent, the instance's
 * metadata (IMDSv2).
 *
 *     web identity   POST sts AssumeRoleWithWebIdentity: role, token file --> credentials
 *     container      GET  the agent's URI, with its token                 --> credentials
 *     instance       PUT  token; GET role's name; GET its credentials     --> credentials
 *
 * All answer JSON with the same members; only the time of the end is a text here and a number
 * there.
 */
#include <math.h>

#include <cjson/cJSON.h>

#include "lib/aws/credentials_source.h"
#include "lib/aws/form.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/http/http.h"

#define CONNECT_US ((uint64_t)1000000) /* the SDKs' default for metadata: 1 s */
#define WHOLE_US   ((uint64_t)5000000)
#define ANSWER_MAX ((size_t)64 << 10)

/* ------------------------------------------------------------------ asking */

struct question {
    const char *method;
    struct slice url, body;
    struct slice headers[3];
    size_t header_count;
};

static enum status ask(const struct question *question, struct arena *arena,
                       struct http_answer *answer)
{
    const struct http_config config = {
        .connections_max = 1, .pending_max = 1, .connect_timeout_us = CONNECT_US};
    struct http_sync *http = http_sync_create(&config);
    const struct http_call call = {.url = arena_cstr(arena, question->url),
                                   .method = question->method,
                                   .headers = question->headers,
                                   .header_count = question->header_count,
                                   .body = question->body,
                                   .deadline_us = clock_deadline(WHOLE_US),
                                   .answer_max = ANSWER_MAX};
    enum status status = http_sync_perform(http, &call, arena, answer);

    http_sync_destroy(http);
    if (status == STATUS_OK && answer->code != 200) {
        log_warn("credentials refused", "url=\"%s\" code=%d", call.url, answer->code);
        status = STATUS_DENIED;
    }
    return status;
}

/* ------------------------------------------------------------------ answers */

static struct slice text_of(const cJSON *object, const char *name, struct arena *arena)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    return text ? arena_copy(arena, slice_str(text)) : SLICE_EMPTY;
}

static enum status expiry_of(const cJSON *object, uint64_t *out)
{
    const cJSON *end = cJSON_GetObjectItemCaseSensitive(object, "Expiration");

    if (!end) {
        *out = CLOCK_NEVER;
        return STATUS_OK;
    }
    if (cJSON_IsNumber(end) && end->valuedouble > 0 && end->valuedouble < 1e11) {
        *out = (uint64_t)floor(end->valuedouble) * 1000;
        return STATUS_OK;
    }
    return cJSON_IsString(end) ? clock_parse_rfc3339(slice_str(end->valuestring), out)
                               : STATUS_CORRUPT;
}

static enum status read_credentials(const cJSON *object, struct arena *arena,
                                    struct credentials *out)
{
    out->access_key = text_of(object, "AccessKeyId", arena);
    out->secret_key = text_of(object, "SecretAccessKey", arena);
    out->token = text_of(object, "Token", arena);
    if (out->token.len == 0) {
        out->token = text_of(object, "SessionToken", arena);
    }
    if (out->access_key.len == 0 || out->secret_key.len == 0 ||
        expiry_of(object, &out->expires_ms) != STATUS_OK) {
        return STATUS_CORRUPT;
    }
    return STATUS_OK;
}

/* The members are in the object that PATH leads to. */
static enum status parse_credentials(struct slice body, const char *const *path,
                                     struct arena *arena, struct credentials *out)
{
    cJSON *json = cJSON_ParseWithLength(body.ptr, body.len);
    const cJSON *object = json;
    enum status status;

    for (; *path; path++) {
        object = cJSON_GetObjectItemCaseSensitive(object, *path);
    }
    status = read_credentials(object, arena, out);
    cJSON_Delete(json);
    return status;
}

static const char *const at_the_top[] = {NULL};

static enum status ask_credentials(const struct question *question, const char *const *path,
                                   struct arena *arena, struct credentials *out)
{
    struct http_answer answer = {0};
    enum status status = ask(question, arena, &answer);

    return status == STATUS_OK ? parse_credentials(answer.body, path, arena, out) : status;
}

/* ------------------------------------------------------------------ web identity */

static struct slice sts_url(struct arena *arena)
{
    struct slice url = credentials_env("AWS_ENDPOINT_URL_STS"),
                 region = credentials_find_region(arena);

    if (url.len > 0) {
        return url;
    }
    return region.len > 0
               ? arena_printf(arena, "https://sts.%.*s.amazonaws.com/", SLICE_ARG(region))
               : slice_str("https://sts.amazonaws.com/");
}

enum status credentials_from_web_identity(struct arena *arena, struct credentials *out)
{
    static const char *const path[] = {"AssumeRoleWithWebIdentityResponse",
                                       "AssumeRoleWithWebIdentityResult", "Credentials", NULL};
    struct slice role = credentials_env("AWS_ROLE_ARN"),
                 file = credentials_env("AWS_WEB_IDENTITY_TOKEN_FILE");
    struct slice session = credentials_env("AWS_ROLE_SESSION_NAME"), token;
    struct question question = {.method = "POST", .header_count = 2};
    struct buf form = {0};

    if (role.len == 0 || file.len == 0) {
        return STATUS_NOT_FOUND;
    }
    if (credentials_read_file(arena, arena_cstr(arena, file), &token) != STATUS_OK) {
        log_warn("cannot read the web identity's token", "file=\"%.*s\"", SLICE_ARG(file));
        return STATUS_DENIED;
    }
    aws_form_open(&form, "AssumeRoleWithWebIdentity", "2011-06-15");
    aws_form_add(&form, "RoleArn", role);
    aws_form_add(&form, "RoleSessionName", session.len > 0 ? session : slice_str("twofold"));
    aws_form_add(&form, "WebIdentityToken", slice_trim(token));
    question.url = sts_url(arena);
    question.body = arena_copy(arena, buf_slice(&form));
    buf_fini(&form);
    question.headers[0] = slice_str("Content-Type: application/x-www-form-urlencoded");
    question.headers[1] = slice_str("Accept: application/json");
    return ask_credentials(&question, path, arena, out);
}

/* ------------------------------------------------------------------ container */

/*
 * The agent is asked in the clear on this host or on the addresses that ECS and EKS give it,
 * nowhere else.
 */
static bool may_be_asked(struct slice url)
{
    static const char *const hosts[] = {"https://",
                                        "http://127.0.0.1",
                                        "http://localhost",
                                        "http://[::1]",
                                        "http://169.254.170.2",
                                        "http://169.254.170.23",
                                        "http://[fd00:ec2::23]"};

    if (memchr(url.ptr, '@', url.len)) {
        return false; /* what looks like the host may be a user's name */
    }
    for (size_t i = 0; i < ARRAY_COUNT(hosts); i++) {
        struct slice rest = slice_from(url, strlen(hosts[i]));

        if (slice_starts(url, hosts[i]) &&
            (i == 0 || slice_starts(rest, ":") || slice_starts(rest, "/"))) {
            return true;
        }
    }
    return false;
}

static struct slice container_token(struct arena *arena)
{
    struct slice file = credentials_env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
                 token = SLICE_EMPTY;

    if (file.len > 0 &&
        credentials_read_file(arena, arena_cstr(arena, file), &token) == STATUS_OK) {
        return slice_trim(token);
    }
    return credentials_env("AWS_CONTAINER_AUTHORIZATION_TOKEN");
}

enum status credentials_from_container(struct arena *arena, struct credentials *out)
{
    struct slice relative = credentials_env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    struct slice full = credentials_env("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                 token = container_token(arena);
    struct question question = {.method = "GET"};

    if (relative.len > 0) {
        question.url = arena_printf(arena, "http://169.254.170.2%.*s", SLICE_ARG(relative));
    } else if (full.len > 0) {
        question.url = full;
    } else {
        return STATUS_NOT_FOUND;
    }
    if (!may_be_asked(question.url)) {
        log_warn("this address may not be asked for credentials in the clear", "url=\"%.*s\"",
                 SLICE_ARG(question.url));
        return STATUS_DENIED;
    }
    if (token.len > 0) {
        question.headers[question.header_count++] =
            arena_printf(arena, "Authorization: %.*s", SLICE_ARG(token));
    }
    return ask_credentials(&question, at_the_top, arena, out);
}

/* ------------------------------------------------------------------ instance */

static struct slice metadata_url(struct arena *arena, const char *path, struct slice rest)
{
    struct slice endpoint = credentials_env("AWS_EC2_METADATA_SERVICE_ENDPOINT");

    if (endpoint.len == 0) {
        endpoint = slice_str("http://169.254.169.254");
    }
    endpoint.len -= endpoint.ptr[endpoint.len - 1] == '/';
    return arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(endpoint), path, SLICE_ARG(rest));
}

static enum status metadata_get(struct arena *arena, struct slice token, struct slice role,
                                struct http_answer *answer)
{
    const struct question question = {
        .method = "GET",
        .url = metadata_url(arena, "/latest/meta-data/iam/security-credentials/", role),
        .headers = {arena_printf(arena, "X-aws-ec2-metadata-token: %.*s", SLICE_ARG(token))},
        .header_count = 1};

    return ask(&question, arena, answer);
}

enum status credentials_from_instance(struct arena *arena, struct credentials *out)
{
    const struct question session = {
        .method = "PUT",
        .url = metadata_url(arena, "/latest/api/token", SLICE_EMPTY),
        .headers = {SLICE_LITERAL("X-aws-ec2-metadata-token-ttl-seconds: 21600")},
        .header_count = 1};
    struct http_answer token = {0}, role = {0}, answer = {0};
    enum status status;

    if (slice_eq_nocase(credentials_env("AWS_EC2_METADATA_DISABLED"), slice_str("true"))) {
        return STATUS_NOT_FOUND;
    }
    status = ask(&session, arena, &token);
    if (status != STATUS_OK) {
        return status;
    }
    status = metadata_get(arena, slice_trim(token.body), SLICE_EMPTY, &role);
    if (status != STATUS_OK) {
        return status;
    }
    status = metadata_get(arena, slice_trim(token.body), slice_trim(role.body), &answer);
    return status == STATUS_OK ? parse_credentials(answer.body, at_the_top, arena, out) : status;
}
