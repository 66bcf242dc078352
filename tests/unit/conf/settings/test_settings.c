/*
 * Settings: who wins, units, ranges, secrets, and what a fault is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/settings/settings.h"
#include "conf/text/file.h"
#include "conf/text/unit.h"
#include "tests/unit/unit.h"

#define FLAGS_MAX 8

/* The words of all command lines of this program. */
static struct arena words;

struct outcome {
    enum status status;
    struct settings settings;
    char said[4096]; /* on standard error */
    int argc;
    char *argv[FLAGS_MAX + 2];
};

/* Loads with FLAGS (ended by NULL) and remembers what was said. */
static void load(struct outcome *outcome, const char *const *flags)
{
    static char program[] = "test";
    static const char *const own[] = {"check", "print-settings", NULL};
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    size_t len;

    outcome->argc = 1;
    outcome->argv[0] = program;
    for (; flags && *flags; flags++) {
        outcome->argv[outcome->argc++] = arena_cstr(&words, slice_str(*flags));
    }
    outcome->argv[outcome->argc] = NULL;
    fflush(stderr);
    assert_true(saved >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    outcome->status = settings_load(&outcome->settings, &outcome->argc, outcome->argv, own);
    fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    len = fread(outcome->said, 1, sizeof(outcome->said) - 1, file);
    outcome->said[len] = '\0';
    fclose(file);
}

static void write_file(char path[32], const char *text)
{
    int fd;

    snprintf(path, 32, "/tmp/twofold-set-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void test_defaults_are_in_force_when_nothing_is_said(void **state)
{
    struct outcome got;

    (void)state;
    load(&got, NULL);
    assert_status(got.status, STATUS_OK);
    assert_slice(got.settings.listen, "127.0.0.1:8080");
    assert_int_equal(got.settings.lease, 600000);
    assert_int_equal(got.settings.header_max, 16384);
    assert_int_equal(got.settings.sql_threads, 8);
    assert_int_equal(got.settings.role, ROLE_ALL);
    assert_int_equal(got.settings.log_level, LOG_INFO);
    assert_false(got.settings.sql_shared_storage);
    assert_string_equal(got.said, "");
}

static void test_flag_beats_environment_beats_file(void **state)
{
    struct outcome got;
    char path[32], flag[64];

    (void)state;
    write_file(path, "# a comment\n\nlisten = 1.1.1.1:1\n role = query \nredis = 1.1.1.1:2\n");
    snprintf(flag, sizeof(flag), "--config=%s", path);
    setenv("TWOFOLD_REDIS", "2.2.2.2:2", 1);
    setenv("TWOFOLD_LISTEN", "2.2.2.2:1", 1);
    load(&got, (const char *const[]){flag, "--listen=3.3.3.3:1", NULL});
    unsetenv("TWOFOLD_REDIS");
    unsetenv("TWOFOLD_LISTEN");
    unlink(path);
    assert_status(got.status, STATUS_OK);
    assert_slice(got.settings.listen, "3.3.3.3:1");
    assert_slice(got.settings.redis, "2.2.2.2:2");
    assert_int_equal(got.settings.role, ROLE_QUERY);
}

static void test_what_is_the_programs_own_is_left_in_order(void **state)
{
    struct outcome got;

    (void)state;
    load(&got, (const char *const[]){"setup", "--workers=2", "--check", "--sql-shared-storage", "x",
                                     NULL});
    assert_status(got.status, STATUS_OK);
    assert_int_equal(got.argc, 4);
    assert_string_equal(got.argv[1], "setup");
    assert_string_equal(got.argv[2], "--check");
    assert_string_equal(got.argv[3], "x");
    assert_null(got.argv[4]);
    assert_int_equal(got.settings.workers, 2);
    assert_true(got.settings.sql_shared_storage);
}

static void test_faults_are_told_with_place_and_what_is_allowed(void **state)
{
    static const struct {
        const char *flag, *said;
    } table[] = {
        {"--lease=10ms",                    "command line: --lease: '10ms' is not allowed; allowed is a whole number "
                         "with us, ms, s, m, h or d, such as 600ms, from 50ms to 1m\n"},
        {"--lease=600",                     "from 50ms to 1m"                                                 },
        {"--workers=257",                   "from 0 to 256"                                                   },
        {"--workers=-1",                    "from 0 to 256"                                                   },
        {"--workers=",                      "from 0 to 256"                                                   },
        {"--body_max=1t",                   "from 1k to 64m"                                                  },
        {"--body_max=99999999999999999999", "from 1k to 64m"                                                  },
        {"--role=both",                     "allowed is one of command|query|all"                             },
        {"--role=",                         "allowed is one of command|query|all"                             },
        {"--role=ALL",                      "allowed is one of command|query|all"                             },
        {"--role=query|all",                "allowed is one of command|query|all"                             },
        {"--role=|command",                 "allowed is one of command|query|all"                             },
        {"--log-level=loud",                "allowed is one of debug|info|warn|error"                         },
        {"--sql_shared_storage=maybe",      "yes or no"                                                       },
        {"--redsi=x",                       "--redsi: unknown setting (hint: did you mean 'redis'?)"          },
        {"--chek",                          "did you mean 'check'?"                                           },
        {"--redis",                         "--redis: needs a value"                                          },
        {"--redis_password_file=/nowhere",  "cannot read the file '/nowhere'"                                 },
        {"--config=/nowhere",               "/nowhere: cannot read this file"                                 },
        {"--commands_table=",
         "'' is not allowed; allowed is a DynamoDB table's name, 3 to 255 letters, digits, _ . -"             },
        {"--commands_table=a b",            "--commands_table: 'a b' is not allowed"                          },
        {"--commands_table=ab",             "--commands_table: 'ab' is not allowed"                           },
        {"--models=a\tb",                   "allowed is text without control characters"                      },
        {"--redis_password=a\x01",
         "'***' is not allowed; allowed is text without control characters"                                   },
    };
    struct outcome got;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        load(&got, (const char *const[]){table[i].flag, NULL});
        if (got.status != STATUS_INVALID || !strstr(got.said, table[i].said)) {
            fail_msg("%s: %s", table[i].flag, got.said);
        }
    }
}

static void test_a_file_is_told_by_line_and_all_faults_are_told(void **state)
{
    struct outcome got;
    char path[32], flag[64], expected[64];

    (void)state;
    write_file(path, "listen = x\nnonsense\nlease = 1\n");
    snprintf(flag, sizeof(flag), "--config=%s", path);
    load(&got, (const char *const[]){flag, NULL});
    unlink(path);
    assert_status(got.status, STATUS_INVALID);
    snprintf(expected, sizeof(expected), "%s:2: neither a comment", path);
    assert_non_null(strstr(got.said, expected));
    snprintf(expected, sizeof(expected), "%s:3: lease: '1'", path);
    assert_non_null(strstr(got.said, expected));
}

static void test_an_unknown_variable_only_warns_and_the_stacks_own_do_not(void **state)
{
    struct outcome got;

    (void)state;
    setenv("TWOFOLD_GATEWAY_PID", "1", 1);
    setenv("TWOFOLD_URL", "x", 1);
    load(&got, NULL);
    assert_status(got.status, STATUS_OK);
    assert_string_equal(got.said, "");
    setenv("TWOFOLD_NONSENSE", "1", 1);
    load(&got, NULL);
    unsetenv("TWOFOLD_NONSENSE");
    unsetenv("TWOFOLD_GATEWAY_PID");
    unsetenv("TWOFOLD_URL");
    assert_status(got.status, STATUS_OK);
    assert_non_null(strstr(got.said, "TWOFOLD_NONSENSE"));
}

static void test_secrets_come_from_files_and_are_never_printed(void **state)
{
    struct outcome got;
    char path[32], flag[64];
    char *text = NULL;
    size_t size = 0;
    FILE *out;

    (void)state;
    write_file(path, "s3cret\n");
    snprintf(flag, sizeof(flag), "--redis-password-file=%s", path);
    load(&got, (const char *const[]){flag, NULL});
    unlink(path);
    assert_status(got.status, STATUS_OK);
    assert_slice(got.settings.redis_password, "s3cret");
    out = open_memstream(&text, &size);
    settings_print(&got.settings, out);
    fclose(out);
    assert_null(strstr(text, "s3cret"));
    assert_non_null(strstr(text, "\nredis_password = ***\n"));
    assert_non_null(strstr(text, "\nsql_password = \n"));
    free(text);
}

static void test_secret_of_two_lines_is_refused_and_not_shown(void **state)
{
    struct outcome got;
    char path[32], flag[64];

    (void)state;
    write_file(path, "s3cret\nand more\n");
    snprintf(flag, sizeof(flag), "--redis-password-file=%s", path);
    load(&got, (const char *const[]){flag, NULL});
    unlink(path);
    assert_status(got.status, STATUS_INVALID);
    assert_non_null(strstr(got.said, "holds control characters"));
    assert_null(strstr(got.said, "s3cret"));
}

static void test_each_word_of_a_choice_is_its_constant(void **state)
{
    static const char *const levels[] = {"debug", "info", "warn", "error"};
    static const char *const roles[] = {"command", "query", "all"};
    static const enum log_level level_values[] = {LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR};
    static const enum role role_values[] = {ROLE_COMMAND, ROLE_QUERY, ROLE_ALL};
    struct outcome got;
    char flag[64];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(levels); i++) {
        snprintf(flag, sizeof(flag), "--log-level=%s", levels[i]);
        load(&got, (const char *const[]){flag, NULL});
        assert_status(got.status, STATUS_OK);
        assert_int_equal(got.settings.log_level, level_values[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(roles); i++) {
        snprintf(flag, sizeof(flag), "--role=%s", roles[i]);
        load(&got, (const char *const[]){flag, NULL});
        assert_status(got.status, STATUS_OK);
        assert_int_equal(got.settings.role, role_values[i]);
    }
}

static void test_a_choice_is_printed_with_its_words(void **state)
{
    struct outcome got;
    char *text = NULL;
    size_t size = 0;
    FILE *out;

    (void)state;
    load(&got, (const char *const[]){"--role=command", NULL});
    out = open_memstream(&text, &size);
    settings_print(&got.settings, out);
    fclose(out);
    assert_non_null(strstr(text, "serves [command, query, all]\nrole = command\n"));
    assert_non_null(strstr(text, " [debug, info, warn, error]\nlog_level = info\n"));
    free(text);
}

static void test_what_is_printed_can_be_read_back(void **state)
{
    struct outcome first, second;
    char path[32], flag[64];
    FILE *out;

    (void)state;
    load(&first, (const char *const[]){"--lease=45s", "--body-max=3m", "--role=query",
                                       "--log-level=error", NULL});
    write_file(path, "");
    out = fopen(path, "w");
    settings_print(&first.settings, out);
    fclose(out);
    snprintf(flag, sizeof(flag), "--config=%s", path);
    load(&second, (const char *const[]){flag, NULL});
    unlink(path);
    assert_status(second.status, STATUS_OK);
    assert_int_equal(second.settings.lease, 45000000);
    assert_int_equal(second.settings.body_max, 3145728);
    assert_int_equal(second.settings.role, ROLE_QUERY);
    assert_int_equal(second.settings.log_level, LOG_ERROR);
    assert_int_equal(second.settings.linger, first.settings.linger);
}

static void test_the_document_is_the_tables(void **state)
{
    struct arena arena = {0};
    struct slice document = SLICE_EMPTY;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    settings_document(out);
    fclose(out);
    assert_status(file_read(&arena, SLICE_LITERAL("docs/settings.md"), &document), STATUS_OK);
    if (!slice_is(document, text)) {
        fail_msg("docs/settings.md is not what `make docs` writes");
    }
    free(text);
    arena_fini(&arena);
}

static void test_units_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        uint64_t us;
        const char *back;
    } table[] = {
        {"0",      0,           "0ms"  },
        {"1us",    1,           "1us"  },
        {"600ms",  600000,      "600ms"},
        {"1000ms", 1000000,     "1s"   },
        {"90s",    90000000,    "90s"  },
        {"24h",    86400000000, "1d"   }
    };
    static const char *const bad[] = {"",    "5",   "ms", "1.5s",
                                      "-1s", "1 s", "1S", "18446744073709551615s"};
    char text[UNIT_TEXT];
    uint64_t number;

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(table); i++) {
        assert_status(unit_parse_time(slice_str(table[i].text), &number), STATUS_OK);
        assert_int_equal(number, table[i].us);
        unit_time_text(number, text);
        assert_string_equal(text, table[i].back);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        assert_status(unit_parse_time(slice_str(bad[i]), &number), STATUS_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_in_force_when_nothing_is_said),
        cmocka_unit_test(test_flag_beats_environment_beats_file),
        cmocka_unit_test(test_what_is_the_programs_own_is_left_in_order),
        cmocka_unit_test(test_faults_are_told_with_place_and_what_is_allowed),
        cmocka_unit_test(test_a_file_is_told_by_line_and_all_faults_are_told),
        cmocka_unit_test(test_an_unknown_variable_only_warns_and_the_stacks_own_do_not),
        cmocka_unit_test(test_secrets_come_from_files_and_are_never_printed),
        cmocka_unit_test(test_secret_of_two_lines_is_refused_and_not_shown),
        cmocka_unit_test(test_each_word_of_a_choice_is_its_constant),
        cmocka_unit_test(test_a_choice_is_printed_with_its_words),
        cmocka_unit_test(test_what_is_printed_can_be_read_back),
        cmocka_unit_test(test_the_document_is_the_tables),
        cmocka_unit_test(test_units_are_read_and_written),
    };

    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    arena_fini(&words);
    return failed;
}
