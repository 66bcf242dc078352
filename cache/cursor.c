/*
 * Cursors of keyset pages. Pure functions, any thread.
 *
 * The signature keeps clients from choosing keys, so a key that reaches SQL is one that SQL gave;
 * the fingerprint inside it keeps a cursor to its query as it was when the cursor was made, and the
 * parameters, which are signed with it, to its list.
 */
#include "cache/cursor.h"

#include "cache/page.h"
#include "lib/base/buf.h"
#include "lib/data/hash.h"

#define FINGERPRINT_BYTES 8
#define MAC_BYTES         16
#define HEAD_BYTES        (FINGERPRINT_BYTES + 1)
#define CURSOR_TEXT_MAX   8192 /* longer than a request line may be */

static void mac_of(const struct cursor_seal *seal, struct slice bytes, uint8_t out[SHA256_BYTES])
{
    struct buf buf = {0};

    buf_append(&buf, bytes);
    buf_append(&buf, seal->params);
    hash_hmac_sha256(seal->secret, buf_slice(&buf), out);
    buf_fini(&buf);
}

static void append_key(struct buf *buf, enum scalar type, struct slice text)
{
    buf_append_char(buf, (char)('0' + type));
    buf_append_char(buf, (char)(text.len >> 8));
    buf_append_char(buf, (char)text.len);
    buf_append(buf, text);
}

struct slice cursor_encode(struct arena *arena, const struct cursor_seal *seal,
                           const struct plan_query *query, enum cursor_direction direction,
                           const struct slice *keys)
{
    struct buf buf = {0};
    uint8_t fingerprint[FINGERPRINT_BYTES] = {0}, mac[SHA256_BYTES];
    struct slice text;
    char *out;

    (void)!hex_decode(slice_str(query->fingerprint), fingerprint, sizeof(fingerprint));
    buf_append(&buf, slice_of(fingerprint, sizeof(fingerprint)));
    buf_append_char(&buf, (char)direction);
    for (size_t i = 0; i < query->page.column_count; i++) {
        append_key(&buf, query->page.columns[i].type, keys[i]);
    }
    mac_of(seal, buf_slice(&buf), mac);
    buf_append(&buf, slice_of(mac, MAC_BYTES));
    out = arena_bytes(arena, 4 * ((buf.len + 2) / 3) + 1);
    text = slice_of(out, base64url_encode(buf.ptr, buf.len, out));
    buf_fini(&buf);
    return text;
}

/* ------------------------------------------------------------------ reading */

static const struct value *value_of_key(struct arena *arena, enum scalar type, struct slice text)
{
    switch (type) {
    case SCALAR_INTEGER:
    case SCALAR_NUMBER:
        return value_number(arena, text);
    case SCALAR_BOOLEAN:
        return value_bool(arena, !slice_is(text, "0"));
    case SCALAR_STRING:
    case SCALAR_UUID:
    case SCALAR_IPV6:
    case SCALAR_DATE_TIME: /* a cell, as SQL wrote it: with a blank for the T, and all its digits */
        return value_string(arena, text);
    }
    return NULL;
}

static enum status take_key(struct arena *arena, enum scalar type, struct slice *rest,
                            const struct value **out)
{
    size_t len;

    if (rest->len < 3 || rest->ptr[0] != (char)('0' + type)) {
        return STATUS_INVALID;
    }
    len = (size_t)(unsigned char)rest->ptr[1] << 8 | (unsigned char)rest->ptr[2];
    if (rest->len - 3 < len) {
        return STATUS_INVALID;
    }
    *out = value_of_key(arena, type, slice_of(rest->ptr + 3, len));
    *rest = slice_from(*rest, 3 + len);
    return STATUS_OK;
}

static enum status take_keys(struct arena *arena, const struct plan_query *query, struct slice rest,
                             struct cursor *out)
{
    const struct value **keys = ARENA_ARRAY(arena, const struct value *, query->page.column_count);

    for (size_t i = 0; i < query->page.column_count; i++) {
        if (take_key(arena, query->page.columns[i].type, &rest, &keys[i]) != STATUS_OK) {
            return STATUS_INVALID;
        }
    }
    out->keys = keys;
    return rest.len == 0 ? STATUS_OK : STATUS_INVALID;
}

static bool is_signed(const struct cursor_seal *seal, struct slice bytes)
{
    uint8_t mac[SHA256_BYTES];

    mac_of(seal, slice_of(bytes.ptr, bytes.len - MAC_BYTES), mac);
    return bytes_equal_secret(mac, bytes.ptr + bytes.len - MAC_BYTES, MAC_BYTES);
}

enum status cursor_decode(struct arena *arena, const struct cursor_seal *seal,
                          const struct plan_query *query, struct slice text, struct cursor *out)
{
    uint8_t fingerprint[FINGERPRINT_BYTES] = {0};
    struct slice bytes;
    char *raw;
    size_t len = 0;

    if (text.len > CURSOR_TEXT_MAX) {
        return STATUS_INVALID;
    }
    raw = arena_bytes(arena, 3 * (text.len / 4 + 1));
    if (base64url_decode(text, raw, &len) != STATUS_OK || len < HEAD_BYTES + MAC_BYTES ||
        !is_signed(seal, slice_of(raw, len)) ||
        hex_decode(slice_str(query->fingerprint), fingerprint, sizeof(fingerprint)) != STATUS_OK ||
        memcmp(raw, fingerprint, sizeof(fingerprint)) != 0) {
        return STATUS_INVALID;
    }
    bytes = slice_of(raw, len - MAC_BYTES);
    switch (raw[FINGERPRINT_BYTES]) {
    case CURSOR_AFTER:
        out->direction = CURSOR_AFTER;
        break;
    case CURSOR_BEFORE:
        out->direction = CURSOR_BEFORE;
        break;
    default:
        return STATUS_INVALID;
    }
    return take_keys(arena, query, slice_from(bytes, HEAD_BYTES), out);
}
