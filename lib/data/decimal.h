/*
 * Exact decimal numbers of at most 38 significant digits, as DynamoDB's N type has them
 * (magnitude 1E-130 to 9.99E+125; AWS, "Supported data types": Number).
 * Values, not objects: no memory to free. Arithmetic goes through GMP.
 */
#ifndef LIB_DATA_DECIMAL_H
#define LIB_DATA_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/slice.h"

#define DECIMAL_DIGITS   38
#define DECIMAL_TEXT_MAX 176 /* the longest canonical text, with its NUL */

/* coefficient * 10^exponent; zero is {0, 0, false}; otherwise the coefficient does not end in 0. */
struct decimal {
    unsigned __int128 coefficient;
    int32_t exponent;
    bool negative;
};

struct decimal decimal_of_i64(int64_t number);

/*
 * Text in JSON's grammar of numbers. INVALID: not a number. TOO_LARGE: more than 38 significant
 * digits or a magnitude outside DynamoDB's range. Takes time linear in the text's length, whatever
 * its exponent.
 */
MUST_CHECK enum status decimal_parse(struct slice text, struct decimal *out);

/*
 * A short integer as ids mostly are: 0 or [1-9][0-9]{0,17}. Such a text is its own canonical text.
 */
bool decimal_is_plain(struct slice text);

/* <0, 0, >0 */
int decimal_compare(const struct decimal *a, const struct decimal *b);

bool decimal_is_integer(const struct decimal *a);

/* INVALID when it is not an integer in the type's range. */
MUST_CHECK enum status decimal_to_i64(const struct decimal *a, int64_t *out);

/*
 * Plain notation without exponent, without trailing zeros of the fraction, "0" for any zero: "1.5",
 * "100", "-0.001". The canonical text of tags, keys and JSON answers. Writes at most
 * DECIMAL_TEXT_MAX bytes, NUL included; returns the length.
 */
size_t decimal_text(const struct decimal *a, char out[DECIMAL_TEXT_MAX]);

/*
 * Exact or an error: TOO_LARGE when the result needs more than 38 digits or leaves the range.
 * Division and remainder: INVALID for a zero divisor; a quotient that does not end is rounded
 * half-even to 38 digits; the remainder has the dividend's sign.
 */
MUST_CHECK enum status decimal_add(const struct decimal *a, const struct decimal *b,
                                   struct decimal *out);
MUST_CHECK enum status decimal_subtract(const struct decimal *a, const struct decimal *b,
                                        struct decimal *out);
MUST_CHECK enum status decimal_multiply(const struct decimal *a, const struct decimal *b,
                                        struct decimal *out);
MUST_CHECK enum status decimal_divide(const struct decimal *a, const struct decimal *b,
                                      struct decimal *out);
MUST_CHECK enum status decimal_remainder(const struct decimal *a, const struct decimal *b,
                                         struct decimal *out);

#endif
