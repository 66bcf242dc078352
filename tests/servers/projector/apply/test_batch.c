/*
 * projector/apply/batch.c against a real server: steps of two transactions, interleaved.
 *
 * Customers have orders, and an order's answer shows its customer's name: a change of a customer
 * touches the orders that its touches_sql finds.
 */
#include "cache/publish.h"
#include "cache/tag.h"
#include "projector/apply/apply.h"
#include "projector/apply/batch.h"
#include "tests/servers/projector/store/store.h"
#include "tests/unit/projector/source/thing.h"

#define TEXT(text)               \
    {                            \
        (text), sizeof(text) - 1 \
    }

static const struct plan_sql orders_of = {
    .text = TEXT("SELECT CONCAT('order:', id) FROM orders WHERE customer = 7")};
static const struct plan_sql set_name = {
    .text = TEXT("UPDATE customers SET name = 'new' WHERE id = 7")};
static const struct plan_change nothing; /* is derived of its SQL */
static const struct plan_projection renamed = {.statements = &set_name,
                                               .statement_count = 1,
                                               .changes = &nothing,
                                               .touches_sql = &orders_of,
                                               .reads = true};
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

/* Each of its pairs of numbers may be what a query asks for: none may be left out. */
static void test_a_tag_of_touches_sql_that_may_be_too_many_fails_its_record(void **state)
{
    static struct plan_template_part pair[] = {
        {.literal = TEXT("a:"), .name = TEXT("x"), .type = SCALAR_STRING},
        {.literal = TEXT(":"),  .name = TEXT("n"), .type = SCALAR_NUMBER},
        {.literal = TEXT(":"),  .name = TEXT("y"), .type = SCALAR_STRING},
        {.literal = TEXT(":"),  .name = TEXT("m"), .type = SCALAR_NUMBER},
        {.literal = TEXT(":"),  .name = TEXT("z"), .type = SCALAR_STRING},
    };
    static const struct plan_template tag = {.parts = pair, .part_count = ARRAY_COUNT(pair)};
    static struct plan_query query = {.name = TEXT("GetPair"), .tags = &tag, .tag_count = 1};
    static const struct plan_model pairs = {
        .database = TEXT(DATABASE), .queries = &query, .query_count = 1};
    static const struct plan_sql sql = {.text = TEXT("SELECT CONCAT('a:', REPEAT('1.50:', 80))"),
                                        .line = 3};
    static const struct plan_projection projection = {.touches_sql = &sql};
    const struct record record = {.projection = &projection};
    struct work work = {
        .session = {.model = &pairs, .connection = {.sql = store_fresh()}}
    };

    (void)state;
    assert_status(apply_rows(&work.session, &record, 1, &work.arena, &work.slots), STATUS_INVALID);
    assert_true(work.session.final);
    assert_non_null(
        strstr(work.session.error, "line 3: a tag may be more than 1024 of GetPair: a:1.5"));
    sql_close(work.session.connection.sql);
    slots_fini(&work.slots);
    arena_fini(&work.arena);
}

/* ------------------------------------------------------------------ what letters leave behind */

#define LETTER(from, to)                                                            \
    "{\"eventName\":\"MODIFY\",\"dynamodb\":{\"Keys\":{\"Id\":{\"N\":\"7\"}},"      \
    "\"SequenceNumber\":\"1\",\"NewImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":" to "}," \
    "\"OldImage\":{\"Id\":{\"N\":\"7\"},\"Kind\":{\"S\":\"" from "\"}}}}"

/* It could not be projected: kind is no text. The row says a. */
static const char letter[] = LETTER("a", "{\"N\":\"1\"}");
/* The next one. */
static const char next[] = LETTER("b", "{\"S\":\"c\"}");

/* MODEL with put->whole as said, and TABLE with the letter; the next record's transaction. */
static struct work next_of(struct plan_model *things, struct plan_projection put[2], bool whole,
                           const char *table)
{
    struct work work = {
        .session = {.model = things, .connection = {.sql = store_fresh()}}
    };
    struct record *record;

    *things = *thing_model();
    things->database = slice_str(DATABASE);
    put[0] = things->projections[0];
    put[1] = things->projections[1];
    put[0].whole = put[1].whole = whole;
    things->projections = put;
    assert_status(
        statement_run(work.session.connection.sql, things->database, &work.arena, NULL,
                      strcmp(table, "twofold_discarded") == 0
                          ? "INSERT INTO twofold_discarded (aggregate, record, created)"
                            " VALUES ('Thing:7', ?, NOW(3))"
                          : "INSERT INTO twofold_dead_letter (aggregate, record, version, shard,"
                            " position, error, created) VALUES ('Thing:7', ?, 1, 's', '1', '',"
                            " NOW(3))",
                      "s", letter),
        STATUS_OK);
    record = ARENA_NEW(&work.arena, struct record);
    record_decode(things, thing_json(&work.arena, next), &work.arena, record);
    assert_null(record->fault);
    work.batch.given = record;
    work.batch.given_count = 1;
    return work;
}

static void run_next(struct work *work)
{
    work->batch.session = &work->session;
    work->batch.arena = &work->arena;
    work->batch.slots = &work->slots;
    assert_status(sql_begin(work->session.connection.sql), STATUS_OK);
    (void)run_work(work);
    assert_status(work->status, STATUS_OK);
    assert_status(sql_commit(work->session.connection.sql), STATUS_OK);
}

static uint64_t rows_in(struct work *work, const char *text)
{
    struct sql_rows rows;

    assert_status(statement_run(work->session.connection.sql, slice_str(DATABASE), &work->arena,
                                &rows, text, ""),
                  STATUS_OK);
    return cell_u64(&rows, 0, 0);
}

