/*
 * lib/sql/sql.c (threads, nodes, deadlines) against a real server: TWOFOLD_SQL_PRIMARY serves as
 * every node that lives.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/run/metric.h"
#include "lib/sql/sql.h"
#include "tests/servers/lib/sql/fixture.h"

struct answer {
    unsigned int calls;
    enum status status;
    unsigned int error;
    char text[64]; /* the first cell */
    uint64_t took_us, started_us;
};

static void on_done(void *ctx, enum status status, struct sql_result *result)
{
    struct answer *answer = ctx;

    assert_non_null(result);
    answer->calls++;
    answer->status = status;
    answer->error = result->error.number;
    answer->took_us = clock_us() - answer->started_us;
    if (status == STATUS_OK && result->rows.row_count > 0) {
        snprintf(answer->text, sizeof(answer->text), "%.*s", SLICE_ARG(result->rows.cells[0]));
    }
    sql_result_free(result);
}

#define UNTIL(loop, condition)                           \
    do {                                                 \
        uint64_t limit_ = clock_deadline(WAIT_LIMIT_US); \
        while (!(condition)) {                           \
            assert_true(clock_left_us(limit_) > 0);      \
            loop_turn(loop, false);                      \
            breathe();                                   \
        }                                                \
    } while (0)

static struct sql_config config_one(void)
{
    struct sql_config config = {.node_count = 1,
                                .login = fixture_login(),
                                .threads = 2,
                                .queue_max = 10,
                                .primary_max = 2,
                                .primary_queue = 10,
                                .eject_us = 50000,
                                .eject_cap_us = 200000};

    config.nodes[0] = fixture_address();
    return config;
}

static void ask(struct sql *sql, struct loop *loop, unsigned int node,
                const struct sql_statement *statement, uint64_t span_us, struct answer *answer)
{
    *answer = (struct answer){.started_us = clock_us()};
    sql_query(sql, loop, node, statement, clock_deadline(span_us), on_done, answer);
    assert_int_equal(answer->calls, 0);
}

static const struct sql_statement select_7 = {.text = SLICE_LITERAL("SELECT 7")};
static const struct sql_statement sleep_long = {.text = SLICE_LITERAL("SELECT SLEEP(30)")};
static const struct sql_statement sleep_short = {.text = SLICE_LITERAL("SELECT SLEEP(0.2)")};

static void test_a_query_is_answered_on_the_loop(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct sql *sql = sql_create(&config);
    const struct sql_statement bad = {.text = SLICE_LITERAL("SELEC 1")};
    struct answer answer, wrong;

    (void)state;
    ask(sql, loop, 0, &select_7, 5000000, &answer);
    ask(sql, loop, 0, &bad, 5000000, &wrong);
    UNTIL(loop, answer.calls > 0 && wrong.calls > 0);
    assert_status(answer.status, STATUS_OK);
    assert_string_equal(answer.text, "7");
    assert_status(wrong.status, STATUS_INVALID);
    assert_int_equal(wrong.error, 1064);
    sql_destroy(sql);
    loop_destroy(loop);
}

/* The server's number of connections that run this very query. */
static uint64_t count_on_server(struct sql_conn *conn, const char *text)
{
    const struct value *param;
    struct arena arena = {0};
    const struct sql_statement statement = {
        .text = SLICE_LITERAL("SELECT COUNT(*) FROM information_schema.processlist WHERE info = ?"),
        .params = &param,
        .param_count = 1};
    struct sql_rows rows;
    uint64_t count;

    param = value_string(&arena, slice_str(text));
    assert_status(sql_run(conn, &statement, &arena, &rows), STATUS_OK);
    assert_status(slice_parse_u64(rows.cells[0], &count), STATUS_OK);
    arena_fini(&arena);
    return count;
}

static bool runs_on_server(struct sql_conn *conn, const char *text)
{
    return count_on_server(conn, text) > 0;
}

#define BUSY(text)  "SELECT BENCHMARK(5000000000, SHA2(" text ", 256))"
#define BUSY_TEXT   BUSY("'libtest'")
#define BUSY_QUOTED BUSY("''libtest''")

