/*
 * What is known of the members of an event's payload, or of a state: each name that an expression
 * is given to, with its type when all agree.
 */
#ifndef CONF_BUILD_FIELDS_H
#define CONF_BUILD_FIELDS_H

#include "conf/schema/schema.h"
#include "conf/text/scalar.h"

struct field {
    struct slice name;
    enum value_type type; /* VALUE_NULL: not known, or not the same everywhere */
    enum scalar format;   /* of a text: UUID, IPV6, DATE_TIME; STRING: none, or not known */
    size_t count;         /* writers that give it */
};

struct fields {
    struct field *items;
    size_t count, room;
    size_t writers; /* of an event: commands' emits; 0: any payload may come */
};

void fields_add(struct fields *fields, struct arena *arena, struct slice name, enum value_type type,
                enum scalar format);
const struct field *fields_find(const struct fields *fields, struct slice name);
bool fields_equal(const struct fields *a, const struct fields *b);
/* The names, for a hint: "there is a, b, c"; empty when there are none. */
struct slice fields_hint(const struct fields *fields, struct arena *arena, struct slice wrong);

/* A closed schema of an object with these members; what every writer gives is required. */
const struct schema *fields_schema(const struct fields *fields, struct arena *arena);

#endif
