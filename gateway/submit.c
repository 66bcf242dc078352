/*
 * The steps of a command: body -> submit ... outcome [-> wait ... reply]. What is decided and
 * written stands in command/; here is its HTTP side.
 */
#include "gateway/param.h"
#include "gateway/reply.h"
#include "lib/clock.h"
#include "lib/json.h"

/* ------------------------------------------------------------------ what the client sent */

static bool is_json(struct slice type)
{
    struct slice essence, parameters;

    slice_cut(type, ';', &essence, &parameters);
    essence = slice_trim(essence);
    return essence.len == 0 || slice_eq_nocase(essence, SLICE_LITERAL("application/json"));
}

static enum next step_body(struct request *request)
{
    struct slice body = request->exchange->request.body;
    struct json_error error = {0};

    if (body.len == 0) {
        const struct plan_command *command = request->match.route->command;

        if (command->payload && command->path_param_count == 0) {
            return reply_problem(request, PROBLEM_MALFORMED, "this command needs a JSON body");
        }
        return NEXT_STEP;
    }
    if (!is_json(request_header(request, "Content-Type"))) {
        (void)reply_problem(request, PROBLEM_MEDIA_TYPE, "the body must be application/json");
        reply_header(request, "Accept", SLICE_LITERAL("application/json"));
        return NEXT_REPLY;
    }
    if (json_parse(request->arena, body, &request->command.payload, &error) != STATUS_OK) {
        return reply_problem(
            request, PROBLEM_MALFORMED,
            arena_printf(request->arena, "JSON: %s at byte %zu", error.text, error.offset).ptr);
    }
    return NEXT_STEP;
}

/* If-Match: one strong entity tag, of which the part before '-' is the version; or '*'. A tag that
 * is no version of ours matches nothing. */
static enum status read_if_match(struct request *request, const char **detail_out)
{
    struct slice tag = slice_trim(request_header(request, "If-Match"));
    struct slice version, rest;

    if (tag.len == 0) {
        return STATUS_OK;
    }
    request->command.has_expected = true;
    request->command.expected_by_header = true;
    if (slice_is(tag, "*")) {
        request->command.expected_any = true;
        return STATUS_OK;
    }
    if (slice_starts(tag, "W/")) {
        return STATUS_OK; /* expected stays 0: If-Match compares strongly (RFC 9110 13.1.1), and no
                             version is 0 */
    }
    if (tag.len < 2 || tag.ptr[0] != '"' || tag.ptr[tag.len - 1] != '"' ||
        memchr(tag.ptr + 1, '"', tag.len - 2) != NULL) {
        *detail_out = "If-Match must be one entity tag in quotes, or *";
        return STATUS_INVALID;
    }
    slice_cut(slice_of(tag.ptr + 1, tag.len - 2), '-', &version, &rest);
    if (slice_parse_u64(version, &request->command.expected) != STATUS_OK) {
        request->command.expected = 0;
    }
    return STATUS_OK;
}

/* Prefer: wait=N (RFC 7240 4.3), N seconds. Anything else is a preference that we do not know, and
 * may ignore. */
static void read_prefer(struct request *request)
{
    struct slice list = request_header(request, "Prefer");

    while (list.len > 0) {
        struct slice one;
        uint64_t seconds = 0;

        slice_cut(list, ',', &one, &list);
        one = slice_trim(one);
        if (slice_starts(one, "wait=") &&
            slice_parse_u64(slice_from(one, 5), &seconds) == STATUS_OK) {
            uint64_t limit_us = request->worker->gateway->settings->consistency_timeout;

            request->wait_us = seconds > limit_us / 1000000 ? limit_us : seconds * 1000000;
        }
    }
}

static enum next step_headers(struct request *request)
{
    const char *detail = NULL;

    if (request_header(request, "Idempotency-Key").len > 0) {
        return reply_problem(
            request, PROBLEM_NOT_IMPLEMENTED,
            "Idempotency-Key is not supported yet; without it a repeated command may apply twice");
    }
    if (read_if_match(request, &detail) != STATUS_OK) {
        return reply_problem(request, PROBLEM_MALFORMED, detail);
    }
    read_prefer(request);
    return NEXT_STEP;
}

/* ------------------------------------------------------------------ the command */

static void on_command(void *ctx, enum status status, const struct command_result *result)
{
    struct request *request = ctx;

    request->status = status;
    if (result) {
        request->result = *result;
    }
    request_resume(request);
}

/* What the path says becomes part of the payload; REPLY: it cannot. */
static enum next merge_path(struct request *request)
{
    struct command_input *input = &request->command;
    struct schema_errors *errors = ARENA_NEW(request->arena, struct schema_errors);
    const char *detail = NULL;
    enum status status = params_of_command(request, request->match.route->command, input->payload,
                                           &input->payload, errors, &detail);

    if (status == STATUS_INVALID) {
        return reply_problem(request, PROBLEM_BAD_PARAMETER, detail);
    }
    if (status != STATUS_OK) {
        return reply_problem_details(
            request,
            &(struct problem_details){.problem = problem_of_status(status), .errors = errors});
    }
    return NEXT_STEP;
}