/* A query that computes does not notice that its client has gone: only KILL ends it. */
static void test_a_deadline_ends_the_query_here_and_on_the_server(void **state)
{
    static const struct sql_statement busy = {.text = SLICE_LITERAL(BUSY_TEXT)};
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct sql_conn *observer = fixture_open("");
    struct answer late, next;
    struct sql *sql;

    (void)state;
    config.threads = 1;
    sql = sql_create(&config);
    ask(sql, loop, 0, &busy, 200000, &late);
    UNTIL(loop, runs_on_server(observer, BUSY_TEXT));
    UNTIL(loop, late.calls > 0);
    assert_status(late.status, STATUS_TIMEOUT);
    ask(sql, loop, 0, &select_7, 5000000, &next); /* the same thread: after its KILL */
    UNTIL(loop, next.calls > 0);
    assert_status(next.status, STATUS_OK);
    UNTIL(loop, !runs_on_server(observer, BUSY_TEXT));
    assert_true(sql_node_up(sql, 0));
    sql_destroy(sql);
    sql_close(observer);
    loop_destroy(loop);
}

static uint64_t number_of(struct sql_conn *conn, const char *text, size_t column)
{
    const struct sql_statement statement = {.text = slice_str(text)};
    struct arena arena = {0};
    struct sql_rows rows;
    uint64_t number;

    assert_status(sql_run(conn, &statement, &arena, &rows), STATUS_OK);
    assert_int_equal(rows.row_count, 1);
    assert_status(slice_parse_u64(rows.cells[column], &number), STATUS_OK);
    arena_fini(&arena);
    return number;
}

#define KILLS_TEXT "SHOW GLOBAL STATUS LIKE 'Com_kill'"

/* Its name is another server's since: the session's number may be somebody else's there. */
static void test_a_query_of_a_server_that_was_replaced_is_not_killed_at_the_next(void **state)
{
    static const struct sql_statement busy = {.text = SLICE_LITERAL(BUSY_TEXT)};
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct sql_address second = {.host = slice_str(env_needed("TWOFOLD_SQL_REPLICA"))};
    struct sql_conn *observer = fixture_open(""), *there;
    struct sql_error error;
    struct answer late, next;
    char name[64], text[48];
    uint64_t kills;
    struct sql *sql;

    (void)state;
    assert_status(sql_open(&second, &config.login, SLICE_EMPTY, &there, &error), STATUS_OK);
    assert_int_not_equal(sql_session_of(observer).server, sql_session_of(there).server);
    snprintf(name, sizeof(name), "/tmp/twofold_libtest_%d.sock", (int)getpid());
    assert_int_equal(symlink(env_needed("TWOFOLD_SQL_PRIMARY"), name), 0);
    config.threads = 1;
    config.node_count = 2;
    config.nodes[1] =
        (struct sql_address){.name = SLICE_LITERAL("replica1"), .host = slice_str(name)};
    sql = sql_create(&config);
    ask(sql, loop, 1, &busy, 500000, &late);
    UNTIL(loop, runs_on_server(observer, BUSY_TEXT));
    assert_int_equal(unlink(name), 0);
    assert_int_equal(symlink(env_needed("TWOFOLD_SQL_REPLICA"), name), 0);
    kills = number_of(there, KILLS_TEXT, 1);
    UNTIL(loop, late.calls > 0);
    ask(sql, loop, 1, &select_7, 5000000, &next); /* the same thread: after its KILL */
    UNTIL(loop, next.calls > 0);
    assert_status(next.status, STATUS_OK);
    assert_int_equal(number_of(there, KILLS_TEXT, 1), kills);
    snprintf(text, sizeof(text), "KILL %llu",
             (unsigned long long)number_of(observer,
                                           "SELECT id FROM information_schema.processlist "
                                           "WHERE info = '" BUSY_QUOTED "'",
                                           0));
    fixture_exec(observer, text);
    assert_int_equal(unlink(name), 0);
    sql_destroy(sql);
    sql_close(observer);
    sql_close(there);
    loop_destroy(loop);
}

static void test_a_deadline_passes_in_the_queue_too(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer busy[2], waiting;
    struct sql *sql = sql_create(&config);

    (void)state;
    ask(sql, loop, 0, &sleep_short, 5000000, &busy[0]);
    ask(sql, loop, 0, &sleep_short, 5000000, &busy[1]);
    ask(sql, loop, 0, &select_7, 20000, &waiting);
    UNTIL(loop, waiting.calls > 0);
    assert_status(waiting.status, STATUS_TIMEOUT);
    assert_int_equal(busy[0].calls, 0);
    UNTIL(loop, busy[0].calls && busy[1].calls);
    assert_status(busy[0].status, STATUS_OK);
    sql_destroy(sql);
    loop_destroy(loop);
}

