/*
 * Texts of the path and the query string -> typed values.
 */
#include "gateway/param.h"

#include "cache/tag.h"
#include "conf/plan/bind.h"
#include "lib/data/decimal.h"
#include "lib/data/percent.h"
#include "lib/data/value.h"

/* -?(0|[1-9][0-9]*) but not -0: one text for one number, or a tag would not meet its change. */
static bool is_canonical_integer(struct slice text)
{
    struct slice digits = text.len > 0 && text.ptr[0] == '-' ? slice_from(text, 1) : text;

    if (digits.len == 0 || (digits.ptr[0] == '0' && text.len > 1)) {
        return false;
    }
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9') {
            return false;
        }
    }
    return true;
}

/* NULL: TEXT is no TYPE. */
static const struct value *value_of_text(struct arena *arena, enum scalar type, struct slice text)
{
    struct decimal number;

    switch (type) {
    case SCALAR_INTEGER:
        return decimal_is_plain(text) ||
                       (is_canonical_integer(text) && decimal_parse(text, &number) == STATUS_OK)
                   ? value_number(arena, text)
                   : NULL;
    case SCALAR_NUMBER:
        return decimal_parse(text, &number) == STATUS_OK && number.exponent >= -SQL_DECIMAL_PLACES
                   ? value_number(arena, text)
                   : NULL;
    case SCALAR_BOOLEAN:
        return slice_is(text, "true")    ? value_bool(arena, true)
               : slice_is(text, "false") ? value_bool(arena, false)
                                         : NULL;
    case SCALAR_STRING:
    case SCALAR_UUID:
    case SCALAR_IPV6:
    case SCALAR_DATE_TIME:
        return value_string(arena, text);
    }
    return NULL;
}

