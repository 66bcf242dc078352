#include "projector/apply/batcher.h"
#include "tests/unit/unit.h"

static const struct batch_step *step_named(const char *name)
{
    size_t i;

    for (i = 0; i < BATCH_STEPS; i++) {
        if (strcmp(batch_steps[i].name, name) == 0) {
            return &batch_steps[i];
        }
    }
    fail_msg("no step is called %s", name);
    return NULL;
}

static void test_each_failure_has_its_consequence(void **state)
{
    static const struct {
        const char *step;
        enum status status;
        enum verdict verdict;
    } cases[] = {
        {"rows",       STATUS_OK,           VERDICT_GO_ON  },
        {"rows",       STATUS_INVALID,      VERDICT_SMALLER}, /* a value that SQL refuses, a warning */
        {"rows",       STATUS_CONFLICT,     VERDICT_SMALLER}, /* a duplicate key */
        {"rows",       STATUS_TOO_LARGE,    VERDICT_SMALLER},
        {"rows",       STATUS_BUSY,         VERDICT_AGAIN  }, /* deadlock, lock wait: never a dead letter */
        {"rows",       STATUS_UNAVAILABLE,  VERDICT_AGAIN  },
        {"rows",       STATUS_TIMEOUT,      VERDICT_AGAIN  },
        {"rows",       STATUS_NOT_FOUND,    VERDICT_AGAIN  }, /* a missing table is every record's fault */
        {"rows",       STATUS_DENIED,       VERDICT_AGAIN  }, /* a read-only node */
        {"fence",      STATUS_FENCED,       VERDICT_FENCED },
        {"checkpoint", STATUS_FENCED,       VERDICT_FENCED },
        {"begin",      STATUS_FENCED,       VERDICT_AGAIN  }, /* another plan's touches: the keeper decides */
        {"revision",   STATUS_PRECONDITION, VERDICT_AGAIN  },
        {"publish",    STATUS_PRECONDITION, VERDICT_AGAIN  },
        {"publish",    STATUS_UNCERTAIN,    VERDICT_AGAIN  },
        {"commit",     STATUS_UNCERTAIN,    VERDICT_AGAIN  }, /* the checkpoint knows */
        {"aggregates", STATUS_INVALID,      VERDICT_AGAIN  }, /* no record's fault */
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        print_message("%s %s\n", cases[i].step, status_name(cases[i].status));
        assert_int_equal(batcher_judge(step_named(cases[i].step), cases[i].status),
                         cases[i].verdict);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_failure_has_its_consequence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
