/*
 * struct value <-> DynamoDB's typed JSON ({"N": "1"}). AWS, "DynamoDB low-level API: data type descriptors".
 */
#ifndef LIB_AWS_ATTRIBUTE_H
#define LIB_AWS_ATTRIBUTE_H

#include "lib/base/buf.h"
#include "lib/data/value.h"

/* Appends {"S": ...}. Numbers must be decimals in DynamoDB's range: TOO_LARGE otherwise. */
MUST_CHECK enum status attribute_write(struct buf *buf, const struct value *value);

/* {"name": {"S": ...}, ...} of a MAP. */
MUST_CHECK enum status item_write(struct buf *buf, const struct value *item);

/* TYPED is parsed JSON; sets become lists; N keeps its text. CORRUPT on anything that is no attribute value. */
MUST_CHECK enum status attribute_read(struct arena *arena, const struct value *typed,
                                      const struct value **out);
MUST_CHECK enum status item_read(struct arena *arena, const struct value *typed,
                                 const struct value **out);

#endif