enum status param_as_sent(struct arena *arena, struct slice name, enum scalar type,
                          const struct schema *schema, struct slice text, const struct value **out,
                          const char **detail_out)
{
    struct schema_errors errors = {.count = 0};

    *out = value_of_text(arena, type, text);
    if (!*out) {
        *detail_out = arena_printf(arena, "'%.*s' must be %s %s%s", SLICE_ARG(name),
                                   type == SCALAR_INTEGER ? "an" : "a", scalar_name(type),
                                   type == SCALAR_INTEGER ? " without leading zeros" : "")
                          .ptr;
        return STATUS_INVALID;
    }
    if (schema && schema_validate(schema, *out, arena, &errors) != STATUS_OK) {
        *detail_out =
            arena_printf(arena, "'%.*s' %.*s", SLICE_ARG(name), SLICE_ARG(errors.items[0].detail))
                .ptr;
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

enum status param_read(struct arena *arena, struct slice name, enum scalar type,
                       const struct schema *schema, struct slice text, const struct value **out,
                       const char **detail_out)
{
    enum status status = param_as_sent(arena, name, type, schema, text, out, detail_out);

    if (status == STATUS_OK) {
        *out = scalar_value(arena, type, *out);
    }
    return status;
}

/*
 * What no value of its column equals: SQL may round it to one that is there (MariaDB finds 1.6 for
 * 1.55 in a DECIMAL(9,1)), and takes a text that is no number for 0.
 */
static bool is_in(const struct plan_limits *limits, const struct value *value)
{
    struct decimal number;

    return decimal_parse(value->text, &number) == STATUS_OK && number.exponent >= -limits->places &&
           decimal_compare(&number, &limits->lowest) >= 0 &&
           decimal_compare(&number, &limits->highest) <= 0;
}

enum status param_fits(struct arena *arena, const struct plan_param *param,
                       const struct value *value, const char **detail_out)
{
    const struct plan_limits *limits = &param->limits;
    const struct plan_bind bind = {.form = limits->form};
    const struct value *bound;
    const char *why = "";

    if (limits->set && value->type != VALUE_BOOL && !is_in(limits, value)) {
        *detail_out = arena_printf(arena,
                                   "'%.*s' can be no value of its column: a number of at most %d "
                                   "decimal places in its range",
                                   SLICE_ARG(param->name), limits->places)
                          .ptr;
        return STATUS_INVALID;
    }
    if (bind_value(arena, &bind, value, &bound, &why) != STATUS_OK) {
        *detail_out = arena_printf(arena, "'%.*s': %s", SLICE_ARG(param->name), why).ptr;
        return STATUS_INVALID;
    }
    return STATUS_OK;
}

static enum status read_param(struct arena *arena, const struct plan_param *param,
                              struct slice text, const struct value **out, const char **detail_out)
{
    enum status status =
        param_read(arena, param->name, param->type, param->schema, text, out, detail_out);

    return status == STATUS_OK ? param_fits(arena, param, *out, detail_out) : status;
}

struct slice route_path(struct arena *arena, const struct plan_route *route,
                        const struct slice *texts)
{
    struct slice path = SLICE_EMPTY;
    size_t capture = 0;

    for (size_t i = 0; i < route->segment_count; i++) {
        const struct plan_segment *segment = &route->segments[i];
        struct slice part =
            percent_encode(arena, segment->param.len > 0 ? texts[capture++] : segment->literal);

        path = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(path), SLICE_ARG(part));
    }
    return path;
}

/* ------------------------------------------------------------------ a query's input */

/* What one name=value of the query string is. */
static enum status take_pair(struct request *request, struct lookup_input *input,
                             const struct value **params, struct slice name, struct slice text,
                             const char **detail_out)
{
    const struct plan_query *query = input->query;
    uint64_t limit = 0;

    if (query->paged && slice_is(name, "limit")) {
        if (input->limit != 0 || slice_parse_u64(text, &limit) != STATUS_OK ||
            slice_starts(text, "0") || limit > query->page.max) {
            *detail_out = arena_printf(request->arena, "'limit' must be one number from 1 to %u",
                                       query->page.max)
                              .ptr;
            return STATUS_INVALID;
        }
        input->limit = (unsigned int)limit;
        return STATUS_OK;
    }
    if (query->paged && slice_is(name, "cursor") && input->cursor.len == 0 && text.len > 0) {
        input->cursor = text;
        return STATUS_OK;
    }
    for (size_t i = 0; i < query->param_count; i++) {
        const struct plan_param *param = &query->params[i];

        if (param->from == PARAM_QUERY && !params[i] && slice_eq(param->name, name)) {
            return read_param(request->arena, param, text, &params[i], detail_out);
        }
    }
    *detail_out = arena_printf(request->arena, "unknown or repeated parameter '%.*s'",
                               (int)(name.len > 64 ? 64 : name.len), name.ptr)
                      .ptr;
    return STATUS_INVALID;
}

static enum status take_query_string(struct request *request, struct lookup_input *input,
                                     const struct value **params, const char **detail_out)
{
    struct slice rest = request->exchange->request.query;

    while (rest.len > 0) {
        struct slice pair, name, text;

        slice_cut(rest, '&', &pair, &rest);
        if (pair.len == 0) {
            continue;
        }
        slice_cut(pair, '=', &name, &text);
        if (percent_decode(request->arena, name, true, &name) != STATUS_OK ||
            percent_decode(request->arena, text, true, &text) != STATUS_OK) {
            *detail_out = "the query string has a bad escape or is not UTF-8";
            return STATUS_INVALID;
        }
        if (take_pair(request, input, params, name, text, detail_out) != STATUS_OK) {
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}

static enum status take_path(struct request *request, const struct plan_query *query,
                             const struct value **params, const char **detail_out)
{
    for (size_t i = 0; i < query->param_count; i++) {
        const struct plan_param *param = &query->params[i];

        if (param->from == PARAM_PATH &&
            read_param(request->arena, param, request->match.captures[param->capture], &params[i],
                       detail_out) != STATUS_OK) {
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}

static enum status fill_defaults(struct request *request, const struct plan_query *query,
                                 const struct value **params, const char **detail_out)
{
    for (size_t i = 0; i < query->param_count; i++) {
        if (!params[i] && query->params[i].fallback) {
            params[i] = query->params[i].fallback;
        }
        if (!params[i]) {
            *detail_out = arena_printf(request->arena, "parameter '%.*s' is missing",
                                       SLICE_ARG(query->params[i].name))
                              .ptr;
            return STATUS_INVALID;
        }
    }
    return STATUS_OK;
}

/* The same bytes for the same key, however the client wrote them: a stored page holds its links. */
static void make_links(struct request *request, struct lookup_input *input)
{
    const struct plan_query *query = input->query;
    struct slice texts[ROUTE_PARAMS_MAX];
    struct slice links = SLICE_EMPTY;

    for (size_t i = 0; i < query->param_count; i++) {
        const struct plan_param *param = &query->params[i];
        struct slice text = input->texts[i], name;

        if (param->from == PARAM_CLAIM) {
            continue;
        }
        if (!text.ptr) { /* NULL is what was left out */
            continue;
        }
        if (param->from == PARAM_PATH) {
            texts[param->capture] = text;
            continue;
        }
        name = percent_encode(request->arena, param->name);
        text = percent_encode(request->arena, text);
        links = arena_printf(request->arena, "%.*s%s%.*s=%.*s", SLICE_ARG(links),
                             links.len > 0 ? "&" : "", SLICE_ARG(name), SLICE_ARG(text));
    }
    input->links_query = links;
    input->path = route_path(request->arena, query->route, texts);
}

enum status params_of_query(struct request *request, struct lookup_input *input,
                            const char **detail_out)
{
    const struct plan_query *query = input->query;
    const struct value **params =
        ARENA_ARRAY(request->arena, const struct value *, query->param_count);

    input->params = params;
    if (take_path(request, query, params, detail_out) != STATUS_OK ||
        take_query_string(request, input, params, detail_out) != STATUS_OK ||
        fill_defaults(request, query, params, detail_out) != STATUS_OK) {
        return STATUS_INVALID;
    }
    if (query->paged && input->limit == 0) {
        input->limit = query->page.limit;
    }
    if (canonical_texts(request->arena, query, params, &input->texts) != STATUS_OK) {
        *detail_out = "a parameter has no canonical text";
        return STATUS_INVALID;
    }
    if (query->paged) {
        make_links(request, input);
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------------ a command's input */

static void add_differing(struct request *request, struct slice name, struct schema_errors *errors)
{
    if (errors->count < SCHEMA_ERRORS_MAX) {
        errors->items[errors->count++] =
            (struct schema_error){arena_printf(request->arena, "/%.*s", SLICE_ARG(name)),
                                  SLICE_LITERAL("differs from the path's")};
    }
}

/* A map of its own: members that the body lacks are added. */
static struct value *map_of(struct arena *arena, const struct value *payload)
{
    struct value *map = value_map(arena);
    const struct value *member = payload ? payload->first : NULL;

    for (; member; member = member->next) {
        value_set(map, member->name, value_copy(arena, member));
    }
    return map;
}

/* MAP gets PARAM's value; *sent, made when there is a difference, has the text of the path. */
static void add_path_member(struct arena *arena, const struct plan_path_param *param,
                            const struct value *as_sent, struct value *map, struct value **sent)
{
    const struct value *value = scalar_value(arena, param->type, as_sent);

    if (!*sent && value != as_sent) {
        *sent = map_of(arena, map);
    }
    value_set(map, param->name, value_copy(arena, value));
    if (*sent) {
        value_set(*sent, param->name, value_copy(arena, as_sent));
    }
}

enum status params_of_command(struct request *request, const struct plan_command *command,
                              const struct value *payload, const struct value **out,
                              const struct value **sent_out, struct schema_errors *errors_out,
                              const char **detail_out)
{
    struct arena *arena = request->arena;
    struct value *map, *sent = NULL;

    *out = payload;
    *sent_out = NULL;
    *errors_out = (struct schema_errors){.count = 0};
    if (command->path_param_count == 0 || (payload && payload->type != VALUE_MAP)) {
        return STATUS_OK; /* what is no object fails its schema */
    }
    map = map_of(arena, payload);
    *out = map;
    for (size_t i = 0; i < command->path_param_count; i++) {
        const struct plan_path_param *param = &command->path_params[i];
        const struct value *given = value_get(payload, param->name), *as_sent = NULL;

        if (param_as_sent(arena, param->name, param->type, param->schema,
                          request->match.captures[param->capture], &as_sent,
                          detail_out) != STATUS_OK) {
            return STATUS_INVALID;
        }
        if (!given) {
            add_path_member(arena, param, as_sent, map, &sent);
        } else if (!value_equal(scalar_value(arena, param->type, given),
                                scalar_value(arena, param->type, as_sent))) {
            add_differing(request, param->name, errors_out);
        }
    }
    *sent_out = sent;
    return errors_out->count > 0 ? STATUS_SCHEMA : STATUS_OK;
}
