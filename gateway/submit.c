/*
 * The HTTP side of a command. What is decided and written is in command/.
 *
 * A command with a key has its answer rendered before it is written, for the answer is stored with
 * the change; one without is rendered afterwards, by the same function.
 */
#include "gateway/submit.h"

#include "gateway/condition.h"
#include "gateway/param.h"
#include "gateway/reply.h"
#include "lib/base/clock.h"
#include "lib/data/json.h"
#include "lib/data/json_add.h"

/* ------------------------------------------------------------------ what the client sent */

static bool is_json(struct slice type)
{
    struct slice essence, parameters;

    slice_cut(type, ';', &essence, &parameters);
    essence = slice_trim(essence);
    return essence.len == 0 || slice_eq_nocase(essence, SLICE_LITERAL("application/json"));
}

/*
 * True: it is not what we take, and that was said. A part of a body must not be taken for the whole
 * (RFC 9110 14.5).
 */
static bool refuse_body(struct request *request)
{
    struct slice coding = request_header(request, "Content-Encoding");

    if (!is_json(request_header(request, "Content-Type"))) {
        (void)reply_problem(request, PROBLEM_MEDIA_TYPE, "the body must be application/json");
        reply_header(request, "Accept", SLICE_LITERAL("application/json"));
    } else if (coding.len > 0 && !slice_eq_nocase(coding, SLICE_LITERAL("identity"))) {
        (void)reply_problem(request, PROBLEM_MEDIA_TYPE, "the body must not be encoded");
        reply_header(request, "Accept-Encoding", SLICE_LITERAL("identity"));
    } else if (request_header(request, "Content-Range").ptr) {
        (void)reply_problem(request, PROBLEM_MALFORMED, "a part of a body is not taken");
    } else {
        return false;
    }
    return true;
}

enum next submit_body(struct request *request)
{
    struct slice body = request->exchange->request.body;
    struct json_error error = {0};

    if (body.len == 0) {
        const struct plan_command *command = request->match.route->command;

        if (!command || (command->payload && command->path_param_count == 0)) {
            return reply_problem(request, PROBLEM_MALFORMED, "this command needs a JSON body");
        }
        return NEXT_STEP;
    }
    if (refuse_body(request)) {
        return NEXT_REPLY;
    }
    if (json_parse(request->arena, body, &request->command.payload, &error) != STATUS_OK) {
        return reply_problem(
            request, PROBLEM_MALFORMED,
            arena_printf(request->arena, "JSON: %s at byte %zu", error.text, error.offset).ptr);
    }
    return NEXT_STEP;
}

bool idempotency_key_is_valid(struct slice key)
{
    if (key.len == 0 || key.len > IDEMPOTENCY_KEY_MAX || slice_trim(key).len != key.len) {
        return false;
    }
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] < ' ' || key.ptr[i] > '~') {
            return false;
        }
    }
    return true;
}

static struct slice unquoted(struct slice text)
{
    bool quoted = text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"';

    return quoted ? slice_of(text.ptr + 1, text.len - 2) : text;
}

/* Idempotency-Key, in quotes as its draft has it or without. NULL, or what is wrong. */
static const char *read_key(struct request *request)
{
    const struct http_request *http = &request->exchange->request;
    struct command_input *input = &request->command;
    struct slice key = http_header_get(http, "Idempotency-Key");
    size_t count = 0;

    for (size_t i = 0; i < http->header_count; i++) {
        count += slice_eq_nocase(http->headers[i].name, SLICE_LITERAL("Idempotency-Key"));
    }
    if (count == 0) {
        return NULL;
    }
    key = unquoted(key);
    if (count > 1 || !idempotency_key_is_valid(key)) {
        return "Idempotency-Key must be one key of 1 to 255 visible ASCII characters";
    }
    if (input->idempotency_key.len > 0 && !slice_eq(key, input->idempotency_key)) {
        return "Idempotency-Key and commandId differ";
    }
    input->idempotency_key = key;
    return NULL;
}

/* Prefer: wait=N (RFC 7240 4.3), N seconds; of several the first counts (2). Anything else is a
 * preference that we do not know, and may ignore. */
