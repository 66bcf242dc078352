/*
 * Any bytes get the same verdict, the same slices and the same body whether they come at once or in
 * pieces. The first byte says how large the pieces are.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/httpd/parse.h"
#include "tests/fuzz/fuzz.h"

static const struct http_limits limits = {256, 1024};

struct outcome {
    enum http_parse result;
    int code;
    const char *base; /* the slices below point into it */
    struct http_request request;
    size_t used, body_size, rest;
    char *body;
};

/* The pieces of a chunked body, decoded in place. */
static void run_chunks(struct outcome *outcome, struct slice bytes, size_t piece)
{
    struct http_chunks chunks = {0};
    struct http_refusal refusal = {0, NULL};
    size_t at = outcome->used;

    outcome->result = HTTP_PARSE_MORE;
    outcome->body = malloc(bytes.len + 1);
    while (at < bytes.len && outcome->result == HTTP_PARSE_MORE) {
        size_t size = bytes.len - at < piece ? bytes.len - at : piece;
        char *copy = malloc(size);
        struct slice rest = slice_of(copy, size);
        size_t decoded = 0;

        memcpy(copy, bytes.ptr + at, size);
        outcome->result = http_parse_chunks(&chunks, &rest, &limits, copy, &decoded, &refusal);
        if (decoded > size || rest.len > size) {
            abort();
        }
        memcpy(outcome->body + outcome->body_size, copy, decoded);
        outcome->body_size += decoded;
        at += size - rest.len;
        free(copy);
    }
    outcome->rest = bytes.len - at;
    outcome->code = refusal.code;
}

/* BYTES in pieces of PIECE: a head is read again from its start with each. */
static struct outcome run(struct slice bytes, size_t piece)
{
    struct outcome outcome = {.result = HTTP_PARSE_MORE, .base = bytes.ptr};
    struct http_refusal refusal = {0, NULL};
    size_t came = 0;

    while (came < bytes.len && outcome.result == HTTP_PARSE_MORE) {
        came = bytes.len - came < piece ? bytes.len : came + piece;
        outcome.result = http_parse_head(slice_of(bytes.ptr, came), &limits, &outcome.request,
                                         &outcome.used, &refusal);
    }
    outcome.code = refusal.code;
    if ((outcome.result == HTTP_PARSE_REFUSED) != (refusal.code != 0) || outcome.used > came) {
        abort();
    }
    if (outcome.result == HTTP_PARSE_DONE && outcome.request.chunked) {
        run_chunks(&outcome, bytes, piece);
    }
    return outcome;
}

static void demand(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void compare(const struct outcome *a, const struct outcome *b)
{
    demand(a->result == b->result && a->code == b->code && a->used == b->used &&
           a->rest == b->rest);
    demand(a->body_size == b->body_size &&
           (!a->body || memcmp(a->body, b->body, a->body_size) == 0));
    if (a->result == HTTP_PARSE_REFUSED) {
        return;
    }
    demand(slice_eq(a->request.target, b->request.target) &&
           slice_eq(a->request.path, b->request.path));
    demand(slice_eq(a->request.query, b->request.query) &&
           slice_eq(a->request.host, b->request.host));
    demand(a->request.method == b->request.method && a->request.length == b->request.length);
    demand(a->request.header_count == b->request.header_count &&
           a->request.keep_alive == b->request.keep_alive);
    for (unsigned int i = 0; i < a->request.header_count; i++) {
        demand(slice_eq(a->request.headers[i].name, b->request.headers[i].name));
        demand(slice_eq(a->request.headers[i].value, b->request.headers[i].value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct slice input;
    struct outcome whole, pieces;

    if (count < 2) {
        return 0;
    }
    input = slice_of(bytes + 1, count - 1);
    whole = run(input, input.len);
    pieces = run(input, (size_t)bytes[0] % input.len + 1);
    compare(&whole, &pieces);
    free(whole.body);
    free(pieces.body);
    return 0;
}