/* The thread may still be on its way to the call when the call's time is over. */
static void test_a_deadline_at_the_hand_over_loses_no_thread(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer answer;
    struct sql *sql;

    (void)state;
    config.threads = 1;
    sql = sql_create(&config);
    for (unsigned int i = 0; i < 2000; i++) {
        ask(sql, loop, 0, &select_7, 1 + i % 400, &answer);
        while (answer.calls == 0) {
            loop_turn(loop, true);
        }
    }
    ask(sql, loop, 0, &select_7, 10000000, &answer);
    UNTIL(loop, answer.calls > 0);
    assert_status(answer.status, STATUS_OK);
    sql_destroy(sql);
    loop_destroy(loop);
}

static void test_a_full_queue_is_busy(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer answers[14];
    unsigned int busy = 0;
    struct sql *sql;

    (void)state;
    sql = sql_create(&config);
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++) { /* 2 run, 10 wait */
        ask(sql, loop, 0, &sleep_short, 5000000, &answers[i]);
    }
    for (size_t i = 0; i < ARRAY_COUNT(answers); i++) {
        UNTIL(loop, answers[i].calls > 0);
        busy += answers[i].status == STATUS_BUSY;
        assert_true(answers[i].status == STATUS_BUSY || answers[i].status == STATUS_OK);
    }
    assert_in_range(busy, 2, 4);
    sql_destroy(sql);
    loop_destroy(loop);
}

static void test_queries_beyond_primary_max_wait_and_let_replicas_queries_pass(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer first, second, other;
    struct sql *sql;

    (void)state;
    config.primary_max = 1;
    config.node_count = 2;
    config.nodes[1] = fixture_address();
    config.nodes[1].name = SLICE_LITERAL("replica1");
    sql = sql_create(&config);
    ask(sql, loop, 0, &sleep_short, 5000000, &first);
    ask(sql, loop, 0, &sleep_short, 5000000, &second);
    ask(sql, loop, 1, &select_7, 5000000, &other);
    UNTIL(loop, other.calls > 0);
    assert_int_equal(first.calls + second.calls, 0);
    UNTIL(loop, first.calls && second.calls);
    assert_status(second.status, STATUS_OK);
    assert_true(second.took_us >= 400000); /* one after the other */
    sql_destroy(sql);
    loop_destroy(loop);
}

static void test_a_full_queue_of_the_primary_is_busy_while_replicas_are_not(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer first, second, third, other;
    struct sql *sql;

    (void)state;
    config.primary_max = config.primary_queue = 1;
    config.node_count = 2;
    config.nodes[1] = fixture_address();
    config.nodes[1].name = SLICE_LITERAL("replica1");
    sql = sql_create(&config);
    ask(sql, loop, 0, &sleep_short, 5000000, &first);
    ask(sql, loop, 0, &sleep_short, 5000000, &second);
    ask(sql, loop, 0, &sleep_short, 5000000, &third);
    ask(sql, loop, 1, &select_7, 5000000, &other);
    UNTIL(loop, third.calls && other.calls);
    assert_status(third.status, STATUS_BUSY);
    assert_status(other.status, STATUS_OK);
    UNTIL(loop, first.calls && second.calls);
    assert_status(first.status, STATUS_OK);
    assert_status(second.status, STATUS_OK);
    sql_destroy(sql);
    loop_destroy(loop);
}

/* ------------------------------------------------------------------ broken nodes */