static void read_prefer(struct request *request)
{
    struct slice list = request_header(request, "Prefer");

    while (list.len > 0) {
        struct slice one, name, value, rest;
        uint64_t limit_us = request->worker->gateway->settings->consistency_timeout, seconds = 0;

        slice_cut(list, ',', &one, &list);
        slice_cut(one, ';', &one, &rest);
        slice_cut(one, '=', &name, &value);
        if (!slice_eq_nocase(slice_trim(name), SLICE_LITERAL("wait"))) {
            continue;
        }
        if (slice_parse_u64(unquoted(slice_trim(value)), &seconds) == STATUS_OK) {
            request->wait_us = seconds > limit_us / 1000000 ? limit_us : seconds * 1000000;
        }
        return;
    }
}

enum next submit_headers(struct request *request)
{
    const char *fault = read_key(request);

    if (!fault) {
        fault = condition_of_command(request);
    }
    if (fault) {
        return reply_problem(request, PROBLEM_MALFORMED, fault);
    }
    read_prefer(request);
    return NEXT_STEP;
}

/* ------------------------------------------------------------------ the answer of a success */

static struct slice token_of_result(struct request *request, const struct command_result *result)
{
    return token_of_command(request->arena, request->command.command->model, result->id_text,
                            result->version);
}

/* The path of the query that shows what was made: its parameters are the id, or members of the
 * payload. Empty when one is missing. */
static struct slice location_of(struct request *request, const struct command_result *result,
                                const struct plan_query *query)
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
            texts[count++] = result->id_text;
        } else if (member && member->text.len > 0) {
            texts[count++] = member->text;
        } else {
            return SLICE_EMPTY;
        }
    }
    return route_path(request->arena, query->route, texts);
}

static void write_body(struct buf *body, const struct command_result *result)
{
    json_add_object(body, NULL);
    json_add_string(body, "aggregateId", result->id_text);
    json_add_u64(body, "version", result->version);
    json_add_array(body, "events");
    for (size_t i = 0; i < result->event_count; i++) {
        json_add_object(body, NULL);
        json_add_string(body, "eventId", result->events[i].id);
        json_add_string(body, "eventType", result->events[i].type);
        json_add_end(body, '}');
    }
    json_add_end(body, ']');
    json_add_end(body, '}');
}

static void write_header(struct buf *headers, const char *name, struct slice value)
{
    buf_printf(headers, "%s: %.*s\r\n", name, SLICE_ARG(value));
}

static void write_headers(struct request *request, const struct command_result *result,
                          struct buf *headers, struct slice location)
{
    if (location.len > 0) {
        write_header(headers, "Location", location);
    }
    buf_printf(headers, "ETag: \"%llu\"\r\n", (unsigned long long)result->version);
    if (result->version > 0) { /* 0: nothing was there, and nothing was written */
        write_header(headers, "Consistency-Token", token_of_result(request, result));
    }
    write_header(headers, "Content-Type", SLICE_LITERAL("application/json"));
}

/*
 * What a client is told of a success, as far as it does not depend on the moment: that may be
 * stored and told again.
 */
static void render(void *ctx, const struct command_result *result, struct arena *arena,
                   struct command_answer *out)
{
    struct request *request = ctx;
    const struct plan_query *query = result->created ? request->command.command->location : NULL;
    struct buf headers = {0}, body = {0};

    write_headers(request, result, &headers,
                  query ? location_of(request, result, query) : SLICE_EMPTY);
    write_body(&body, result);
    *out = (struct command_answer){.code = query ? 201 : 200,
                                   .headers = arena_copy(arena, buf_slice(&headers)),
                                   .body = arena_copy(arena, buf_slice(&body))};
    buf_fini(&headers);
    buf_fini(&body);
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

/* The id that the path holds. */
static enum status read_path_id(struct request *request, const struct plan_command *command,
                                const char **detail_out)
{
    const struct plan_aggregate *aggregate = &command->model->aggregate;
    const struct plan_route *route = command->route;
    size_t capture = 0;

    for (size_t i = 0; i < route->segment_count; i++) {
        if (slice_eq(route->segments[i].param, aggregate->id_name)) {
            break;
        }
        capture += route->segments[i].param.len > 0;
    }
    return param_as_sent(request->arena, aggregate->id_name, aggregate->id_type,
                         aggregate->id_schema, request->match.captures[capture],
                         &request->command.path_id, detail_out);
}

/* What the path says becomes part of the payload, or path_id; REPLY: it cannot. */
static enum next take_path(struct request *request, const struct plan_command *command)
{
    struct command_input *input = &request->command;
    struct schema_errors *errors = ARENA_NEW(request->arena, struct schema_errors);
    const char *detail = NULL;
    enum status status = STATUS_OK;

