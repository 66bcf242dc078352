/*
 * Patterns: a table for each dialect of what matches, what does not, and what is no pattern; and
 * the limits.
 */
#include <string.h>

#include "conf/pattern/pattern.h"
#include "tests/unit/unit.h"

// clang-format off
static const struct {
    /* NULL matches: not a pattern, with an error that says "differs" */
    const char *pattern, *matches, *differs;
} ecma[] = {
    {"", "", NULL}, {"b", "abc", "ac"}, {"^a$", "a", "a\n"}, {"^\\d+$", "12", "\xd9\xa1"}, {"^\\w$", "_", "\xc3\xa9"},
    {"^\\s$", "\xe2\x80\xa8", "x"}, {"^\\S$", "x", "\xef\xbb\xbf"}, {"^[\\s]$", "\xc2\xa0", "x"}, {"^[\\S]$", "\xe2\x82\xac", " "},
    {"^.$", "\xf0\x9f\x98\x80", "\n"}, {"^.$", "\v", "\xe2\x80\xa9"}, {"^\\v$", "\v", "\n"}, {"^[\\b]$", "\b", "b"}, {"\\bcat\\b", "a cat", "scatter"},
    {"^\\u00e9\\x41\\t\\cJ$", "\xc3\xa9" "A\t\n", "e"}, {"^\\u{1F600}$", "\xf0\x9f\x98\x80", "u"}, {"^\\ud83d\\ude00$", "\xf0\x9f\x98\x80", "?"},
    {"^\\p{L}+$", "\xc3\xa9t", "1"}, {"^\\p{Letter}$", "a", "1"}, {"^\\p{gc=Nd}$", "7", "a"}, {"^\\p{Script=Greek}$", "\xce\xb1", "a"},
    {"^\\P{Lu}$", "a", "A"}, {"^[\\p{Lu}-]$", "-", "a"}, {"^[\\w-.]$", ".", "+"}, {"^[a-\\d]$", "-", "b"}, {"^[[a]$", "[", "b"}, {"^[^]$", "\n", ""},
    {"a{2}b{1,}c{1,2}?", "aabc", "abc"}, {"^a{,2}$", "a{,2}", "aa"}, {"^{}$", "{}", ""}, {"(a)(b)\\2\\1", "abba", "abab"}, {"(?<x>a)\\k<x>", "aa", "ab"},
    {"a(?=b)", "ab", "ac"}, {"(?<!a)b", "cb", "ab"}, {"(?:a|b)+?c", "abc", "c"}, {"a\\/b\\-c", "a/b-c", "a"}, {"^#\\ x$", "# x", "x"}, {"^\\0$", NULL, "?"},
    {"(", NULL, ""}, {")", NULL, ""}, {"[a", NULL, "set is not closed"}, {"a**", NULL, "nothing to repeat"}, {"a*+", NULL, "nothing to repeat"}, {"*", NULL, "nothing to repeat"},
    {"(*ACCEPT)", NULL, "nothing to repeat"}, {"(?i)a", NULL, "kind of group"}, {"(?>a)", NULL, "kind of group"}, {"(?R)", NULL, "kind of group"}, {"(?#x)", NULL, "kind of group"},
    {"\\", NULL, "backslash"}, {"\\A", NULL, "escape"}, {"\\K", NULL, "escape"}, {"\\h", NULL, "escape"}, {"\\Qa", NULL, "escape"}, {"\\u12", NULL, "hexadecimal"},
    {"\\ud83d", NULL, "code point"}, {"\\ud83d\\u0041", NULL, "surrogate"}, {"\\u{110000}", NULL, "code point"}, {"\\u{1", NULL, "not closed"},
    {"\\pL", NULL, "braces"}, {"\\p{", NULL, "not closed"}, {"\\p{Nonsense}", NULL, ""}, {"\\p{a=b}", NULL, "kind of property"}, {"[z-a]", NULL, ""}, {"a{3,2}", NULL, ""},
    {"(?<x", NULL, "name is not closed"}, {"\\012", NULL, "escape"},
}, re2[] = {
    {"", "", NULL}, {"^a$", "a", "a\n"}, {"(?m)^a$", "b\na", "ba"}, {"(?i)A", "a", "b"}, {"(?i:A)b", "ab", "aB"}, {"(?s)a.b", "a\nb", "ab"}, {"a.b", "a\rb", "a\nb"},
    {"\\Aa\\z", "a", "ba"}, {"^\\s$", " ", "\v"}, {"^\\S$", "\v", " "}, {"^[\\s]$", "\t", "\v"}, {"\\pN", "1", "a"}, {"\\p{Greek}", "\xce\xb1", "a"}, {"^\\PL$", "1", "a"},
    {"^[[:alpha:]_]+$", "a_b", "1"}, {"^[]a]$", "]", "b"}, {"\\Qa.b\\E+", "a.bb", "axb"}, {"^\\101\\x41\\x{1F600}\\a$", "AA\xf0\x9f\x98\x80\a", "A"},
    {"(?P<n>a)b", "ab", "a"}, {"(a|b){2,3}?$", "aba", "a"}, {"^*a", NULL, ""},
    {"(?=a)", NULL, "kind of group"}, {"(?<!a)", NULL, "kind of group"}, {"(a)\\1", NULL, "escape"}, {"a*+", NULL, "nothing to repeat"}, {"(?x)a", NULL, "kind of group"},
    {"a{1001}", NULL, "1000"}, {"\\C", NULL, "escape"}, {"\\Z", NULL, "escape"}, {"[[:alpha", NULL, "not closed"}, {"[", NULL, "not closed"},
};
// clang-format on

