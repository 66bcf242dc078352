/*
 * Complaints about a value of a JSON text: its line comes from value->offset, its path from the way
 * that led to it.
 */
#ifndef CONF_TEXT_SOURCE_H
#define CONF_TEXT_SOURCE_H

#include "conf/text/diag.h"
#include "lib/data/value.h"

/* Where a JSON text came from, for complaints. */
struct json_source {
    struct diag *diag;
    struct slice file, text; /* the file's whole text: lines come from value->offset */
    struct slice path;       /* JSON Pointer of the value in it */
};

/* At VALUE; NULL: of the whole file. */
void source_complain(const struct json_source *source, const struct value *at, struct slice hint,
                     const char *format, ...) PRINTF_LIKE(4, 5);

/* The source of a member or element: NAME is appended to the path as a JSON Pointer's token. */
struct json_source source_child(struct arena *arena, const struct json_source *source,
                                struct slice name);
struct json_source source_element(struct arena *arena, const struct json_source *source,
                                  size_t index);

unsigned int source_line(const struct json_source *source, const struct value *at);

/* NAME with ~ and / escaped (RFC 6901). */
struct slice pointer_token(struct arena *arena, struct slice name);

#endif
