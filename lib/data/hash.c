/*
 * Hashes by libxxhash and OpenSSL. Fetching an algorithm costs more than a hash, so each is fetched
 * once per process, and each thread keeps a context of its own, freed when it ends.
 */
#include "lib/data/hash.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/memory.h"

struct hashers {
    EVP_MD_CTX *sha256;
    EVP_MAC_CTX *hmac;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t hashers_key;
static EVP_MD *sha256_md;
static EVP_MAC *hmac_mac;
static uint64_t private_seed;
static _Thread_local struct hashers *hashers_here;

uint64_t hash_xxh64(struct slice bytes)
{
    return XXH64(bytes.len ? bytes.ptr : "", bytes.len, 0);
}

static _Noreturn void die(const char *what)
{
    log_error("no cryptography", "what=%s", what);
    abort();
}

static void hashers_destroy(void *ctx)
{
    struct hashers *hashers = ctx;

    EVP_MD_CTX_free(hashers->sha256);
    EVP_MAC_CTX_free(hashers->hmac);
    xfree(hashers);
    hashers_here = NULL;
}

static void setup(void)
{
    sha256_md = EVP_MD_fetch(NULL, "SHA256", NULL);
    hmac_mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (!sha256_md || !hmac_mac || pthread_key_create(&hashers_key, hashers_destroy) != 0) {
        die("SHA-256");
    }
    private_seed = random_u64();
}

static struct hashers *hashers_create(void)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    struct hashers *hashers;

    if (pthread_once(&once, setup) != 0) {
        die("pthread_once");
    }
    hashers = XNEW(struct hashers);
    hashers->sha256 = EVP_MD_CTX_new();
    hashers->hmac = EVP_MAC_CTX_new(hmac_mac);
    if (!hashers->sha256 || !hashers->hmac || !EVP_MAC_CTX_set_params(hashers->hmac, params) ||
        pthread_setspecific(hashers_key, hashers) != 0) {
        die("contexts");
    }
    hashers_here = hashers;
    return hashers;
}

static struct hashers *hashers_get(void)
{
    return hashers_here ? hashers_here : hashers_create();
}

uint64_t hash_private(struct slice bytes)
{
    if (pthread_once(&once, setup) != 0) {
        die("pthread_once");
    }
    return XXH3_64bits_withSeed(bytes.len ? bytes.ptr : "", bytes.len, private_seed);
}

void hash_sha256(struct slice bytes, uint8_t out[SHA256_BYTES])
{
    EVP_MD_CTX *ctx = hashers_get()->sha256;

    if (!EVP_DigestInit_ex2(ctx, sha256_md, NULL) || !EVP_DigestUpdate(ctx, bytes.ptr, bytes.len) ||
        !EVP_DigestFinal_ex(ctx, out, NULL)) {
        die("SHA-256");
    }
}

void hash_hmac_sha256(struct slice key, struct slice bytes, uint8_t out[SHA256_BYTES])
{
    EVP_MAC_CTX *ctx = hashers_get()->hmac;
    /* No pointer would mean the key of the last time. */
    const unsigned char *key_bytes = (const unsigned char *)(key.len ? key.ptr : "");
    size_t count;

    if (!EVP_MAC_init(ctx, key_bytes, key.len, NULL) ||
        !EVP_MAC_update(ctx, (const unsigned char *)bytes.ptr, bytes.len) ||
        !EVP_MAC_final(ctx, out, &count, SHA256_BYTES)) {
        die("HMAC");
    }
}

/* ------------------------------------------------------------------ random */

void random_bytes(void *out, size_t count)
{
    char *at = out;

    while (count > 0) {
        ssize_t got = getrandom(at, count, 0);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            die("getrandom");
        }
        at += got;
        count -= (size_t)got;
    }
}

uint64_t random_u64(void)
{
    uint64_t number;

    random_bytes(&number, sizeof(number));
    return number;
}

bool bytes_equal_secret(const void *a, const void *b, size_t count)
{
    return CRYPTO_memcmp(a, b, count) == 0;
}

/*
 * Milliseconds and 12 bits below them, as one counter that only goes up: RFC 9562, 6.2 method 1.
 * Many in one millisecond (or a clock that steps back) run ahead of the clock.
 */
static uint64_t uuid7_counter(void)
{
    static _Atomic uint64_t last;
    uint64_t now = clock_wall_ms() << 12;
    uint64_t seen = atomic_load_explicit(&last, memory_order_relaxed);
    uint64_t mine;

    do {
        mine = now > seen ? now : seen + 1;
    } while (!atomic_compare_exchange_weak_explicit(&last, &seen, mine, memory_order_relaxed,
                                                    memory_order_relaxed));
    return mine;
}

void uuid7(char out[UUID_TEXT])
{
    static const unsigned char group_bytes[] = {4, 2, 2, 2, 6};
    uint64_t counter = uuid7_counter();
    unsigned char bytes[16];
    const unsigned char *group;

    random_bytes(bytes + 8, 8);
    for (int i = 0; i < 6; i++) {
        bytes[i] = (unsigned char)(counter >> (52 - 8 * i));
    }
    bytes[6] = (unsigned char)(0x70 | (counter >> 8 & 0x0F));
    bytes[7] = (unsigned char)counter;
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3F));
    group = bytes;
    for (size_t i = 0; i < sizeof(group_bytes); i++) {
        hex_encode(group, group_bytes[i], out);
        out += (size_t)2 * group_bytes[i];
        group += group_bytes[i];
        *out++ = i + 1 < sizeof(group_bytes) ? '-' : '\0';
    }
}
