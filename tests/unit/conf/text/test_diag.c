/*
 * Complaints as they are printed, and the hints.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/text/diag.h"
#include "conf/text/suggest.h"
#include "tests/unit/unit.h"

static char *printed(const struct diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    diag_print(diag, out);
    fclose(out);
    return text;
}

static void test_a_complaint_is_one_line_of_what_is_known(void **state)
{
    struct diag diag = {0};
    char *text;

    (void)state;
    diag_add(&diag, slice_str("m.json"), 12, slice_str("/a/b"), slice_str("did you"), "unknown %s",
             "x");
    diag_add(&diag, slice_str("m.json"), 0, SLICE_EMPTY, SLICE_EMPTY, "cannot be read");
    text = printed(&diag);
    assert_string_equal(text, "m.json:12: /a/b: unknown x (hint: did you)\n"
                              "m.json: cannot be read\n");
    free(text);
    diag_fini(&diag);
    assert_null(diag.first);
}

static void test_beyond_the_maximum_they_are_counted(void **state)
{
    struct diag diag = {0};
    char *text;

    (void)state;
    for (int i = 0; i < DIAG_MAX + 5; i++) {
        diag_add(&diag, slice_str("f"), 1, SLICE_EMPTY, SLICE_EMPTY, "n%d", i);
    }
    assert_int_equal(diag.count, DIAG_MAX + 5);
    text = printed(&diag);
    assert_non_null(strstr(text, "f:1: n199\nand 5 more\n"));
    free(text);
    diag_fini(&diag);
}

static void test_lines_count_from_one(void **state)
{
    struct slice text = SLICE_LITERAL("a\nbc\n\nd");

    (void)state;
    assert_int_equal(diag_line_of(text, 0), 1);
    assert_int_equal(diag_line_of(text, 1), 1);
    assert_int_equal(diag_line_of(text, 2), 2);
    assert_int_equal(diag_line_of(text, 6), 4);
    assert_int_equal(diag_line_of(text, 100), 4);
}

static void test_only_a_near_name_is_suggested(void **state)
{
    static const struct {
        const char *wanted, *suggested;
    } table[] = {
        {"Prize",     "Price"     },
        {"price",     "Price"     },
        {"Pirce",     "Price"     },
        {"Nmae",      "Name"      },
        {"Quantity",  ""          },
        {"",          ""          },
        {"P",         ""          },
        {"OutOfStok", "OutOfStock"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        struct suggest suggest;

        suggest_init(&suggest, slice_str(table[i].wanted));
        suggest_offer(&suggest, SLICE_LITERAL("Name"));
        suggest_offer(&suggest, SLICE_LITERAL("Price"));
        suggest_offer(&suggest, SLICE_LITERAL("OutOfStock"));
        suggest_offer(&suggest, SLICE_LITERAL("x")); /* nothing is like a single letter */
        assert_slice(suggest.best, table[i].suggested);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_complaint_is_one_line_of_what_is_known),
        cmocka_unit_test(test_beyond_the_maximum_they_are_counted),
        cmocka_unit_test(test_lines_count_from_one),
        cmocka_unit_test(test_only_a_near_name_is_suggested),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
