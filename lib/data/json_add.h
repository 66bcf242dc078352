/*
 * JSON written member by member, for texts whose form the code knows: requests, answers, pages.
 *
 *     json_add_object(&buf, NULL);                       {
 *     json_add_string(&buf, "title", title);             {"title":"..."
 *     json_add_array(&buf, "errors");                    {"title":"...","errors":[
 *     json_add_end(&buf, ']');                           {"title":"...","errors":[]
 *     json_add_end(&buf, '}');                           {"title":"...","errors":[]}
 *
 * There is no state beside the buffer: whether a comma is due follows from its last byte. So a text
 * must begin in an empty buffer, or behind a byte that opens something.
 *
 * name  of a member, plain ASCII without a quote or a backslash; NULL: an element of an array, or
 *       the whole text
 */
#ifndef LIB_DATA_JSON_ADD_H
#define LIB_DATA_JSON_ADD_H

#include <stdbool.h>

#include "lib/base/arena.h"
#include "lib/base/buf.h"
#include "lib/data/value.h"

void json_add_object(struct buf *buf, const char *name);
void json_add_array(struct buf *buf, const char *name);
/* BRACKET: '}' or ']'. */
void json_add_end(struct buf *buf, char bracket);
/* Ends an object that is the whole text. The text comes out, in ARENA; the buffer's memory goes. */
struct slice json_add_close(struct buf *buf, struct arena *arena);

void json_add_string(struct buf *buf, const char *name, struct slice text);
void json_add_u64(struct buf *buf, const char *name, uint64_t number);
void json_add_bool(struct buf *buf, const char *name, bool value);
void json_add_value(struct buf *buf, const char *name, const struct value *value);
/* JSON as it is, not empty: a number's text, "null", a whole object. */
void json_add_raw(struct buf *buf, const char *name, struct slice json);

/* Comma and name only: the caller appends the value. */
void json_add_name(struct buf *buf, const char *name);
/* The same for a name that needs escaping. */
void json_add_name_of(struct buf *buf, struct slice name);

#endif
