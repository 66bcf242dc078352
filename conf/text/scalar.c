/*
 * Names of scalar types, and the texts of their values.
 */
#include "conf/text/scalar.h"

static const char *const names[] = {
    [SCALAR_INTEGER] = "integer",     [SCALAR_NUMBER] = "number", [SCALAR_BOOLEAN] = "boolean",
    [SCALAR_STRING] = "string",       [SCALAR_UUID] = "uuid",     [SCALAR_IPV6] = "ipv6",
    [SCALAR_DATE_TIME] = "date-time",
};

const char *scalar_name(enum scalar type)
{
    return names[type];
}

bool scalar_is_text(enum scalar type)
{
    return type >= SCALAR_STRING;
}

enum scalar scalar_of_format(struct slice format)
{
    for (enum scalar type = SCALAR_UUID; type <= SCALAR_DATE_TIME; type++) {
        if (slice_is(format, names[type])) {
            return type;
        }
    }
    return SCALAR_STRING;
}

/* ------------------------------------------------------------------ values */

bool scalar_canonical(enum scalar type, struct slice text, char scratch[CANONICAL_MAX],
                      struct slice *out)
{
    *out = text;
    switch (type) {
    case SCALAR_UUID:
        return canonical_uuid(text, scratch, out) == STATUS_OK;
    case SCALAR_IPV6:
        return canonical_ip6(text, scratch, out) == STATUS_OK;
    case SCALAR_DATE_TIME:
        return canonical_date_time(text, scratch, out) == STATUS_OK;
    case SCALAR_INTEGER:
    case SCALAR_NUMBER:
    case SCALAR_BOOLEAN:
    case SCALAR_STRING:
        break;
    }
    return true;
}

const struct value *scalar_value(struct arena *arena, enum scalar type, const struct value *value)
{
    char scratch[CANONICAL_MAX];
    struct slice text;

    if (!value || value->type != VALUE_STRING ||
        !scalar_canonical(type, value->text, scratch, &text) || text.ptr == value->text.ptr) {
        return value;
    }
    return value_string(arena, arena_copy(arena, text));
}
