#include <pthread.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/run/loop.h"
#include "tests/unit/unit.h"

static struct loop *loop;
static char trace[256];

#define LETTER(c) ((void *)(intptr_t)(c))

static void note(char c)
{
    size_t length = strlen(trace);

    assert_true(length + 1 < sizeof(trace));
    trace[length] = c;
    trace[length + 1] = '\0';
}

static void on_note(void *ctx)
{
    note((char)(intptr_t)ctx);
}

static void on_stop(void *ctx)
{
    loop_stop(ctx);
}

static int setup(void **state)
{
    (void)state;
    loop = loop_create("test");
    trace[0] = '\0';
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    loop_destroy(loop);
    return 0;
}

/* ------------------------------------------------------------------ deferred calls */

static struct loop_task task_a, task_b, task_c;

static void on_first(void *ctx)
{
    (void)ctx;
    note('1');
    loop_later(loop, &task_b, on_note, LETTER('2'));
    note('x'); /* not inside the call */
}

static void test_deferred_calls_run_later_in_order_in_the_same_turn(void **state)
{
    (void)state;
    loop_later(loop, &task_a, on_first, NULL);
    loop_later(loop, &task_c, on_note, LETTER('3'));
    assert_string_equal(trace, "");
    loop_turn(loop, true);
    assert_string_equal(trace, "1x32");
}

static void test_a_queued_task_stays_where_it_is(void **state)
{
    (void)state;
    loop_later(loop, &task_a, on_note, LETTER('a'));
    loop_later(loop, &task_b, on_note, LETTER('b'));
    loop_later(loop, &task_a, on_note, LETTER('z'));
    loop_turn(loop, true);
    assert_string_equal(trace, "ab");
    loop_later(loop, &task_a, on_note, LETTER('c'));
    loop_turn(loop, true);
    assert_string_equal(trace, "abc");
}

static void test_a_cancelled_task_does_not_run(void **state)
{
    (void)state;
    loop_later(loop, &task_a, on_note, LETTER('a'));
    loop_later(loop, &task_b, on_note, LETTER('b'));
    loop_later(loop, &task_c, on_note, LETTER('c'));
    loop_later_cancel(loop, &task_c);
    loop_later_cancel(loop, &task_a);
    loop_later_cancel(loop, &task_a);
    loop_later(loop, &task_a, on_note, LETTER('d'));
    loop_turn(loop, true);
    assert_string_equal(trace, "bd");
}

static unsigned int rounds;

static void on_again(void *ctx)
{
    rounds++;
    loop_later(loop, &task_a, on_again, ctx);
}

static void test_a_task_that_queues_itself_does_not_keep_the_loop(void **state)
{
    (void)state;
    rounds = 0;
    loop_later(loop, &task_a, on_again, NULL);
    loop_post(loop, on_note, LETTER('m'));
    loop_turn(loop, true);
    loop_turn(loop, true);
    assert_true(rounds > 2);
    assert_string_equal(trace, "m");
    loop_later_cancel(loop, &task_a);
}

/* ------------------------------------------------------------------ mailbox */

static void test_letters_arrive_in_the_order_of_their_sender(void **state)
{
    (void)state;
    loop_post(loop, on_note, LETTER('a'));
    loop_post(loop, on_note, LETTER('b'));
    loop_post(loop, on_note, LETTER('c'));
    loop_turn(loop, true);
    assert_string_equal(trace, "abc");
    loop_post(loop, on_note, LETTER('d')); /* the next one wakes the loop again */
    loop_turn(loop, true);
    assert_string_equal(trace, "abcd");
}

static void test_what_is_still_in_the_mailbox_runs_at_the_end(void **state)
{
    (void)state;
    loop_post(loop, on_note, LETTER('a'));
    loop_destroy(loop);
    assert_string_equal(trace, "a");
    loop = loop_create("test");
}

#define LETTERS 20000

static _Atomic unsigned int next_number[4];

struct numbered {
    unsigned int sender, number;
};

static struct numbered letters[4][LETTERS];
static unsigned int arrived, out_of_order;

static void on_letter(void *ctx)
{
    const struct numbered *letter = ctx;

    out_of_order += letter->number != next_number[letter->sender]++;
    if (++arrived == 4 * LETTERS) {
        loop_stop(loop);
    }
}

static void *send_letters(void *ctx)
{
    struct numbered *mine = ctx;

    for (unsigned int i = 0; i < LETTERS; i++) {
        loop_post(loop, on_letter, &mine[i]);
    }
    return NULL;
}

static void test_no_letter_of_four_threads_is_lost(void **state)
{
    pthread_t threads[4];

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        for (unsigned int k = 0; k < LETTERS; k++) {
            letters[i][k] = (struct numbered){i, k};
        }
        assert_int_equal(pthread_create(&threads[i], NULL, send_letters, letters[i]), 0);
    }
    loop_run(loop);
    for (unsigned int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(arrived, 4 * LETTERS);
    assert_int_equal(out_of_order, 0);
}

