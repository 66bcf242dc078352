/*
 * Standard error is a pipe while a line is logged, so that the test can read it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "tests/unit/unit.h"

static int ends[2], saved;
static char text[65536];

static void capture(void)
{
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    saved = dup(STDERR_FILENO);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
}

/* What was logged since capture(), without the time of each line's start. */
static const char *captured(void)
{
    ssize_t count = read(ends[0], text, sizeof(text) - 1);

    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    close(ends[0]);
    close(ends[1]);
    text[count > 0 ? count : 0] = '\0';
    return count > 25 ? text + 25 : text;
}

static void test_a_line_has_time_level_event_and_fields(void **state)
{
    const char *line;

    (void)state;
    capture();
    log_warn("redis lost", "peer=%s retry_ms=%d", "127.0.0.1:6379", 120);
    line = captured();
    assert_string_equal(line, "warn redis lost peer=127.0.0.1:6379 retry_ms=120\n");
    assert_true(text[4] == '-' && text[10] == 'T' && text[19] == '.' && text[23] == 'Z' &&
                text[24] == ' ');
}

static void test_a_line_may_have_no_fields(void **state)
{
    (void)state;
    capture();
    log_info("ready", NULL);
    assert_string_equal(captured(), "info ready\n");
}

static void test_levels_below_the_least_are_silent(void **state)
{
    (void)state;
    capture();
    log_debug("quiet", NULL);
    log_level_set(LOG_ERROR);
    log_warn("quiet", NULL);
    log_error("loud", NULL);
    log_level_set(LOG_DEBUG);
    log_debug("loud too", NULL);
    log_level_set(LOG_INFO);
    (void)captured();
    assert_null(strstr(text, "quiet"));
    assert_non_null(strstr(text, "error loud\n"));
    assert_non_null(strstr(text, "debug loud too\n"));
}

static void test_control_characters_and_broken_utf8_are_escaped(void **state)
{
    (void)state;
    capture();
    log_info("odd", "a=%s", "1\n2\x1b[0m \x7f caf\xc3\xa9 \xc3 \xed\xa0\x80 \xff");
    assert_string_equal(
        captured(), "info odd a=1\\x0a2\\x1b[0m \\x7f caf\xc3\xa9 \\xc3 \\xed\\xa0\\x80 \\xff\n");
}

static void test_a_quote_within_a_quoted_value_does_not_end_it(void **state)
{
    (void)state;
    capture();
    log_info("odd", "plain=%s error=\"%s\" hint=\"look\"", "a\"b\\", "near \"x y=\\\"");
    assert_string_equal(captured(), "info odd plain=a\"b\\ error=\"near \\\"x y=\\\\\\\"\""
                                    " hint=\"look\"\n");
}

static void test_a_long_line_is_cut(void **state)
{
    static char large[9000];

    (void)state;
    memset(large, '\1', sizeof(large) - 1);
    capture();
    log_info("long", "a=%s", large);
    (void)captured();
    assert_true(strlen(text) > 10000 &&
                strlen(text) < 17000); /* four bytes for each of at most 4096 */
    assert_int_equal(text[strlen(text) - 1], '\n');
}

static void test_a_place_speaks_once_a_second_and_says_what_it_left_out(void **state)
{
    struct log_limit limit = {0, 0};
    const char *line;

    (void)state;
    capture();
    for (int i = 0; i < 5; i++) {
        log_event_limited(&limit, LOG_WARN, "again", "i=%d", i);
    }
    line = captured();
    assert_string_equal(line, "warn again i=0\n");
    limit.next_us = 0; /* a second later */
    capture();
    log_event_limited(&limit, LOG_WARN, "again", "i=%d", 5);
    line = captured();
    assert_string_equal(line, "warn again left_out=4 i=5\n");
    assert_int_equal(limit.left_out, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_has_time_level_event_and_fields),
        cmocka_unit_test(test_a_line_may_have_no_fields),
        cmocka_unit_test(test_levels_below_the_least_are_silent),
        cmocka_unit_test(test_control_characters_and_broken_utf8_are_escaped),
        cmocka_unit_test(test_a_quote_within_a_quoted_value_does_not_end_it),
        cmocka_unit_test(test_a_long_line_is_cut),
        cmocka_unit_test(test_a_place_speaks_once_a_second_and_says_what_it_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