static void test_a_node_that_refuses_is_left_alone_and_tried_again(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer answer;
    struct sql *sql;

    (void)state;
    config.node_count = 3;
    config.eject_us = config.eject_cap_us = 1000000;
    config.nodes[1] = fixture_address();
    config.nodes[2] = (struct sql_address){
        .name = SLICE_LITERAL("gone"), .host = SLICE_LITERAL("127.0.0.1"), .port = port_free()};
    sql = sql_create(&config);
    ask(sql, loop, 2, &select_7, 5000000, &answer);
    UNTIL(loop, answer.calls > 0);
    assert_status(answer.status, STATUS_UNAVAILABLE);
    assert_int_equal(answer.error, 2002);
    assert_false(sql_node_up(sql, 2));
    ask(sql, loop, 2, &select_7, 5000000, &answer); /* not even tried: no error of the library */
    UNTIL(loop, answer.calls > 0);
    assert_status(answer.status, STATUS_UNAVAILABLE);
    assert_int_equal(answer.error, 0);
    for (unsigned int i = 0; i < 6; i++) {
        assert_int_equal(sql_node_pick(sql, 0), 1);
    }
    assert_int_equal(sql_node_pick(sql, 1u << 1), SQL_PRIMARY);
    assert_int_equal(sql_node_pick(sql, 1u << 1 | 1u << SQL_PRIMARY), -1);
    UNTIL(loop, sql_node_up(sql, 2));
    sql_destroy(sql);
    loop_destroy(loop);
}

static void test_a_resting_node_is_not_chosen_but_answers_when_asked(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer answer;
    struct sql *sql;

    (void)state;
    config.node_count = 2;
    config.nodes[1] = fixture_address();
    sql = sql_create(&config);
    assert_int_equal(sql_node_pick(sql, 0), 1);
    sql_node_rest(sql, 1, 5000000);
    assert_false(sql_node_up(sql, 1));
    assert_int_equal(sql_node_pick(sql, 0), SQL_PRIMARY);
    ask(sql, loop, 1, &select_7, 5000000, &answer);
    UNTIL(loop, answer.calls > 0);
    assert_status(answer.status, STATUS_OK);
    sql_destroy(sql);
    loop_destroy(loop);
}

/* A server that accepts and never says a word; closing the socket that is returned ends it. */
static int silent_server(struct sql_address *out)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *out = (struct sql_address){.name = SLICE_LITERAL("silent"),
                                .host = SLICE_LITERAL("127.0.0.1"),
                                .port = ntohs(address.sin_port)};
    return fd;
}

static void test_a_silent_server_costs_the_deadline_only(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer answer;
    struct sql *sql;
    int fd = silent_server(&config.nodes[0]);

    (void)state;
    sql = sql_create(&config);
    ask(sql, loop, 0, &select_7, 50000, &answer);
    UNTIL(loop, answer.calls > 0);
    assert_status(answer.status, STATUS_TIMEOUT);
    UNTIL(loop, !sql_node_up(sql, 0)); /* the connect timeout */
    sql_destroy(sql);
    close(fd);
    loop_destroy(loop);
}

#define CONNECT_US \
    60000000 /* longer than any test waits: only what is tested can end a try before */

static void test_a_silent_replica_leaves_threads_to_the_others(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer hung[4], other;
    struct sql *sql;
    int fd;

    (void)state;
    config.node_count = 2;
    config.login.connect_timeout_us = CONNECT_US;
    fd = silent_server(&config.nodes[1]);
    sql = sql_create(&config);
    for (size_t i = 0; i < ARRAY_COUNT(hung); i++) {
        ask(sql, loop, 1, &select_7, CONNECT_US, &hung[i]);
    }
    ask(sql, loop, 0, &select_7, 5000000, &other);
    UNTIL(loop, other.calls > 0);
    assert_status(other.status, STATUS_OK);
    for (size_t i = 0; i < ARRAY_COUNT(hung); i++) {
        assert_int_equal(hung[i].calls, 0);
    }
    close(fd); /* the thread that connects ends too */
    sql_destroy(sql);
    loop_destroy(loop);
}

/* The first to find out pays; the others are told at once, and may ask another node. */
static void test_a_replica_that_is_silent_too_long_is_left_alone_and_all_are_told(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct answer first, waiting[3], primary;
    struct sql *sql;
    int fd;

    (void)state;
    config.node_count = 2;
    config.login.connect_timeout_us = CONNECT_US;
    config.replica_us = 50000;
    config.eject_us = config.eject_cap_us = CONNECT_US;
    fd = silent_server(&config.nodes[1]);
    sql = sql_create(&config);
    ask(sql, loop, 1, &select_7, CONNECT_US, &first);
    for (size_t i = 0; i < ARRAY_COUNT(waiting); i++) {
        ask(sql, loop, 1, &select_7, CONNECT_US, &waiting[i]);
    }
    ask(sql, loop, 0, &sleep_short, 5000000, &primary); /* longer than replica_us */
    UNTIL(loop, first.calls && primary.calls);
    assert_status(first.status, STATUS_TIMEOUT);
    assert_status(primary.status, STATUS_OK);
    assert_false(sql_node_up(sql, 1));
    assert_int_equal(sql_node_pick(sql, 0), SQL_PRIMARY);
    for (size_t i = 0; i < ARRAY_COUNT(waiting); i++) {
        UNTIL(loop, waiting[i].calls > 0);
        assert_status(waiting[i].status, STATUS_UNAVAILABLE);
    }
    close(fd);
    sql_destroy(sql);
    loop_destroy(loop);
}

