/*
 * Reading JSON objects by tables: which members there are, of what type, which must be there.
 * Everything else is a complaint.
 */
#ifndef CONF_BUILD_MEMBERS_H
#define CONF_BUILD_MEMBERS_H

#include "conf/text/source.h"

#define MEMBER_TYPE(type) (1u << (type))

enum member_need {
    MEMBER_OPTIONAL,
    MEMBER_REQUIRED
};

struct member {
    const char *name;
    unsigned int types; /* MEMBER_TYPEs */
    enum member_need need;
    size_t offset; /* of a const struct value * in the struct that is filled */
};

/*
 * Fills OUT's pointers (absent: NULL; of the wrong type: a complaint and NULL). False after
 * complaints.
 */
bool members_read(struct arena *arena, const struct json_source *source, const struct value *object,
                  const struct member *table, size_t count, void *out);

/* Names that SQL, URLs and metrics take as they are: a letter, then letters, digits and _. */
bool member_is_name(struct slice text);

/*
 * Of an attribute or field that is written. False after a complaint: "Customer.Name" and "Tags[0]"
 * would be names of their own, with a dot in them, beside the "Customer" that is there.
 */
bool member_is_attribute(struct arena *arena, const struct json_source *source,
                         const struct value *written);

#endif
