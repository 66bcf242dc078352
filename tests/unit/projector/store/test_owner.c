#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "projector/store/owner.h"
#include "tests/unit/unit.h"

/* A child that says who it is and then waits to be killed. */
static pid_t child_start(char owner[OWNER_TEXT])
{
    int ends[2];
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        char text[OWNER_TEXT] = {0};

        owner_self(text);
        (void)!write(ends[1], text, sizeof(text));
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(ends[0], owner, OWNER_TEXT), OWNER_TEXT);
    close(ends[0]);
    close(ends[1]);
    return pid;
}

static void test_only_a_process_of_this_machine_that_is_gone_is_dead(void **state)
{
    char owner[OWNER_TEXT], self[OWNER_TEXT], elsewhere[OWNER_TEXT];
    pid_t pid = child_start(owner);
    siginfo_t info;

    (void)state;
    owner_self(self);
    assert_false(owner_is_dead(slice_str(self)));
    assert_false(owner_is_dead(slice_str(owner)));

    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_true(owner_is_dead(slice_str(owner))); /* a zombie */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(owner_is_dead(slice_str(owner)));

    memcpy(elsewhere, owner, OWNER_TEXT);
    elsewhere[0] = elsewhere[0] == '0' ? '1' : '0'; /* another boot id: another machine */
    assert_false(owner_is_dead(slice_str(elsewhere)));
}

static void test_a_pid_that_was_used_again_is_another_process(void **state)
{
    char self[OWNER_TEXT], earlier[OWNER_TEXT + 2];

    (void)state;
    owner_self(self);
    (void)snprintf(earlier, sizeof(earlier), "%s0", self); /* another start time */
    assert_true(owner_is_dead(slice_str(earlier)));
}

static void test_what_is_no_owner_is_not_dead(void **state)
{
    (void)state;
    assert_false(owner_is_dead(SLICE_EMPTY));
    assert_false(owner_is_dead(SLICE_LITERAL("somebody")));
    assert_false(owner_is_dead(SLICE_LITERAL("a-b-c-d")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_process_of_this_machine_that_is_gone_is_dead),
        cmocka_unit_test(test_a_pid_that_was_used_again_is_another_process),
        cmocka_unit_test(test_what_is_no_owner_is_not_dead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