static void test_a_replica_that_is_only_slow_is_back_with_its_next_connection(void **state)
{
    static const struct sql_statement busy = {.text = SLICE_LITERAL(BUSY_TEXT)};
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct sql_conn *observer = fixture_open("");
    struct answer late;
    struct sql *sql;

    (void)state;
    config.node_count = 2;
    config.nodes[1] = fixture_address();
    config.replica_us = 200000;
    config.eject_us = config.eject_cap_us = CONNECT_US;
    sql = sql_create(&config);
    ask(sql, loop, 1, &busy, CONNECT_US, &late);
    UNTIL(loop, late.calls > 0);
    assert_status(late.status, STATUS_TIMEOUT);
    UNTIL(loop, sql_node_up(sql, 1)); /* the connection that KILLs */
    UNTIL(loop, !runs_on_server(observer, BUSY_TEXT));
    sql_destroy(sql);
    sql_close(observer);
    loop_destroy(loop);
}

static void ask_all(struct sql *sql, struct loop *loop, unsigned int node,
                    const struct sql_statement *statement, struct answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ask(sql, loop, node, statement, CONNECT_US, &answers[i]);
    }
}

static void all_end(struct loop *loop, const struct answer *answers, size_t count,
                    enum status status)
{
    for (size_t i = 0; i < count; i++) {
        UNTIL(loop, answers[i].calls > 0);
        assert_status(answers[i].status, status);
    }
}

/* All that ran there must be KILLed, and no connection can be made: one thread waits for that. */
static void test_a_replica_that_hangs_under_load_keeps_one_thread_from_the_others(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct sql_conn *observer = fixture_open("");
    struct proxy_child proxy;
    struct answer answers[3];
    struct sql *sql;

    (void)state;
    proxy_child_start(&proxy, env_needed("TWOFOLD_SQL_PRIMARY"));
    config.threads = config.primary_max = 4;
    config.node_count = 2;
    config.nodes[1] = (struct sql_address){
        .name = SLICE_LITERAL("replica1"), .host = SLICE_LITERAL("127.0.0.1"), .port = proxy.port};
    config.login.connect_timeout_us = CONNECT_US;
    config.replica_us = 3000000;
    config.eject_us = config.eject_cap_us = CONNECT_US;
    sql = sql_create(&config);
    ask_all(sql, loop, 1, &sleep_short, answers, 3); /* each makes a connection */
    all_end(loop, answers, 3, STATUS_OK);
    proxy_child_signal(&proxy, SIGSTOP);
    ask_all(sql, loop, 1, &select_7, answers, 3);
    all_end(loop, answers, 3, STATUS_TIMEOUT);
    ask_all(sql, loop, 0, &sleep_long, answers, 3);
    UNTIL(loop, count_on_server(observer, "SELECT SLEEP(30)") == 3);
    proxy_child_signal(&proxy, SIGKILL);
    sql_destroy(sql);
    sql_close(observer);
    loop_destroy(loop);
}

static void kill_idle_connections(struct sql_conn *conn)
{
    struct arena arena = {0};
    const struct sql_statement statement = {
        .text = SLICE_LITERAL("SELECT id FROM information_schema.processlist WHERE command = "
                              "'Sleep' AND id <> CONNECTION_ID()")};
    struct sql_rows rows;

    assert_status(sql_run(conn, &statement, &arena, &rows), STATUS_OK);
    assert_true(rows.row_count > 0);
    for (size_t i = 0; i < rows.row_count; i++) {
        char text[48];

        snprintf(text, sizeof(text), "KILL %.*s", SLICE_ARG(rows.cells[i]));
        (void)!sql_exec(conn, text);
    }
    arena_fini(&arena);
}

