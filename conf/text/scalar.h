/*
 * The type of one value: of ids, query parameters, columns, places in tag templates.
 */
#ifndef CONF_TEXT_SCALAR_H
#define CONF_TEXT_SCALAR_H

/* The canonical text of its values is cache/tag.h's. */
enum scalar {
    SCALAR_INTEGER,
    SCALAR_NUMBER,
    SCALAR_BOOLEAN,
    SCALAR_STRING
};

const char *scalar_name(enum scalar type); /* "integer", ... */

#endif
