/*
 * projector/apply/batch.c against a real server: steps of two transactions, interleaved.
 *
 * Customers have orders, and an order's answer shows its customer's name: a change of a customer
 * touches the orders that its touches_sql finds.
 */
#include "cache/tag.h"
#include "projector/apply/batch.h"
#include "tests/servers/projector/store/store.h"

#define TEXT(text)               \
    {                            \
        (text), sizeof(text) - 1 \
    }

static const struct plan_sql orders_of = {
    .text = TEXT("SELECT CONCAT('order:', id) FROM orders WHERE customer = 7")};
static const struct plan_sql set_name = {
    .text = TEXT("UPDATE customers SET name = 'new' WHERE id = 7")};
static const struct plan_projection renamed = {
    .statements = &set_name, .statement_count = 1, .touches_sql = &orders_of, .reads = true};
static const struct plan_model model = {.database = TEXT(DATABASE)};

struct work {
    struct session session;
    struct arena arena;
    struct slots slots;
    struct batch batch;
    enum status status;
};

static void *run_work(void *ctx)
{
    struct work *work = ctx;

    work->status = batch_lock(&work->batch);
    work->status = work->status == STATUS_OK ? batch_rows(&work->batch) : work->status;
    return NULL;
}

static bool touches(const struct work *work, struct slice tag)
{
    size_t i;

    for (i = 0; i < work->slots.count; i++) {
        if (work->slots.items[i] == tag_slot(tag)) {
            return true;
        }
    }
    return false;
}

/* The other lane's order is in no snapshot while its commit is on its way. */
static void test_a_projection_that_reads_waits_for_the_commit_that_is_on_its_way(void **state)
{
    struct sql_conn *other = store_fresh(), *ask = store_open();
    const struct record record = {
        .kind = RECORD_PUT, .aggregate = SLICE_LITERAL("Customer:7"), .projection = &renamed};
    struct work work = {
        .session = {.model = &model, .connection = {.sql = store_open()}}
    };
    pthread_t thread;

    (void)state;
    fixture_exec(other, "CREATE TABLE customers (id INT PRIMARY KEY, name TEXT);"
                        "CREATE TABLE orders (id INT PRIMARY KEY, customer INT);"
                        "INSERT INTO customers VALUES (7, 'old'); INSERT INTO orders VALUES (1, 7);"
                        "INSERT INTO twofold_revision (id, epoch, revision, home, cleared, touches)"
                        " VALUES (1, 'e', 1, NULL, 'c', 't');");
    work.batch = (struct batch){.session = &work.session,
                                .arena = &work.arena,
                                .slots = &work.slots,
                                .given = &record,
                                .given_count = 1};
    assert_status(sql_begin(other), STATUS_OK);
    fixture_exec(other, "INSERT INTO orders VALUES (2, 7);"
                        "UPDATE twofold_revision SET revision = revision + 1");
    assert_status(sql_begin(work.session.connection.sql), STATUS_OK);
    assert_int_equal(pthread_create(&thread, NULL, run_work, &work), 0);
    store_until_it_waits(ask, work.session.connection.sql);
    assert_status(sql_commit(other), STATUS_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_status(work.status, STATUS_OK);
    assert_true(touches(&work, SLICE_LITERAL("order:1")));
    assert_true(touches(&work, SLICE_LITERAL("order:2")));
    assert_status(sql_commit(work.session.connection.sql), STATUS_OK);
    sql_close(work.session.connection.sql);
    sql_close(other);
    sql_close(ask);
    slots_fini(&work.slots);
    arena_fini(&work.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_projection_that_reads_waits_for_the_commit_that_is_on_its_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