static void test_a_connection_that_died_of_old_age_is_replaced_unseen(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct sql_conn *killer = fixture_open("");
    struct answer answer;
    struct sql *sql;

    (void)state;
    config.threads = 1;
    sql = sql_create(&config);
    ask(sql, loop, 0, &select_7, 5000000, &answer);
    UNTIL(loop, answer.calls > 0);
    kill_idle_connections(killer);
    ask(sql, loop, 0, &select_7, 5000000, &answer);
    UNTIL(loop, answer.calls > 0);
    assert_status(answer.status, STATUS_OK);
    assert_true(sql_node_up(sql, 0));
    sql_destroy(sql);
    sql_close(killer);
    loop_destroy(loop);
}

/* A server on which read_only concerns us (root may write all the same). */
static struct sql_config config_plain(struct sql_conn *admin)
{
    struct sql_config config = config_one();

    fixture_exec(admin, "CREATE USER IF NOT EXISTS libtest@localhost; GRANT ALL ON " DATABASE
                        ".* TO libtest@localhost");
    config.login.user = SLICE_LITERAL("libtest");
    config.eject_us = 5000000;
    return config;
}

static void ask_and_wait(struct sql *sql, struct loop *loop, const struct sql_statement *statement,
                         struct answer *answer)
{
    ask(sql, loop, 0, statement, 5000000, answer);
    UNTIL(loop, answer->calls > 0);
}

static void test_a_primary_that_became_read_only_is_left_by_what_it_refuses(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_conn *admin = fixture_fresh();
    struct sql_config config = config_plain(admin);
    const struct sql_statement write = {.text = SLICE_LITERAL("CREATE TABLE x (a INT)"),
                                        .database = SLICE_LITERAL(DATABASE)};
    struct answer before, written, after;
    struct sql *sql;

    (void)state;
    sql = sql_create(&config);
    ask_and_wait(sql, loop, &select_7, &before); /* the connection is kept */
    fixture_exec(admin, "SET GLOBAL read_only = 1");
    ask_and_wait(sql, loop, &write, &written);
    ask_and_wait(sql, loop, &select_7, &after);
    fixture_exec(admin, "SET GLOBAL read_only = 0; DROP USER libtest@localhost");
    assert_status(before.status, STATUS_OK);
    assert_status(written.status, STATUS_UNAVAILABLE);
    assert_false(sql_node_up(sql, 0));
    assert_status(after.status, STATUS_UNAVAILABLE);
    sql_destroy(sql);
    sql_close(admin);
    loop_destroy(loop);
}

/* Another thread has seen that the primary was demoted: this one's connection stands, and reads. */
static void test_connections_to_a_node_that_was_left_are_not_used_again(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_conn *admin = fixture_fresh();
    struct sql_config config = config_plain(admin);
    const struct sql_statement id = {.text = SLICE_LITERAL("SELECT CONNECTION_ID()")};
    char first[64];
    struct answer answer;
    struct sql *sql;

    (void)state;
    config.threads = 1;
    sql = sql_create(&config);
    ask_and_wait(sql, loop, &id, &answer);
    snprintf(first, sizeof(first), "%s", answer.text);
    ask_and_wait(sql, loop, &id, &answer);
    assert_string_equal(answer.text, first);
    sql_node_leave(sql, SQL_PRIMARY, "a test");
    ask_and_wait(sql, loop, &id, &answer);
    assert_status(answer.status, STATUS_OK);
    assert_string_not_equal(answer.text, first);
    fixture_exec(admin, "SET GLOBAL read_only = 1");
    sql_node_leave(sql, SQL_PRIMARY, "a test");
    ask_and_wait(sql, loop, &id, &answer);
    fixture_exec(admin, "SET GLOBAL read_only = 0; DROP USER libtest@localhost");
    assert_status(answer.status, STATUS_UNAVAILABLE);
    assert_false(sql_node_up(sql, 0));
    sql_destroy(sql);
    sql_close(admin);
    loop_destroy(loop);
}

