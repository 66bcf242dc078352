/*
 * The text that sigv4.c signs. Nobody else includes this.
 */
#ifndef LIB_AWS_SIGV4_CANONICAL_H
#define LIB_AWS_SIGV4_CANONICAL_H

#include "lib/aws/sigv4.h"
#include "lib/base/buf.h"
#include "lib/data/hash.h"

#define SIGV4_HEADERS_MAX 64 /* that one request may have signed */
#define SIGV4_QUERY_MAX   64 /* parameters of one request */

struct sigv4_pair {
    struct slice name, value;
    size_t order;
};

/* What a request is signed by: its headers in their order, its date, the hash of its body. */
struct sigv4_material {
    struct sigv4_pair headers[SIGV4_HEADERS_MAX + 3];
    size_t header_count;
    char body_hash[2 * SHA256_BYTES + 1], date[17];
};

/* TOO_LARGE: more than the limits above. MATERIAL borrows from the others and from ARENA. */
MUST_CHECK enum status sigv4_material_gather(const struct credentials *credentials,
                                             const struct sigv4_input *input, struct arena *arena,
                                             struct sigv4_material *material);
MUST_CHECK enum status sigv4_canonical_append(struct buf *out, const struct sigv4_input *input,
                                              const struct sigv4_material *material,
                                              struct arena *arena);

/* "host;x-amz-date" */
void sigv4_names_append(struct buf *out, const struct sigv4_material *material);

#endif
