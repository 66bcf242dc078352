/*
 * The formats of JSON Schema that are asserted, each by its RFC.
 */
#ifndef CONF_SCHEMA_FORMAT_H
#define CONF_SCHEMA_FORMAT_H

#include "lib/base/slice.h"

struct schema_format {
    const char *name;
    const char *meaning; /* "a date such as 2026-11-21" */
    bool (*test)(struct slice text);
};

/* NULL: no such format. */
const struct schema_format *schema_format_find(struct slice name);
/* Their names, for hints: NULL after the last. */
const char *schema_format_name(size_t index);

#endif
