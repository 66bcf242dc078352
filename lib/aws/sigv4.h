/*
 * AWS Signature Version 4 (AWS General Reference, "Create a signed AWS API request"). Pure, but for
 * a small cache of the derived key per signer. libcurl 7.88's own signer is faulty (it signs
 * headers that are never sent).
 */
#ifndef LIB_AWS_SIGV4_H
#define LIB_AWS_SIGV4_H

#include "lib/base/arena.h"
#include "lib/base/slice.h"

struct credentials {
    struct slice access_key, secret_key, token; /* token may be empty */
    uint64_t expires_ms;                        /* wall clock; CLOCK_NEVER */
};

struct sigv4_header {
    struct slice name, value;
};

struct sigv4_input {
    struct slice method, path, query; /* path and query as sent */
    /*
     * All that shall be signed, in any order and case, host included; x-amz-date and the token are
     * added.
     */
    const struct sigv4_header *headers;
    size_t header_count;
    struct slice body;
    struct slice region, service;
    uint64_t wall_ms;
    bool normalize_path;   /* every service but S3 */
    bool sign_body_header; /* add x-amz-content-sha256 */
    bool omit_token;       /* add the token after signing */
};

struct sigv4_output {
    struct slice canonical_request, string_to_sign, signature, authorization, amz_date;
};

struct sigv4; /* a signer: the fetched EVP_MAC and the last derived key; one thread */
struct sigv4 *sigv4_create(void);
void sigv4_destroy(struct sigv4 *signer);

MUST_CHECK enum status sigv4_sign(struct sigv4 *signer, const struct credentials *credentials,
                                  const struct sigv4_input *input, struct arena *arena,
                                  struct sigv4_output *out);

#endif
