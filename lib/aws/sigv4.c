/*
 * Signs a request for AWS: canonical request -> string to sign -> signature.
 *
 *     method, path, query, headers, SHA-256(body) --canonical--> text --SHA-256--> string to sign
 *                                                                                       |
 *     secret --date--> --region--> --service--> --"aws4_request"--> derived key --HMAC--+
 *                                                                   (a new one a day)   |
 *                                                                                       v
 *                                                                                   signature
 *
 * Invariant: the key schedule of the last derived key stays in the EVP_MAC context, so that a
 * signature costs one HMAC. sigv4_canonical.c makes the canonical request.
 */
#include "lib/aws/sigv4.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "lib/aws/sigv4_canonical.h"
#include "lib/base/buf.h"
#include "lib/base/memory.h"
#include "lib/data/hash.h"

#define HASH_TEXT (2 * (size_t)SHA256_BYTES)
#define DATE_LEN  8 /* of 20150830T123600Z */

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

/* ------------------------------------------------------------------ the signature */

static struct slice string_to_sign(const struct sigv4_input *input,
                                   const struct sigv4_material *material, struct slice canonical,
                                   struct arena *arena)
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
                                  const struct sigv4_input *input,
                                  const struct sigv4_material *material, struct slice signature,
                                  struct buf *scratch, struct arena *arena)
{
    buf_clear(scratch);
    sigv4_names_append(scratch, material);
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
    struct sigv4_material material;
    uint8_t mac[SHA256_BYTES];
    char text[HASH_TEXT + 1];
    enum status status;

    status = sigv4_material_gather(credentials, input, arena, &material);
    if (status != STATUS_OK) {
        return status;
    }
    buf_clear(&signer->canonical);
    status = sigv4_canonical_append(&signer->canonical, input, &material, arena);
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
