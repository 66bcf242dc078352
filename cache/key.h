/*
 * The name of an entry: twofold:<database>:q:<fingerprint>:<parameters and claims>.
 */
#ifndef CACHE_KEY_H
#define CACHE_KEY_H

#include "cache/lookup.h"

#define KEY_TEXT_MAX 128 /* bytes of canonical text; longer: its SHA-256 in hex */

/* What precedes the parameters; made once per query. */
struct slice key_prefix(struct arena *arena, const struct plan_query *query);

/* PREFIX and the canonical text of the input: parameters, limit, cursor, claims. INVALID: a parameter is not of its type. */
MUST_CHECK enum status key_of_input(struct arena *arena, struct slice prefix,
                                    const struct lookup_input *input, struct slice *out);

/* The canonical text of the parameters alone; errors as above. */
MUST_CHECK enum status key_params(struct arena *arena, const struct lookup_input *input,
                                  struct slice *out);

#endif
