/*
 * Hashes, their texts (encode.c), and random bytes. Any thread.
 */
#ifndef LIB_DATA_HASH_H
#define LIB_DATA_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/slice.h"

#define SHA256_BYTES 32

/*
 * XXH64 with seed 0 (libxxhash): tags and routes. Part of the cache protocol: never change it in
 * place.
 */
uint64_t hash_xxh64(struct slice bytes);

/*
 * Of a seed that nobody outside this process knows: for tables whose keys a client chooses. Never
 * store it.
 */
uint64_t hash_private(struct slice bytes);

void hash_sha256(struct slice bytes, uint8_t out[SHA256_BYTES]);
void hash_hmac_sha256(struct slice key, struct slice bytes, uint8_t out[SHA256_BYTES]);

/* The value of a hexadecimal digit of either case; -1: it is none (any int is allowed). */
int hex_digit(int c);

/* Lower-case hex with a NUL: OUT holds 2 * count + 1 bytes. */
void hex_encode(const void *bytes, size_t count, char *out);
MUST_CHECK enum status hex_decode(struct slice text, void *out, size_t count);

/* Standard alphabet with padding; OUT holds 4 * ((count + 2) / 3) + 1 bytes. Returns the length. */
size_t base64_encode(const void *bytes, size_t count, char *out);
/* The URL alphabet without padding (cursors). OUT as above. */
size_t base64url_encode(const void *bytes, size_t count, char *out);
/*
 * OUT holds 3 * (text.len / 4 + 1) bytes. INVALID on any other alphabet, length or non-zero spare
 * bits.
 */
MUST_CHECK enum status base64_decode(struct slice text, void *out, size_t *count_out);
MUST_CHECK enum status base64url_decode(struct slice text, void *out, size_t *count_out);

/* Bytes of the kernel's generator (getrandom); ends the process if there are none. */
void random_bytes(void *out, size_t count);
uint64_t random_u64(void);
/* Same bytes, in time that does not depend on them. */
bool bytes_equal_secret(const void *a, const void *b, size_t count);

#define UUID_TEXT 37
/*
 * RFC 9562 version 7 of the wall clock, with its NUL. Each is greater than those before it in this
 * process.
 */
void uuid7(char out[UUID_TEXT]);

#endif
