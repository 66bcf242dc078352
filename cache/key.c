/*
 * Keys of entries. Pure functions, any thread.
 *
 *     4:1234,5:a b c,|50|<cursor>|<claims>
 *
 * Each parameter is <length>:<canonical text>, and "-" if it is null. Two inputs have the same text
 * only if they have the same answer at the same revision: lengths keep the texts apart, and the
 * fingerprint before them says what they mean. A cursor is verified before anything is asked under
 * its key, so it has one spelling.
 */
#include "cache/key.h"

#include "cache/page.h"
#include "lib/data/hash.h"

#define NUMBER_MAX (U64_DIGITS + 1) /* with its separator */

struct slice key_prefix(struct arena *arena, const struct plan_query *query)
{
    return arena_printf(arena, "twofold:%.*s:q:%s:", SLICE_ARG(query->model->database),
                        query->fingerprint);
}

static size_t text_max(const struct lookup_input *input)
{
    size_t len = input->cursor.len + input->claims.len + NUMBER_MAX + 3;

    for (size_t i = 0; i < input->query->param_count; i++) {
        len += NUMBER_MAX + 1 + input->texts[i].len;
    }
    return len;
}

static char *put_params(char *at, const struct lookup_input *input)
{
    for (size_t i = 0; i < input->query->param_count; i++) {
        struct slice text = input->texts[i];

        if (text.ptr) {
            at = u64_put(at, text.len);
            *at++ = ':';
            at = slice_put(at, text);
        } else {
            *at++ = '-';
        }
        *at++ = ',';
    }
    return at;
}

static char *put_rest(char *at, const struct lookup_input *input)
{
    if (!input->query->paged && input->claims.len == 0) {
        return at;
    }
    *at++ = '|';
    at = u64_put(at, input->limit);
    *at++ = '|';
    at = slice_put(at, input->cursor);
    *at++ = '|';
    return slice_put(at, input->claims);
}

static struct slice digest_name(struct arena *arena, struct slice prefix, struct slice text)
{
    char *start = arena_bytes(arena, prefix.len + 2 * SHA256_BYTES + 1);
    uint8_t digest[SHA256_BYTES];

    hash_sha256(text, digest);
    hex_encode(digest, sizeof(digest), slice_put(start, prefix));
    return slice_of(start, prefix.len + 2 * SHA256_BYTES);
}

struct key key_make(struct arena *arena, struct slice prefix, const struct lookup_input *input)
{
    char *start = arena_bytes(arena, prefix.len + text_max(input));
    char *text = slice_put(start, prefix);
    char *rest = put_params(text, input), *end = put_rest(rest, input);
    struct key key = {.name = slice_of(start, (size_t)(end - start)),
                      .params = slice_of(text, (size_t)(rest - text))};

    if ((size_t)(end - text) > KEY_TEXT_MAX) {
        key.name = digest_name(arena, prefix, slice_of(text, (size_t)(end - text)));
    }
    return key;
}
