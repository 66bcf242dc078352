/*
 * Signs a request for AWS: canonical request -> string to sign -> signature.
 *
 *     method, path, query, headers, SHA-256(body) --canonical--> text --SHA-256--> string to sign
 * --HMAC, derived key--> signature secret --date--> --region--> --service--> --"aws4_request"-->
 * derived key (kept: it changes once a day)
 *
 * Invariants: headers are signed in the order of their lower-case names, equal names joined in the
 * order given; the key schedule of the last derived key stays in the EVP_MAC context, so that a
 * signature costs one HMAC. The path is encoded once more than it is sent, as every service but S3
 * wants it.
 */
#include "lib/sigv4.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/hash.h"
#include "lib/memory.h"

#define HASH_TEXT   (2 * SHA256_BYTES)
#define DATE_LEN    8
#define HEADERS_MAX 64 /* headers that one request may have signed */
#define QUERY_MAX   64

struct sigv4 {
    EVP_MAC *hmac;
    EVP_MAC_CTX *derived; /* holds the key schedule of the scope below */
    struct buf scope;     /* secret \n date \n region \n service of the key in DERIVED */
    struct buf scratch, canonical;
};

struct sigv4 *sigv4_create(void)
{
    struct sigv4 *signer = XNEW(struct sigv4);

    signer->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    signer->derived = signer->hmac ? EVP_MAC_CTX_new(signer->hmac) : NULL;
    return signer;
}

void sigv4_destroy(struct sigv4 *signer)
{
    if (!signer) {
        return;
    }
    EVP_MAC_CTX_free(signer->derived);
    EVP_MAC_free(signer->hmac);
    OPENSSL_cleanse(signer->scope.ptr, signer->scope.len);
    buf_fini(&signer->scope);
    buf_fini(&signer->scratch);
    buf_fini(&signer->canonical);
    xfree(signer);
}

/* ------------------------------------------------------------------ the key */

static bool mac_start(EVP_MAC_CTX *ctx, const void *key, size_t len)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};

    return EVP_MAC_init(ctx, key, len, params) == 1;
}

static bool mac_end(EVP_MAC_CTX *ctx, struct slice bytes, uint8_t out[SHA256_BYTES])
{
    size_t len = 0;

    return EVP_MAC_update(ctx, (const unsigned char *)bytes.ptr, bytes.len) == 1 &&
           EVP_MAC_final(ctx, out, &len, SHA256_BYTES) == 1 && len == SHA256_BYTES;
}

static bool chain(EVP_MAC_CTX *ctx, uint8_t key[SHA256_BYTES], struct slice bytes)
{
    return mac_start(ctx, key, SHA256_BYTES) && mac_end(ctx, bytes, key);
}

static bool key_derive(struct sigv4 *signer, const struct credentials *credentials,
                       const struct sigv4_input *input, struct slice date)
{
    EVP_MAC_CTX *ctx = signer->derived;
    uint8_t key[SHA256_BYTES];
    bool ok;

    buf_clear(&signer->scratch);
    buf_append_str(&signer->scratch, "AWS4");
    buf_append(&signer->scratch, credentials->secret_key);
    ok = mac_start(ctx, signer->scratch.ptr, signer->scratch.len) && mac_end(ctx, date, key) &&
         chain(ctx, key, input->region) && chain(ctx, key, input->service) &&
         chain(ctx, key, slice_str("aws4_request")) && mac_start(ctx, key, sizeof(key));
    OPENSSL_cleanse(signer->scratch.ptr, signer->scratch.len);
    OPENSSL_cleanse(key, sizeof(key));
    return ok;
}

