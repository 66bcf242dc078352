/*
 * Values with units. Each kind is a table of its units, smallest first; reading and writing share
 * it.
 */
#include "conf/text/unit.h"

#include <inttypes.h>
#include <stdio.h>

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit time_units[] = {
    {"us", 1           },
    {"ms", 1000        },
    {"s",  1000000     },
    {"m",  60000000    },
    {"h",  3600000000u },
    {"d",  86400000000u},
};

static const struct unit size_units[] = {
    {"",  1         },
    {"k", 1024      },
    {"m", 1048576   },
    {"g", 1073741824},
};

static enum status parse(struct slice text, const struct unit *units, size_t count, uint64_t *out)
{
    size_t digits = 0;
    struct slice name;
    uint64_t number;

    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    if (slice_parse_u64(slice_of(text.ptr, digits), &number) != STATUS_OK) {
        return STATUS_INVALID;
    }
    name = slice_from(text, digits);
    if (number == 0 && name.len == 0) {
        *out = 0;
        return STATUS_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (slice_is(name, units[i].name)) {
            return __builtin_mul_overflow(number, units[i].factor, out) ? STATUS_INVALID
                                                                        : STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

static void print(uint64_t number, const struct unit *units, size_t count, char out[UNIT_TEXT])
{
    size_t i = count - 1;

    while (i > 0 && number % units[i].factor != 0) {
        i--;
    }
    (void)snprintf(out, UNIT_TEXT, "%" PRIu64 "%s", number / units[i].factor, units[i].name);
}

enum status unit_parse_time(struct slice text, uint64_t *us_out)
{
    return parse(text, time_units, ARRAY_COUNT(time_units), us_out);
}

enum status unit_parse_size(struct slice text, uint64_t *bytes_out)
{
    return parse(text, size_units, ARRAY_COUNT(size_units), bytes_out);
}

void unit_time_text(uint64_t us, char out[UNIT_TEXT])
{
    if (us == 0) {
        (void)snprintf(out, UNIT_TEXT, "0ms");
        return;
    }
    print(us, time_units, ARRAY_COUNT(time_units), out);
}

void unit_size_text(uint64_t bytes, char out[UNIT_TEXT])
{
    if (bytes == 0) {
        (void)snprintf(out, UNIT_TEXT, "0");
        return;
    }
    print(bytes, size_units, ARRAY_COUNT(size_units), out);
}