static void test_a_stop_before_the_run_ends_it(void **state)
{
    (void)state;
    loop_stop(loop);
    loop_run(loop);
    loop_post(loop, on_stop, loop);
    loop_run(loop); /* and the next run is a run */
}

static struct loop *seen;

static void on_look(void *ctx)
{
    (void)ctx;
    seen = loop_current();
}

static void test_a_thread_knows_its_loop(void **state)
{
    (void)state;
    assert_null(loop_current());
    loop_post(loop, on_look, NULL);
    loop_turn(loop, true);
    assert_ptr_equal(seen, loop);
    assert_null(loop_current());
}

/* ------------------------------------------------------------------ timers */

static void test_timers_fire_in_their_order_and_never_early(void **state)
{
    struct loop_timer timers[4] = {{0}};
    uint64_t start = clock_us();

    (void)state;
    loop_timer_start(loop, &timers[0], start + 6000, on_note, LETTER('c'));
    loop_timer_start(loop, &timers[1], start + 2000, on_note, LETTER('a'));
    loop_timer_start(loop, &timers[2], start + 4000, on_note, LETTER('b'));
    loop_timer_start(loop, &timers[3], start + 3000, on_note, LETTER('z'));
    loop_timer_stop(&timers[3]);
    loop_timer_stop(&timers[3]);
    while (strlen(trace) < 3) {
        size_t before = strlen(trace);

        loop_turn(loop, true);
        if (strlen(trace) > before) {
            assert_true(clock_us() >= start + 2000 * strlen(trace));
        }
    }
    assert_string_equal(trace, "abc");
}

static void test_a_timer_that_is_started_again_moves(void **state)
{
    struct loop_timer moved = {0}, stop = {0};

    (void)state;
    loop_timer_start(loop, &moved, clock_us() + 60000000, on_note, LETTER('z'));
    loop_timer_start(loop, &moved, clock_us() + 1000, on_note, LETTER('a'));
    loop_timer_start(loop, &stop, clock_us() + 3000, on_stop, loop);
    loop_run(loop);
    assert_string_equal(trace, "a");
}

struct self {
    struct loop_timer timer;
    unsigned int count;
};

static void on_self(void *ctx)
{
    struct self *self = ctx;

    self->count++;
    loop_timer_start(loop, &self->timer, loop_now_us(loop), on_self, self);
}

static void test_a_timer_that_restarts_itself_for_now_does_not_keep_the_turn(void **state)
{
    struct self self = {.count = 0};

    (void)state;
    on_self(&self);
    loop_turn(loop, true);
    loop_turn(loop, true);
    assert_int_equal(self.count, 3);
    loop_timer_stop(&self.timer);
}

#define MANY 1000

static uint64_t last_due;
static unsigned int fired;

static void on_many(void *ctx)
{
    const struct loop_timer *timer = ctx;

    assert_true(timer->due_us >= last_due);
    last_due = timer->due_us;
    fired++;
}

static void test_a_heap_of_timers_keeps_its_order(void **state)
{
    static struct loop_timer timers[MANY];
    struct loop_timer stop = {0};
    uint64_t now = clock_us();
    unsigned int random = 1, stopped = 0;

    (void)state;
    for (unsigned int i = 0; i < MANY; i++) {
        random = random * 1103515245 + 12345;
        loop_timer_start(loop, &timers[i], now + (random >> 16) % 5000, on_many, &timers[i]);
    }
    for (unsigned int i = 0; i < MANY; i += 3) {
        loop_timer_stop(&timers[i]);
        stopped++;
    }
    loop_timer_start(loop, &stop, now + 6000, on_stop, loop);
    loop_run(loop);
    assert_int_equal(fired, MANY - stopped);
}

static void test_the_time_of_a_turn_stands_still(void **state)
{
    uint64_t now = loop_now_us(loop);

    (void)state;
    while (clock_us() == now) {
    }
    assert_true(loop_now_us(loop) == now);
    loop_turn(loop, false);
    assert_true(loop_now_us(loop) > now);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_deferred_calls_run_later_in_order_in_the_same_turn),
        TEST(test_a_queued_task_stays_where_it_is),
        TEST(test_a_cancelled_task_does_not_run),
        TEST(test_a_task_that_queues_itself_does_not_keep_the_loop),
        TEST(test_letters_arrive_in_the_order_of_their_sender),
        TEST(test_what_is_still_in_the_mailbox_runs_at_the_end),
        TEST(test_no_letter_of_four_threads_is_lost),
        TEST(test_a_stop_before_the_run_ends_it),
        TEST(test_a_thread_knows_its_loop),
        TEST(test_timers_fire_in_their_order_and_never_early),
        TEST(test_a_timer_that_is_started_again_moves),
        TEST(test_a_timer_that_restarts_itself_for_now_does_not_keep_the_turn),
        TEST(test_a_heap_of_timers_keeps_its_order),
        TEST(test_the_time_of_a_turn_stands_still),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
