#include "conf/text/table.h"

#include <string.h>

#define LENGTH_LEAST 3
#define LENGTH_MOST  255

bool table_name_is(struct slice text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\0' || !strchr(allowed, text.ptr[i])) {
            return false;
        }
    }
    return text.len >= LENGTH_LEAST && text.len <= LENGTH_MOST;
}