static void check(enum pattern_dialect dialect, const char *text, const char *matches,
                  const char *differs)
{
    struct arena arena = {0};
    unsigned int efforts = 0;
    const char *error = NULL;
    bool found = false;
    const struct pattern *pattern =
        pattern_compile(&arena, slice_str(text), dialect, dialect == PATTERN_ECMA, &error);

    if (!matches) {
        if (pattern ? strcmp(differs, "?") != 0 : !strstr(error, differs)) {
            fail_msg("%s: %s", text, pattern ? "accepted" : error);
        }
    } else if (!pattern) {
        fail_msg("%s: %s", text, error);
    } else if (pattern_match(pattern, slice_str(matches), &efforts, &found) != STATUS_OK ||
               !found) {
        fail_msg("%s does not match '%s'", text, matches);
    } else if (differs &&
               (pattern_match(pattern, slice_str(differs), &efforts, &found) != STATUS_OK ||
                found)) {
        fail_msg("%s matches '%s'", text, differs);
    }
    arena_fini(&arena);
}

static void test_patterns_of_ecma_262_mean_what_they_mean_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(ecma); i++) {
        check(PATTERN_ECMA, ecma[i].pattern, ecma[i].matches, ecma[i].differs);
    }
}

static void test_patterns_of_re2_mean_what_they_mean_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(re2); i++) {
        check(PATTERN_RE2, re2[i].pattern, re2[i].matches, re2[i].differs);
    }
}

static enum status match_many(const char *text, char c, size_t count, unsigned int *efforts)
{
    struct arena arena = {0};
    const char *error = NULL;
    const struct pattern *pattern =
        pattern_compile(&arena, slice_str(text), PATTERN_ECMA, true, &error);
    char *subject = arena_bytes(&arena, count + 1);
    enum status status;
    bool found;

    memset(subject, c, count);
    subject[count] = '!';
    status = pattern_match(pattern, slice_of(subject, count + 1), efforts, &found);
    arena_fini(&arena);
    return status;
}

static void test_a_match_that_runs_away_is_given_up(void **state)
{
    unsigned int efforts = 1;

    (void)state;
    assert_status(match_many("^(a+)+$", 'a', 60, &efforts), STATUS_TOO_LARGE);
    assert_int_equal(efforts, 0);
    assert_status(match_many("(a|aa)+$", 'a', 60, &efforts), STATUS_TOO_LARGE);
    assert_status(match_many("(x+x+)+[yz]", 'x', 200000, &efforts), STATUS_TOO_LARGE);
    assert_status(match_many("^[a-z]+!$", 'a', 1000000, &efforts), STATUS_OK);
}

static void test_a_subject_that_is_no_utf8_is_told(void **state)
{
    struct arena arena = {0};
    unsigned int efforts = 0;
    const char *error = NULL;
    bool found;

    (void)state;
    assert_status(pattern_match(pattern_compile(&arena, slice_str("a"), PATTERN_RE2, false, &error),
                                slice_str("\xff"), &efforts, &found),
                  STATUS_INVALID);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns_of_ecma_262_mean_what_they_mean_there),
        cmocka_unit_test(test_patterns_of_re2_mean_what_they_mean_there),
        cmocka_unit_test(test_a_match_that_runs_away_is_given_up),
        cmocka_unit_test(test_a_subject_that_is_no_utf8_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