    if (command->id_from == ID_FROM_PATH) {
        status = read_path_id(request, command, &detail);
    }
    if (status == STATUS_OK) {
        status = params_of_command(request, command, input->payload, &input->payload,
                                   &input->sent_payload, errors, &detail);
    }
    if (status == STATUS_OK) {
        return NEXT_STEP;
    }
    return status == STATUS_INVALID ? reply_problem(request, PROBLEM_BAD_PARAMETER, detail)
                                    : submit_errors(request, errors);
}

enum next submit_start(struct request *request)
{
    struct command_input *input = &request->command;

    if (!input->command) {
        input->command = request->match.route->command;
        if (take_path(request, input->command) == NEXT_REPLY) {
            return NEXT_REPLY;
        }
    }
    input->deadline_us = request->deadline_us;
    input->arena = request->arena;
    input->render = render;
    input->render_ctx = request;
    command_start(request->service->commander, input, on_command, request);
    return NEXT_WAIT;
}

/* ------------------------------------------------------------------ failures */

enum next submit_errors(struct request *request, const struct schema_errors *errors)
{
    const struct problem_details details = {.problem = PROBLEM_SCHEMA, .errors = errors};

    return reply_problem_details(request, &details);
}

static enum next answer_failure(struct request *request)
{
    const struct command_result *result = &request->result;
    struct problem_details details = {.problem = problem_of_status(request->status),
                                      .detail = result->detail,
                                      .errors = result->errors,
                                      .retry_after_s = result->retry_after_s};

    if (request->status == STATUS_INVALID) {
        details.problem = PROBLEM_KEY_REUSED;
    }
    if (request->status == STATUS_CONFLICT || request->status == STATUS_PRECONDITION) {
        details.version = result->version;
    }
    if (request->status == STATUS_REFUSED) {
        details.problem = result->code == 404 ? PROBLEM_NOT_FOUND : PROBLEM_REFUSED;
        details.code = result->code;
        details.title = result->title;
    }
    return reply_problem_details(request, &details);
}

/* ------------------------------------------------------------------ visible to queries */

static void on_visible(void *ctx, enum status status)
{
    struct request *request = ctx;

    request->waited = status == STATUS_OK;
    request_resume(request);
}

enum next submit_wait(struct request *request)
{
    uint64_t deadline_us = clock_deadline(request->wait_us);

    if (request->status != STATUS_OK) {
        return answer_failure(request);
    }
    cache_poke(request->service->cache, request->command.command->model);
    if (request->wait_us == 0) {
        return NEXT_STEP;
    }
    if (request->result.version == 0) {
        request->waited = true; /* nothing to wait for */
        return NEXT_STEP;
    }
    lookup_wait(request->service->cache, token_of_result(request, &request->result),
                deadline_us < request->deadline_us ? deadline_us : request->deadline_us, on_visible,
                request);
    return NEXT_WAIT;
}

/* ------------------------------------------------------------------ the end */

enum next submit_outcome(struct request *request)
{
    struct worker *worker = request->worker;
    struct command_answer answer;

    if (request->result.answer) {
        answer = *request->result.answer;
    } else {
        render(request, &request->result, request->arena, &answer);
    }
    reply_begin(request, answer.code);
    buf_append(&worker->headers, answer.headers);
    if (request->result.repeated) {
        reply_header(request, "Idempotent-Replayed", SLICE_LITERAL("true"));
    }
    if (request->waited) {
        reply_header(request, "Preference-Applied",
                     arena_printf(request->arena, "wait=%llu",
                                  (unsigned long long)(request->wait_us / 1000000)));
    }
    request->body = answer.body;
    return NEXT_REPLY;
}

const struct step command_steps[] = {
    {"body",    submit_body   },
    {"headers", submit_headers},
    {"submit",  submit_start  },
    {"wait",    submit_wait   },
    {"outcome", submit_outcome},
    {NULL,      NULL          },
};
