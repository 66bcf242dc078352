/*
 * The name of an entry: twofold:<database>:q:<fingerprint>:<parameters and claims>.
 */
#ifndef CACHE_KEY_H
#define CACHE_KEY_H

#include "cache/lookup.h"

#define KEY_TEXT_MAX 128 /* bytes of canonical text; longer: its SHA-256 in hex */

/* What precedes the parameters; made once per query. */
struct slice key_prefix(struct arena *arena, const struct plan_query *query);

/* The name of an entry, and what is signed with its cursors. */
struct key {
    struct slice name;
    struct slice params; /* the canonical texts of the parameters as one text */
};

/* PREFIX and the text of the input: its canonical texts, limit, cursor, claims. In ARENA. */
struct key key_make(struct arena *arena, struct slice prefix, const struct lookup_input *input);

#endif