/* A thread that connects is refused: the connection that another one has is to that server too. */
static void test_a_read_only_primary_that_is_met_at_connect_is_left_by_all(void **state)
{
    const struct sql_statement sleep = {.text = SLICE_LITERAL("SELECT SLEEP(1)")};
    struct loop *loop = loop_create("test");
    struct sql_conn *admin = fixture_fresh();
    struct sql_config config = config_one();
    struct answer running, refused, after[4];
    struct sql *sql;

    (void)state;
    config.eject_us = 5000000;
    sql = sql_create(&config);
    ask(sql, loop, 0, &sleep, 5000000, &running);
    UNTIL(loop, runs_on_server(admin, "SELECT SLEEP(1)"));
    fixture_exec(admin, "SET GLOBAL read_only = 1");
    ask_and_wait(sql, loop, &select_7, &refused);
    UNTIL(loop, running.calls > 0);
    for (size_t i = 0; i < ARRAY_COUNT(after); i++) {
        ask_and_wait(sql, loop, &select_7, &after[i]);
    }
    fixture_exec(admin, "SET GLOBAL read_only = 0");
    assert_status(running.status, STATUS_OK);
    assert_status(refused.status, STATUS_UNAVAILABLE);
    for (size_t i = 0; i < ARRAY_COUNT(after); i++) {
        assert_status(after[i].status, STATUS_UNAVAILABLE);
    }
    sql_destroy(sql);
    sql_close(admin);
    loop_destroy(loop);
}

/* ------------------------------------------------------------------ the end */

static void test_destroying_ends_what_runs_and_what_waits(void **state)
{
    struct loop *loop = loop_create("test");
    struct sql_config config = config_one();
    struct sql_conn *observer = fixture_open("");
    struct answer running, waiting;
    struct sql *sql;

    (void)state;
    config.threads = 1;
    sql = sql_create(&config);
    ask(sql, loop, 0, &sleep_long, 60000000, &running);
    UNTIL(loop, runs_on_server(observer, "SELECT SLEEP(30)"));
    ask(sql, loop, 0, &select_7, 60000000, &waiting);
    sql_destroy(sql);
    loop_turn(loop, false);
    assert_status(running.status, STATUS_TIMEOUT);
    assert_status(waiting.status, STATUS_UNAVAILABLE);
    UNTIL(loop, !runs_on_server(observer, "SELECT SLEEP(30)"));
    sql_close(observer);
    loop_destroy(loop);
}

static void test_the_metrics_name_node_and_result(void **state)
{
    struct buf text = {0};

    (void)state;
    metric_render(&text);
    assert_non_null(memmem(text.ptr, text.len,
                           "twofold_sql_queries_total{node=\"primary\",result=\"ok\"}", 53));
    assert_non_null(memmem(text.ptr, text.len,
                           "twofold_sql_connections{node=\"primary\",state=\"busy\"} 0", 53));
    buf_fini(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_query_is_answered_on_the_loop),
        cmocka_unit_test(test_a_deadline_ends_the_query_here_and_on_the_server),
        cmocka_unit_test(test_a_query_of_a_server_that_was_replaced_is_not_killed_at_the_next),
        cmocka_unit_test(test_a_deadline_passes_in_the_queue_too),
        cmocka_unit_test(test_a_deadline_at_the_hand_over_loses_no_thread),
        cmocka_unit_test(test_a_full_queue_is_busy),
        cmocka_unit_test(test_queries_beyond_primary_max_wait_and_let_replicas_queries_pass),
        cmocka_unit_test(test_a_full_queue_of_the_primary_is_busy_while_replicas_are_not),
        cmocka_unit_test(test_a_node_that_refuses_is_left_alone_and_tried_again),
        cmocka_unit_test(test_a_resting_node_is_not_chosen_but_answers_when_asked),
        cmocka_unit_test(test_a_silent_server_costs_the_deadline_only),
        cmocka_unit_test(test_a_silent_replica_leaves_threads_to_the_others),
        cmocka_unit_test(test_a_replica_that_is_silent_too_long_is_left_alone_and_all_are_told),
        cmocka_unit_test(test_a_replica_that_is_only_slow_is_back_with_its_next_connection),
        cmocka_unit_test(test_a_replica_that_hangs_under_load_keeps_one_thread_from_the_others),
        cmocka_unit_test(test_a_connection_that_died_of_old_age_is_replaced_unseen),
        cmocka_unit_test(test_a_primary_that_became_read_only_is_left_by_what_it_refuses),
        cmocka_unit_test(test_connections_to_a_node_that_was_left_are_not_used_again),
        cmocka_unit_test(test_a_read_only_primary_that_is_met_at_connect_is_left_by_all),
        cmocka_unit_test(test_destroying_ends_what_runs_and_what_waits),
        cmocka_unit_test(test_the_metrics_name_node_and_result),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
