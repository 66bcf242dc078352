#include <pthread.h>
#include <string.h>

#include "lib/data/hash.h"
#include "tests/unit/unit.h"

static void assert_hex(const void *bytes, size_t count, const char *expected)
{
    char hex[2 * 64 + 1];

    hex_encode(bytes, count, hex);
    assert_string_equal(hex, expected);
}

/* Part of the cache protocol: published vectors of XXH64 with seed 0. */
static void test_xxh64_never_changes(void **state)
{
    (void)state;
    assert_true(hash_xxh64(SLICE_EMPTY) == UINT64_C(0xEF46DB3751D8E999));
    assert_true(hash_xxh64(SLICE_LITERAL("a")) == UINT64_C(0xD24EC4F1A98C6E5B));
    assert_true(hash_xxh64(SLICE_LITERAL("abc")) == UINT64_C(0x44BC2CF5AD770999));
}

static void test_private_hash_is_stable_within_the_process(void **state)
{
    (void)state;
    assert_true(hash_private(SLICE_LITERAL("abc")) == hash_private(SLICE_LITERAL("abc")));
    assert_true(hash_private(SLICE_LITERAL("abc")) != hash_private(SLICE_LITERAL("abd")));
}

/* FIPS 180-4 examples. */
static void test_sha256(void **state)
{
    uint8_t hash[SHA256_BYTES];

    (void)state;
    hash_sha256(SLICE_LITERAL("abc"), hash);
    assert_hex(hash, sizeof(hash),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    hash_sha256(slice_of(NULL, 0), hash);
    assert_hex(hash, sizeof(hash),
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_sha256(SLICE_LITERAL("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), hash);
    assert_hex(hash, sizeof(hash),
               "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

/* RFC 4231, test cases 1, 2 and 6; then an empty key, which must not mean the key before it. */
static void test_hmac_sha256(void **state)
{
    uint8_t hash[SHA256_BYTES];
    char key[131];

    (void)state;
    memset(key, 0x0b, 20);
    hash_hmac_sha256(slice_of(key, 20), SLICE_LITERAL("Hi There"), hash);
    assert_hex(hash, sizeof(hash),
               "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    hash_hmac_sha256(SLICE_LITERAL("Jefe"), SLICE_LITERAL("what do ya want for nothing?"), hash);
    assert_hex(hash, sizeof(hash),
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof(key));
    hash_hmac_sha256(slice_of(key, sizeof(key)),
                     SLICE_LITERAL("Test Using Larger Than Block-Size Key - Hash Key First"), hash);
    assert_hex(hash, sizeof(hash),
               "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    hash_hmac_sha256(slice_of(NULL, 0), slice_of(NULL, 0), hash);
    assert_hex(hash, sizeof(hash),
               "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void test_random_bytes_differ(void **state)
{
    uint8_t a[32] = {0}, b[32] = {0};

    (void)state;
    random_bytes(a, sizeof(a));
    random_bytes(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    assert_true(random_u64() != random_u64());
    random_bytes(a, 0);
}

static void test_secrets_are_compared_whole(void **state)
{
    (void)state;
    assert_true(bytes_equal_secret("abcd", "abcd", 4));
    assert_false(bytes_equal_secret("abcd", "abcx", 4));
    assert_false(bytes_equal_secret("abcd", "xbcd", 4));
    assert_true(bytes_equal_secret("a", "b", 0));
}

#define UUIDS 2000

static void *make_uuids(void *ctx)
{
    char(*uuids)[UUID_TEXT] = ctx;
    uint8_t hash[SHA256_BYTES];

    for (int i = 0; i < UUIDS; i++) {
        uuid7(uuids[i]);
    }
    hash_sha256(SLICE_LITERAL("abc"), hash); /* a context that ends with the thread */
    return NULL;
}

static void test_uuids_ascend_in_every_thread_and_have_version_7(void **state)
{
    static char uuids[2][UUIDS][UUID_TEXT];
    pthread_t threads[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, make_uuids, uuids[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < UUIDS; j++) {
            const char *uuid = uuids[i][j];

            assert_int_equal(strlen(uuid), 36);
            assert_int_equal(strspn(uuid, "0123456789abcdef-"), 36);
            assert_true(uuid[8] == '-' && uuid[13] == '-' && uuid[18] == '-' && uuid[23] == '-');
            assert_int_equal(uuid[14], '7');
            assert_non_null(strchr("89ab", uuid[19]));
            assert_true(j == 0 || strcmp(uuids[i][j - 1], uuid) < 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xxh64_never_changes),
        cmocka_unit_test(test_private_hash_is_stable_within_the_process),
        cmocka_unit_test(test_sha256),
        cmocka_unit_test(test_hmac_sha256),
        cmocka_unit_test(test_random_bytes_differ),
        cmocka_unit_test(test_secrets_are_compared_whole),
        cmocka_unit_test(test_uuids_ascend_in_every_thread_and_have_version_7),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
