/*
 * The table of statuses as text. Names are lower-cased once, before main: afterwards all is
 * read-only.
 */
#include "lib/base/status.h"

#include <stddef.h>

#define NAME_MAX_BYTES 16

struct status_row {
    char name[NAME_MAX_BYTES];
    const char *text;
    enum status_advice advice;
};

static struct status_row rows[] = {
#define STATUS_ROW(name, advice, text) {#name, text, ADVICE_##advice},
    STATUS(STATUS_ROW)
#undef STATUS_ROW
};

__attribute__((constructor)) static void lower_names(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        for (char *c = rows[i].name; *c; c++) {
            if (*c >= 'A' && *c <= 'Z') {
                *c = (char)(*c | 0x20);
            }
        }
    }
}

static const struct status_row *row_of(enum status status)
{
    return &rows[(unsigned)status < STATUS_COUNT ? status : STATUS_INTERNAL];
}

const char *status_name(enum status status)
{
    return row_of(status)->name;
}

const char *status_text(enum status status)
{
    return row_of(status)->text;
}

enum status_advice status_advice(enum status status)
{
    return row_of(status)->advice;
}
