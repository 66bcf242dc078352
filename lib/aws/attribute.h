/*
 * struct value <-> DynamoDB's typed JSON ({"N": "1"}). AWS, "DynamoDB low-level API: data type
 * descriptors".
 */
#ifndef LIB_AWS_ATTRIBUTE_H
#define LIB_AWS_ATTRIBUTE_H

#include "lib/base/buf.h"
#include "lib/data/value.h"

/* Appends {"S": ...}. Numbers must be decimals in DynamoDB's range: TOO_LARGE otherwise. */
MUST_CHECK enum status attribute_write(struct buf *buf, const struct value *value);

/* {"name": {"S": ...}, ...} of a MAP. */
MUST_CHECK enum status item_write(struct buf *buf, const struct value *item);

/*
 * Typed members, one by one, by the rules of lib/data/json_add.h (the comma, and what NAME may be):
 *
 *     attribute_add_text(&buf, "PK", key);               "PK":{"S":"..."}
 *     attribute_add_number(&buf, "version", 7);          ...,"version":{"N":"7"}
 *     attribute_add_base64(&buf, "write", mark);         ...,"write":{"B":"..."}
 *
 * attribute_add_value gives the statuses of attribute_write; the others cannot fail. What is to be
 * named by a slice: json_add_name_of, then attribute_write.
 */
void attribute_add_text(struct buf *buf, const char *name, struct slice text);
void attribute_add_number(struct buf *buf, const char *name, uint64_t number);
/* BASE64: bytes that are encoded already. */
void attribute_add_base64(struct buf *buf, const char *name, struct slice base64);
MUST_CHECK enum status attribute_add_value(struct buf *buf, const char *name,
                                           const struct value *value);

/*
 * TYPED is parsed JSON; sets become lists that are written as sets again; N keeps its text. CORRUPT
 * on anything that is no attribute value.
 */
MUST_CHECK enum status attribute_read(struct arena *arena, const struct value *typed,
                                      const struct value **out);
MUST_CHECK enum status item_read(struct arena *arena, const struct value *typed,
                                 const struct value **out);

#endif
