/*
 * What decimal.c and decimal_arith.c share: powers, digits and the normal form.
 */
#ifndef LIB_DATA_DECIMAL_NORMAL_H
#define LIB_DATA_DECIMAL_NORMAL_H

#include "lib/data/decimal.h"

/* Places of the first digit, by DynamoDB's range: 1E-130 to 9.99E+125. */
#define DECIMAL_LOWEST  (-130)
#define DECIMAL_HIGHEST 125

/* 10^EXPONENT, from 0 to 38. */
unsigned __int128 decimal_power(int exponent);

/* Number of digits; 0 for 0, at most 39. */
int decimal_digits(unsigned __int128 number);

/* COEFFICIENT * 10^EXPONENT in normal form. TOO_LARGE as in decimal_parse. */
MUST_CHECK enum status decimal_normal(unsigned __int128 coefficient, int64_t exponent,
                                      bool negative, struct decimal *out);

#endif
