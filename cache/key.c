/*
 * Keys of entries. Pure functions, any thread.
 *
 *     4:1234,5:a b c,|50|<cursor>|<claims>      <length>:<canonical text>, for each parameter; "-," for one that is null
 *
 * Two inputs have the same text only if they have the same answer at the same revision: lengths keep the texts apart, and the fingerprint before
 * them says what they mean. The cursor was verified before, so it has one spelling.
 */
#include "cache/key.h"

#include "cache/page.h"
#include "cache/tag.h"
#include "lib/data/decimal.h"
#include "lib/data/hash.h"

#define NUMBER_MAX (U64_DIGITS + 1) /* with its separator */

struct slice key_prefix(struct arena *arena, const struct plan_query *query)
{
    return arena_printf(arena, "twofold:%.*s:q:%s:", SLICE_ARG(query->model->database),
                        query->fingerprint);
}

static size_t text_max(const struct lookup_input *input)
{
    size_t len = input->cursor.len + input->claims.len + NUMBER_MAX + 3, i;

    for (i = 0; i < input->query->param_count; i++) {
        len += NUMBER_MAX + 2 + DECIMAL_TEXT_MAX + input->params[i]->text.len;
    }
    return len;
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

static char *put_digest(char *at, struct slice text)
{
    uint8_t digest[SHA256_BYTES];

    hash_sha256(text, digest);
    hex_encode(digest, sizeof(digest), at);
    return at + 2 * sizeof(digest);
}

static enum status put_params(char **at, const struct lookup_input *input)
{
    size_t i;

    for (i = 0; i < input->query->param_count; i++) {
        char scratch[DECIMAL_TEXT_MAX];
        struct slice value;
        enum status status =
            canonical_view(input->query->params[i].type, input->params[i], scratch, &value);

        if (status == STATUS_NOT_FOUND) {
            *at = slice_put(*at, SLICE_LITERAL("-,"));
            continue;
        }
        if (status != STATUS_OK) {
            return status;
        }
        *at = u64_put(*at, value.len);
        *(*at)++ = ':';
        *at = slice_put(*at, value);
        *(*at)++ = ',';
    }
    return STATUS_OK;
}

enum status key_params(struct arena *arena, const struct lookup_input *input, struct slice *out)
{
    char *start = arena_bytes(arena, text_max(input) + 1), *at = start;
    enum status status = put_params(&at, input);

    *out = slice_of(start, (size_t)(at - start));
    return status;
}

enum status key_of_input(struct arena *arena, struct slice prefix, const struct lookup_input *input,
                         struct slice *out)
{
    char *start = arena_bytes(arena, prefix.len + text_max(input) + 2 * SHA256_BYTES + 1);
    char *text = slice_put(start, prefix), *at = text;
    enum status status = put_params(&at, input);

    if (status != STATUS_OK) {
        return status;
    }
    at = put_rest(at, input);
    if ((size_t)(at - text) > KEY_TEXT_MAX) {
        at = put_digest(text, slice_of(text, (size_t)(at - text)));
    }
    *out = slice_of(start, (size_t)(at - start));
    return STATUS_OK;
}
