/*
 * The canonical request of Signature Version 4: what both sides hash.
 *
 * Invariants: headers are in the order of their lower-case names, equal names joined in the order
 * given; query parameters by name, then value. The path is encoded once more than it is sent, as
 * every service but S3 wants it.
 */
#include "lib/aws/sigv4_canonical.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/data/percent.h"

static struct slice decode(struct arena *arena, struct slice text)
{
    char *out = arena_bytes(arena, text.len);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        uint8_t byte;

        if (text.ptr[i] == '%' && i + 2 < text.len &&
            hex_decode(slice_of(text.ptr + i + 1, 2), &byte, 1) == STATUS_OK) {
            out[len++] = (char)byte;
            i += 2;
        } else {
            out[len++] = text.ptr[i];
        }
    }
    return slice_of(out, len);
}

/* Removes empty and "." segments and resolves ".." (RFC 3986 5.2.4); a final slash stays. */
static struct slice path_normalize(struct arena *arena, struct slice path)
{
    char *out = arena_bytes(arena, path.len + 2);
    size_t len = 0;
    struct slice rest = path, segment;

    out[len++] = '/';
    while (rest.len > 0) {
        (void)slice_cut(rest, '/', &segment, &rest);
        if (segment.len == 0 || slice_is(segment, ".")) {
            continue;
        }
        if (slice_is(segment, "..")) {
            len -= len > 1;
            while (len > 1 && out[len - 1] != '/') {
                len--;
            }
            continue;
        }
        memcpy(out + len, segment.ptr, segment.len);
        len += segment.len;
        out[len++] = '/';
    }
    if (len > 1 && path.ptr[path.len - 1] != '/') {
        len--;
    }
    return slice_of(out, len);
}

/* By name, then by value. */
static int pair_by_value(const void *a, const void *b)
{
    const struct sigv4_pair *left = a, *right = b;
    int names = slice_compare(left->name, right->name);

    return names != 0 ? names : slice_compare(left->value, right->value);
}

/* By name, then as given. */
static int pair_by_order(const void *a, const void *b)
{
    const struct sigv4_pair *left = a, *right = b;
    int names = slice_compare(left->name, right->name);

    return names != 0 ? names : (left->order > right->order) - (left->order < right->order);
}

static struct slice encode_again(struct arena *arena, struct slice text)
{
    return percent_encode(arena, decode(arena, text));
}

static enum status append_query(struct buf *out, struct slice query, struct arena *arena)
{
    struct sigv4_pair pairs[SIGV4_QUERY_MAX];
    size_t count = 0;
    struct slice rest = query, one;

    while (rest.len > 0) {
        (void)slice_cut(rest, '&', &one, &rest);
        if (one.len == 0) {
            continue;
        }
        if (count == SIGV4_QUERY_MAX) {
            return STATUS_TOO_LARGE;
        }
        (void)slice_cut(one, '=', &pairs[count].name, &pairs[count].value);
        pairs[count].name = encode_again(arena, pairs[count].name);
        pairs[count].value = encode_again(arena, pairs[count].value);
        count++;
    }
    qsort(pairs, count, sizeof(pairs[0]), pair_by_value);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            buf_append_char(out, '&');
        }
        buf_append(out, pairs[i].name);
        buf_append_char(out, '=');
        buf_append(out, pairs[i].value);
    }
    return STATUS_OK;
}

static struct slice lower(struct arena *arena, struct slice name)
{
    char *out = arena_bytes(arena, name.len);

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        out[i] = (char)((c >= 'A' && c <= 'Z') ? c + 32 : c);
    }
    return slice_of(out, name.len);
}

/* Without blanks at the ends, runs of blanks as one. */
static void append_folded(struct buf *out, struct slice value)
{
    struct slice text = slice_trim(value);
    bool blank = false;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            blank = true;
            continue;
        }
        if (blank) {
            buf_append_char(out, ' ');
            blank = false;
        }
        buf_append_char(out, c);
    }
}

static void append_headers(struct buf *out, const struct sigv4_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool again = i > 0 && slice_eq(pairs[i].name, pairs[i - 1].name);

        if (again) {
            out->len--; /* the newline of the first one */
            buf_append_char(out, ',');
        } else {
            buf_append(out, pairs[i].name);
            buf_append_char(out, ':');
        }
        append_folded(out, pairs[i].value);
        buf_append_char(out, '\n');
    }
}

void sigv4_names_append(struct buf *out, const struct sigv4_material *material)
{
    const struct sigv4_pair *headers = material->headers;

    for (size_t i = 0; i < material->header_count; i++) {
        if (i > 0 && slice_eq(headers[i].name, headers[i - 1].name)) {
            continue;
        }
        if (i > 0) {
            buf_append_char(out, ';');
        }
        buf_append(out, headers[i].name);
    }
}

static void header_add(struct sigv4_material *material, struct slice name, struct slice value)
{
    material->headers[material->header_count] =
        (struct sigv4_pair){name, value, material->header_count};
    material->header_count++;
}

enum status sigv4_material_gather(const struct credentials *credentials,
                                  const struct sigv4_input *input, struct arena *arena,
                                  struct sigv4_material *material)
{
    uint8_t hash[SHA256_BYTES];

    if (input->header_count > SIGV4_HEADERS_MAX) {
        return STATUS_TOO_LARGE;
    }
    material->header_count = 0;
    hash_sha256(input->body, hash);
    hex_encode(hash, sizeof(hash), material->body_hash);
    clock_basic(input->wall_ms, material->date);
    for (size_t i = 0; i < input->header_count; i++) {
        header_add(material, lower(arena, input->headers[i].name), input->headers[i].value);
    }
    header_add(material, slice_str("x-amz-date"), slice_str(material->date));
    if (input->sign_body_header) {
        header_add(material, slice_str("x-amz-content-sha256"), slice_str(material->body_hash));
    }
    if (credentials->token.len > 0 && !input->omit_token) {
        header_add(material, slice_str("x-amz-security-token"), credentials->token);
    }
    qsort(material->headers, material->header_count, sizeof(material->headers[0]), pair_by_order);
    return STATUS_OK;
}

static void append_path(struct buf *out, struct slice path)
{
    struct slice rest = path, segment;

    while (slice_cut(rest, '/', &segment, &rest)) {
        percent_append(out, segment);
        buf_append_char(out, '/');
    }
    percent_append(out, segment);
}

enum status sigv4_canonical_append(struct buf *out, const struct sigv4_input *input,
                                   const struct sigv4_material *material, struct arena *arena)
{
    struct slice path = input->path.len > 0 ? input->path : slice_str("/");
    enum status status;

    buf_append(out, input->method);
    buf_append_char(out, '\n');
    append_path(out, input->normalize_path ? path_normalize(arena, path) : decode(arena, path));
    buf_append_char(out, '\n');
    status = append_query(out, input->query, arena);
    if (status != STATUS_OK) {
        return status;
    }
    buf_append_char(out, '\n');
    append_headers(out, material->headers, material->header_count);
    buf_append_char(out, '\n');
    sigv4_names_append(out, material);
    buf_append_char(out, '\n');
    buf_append_str(out, material->body_hash);
    return STATUS_OK;
}
