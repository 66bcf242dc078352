/*
 * A strict RFC 8259 reader and a writer.
 *
 * The reader refuses what the RFC's grammar refuses, and besides: duplicate member names, bad
 * UTF-8, lone surrogates, nesting above JSON_DEPTH_MAX. It uses no recursion without a bound and
 * keeps numbers as text.
 */
#ifndef LIB_DATA_JSON_H
#define LIB_DATA_JSON_H

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/base/slice.h"
#include "lib/data/value.h"

#define JSON_DEPTH_MAX 64
/* DynamoDB's items nest 32 deep, its typed JSON needs two levels for each and a few around them. */
#define JSON_DEPTH_STORED_MAX 160

struct json_error {
    size_t offset;    /* byte where it was noticed */
    const char *text; /* static: "unexpected character", ... */
};

/*
 * TEXT is borrowed: strings without escapes and numbers point into it, so it must live as long as
 * the tree.
 * returns  OK; INVALID with *error_out filled (error_out may be NULL)
 */
MUST_CHECK enum status json_parse(struct arena *arena, struct slice text, const struct value **out,
                                  struct json_error *error_out);

/*
 * As json_parse, for what DynamoDB answers and what we stored ourselves: nesting up to
 * JSON_DEPTH_STORED_MAX.
 */
MUST_CHECK enum status json_parse_stored(struct arena *arena, struct slice text,
                                         const struct value **out, struct json_error *error_out);

/*
 * Would a reader take TEXT? As json_parse_stored, but names may be there twice, and nothing is
 * kept: it costs no memory to speak of. OK; INVALID with *error_out filled (may be NULL).
 */
MUST_CHECK enum status json_check(struct slice text, struct json_error *error_out);

/* Compact text. Members in their order; BYTES as base64. */
void json_write(struct buf *buf, const struct value *value);

/* With members sorted by name (bytes), numbers canonical where they are decimals: for hashes. */
void json_write_canonical(struct buf *buf, const struct value *value);

/* A string with quotes and escapes. Bytes that are not UTF-8 become U+FFFD. */
void json_write_string(struct buf *buf, struct slice text);

#endif
