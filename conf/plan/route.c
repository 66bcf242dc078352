/*
 * Route patterns. A segment is a literal of characters that need no encoding, or one {parameter}.
 * No parameter is named twice.
 */
#include "conf/plan/route.h"

#include <ctype.h>

static bool is_literal(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!isalnum((unsigned char)text.ptr[i]) && !strchr("-._~", text.ptr[i])) {
            return false;
        }
    }
    return text.len > 0 && !slice_is(text, ".") && !slice_is(text, "..");
}

static bool is_param(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!isalnum((unsigned char)text.ptr[i]) && text.ptr[i] != '_') {
            return false;
        }
    }
    return text.len > 0 && !isdigit((unsigned char)text.ptr[0]);
}

/* NULL, or what is wrong. */
static const char *add_segment(struct plan_route *route, struct plan_segment *segments,
                               struct slice text)
{
    struct plan_segment *segment = &segments[route->segment_count];

    if (route->segment_count == ROUTE_SEGMENTS_MAX) {
        return "more than 16 segments";
    }
    route->segment_count++;
    if (text.len < 2 || text.ptr[0] != '{' || text.ptr[text.len - 1] != '}') {
        segment->literal = text;
        return is_literal(text) ? NULL : "a segment is letters, digits and -._~, or {name}";
    }
    text = slice_of(text.ptr + 1, text.len - 2);
    if (!is_param(text)) {
        return "a parameter's name is letters, digits and _";
    }
    if (route_capture(route, text) >= 0) {
        return "a parameter is named twice";
    }
    if (route->param_count == ROUTE_PARAMS_MAX) {
        return "more than 8 parameters";
    }
    route->param_count++;
    segment->param = text;
    return NULL;
}

static bool is_reserved(const struct plan_route *route)
{
    return slice_is(route->text, "POST /commands") || slice_is(route->text, "GET /openapi.json");
}

static const char *parse(struct arena *arena, struct plan_route *route)
{
    struct plan_segment *segments = ARENA_ARRAY(arena, struct plan_segment, ROUTE_SEGMENTS_MAX);
    struct slice method, path, segment;
    const char *fault;

    route->segments = segments;
    slice_cut(route->text, ' ', &method, &path);
    route->method = http_method_parse(method);
    if (route->method == HTTP_METHOD_NONE || path.len < 2 || path.ptr[0] != '/') {
        return "a route is a method and a path, such as GET /things/{id}";
    }
    if (is_reserved(route)) {
        return "this route is the gateway's own";
    }
    path = slice_from(path, 1);
    do {
        bool more = slice_cut(path, '/', &segment, &path);

        fault = add_segment(route, segments, segment);
        if (fault || !more) {
            return fault;
        }
    } while (true);
}

bool route_parse(struct arena *arena, struct slice text, const struct json_source *source,
                 const struct value *at, struct plan_route *out)
{
    const char *fault;

    *out = (struct plan_route){.text = text, .line = source_line(source, at)};
    fault = parse(arena, out);
    if (fault) {
        source_complain(source, at, SLICE_EMPTY, "'%.*s': %s", SLICE_ARG(text), fault);
    }
    return !fault;
}

bool route_same(const struct plan_route *a, const struct plan_route *b)
{
    if (a->method != b->method || a->segment_count != b->segment_count) {
        return false;
    }
    for (size_t i = 0; i < a->segment_count; i++) {
        if (!slice_eq(a->segments[i].literal, b->segments[i].literal)) {
            return false;
        }
    }
    return true;
}

int route_capture(const struct plan_route *route, struct slice name)
{
    int capture = 0;

    for (size_t i = 0; i < route->segment_count; i++) {
        if (route->segments[i].param.len == 0) {
            continue;
        }
        if (slice_eq(route->segments[i].param, name)) {
            return capture;
        }
        capture++;
    }
    return -1;
}
