/*
 * Names of scalar types.
 */
#include "conf/text/scalar.h"

const char *scalar_name(enum scalar type)
{
    static const char *const names[] = {"integer", "number", "boolean", "string"};

    return names[type];
}
