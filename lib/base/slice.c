/*
 * Views of bytes: comparison, cutting, numbers in text. No memory, no locale.
 */
#include "lib/base/slice.h"

static unsigned char lower(char c)
{
    unsigned char byte = (unsigned char)c;

    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len) {
        return false;
    }
    for (size_t i = 0; i < a.len; i++) {
        if (lower(a.ptr[i]) != lower(b.ptr[i])) {
            return false;
        }
    }
    return true;
}

int slice_compare(struct slice a, struct slice b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

bool slice_cut(struct slice a, char separator, struct slice *head_out, struct slice *rest_out)
{
    const char *found = a.len == 0 ? NULL : memchr(a.ptr, separator, a.len);

    if (!found) {
        *head_out = a;
        *rest_out = SLICE_EMPTY;
        return false;
    }
    *head_out = slice_of(a.ptr, (size_t)(found - a.ptr));
    *rest_out = slice_of(found + 1, a.len - head_out->len - 1);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice a)
{
    while (a.len > 0 && is_blank(a.ptr[0])) {
        a.ptr++;
        a.len--;
    }
    while (a.len > 0 && is_blank(a.ptr[a.len - 1])) {
        a.len--;
    }
    return a;
}

char *u64_put(char *at, uint64_t number)
{
    char digits[U64_DIGITS];
    size_t first = sizeof(digits);

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(at, digits + first, sizeof(digits) - first);
    return at + sizeof(digits) - first;
}

enum status slice_parse_u64(struct slice a, uint64_t *out)
{
    uint64_t number = 0;

    if (a.len == 0) {
        return STATUS_INVALID;
    }
    for (size_t i = 0; i < a.len; i++) {
        unsigned digit = (unsigned)(unsigned char)a.ptr[i] - '0';

        if (digit > 9 || __builtin_mul_overflow(number, (uint64_t)10, &number) ||
            __builtin_add_overflow(number, (uint64_t)digit, &number)) {
            return STATUS_INVALID;
        }
    }
    *out = number;
    return STATUS_OK;
}

enum status slice_parse_i64(struct slice a, int64_t *out)
{
    bool negative = a.len > 0 && a.ptr[0] == '-';
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t magnitude;
    enum status status = slice_parse_u64(negative ? slice_from(a, 1) : a, &magnitude);

    if (status != STATUS_OK) {
        return status;
    }
    if (magnitude > limit) {
        return STATUS_INVALID;
    }
    /* -(m - 1) - 1 also reaches INT64_MIN without leaving the type */
    *out = negative && magnitude > 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return STATUS_OK;
}
