/*
 * The type of one value: of ids, query parameters, columns, places in tag templates.
 */
#ifndef CONF_TEXT_SCALAR_H
#define CONF_TEXT_SCALAR_H

#include <stdbool.h>

#include "lib/data/canonical.h"
#include "lib/data/value.h"

/*
 * The canonical text of its values is cache/tag.h's. The last three are strings of a format that
 * gives one value several texts (lib/data/canonical.h). Append only: cursors hold the number.
 */
enum scalar {
    SCALAR_INTEGER,
    SCALAR_NUMBER,
    SCALAR_BOOLEAN,
    SCALAR_STRING,
    SCALAR_UUID,
    SCALAR_IPV6,
    SCALAR_DATE_TIME
};

const char *scalar_name(enum scalar type); /* "integer", ..., "uuid", "ipv6", "date-time" */
/* A string in JSON: STRING and its formats. */
bool scalar_is_text(enum scalar type);
/* The one of a string with this "format"; STRING if it has one text for each value, or is empty. */
enum scalar scalar_of_format(struct slice format);

/*
 * The one text of TEXT as a value of TYPE: TEXT itself, or made in SCRATCH. False: the type has a
 * format and TEXT is not of it; then *out is TEXT.
 */
bool scalar_canonical(enum scalar type, struct slice text, char scratch[CANONICAL_MAX],
                      struct slice *out);
/* VALUE, or its canonical form in ARENA when it is a string of the type's format. NULL is NULL. */
const struct value *scalar_value(struct arena *arena, enum scalar type, const struct value *value);

#endif