static void work_fini(struct work *work)
{
    sql_close(work->session.connection.sql);
    slots_fini(&work->slots);
    arena_fini(&work->arena);
}

static void test_a_whole_image_supersedes_the_letters_before_it_and_touches_their_tags(void **state)
{
    struct plan_model things;
    struct plan_projection put[2];
    struct work work = next_of(&things, put, true, "twofold_dead_letter");

    (void)state;
    run_next(&work);
    assert_int_equal(work.batch.live_count, 1);
    assert_int_equal(work.batch.letter_count, 0);
    assert_int_equal(work.batch.superseded, 1);
    assert_true(touches(&work, SLICE_LITERAL("kind:a")));
    assert_int_equal(rows_in(&work, "SELECT COUNT(*) FROM twofold_dead_letter"), 0);
    work_fini(&work);
}

static void test_what_makes_no_row_whole_waits_behind_the_letter(void **state)
{
    struct plan_model things;
    struct plan_projection put[2];
    struct work work = next_of(&things, put, false, "twofold_dead_letter");

    (void)state;
    run_next(&work);
    assert_int_equal(work.batch.live_count, 0);
    assert_int_equal(work.batch.letter_count, 1);
    assert_int_equal(rows_in(&work, "SELECT COUNT(*) FROM twofold_dead_letter"), 1);
    work_fini(&work);
}

/* Discarded: the list of a still shows the row, and the next record knows of b and c only. */
static void test_the_next_record_touches_what_a_discarded_one_would_have(void **state)
{
    int whole;

    (void)state;
    for (whole = 0; whole < 2; whole++) {
        struct plan_model things;
        struct plan_projection put[2];
        struct work work = next_of(&things, put, whole != 0, "twofold_discarded");

        run_next(&work);
        assert_int_equal(work.batch.live_count, 1);
        assert_int_equal(work.batch.superseded, 0);
        assert_true(touches(&work, SLICE_LITERAL("kind:a")));
        assert_int_equal(rows_in(&work, "SELECT COUNT(*) FROM twofold_discarded"), 1 - whole);
        work_fini(&work);
    }
}

/* ------------------------------------------------------------------ PUBLISH */

static struct redis_sync *open_redis(void)
{
    const struct redis_config config = {.addresses = slice_str(env_needed("TWOFOLD_REDIS")),
                                        .connect_timeout_us = 1000000,
                                        .command_timeout_us = 2000000,
                                        .retry_base_us = 1000,
                                        .retry_cap_us = 10000,
                                        .pending_max = 1000};
    struct redis_sync *redis = redis_sync_create(&config);

    assert_status(redis_sync_connect(redis, clock_deadline(2000000)), STATUS_OK);
    return redis;
}

static uint64_t floor_of(struct work *work, uint32_t slot)
{
    const struct slice args[] = {
        SLICE_LITERAL("GETRANGE"),
        key_page(&work->arena, slice_str(DATABASE), home_nonce(&work->session.view.home)),
        arena_printf(&work->arena, "%u", PAGE_HEADER_BYTES + PAGE_SLOT_BYTES * slot),
        arena_printf(&work->arena, "%u", PAGE_HEADER_BYTES + PAGE_SLOT_BYTES * (slot + 1) - 1)};
    struct redis_reply *reply = NULL;

    assert_status(redis_sync_send(work->session.redis, &(struct redis_command){args, 4}, 1,
                                  clock_deadline(2000000), &work->arena, &reply),
                  STATUS_OK);
    assert_int_equal(reply->text.len, PAGE_SLOT_BYTES);
    return page_number(reply->text.ptr);
}

/* Two in a script, and one that is left over. */
static void test_slots_of_several_scripts_are_all_raised(void **state)
{
    static const struct settings settings = {.batch_slots = 2, .redis_timeout = 2000000};
    struct work work = {
        .session = {.model = &model, .settings = &settings, .redis = open_redis()}
    };
    struct assertion assertion = {.epoch = SLICE_LITERAL("0123456789abcdef"), .revision = 6};
    uint32_t slot;

    (void)state;
    work.session.view.home = home_make(redis_sync_run_id(work.session.redis),
                                       SLICE_LITERAL("000102030405060708090a0b0c0d0e0f"));
    assertion.home = &work.session.view.home;
    assertion.replid = redis_sync_run_id(work.session.redis);
    assert_status(
        assert_page(work.session.redis, slice_str(DATABASE), &assertion, clock_deadline(2000000)),
        STATUS_OK);
    for (slot = 0; slot < 5; slot++) {
        slots_add(&work.slots, slot);
    }
    work.batch = (struct batch){
        .session = &work.session, .slots = &work.slots, .revision = 7, .published = true};
    assert_status(batch_publish(&work.batch), STATUS_OK);
    for (slot = 0; slot < 6; slot++) {
        assert_int_equal(floor_of(&work, slot), slot < 5 ? 7 : 6);
    }
    redis_sync_destroy(work.session.redis);
    slots_fini(&work.slots);
    arena_fini(&work.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_projection_that_reads_waits_for_the_commit_that_is_on_its_way),
        cmocka_unit_test(test_a_tag_of_touches_sql_that_may_be_too_many_fails_its_record),
        cmocka_unit_test(
            test_a_whole_image_supersedes_the_letters_before_it_and_touches_their_tags),
        cmocka_unit_test(test_what_makes_no_row_whole_waits_behind_the_letter),
        cmocka_unit_test(test_slots_of_several_scripts_are_all_raised),
        cmocka_unit_test(test_the_next_record_touches_what_a_discarded_one_would_have),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