static enum next step_submit(struct request *request)
{
    const struct plan_command *command = request->match.route->command;
    const struct plan_aggregate *aggregate = &command->model->aggregate;
    struct command_input *input = &request->command;
    const char *detail = NULL;

    if (command->id_from == ID_FROM_PATH) {
        const struct plan_route *route = command->route;
        size_t capture = 0;

        for (size_t i = 0; i < route->segment_count; i++) {
            if (slice_eq(route->segments[i].param, aggregate->id_name)) {
                break;
            }
            capture += route->segments[i].param.len > 0;
        }
        if (param_read(request->arena, aggregate->id_name, aggregate->id_type, aggregate->id_schema,
                       request->match.captures[capture], &input->path_id, &detail) != STATUS_OK) {
            return reply_problem(request, PROBLEM_BAD_PARAMETER, detail);
        }
    }
    if (merge_path(request) == NEXT_REPLY) {
        return NEXT_REPLY;
    }
    input->command = command;
    input->deadline_us = request->deadline_us;
    input->arena = request->arena;
    command_start(request->service->commander, input, on_command, request);
    return NEXT_WAIT;
}

/* ------------------------------------------------------------------ its answer */

static enum next answer_failure(struct request *request)
{
    const struct command_result *result = &request->result;
    struct problem_details details = {.problem = problem_of_status(request->status),
                                      .detail = result->detail,
                                      .errors = result->errors,
                                      .retry_after_s = result->retry_after_s};

    if (request->status == STATUS_REFUSED) {
        details.problem = result->code == 404 ? PROBLEM_NOT_FOUND : PROBLEM_REFUSED;
        details.code = result->code;
        details.title = result->title;
    }
    return reply_problem_details(request, &details);
}

static void on_visible(void *ctx, enum status status)
{
    struct request *request = ctx;

    request->waited = status == STATUS_OK;
    request_resume(request);
}

static struct slice token_of_result(struct request *request)
{
    return token_of_command(request->arena, request->command.command->model,
                            request->result.id_text, request->result.version);
}

static enum next step_wait(struct request *request)
{
    uint64_t deadline_us = clock_deadline(request->wait_us);

    if (request->status != STATUS_OK) {
        return answer_failure(request);
    }
    cache_poke(request->service->cache, request->command.command->model);
    if (request->wait_us == 0) {
        return NEXT_STEP;
    }
    lookup_wait(request->service->cache, token_of_result(request),
                deadline_us < request->deadline_us ? deadline_us : request->deadline_us, on_visible,
                request);
    return NEXT_WAIT;
}

/* The path of the query that shows what was made: its parameters are the id, or members of the
 * payload. Empty when one is missing. */
static struct slice location_of(struct request *request, const struct plan_query *query)
{
    const struct plan_aggregate *aggregate = &query->model->aggregate;
    struct slice texts[ROUTE_PARAMS_MAX];
    size_t count = 0;

    for (size_t i = 0; i < query->route->segment_count; i++) {
        struct slice name = query->route->segments[i].param;
        const struct value *member;

        if (name.len == 0) {
            continue;
        }
        member = value_get(request->command.payload, name);
        if (slice_eq(name, aggregate->id_name)) {
            texts[count++] = request->result.id_text;
        } else if (member && member->text.len > 0) {
            texts[count++] = member->text;
        } else {
            return SLICE_EMPTY;
        }
    }
    return route_path(request->arena, query->route, texts);
}

static void write_body(struct request *request)
{
    const struct command_result *result = &request->result;
    struct buf *body = &request->worker->body;

    buf_append_str(body, "{\"aggregateId\":");
    json_write_string(body, result->id_text);
    buf_append_str(body, ",\"version\":");
    buf_append_u64(body, result->version);
    buf_append_str(body, ",\"events\":[");
    for (size_t i = 0; i < result->event_count; i++) {
        buf_append_str(body, i == 0 ? "{\"eventId\":" : ",{\"eventId\":");
        json_write_string(body, result->events[i].id);
        buf_append_str(body, ",\"eventType\":");
        json_write_string(body, result->events[i].type);
        buf_append_char(body, '}');
    }
    buf_append_str(body, "]}");
}

static enum next step_outcome(struct request *request)
{
    const struct command_result *result = &request->result;
    const struct plan_query *location = request->command.command->location;

    reply_begin(request, result->created && location ? 201 : 200);
    if (result->created && location) {
        struct slice path = location_of(request, location);

        if (path.len > 0) {
            reply_header(request, "Location", path);
        }
    }
    reply_header(request, "ETag",
                 arena_printf(request->arena, "\"%llu\"", (unsigned long long)result->version));
    reply_header(request, "Consistency-Token", token_of_result(request));
    if (request->waited) {
        reply_header(request, "Preference-Applied",
                     arena_printf(request->arena, "wait=%llu",
                                  (unsigned long long)(request->wait_us / 1000000)));
    }
    reply_header(request, "Content-Type", SLICE_LITERAL("application/json"));
    write_body(request);
    return NEXT_REPLY;
}

const struct step command_steps[] = {
    {"body",    step_body   },
    {"headers", step_headers},
    {"submit",  step_submit },
    {"wait",    step_wait   },
    {"outcome", step_outcome},
    {NULL,      NULL        },
};
