/*
 * Exact arithmetic. Whatever fits into 128 bits is done there; the rest goes through GMP, whose
 * largest numbers here have some 330 digits (two coefficients 10^292 apart), so time and memory are
 * bounded.
 */
#include <gmp.h>

#include "lib/data/decimal.h"
#include "lib/data/decimal_normal.h"

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static bool digits_fit(const struct decimal *a, const struct decimal *b, int exponent)
{
    return decimal_digits(a->coefficient) + a->exponent - exponent <= DECIMAL_DIGITS &&
           decimal_digits(b->coefficient) + b->exponent - exponent <= DECIMAL_DIGITS;
}

static unsigned __int128 scaled(const struct decimal *a, int exponent)
{
    return a->coefficient * decimal_power(a->exponent - exponent);
}

/* ------------------------------------------------------------------ wide numbers */

static void wide_set(mpz_t wide, unsigned __int128 number)
{
    mpz_import(wide, 1, -1, sizeof(number), 0, 0, &number);
}

/* WIDE *= 10^POWER */
static void wide_scale(mpz_t wide, int power)
{
    mpz_t ten;

    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)power);
    mpz_mul(wide, wide, ten);
    mpz_clear(ten);
}

/* WIDE = A in units of 10^EXPONENT */
static void wide_load(mpz_t wide, const struct decimal *a, int exponent)
{
    wide_set(wide, a->coefficient);
    wide_scale(wide, a->exponent - exponent);
    if (a->negative) {
        mpz_neg(wide, wide);
    }
}

/* WIDE * 10^EXPONENT in normal form. */
static enum status wide_normal(mpz_t wide, int64_t exponent, struct decimal *out)
{
    unsigned __int128 coefficient = 0;
    bool negative = mpz_sgn(wide) < 0;

    if (mpz_sgn(wide) != 0) {
        mpz_t ten;

        mpz_init_set_ui(ten, 10);
        exponent += (int64_t)mpz_remove(wide, wide, ten);
        mpz_clear(ten);
    }
    if (mpz_sizeinbase(wide, 2) > 128) {
        return STATUS_TOO_LARGE;
    }
    mpz_export(&coefficient, NULL, -1, sizeof(coefficient), 0, 0, wide);
    return decimal_normal(coefficient, exponent, negative, out);
}

/* ------------------------------------------------------------------ sums */

static enum status add_narrow(const struct decimal *a, const struct decimal *b, int exponent,
                              struct decimal *out)
{
    unsigned __int128 left = scaled(a, exponent), right = scaled(b, exponent);

    if (a->negative == b->negative) {
        return decimal_normal(left + right, exponent, a->negative, out);
    }
    return left >= right ? decimal_normal(left - right, exponent, a->negative, out)
                         : decimal_normal(right - left, exponent, b->negative, out);
}

enum status decimal_add(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
    int exponent = min_int(a->exponent, b->exponent);
    enum status status;
    mpz_t left, right;

    if (digits_fit(a, b, exponent)) {
        return add_narrow(a, b, exponent, out);
    }
    mpz_inits(left, right, NULL);
    wide_load(left, a, exponent);
    wide_load(right, b, exponent);
    mpz_add(left, left, right);
    status = wide_normal(left, exponent, out);
    mpz_clears(left, right, NULL);
    return status;
}

enum status decimal_subtract(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
    struct decimal negated = *b;

    negated.negative = b->coefficient != 0 && !b->negative;
    return decimal_add(a, &negated, out);
}

/* ------------------------------------------------------------------ products */

enum status decimal_multiply(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
    int exponent = a->exponent + b->exponent;
    enum status status;
    mpz_t left, right;

    if (decimal_digits(a->coefficient) + decimal_digits(b->coefficient) <= DECIMAL_DIGITS) {
        return decimal_normal(a->coefficient * b->coefficient, exponent, a->negative != b->negative,
                              out);
    }
    mpz_inits(left, right, NULL);
    wide_load(left, a, a->exponent);
    wide_load(right, b, b->exponent);
    mpz_mul(left, left, right);
    status = wide_normal(left, exponent, out);
    mpz_clears(left, right, NULL);
    return status;
}

/* ------------------------------------------------------------------ quotients */

/* Half-even to 38 digits. QUOTIENT is truncated; INEXACT tells whether anything was cut off
 * already. Returns the number of digits dropped. */
static int round_quotient(mpz_t quotient, bool inexact)
{
    int digits = (int)mpz_sizeinbase(quotient, 10); /* exact, or one too many */
    mpz_t unit, rest;
    int excess;

    mpz_inits(unit, rest, NULL);
    mpz_ui_pow_ui(unit, 10, (unsigned long)(digits - 1));
    excess = digits - (mpz_cmp(quotient, unit) < 0) - DECIMAL_DIGITS;
    if (excess > 0) {
        int order;

        mpz_ui_pow_ui(unit, 10, (unsigned long)excess);
        mpz_tdiv_qr(quotient, rest, quotient, unit);
        mpz_mul_2exp(rest, rest, 1);
        order = mpz_cmp(rest, unit);
        if (order > 0 || (order == 0 && (inexact || mpz_odd_p(quotient)))) {
            mpz_add_ui(quotient, quotient, 1);
        }
    }
    mpz_clears(unit, rest, NULL);
    return excess > 0 ? excess : 0;
}

/* The dividend is scaled so that the quotient has a digit or two beyond the 38: these and what
 * remains decide how it is rounded. */
enum status decimal_divide(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
    int scale =
        DECIMAL_DIGITS + 1 + decimal_digits(b->coefficient) - decimal_digits(a->coefficient);
    int exponent = a->exponent - b->exponent - scale;
    enum status status;
    mpz_t quotient, divisor, rest;

    if (b->coefficient == 0) {
        return STATUS_INVALID;
    }
    mpz_inits(quotient, divisor, rest, NULL);
    wide_set(quotient, a->coefficient);
    wide_set(divisor, b->coefficient);
    wide_scale(quotient, scale);
    mpz_tdiv_qr(quotient, rest, quotient, divisor);
    exponent += round_quotient(quotient, mpz_sgn(rest) != 0);
    if (a->negative != b->negative) {
        mpz_neg(quotient, quotient);
    }
    status = wide_normal(quotient, exponent, out);
    mpz_clears(quotient, divisor, rest, NULL);
    return status;
}

enum status decimal_remainder(const struct decimal *a, const struct decimal *b, struct decimal *out)
{
    int exponent = min_int(a->exponent, b->exponent);
    enum status status;
    mpz_t left, right;

    if (b->coefficient == 0) {
        return STATUS_INVALID;
    }
    if (digits_fit(a, b, exponent)) {
        return decimal_normal(scaled(a, exponent) % scaled(b, exponent), exponent, a->negative,
                              out);
    }
    mpz_inits(left, right, NULL);
    wide_load(left, a, exponent);
    wide_load(right, b, exponent);
    mpz_tdiv_r(left, left, right);
    status = wide_normal(left, exponent, out);
    mpz_clears(left, right, NULL);
    return status;
}