/* Leaves DERIVED ready to take the string to sign. */
static bool key_use(struct sigv4 *signer, const struct credentials *credentials,
                    const struct sigv4_input *input, struct slice date)
{
    struct buf *scope = &signer->scratch;

    buf_clear(scope);
    buf_append(scope, credentials->secret_key);
    buf_append_char(scope, '\n');
    buf_append(scope, date);
    buf_append_char(scope, '\n');
    buf_append(scope, input->region);
    buf_append_char(scope, '\n');
    buf_append(scope, input->service);
    if (slice_eq(buf_slice(scope), buf_slice(&signer->scope))) {
        return EVP_MAC_init(signer->derived, NULL, 0, NULL) == 1;
    }
    buf_clear(&signer->scope);
    buf_append(&signer->scope, buf_slice(scope));
    if (!key_derive(signer, credentials, input, date)) {
        buf_clear(&signer->scope);
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------ the canonical request */

static bool unreserved(unsigned char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void append_encoded(struct buf *buf, struct slice bytes, bool keep_slash)
{
    static const char hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];

        if (unreserved(c) || (keep_slash && c == '/')) {
            buf_append_char(buf, (char)c);
            continue;
        }
        buf_append_char(buf, '%');
        buf_append_char(buf, hex[c >> 4]);
        buf_append_char(buf, hex[c & 15]);
    }
}

static struct slice percent_decode(struct arena *arena, struct slice text)
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

struct pair {
    struct slice name, value;
    size_t order;
};

/* By name, then by value. */
static int pair_by_value(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int names = slice_compare(left->name, right->name);

    return names != 0 ? names : slice_compare(left->value, right->value);
}

/* By name, then as given. */
static int pair_by_order(const void *a, const void *b)
{
    const struct pair *left = a, *right = b;
    int names = slice_compare(left->name, right->name);

    return names != 0 ? names : (left->order > right->order) - (left->order < right->order);
}

static struct slice encode_again(struct arena *arena, struct slice text)
{
    struct buf buf = {0};
    struct slice copy;

    append_encoded(&buf, percent_decode(arena, text), false);
    copy = arena_copy(arena, buf_slice(&buf));
    buf_fini(&buf);
    return copy;
}

static enum status append_query(struct buf *out, struct slice query, struct arena *arena)
{
    struct pair pairs[QUERY_MAX];
    size_t count = 0;
    struct slice rest = query, one;

    while (rest.len > 0) {
        (void)slice_cut(rest, '&', &one, &rest);
        if (one.len == 0) {
            continue;
        }
        if (count == QUERY_MAX) {
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

        out[i] = (c >= 'A' && c <= 'Z') ? (char)(c + 32) : c;
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

static void append_headers(struct buf *out, const struct pair *pairs, size_t count)
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

static void append_names(struct buf *out, const struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && slice_eq(pairs[i].name, pairs[i - 1].name)) {
            continue;
        }
        if (i > 0) {
            buf_append_char(out, ';');
        }
        buf_append(out, pairs[i].name);
    }
}

struct material {
    struct pair headers[HEADERS_MAX + 3];
    size_t header_count;
    char body_hash[HASH_TEXT + 1], date[17];
};

static void header_add(struct material *material, struct slice name, struct slice value)
{
    material->headers[material->header_count] = (struct pair){name, value, material->header_count};
    material->header_count++;
}

static enum status material_gather(const struct credentials *credentials,
                                   const struct sigv4_input *input, struct arena *arena,
                                   struct material *material)
{
    uint8_t hash[SHA256_BYTES];

    if (input->header_count > HEADERS_MAX) {
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

static enum status append_canonical(struct buf *out, const struct sigv4_input *input,
                                    const struct material *material, struct arena *arena)
{
    struct slice path = input->path.len > 0 ? input->path : slice_str("/");
    enum status status;

    buf_clear(out);
    buf_append(out, input->method);
    buf_append_char(out, '\n');
    append_encoded(
        out, input->normalize_path ? path_normalize(arena, path) : percent_decode(arena, path),
        true);
    buf_append_char(out, '\n');
    status = append_query(out, input->query, arena);
    if (status != STATUS_OK) {
        return status;
    }
    buf_append_char(out, '\n');
    append_headers(out, material->headers, material->header_count);
    buf_append_char(out, '\n');
    append_names(out, material->headers, material->header_count);
    buf_append_char(out, '\n');
    buf_append_str(out, material->body_hash);
    return STATUS_OK;
}

/* ------------------------------------------------------------------ the signature */

static struct slice string_to_sign(const struct sigv4_input *input, const struct material *material,
                                   struct slice canonical, struct arena *arena)
{
    uint8_t hash[SHA256_BYTES];
    char text[HASH_TEXT + 1];

    hash_sha256(canonical, hash);
    hex_encode(hash, sizeof(hash), text);
    return arena_printf(arena, "AWS4-HMAC-SHA256\n%s\n%.*s/%.*s/%.*s/aws4_request\n%s",
                        material->date, DATE_LEN, material->date, SLICE_ARG(input->region),
                        SLICE_ARG(input->service), text);
}

static struct slice authorization(const struct credentials *credentials,
                                  const struct sigv4_input *input, const struct material *material,
                                  struct slice signature, struct buf *scratch, struct arena *arena)
{
    buf_clear(scratch);
    append_names(scratch, material->headers, material->header_count);
    return arena_printf(arena,
                        "AWS4-HMAC-SHA256 Credential=%.*s/%.*s/%.*s/%.*s/aws4_request, "
                        "SignedHeaders=%.*s, Signature=%.*s",
                        SLICE_ARG(credentials->access_key), DATE_LEN, material->date,
                        SLICE_ARG(input->region), SLICE_ARG(input->service),
                        SLICE_ARG(buf_slice(scratch)), SLICE_ARG(signature));
}

enum status sigv4_sign(struct sigv4 *signer, const struct credentials *credentials,
                       const struct sigv4_input *input, struct arena *arena,
                       struct sigv4_output *out)
{
    struct material material;
    uint8_t mac[SHA256_BYTES];
    char text[HASH_TEXT + 1];
    enum status status;

    status = material_gather(credentials, input, arena, &material);
    if (status != STATUS_OK) {
        return status;
    }
    status = append_canonical(&signer->canonical, input, &material, arena);
    if (status != STATUS_OK) {
        return status;
    }
    out->canonical_request = arena_copy(arena, buf_slice(&signer->canonical));
    out->string_to_sign = string_to_sign(input, &material, out->canonical_request, arena);
    if (!signer->derived ||
        !key_use(signer, credentials, input, slice_of(material.date, DATE_LEN)) ||
        !mac_end(signer->derived, out->string_to_sign, mac)) {
        return STATUS_INTERNAL;
    }
    hex_encode(mac, sizeof(mac), text);
    out->signature = arena_copy(arena, slice_of(text, HASH_TEXT));
    out->authorization =
        authorization(credentials, input, &material, out->signature, &signer->scratch, arena);
    out->amz_date = arena_copy(arena, slice_str(material.date));
    return STATUS_OK;
}
