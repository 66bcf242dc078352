/*
 * What every unit test includes: cmocka, whose header wants others before it, and assertions for
 * our own types.
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include "lib/base/slice.h"
#include "lib/base/status.h"

#define assert_status(got, expected) assert_string_equal(status_name(got), status_name(expected))

/* GOT, a slice, holds the bytes of EXPECTED, a C string. */
#define assert_slice(got, expected) assert_slice_at((got), (expected), __FILE__, __LINE__)

static inline void assert_slice_at(struct slice got, const char *expected, const char *file,
                                   int line)
{
    if (!slice_is(got, expected)) {
        print_error("%.*s != %s\n", SLICE_ARG(got), expected);
        _fail(file, line);
    }
}

#endif
