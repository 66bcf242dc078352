/*
 * projector/apply against a real server: many records of one statement go with one SELECT, and
 * touch what they would touch one by one. Things stand on shelves: a class of their shelf, and one
 * by way of the shelf's room.
 */
#include "projector/apply/apply.h"
#include "tests/servers/projector/store/store.h"
#include "tests/unit/projector/source/thing.h"

#define RECORDS 4

static const struct plan_kind integer = {.of = KIND_INTEGER, .size = 4};

static const struct plan_class classes[] = {
    {.name = {"things(shelf)", 13}, .links = &integer, .link_count = 1},
    { .name = {"things(shelf>shelves.id:room)", 29},
     .links = &integer,
     .link_count = 1,
     .ask = {.text = {"SELECT DISTINCT room FROM shelves h1 WHERE h1.id = ?", 52},
             .head = {"SELECT DISTINCT room FROM shelves h1 WHERE (", 44},
             .row = {"h1.id = ?", 9},
             .between = {") OR (", 6},
             .tail = {")", 1}},
     .asked = &integer,
     .asked_count = 1},
};

static const struct plan_cell shelf_was = {.from = CELL_ROW};
static const struct plan_cell shelf_is = {.from = CELL_BIND, .bind = {.name = {"Shelf", 5}}};

static const struct plan_touch moved[] = {
    {&classes[0], &shelf_was, ROWS_BEFORE},
    {&classes[0], &shelf_is,  ROWS_BEFORE},
    {&classes[1], &shelf_was, ROWS_BEFORE},
    {&classes[1], &shelf_is,  ROWS_BEFORE},
};

static const struct plan_bind binds[] = {
    {.name = {"Shelf", 5}},
    {.name = {"Id", 2}},
};

#define BEFORE_HEAD "SELECT DISTINCT shelf FROM things WHERE "

static const struct plan_sql before = {
    .text = {BEFORE_HEAD "id = ?", sizeof(BEFORE_HEAD "id = ?") - 1},
    .binds = &binds[1],
    .bind_count = 1,
    .head = {BEFORE_HEAD "(",      sizeof(BEFORE_HEAD "(") - 1     },
    .row = {"id = ?",             6                               },
    .between = {") OR (",             6                               },
    .tail = {")",                  1                               },
};

#define MOVE   "UPDATE things SET shelf = ? WHERE id = ?"
#define PUT    "INSERT INTO things (shelf, id) VALUES "
#define PUT_ON " ON DUPLICATE KEY UPDATE shelf = VALUES(shelf)"
#define PUT_1  PUT "(?, ?)" PUT_ON

static const struct plan_sql update = {
    .text = {MOVE, sizeof(MOVE) - 1},
      .binds = binds, .bind_count = 2
};
static const struct plan_sql upsert = {
    .text = {PUT_1,    sizeof(PUT_1) - 1 },
    .binds = binds,
    .bind_count = 2,
    .head = {PUT,      sizeof(PUT) - 1   },
    .row = {"(?, ?)", 6                 },
    .between = {",",      1                 },
    .tail = {PUT_ON,   sizeof(PUT_ON) - 1}
};

static struct sql_conn *fresh(void)
{
    struct sql_conn *sql = store_fresh();

    fixture_exec(sql, "CREATE TABLE shelves (id INT PRIMARY KEY, room INT NOT NULL);"
                      "INSERT INTO shelves VALUES (1, 10), (2, 20), (3, 30), (4, 40), (5, 50);"
                      "CREATE TABLE things (id INT PRIMARY KEY, shelf INT NOT NULL);"
                      "INSERT INTO things VALUES (1, 1), (2, 2), (3, 3)");
    return sql;
}

static uint64_t selects(struct sql_conn *sql)
{
    struct arena arena = {0};
    struct sql_rows rows;
    uint64_t count;

    assert_status(statement_run(sql, slice_str(DATABASE), &arena, &rows,
                                "SHOW SESSION STATUS LIKE 'Com_select'", ""),
                  STATUS_OK);
    count = cell_u64(&rows, 0, 1);
    arena_fini(&arena);
    return count;
}

/* Adds the slots of IMAGES, applied in runs of RUN, and counts their SELECTs. */
static uint64_t apply(const struct plan_sql *statement, bool joins, const char *const *images,
                      struct slots *slots)
{
    static const struct plan_model model = {
        .database = {DATABASE, sizeof(DATABASE) - 1}
    };
    struct sql_conn *sql = fresh();
    struct session session = {.model = &model, .connection = {.sql = sql}};
    struct arena arena = {0};
    const struct plan_change change = {.touches = moved,
                                       .touch_count = ARRAY_COUNT(moved),
                                       .before = before,
                                       .asks = true,
                                       .joins = joins};
    const struct plan_projection projection = {
        .statements = statement, .statement_count = 1, .changes = &change, .reads = true};
    struct record records[RECORDS];
    uint64_t count;

    for (size_t i = 0; i < RECORDS; i++) {
        const struct value *image = thing_json(&arena, images[i]);

        records[i] = (struct record){.raw = image, .projection = &projection, .image = image};
    }
    assert_status(sql_begin(sql), STATUS_OK);
    count = selects(sql);
    assert_status(apply_rows(&session, records, RECORDS, &arena, slots), STATUS_OK);
    count = selects(sql) - count;
    sql_rollback(sql);
    sql_close(sql);
    arena_fini(&arena);
    return count;
}

static bool has(const struct slots *slots, uint32_t slot)
{
    for (size_t i = 0; i < slots->count; i++) {
        if (slots->items[i] == slot) {
            return true;
        }
    }
    return false;
}

static bool has_all(const struct slots *slots, const struct slots *wanted)
{
    for (size_t i = 0; i < wanted->count; i++) {
        if (!has(slots, wanted->items[i])) {
            return false;
        }
    }
    return true;
}

/* One SELECT before the statements, and one for each of two touches by way of a room. */
static void check(const struct plan_sql *statement, const char *const *images)
{
    struct slots alone = {0}, together = {0};

    assert_true(apply(statement, false, images, &alone) > 3);
    assert_int_equal(apply(statement, true, images, &together), 3);
    assert_true(has_all(&together, &alone));
    slots_fini(&alone);
    slots_fini(&together);
}

static const char *const images[RECORDS] = {"{\"Id\":1,\"Shelf\":2}", "{\"Id\":2,\"Shelf\":3}",
                                            "{\"Id\":1,\"Shelf\":4}", "{\"Id\":3,\"Shelf\":5}"};

static void test_updates_ask_once_and_touch_all(void **state)
{
    (void)state;
    check(&update, images);
}

static void test_inserts_ask_once_and_touch_all(void **state)
{
    (void)state;
    check(&upsert, images);
}

static void test_an_update_that_finds_no_row_touches_nothing_among_others(void **state)
{
    static const char *const some[RECORDS] = {"{\"Id\":9,\"Shelf\":77}", "{\"Id\":1,\"Shelf\":2}",
                                              "{\"Id\":8,\"Shelf\":3}", "{\"Id\":7,\"Shelf\":4}"};
    struct slots slots = {0};

    (void)state;
    apply(&update, true, some, &slots);
    assert_false(has(&slots, tag_slot(SLICE_LITERAL("things(shelf)=77"))));
    assert_true(has(&slots, tag_slot(SLICE_LITERAL("things(shelf)=1"))));
    assert_true(has(&slots, tag_slot(SLICE_LITERAL("things(shelf)=2"))));
    assert_true(has(&slots, tag_slot(SLICE_LITERAL("things(shelf>shelves.id:room)=20"))));
    slots_fini(&slots);
}

/* The second record's row is the first's, which was not there when the SELECT ran. */
static void test_a_row_that_another_record_made_is_met(void **state)
{
    static const char *const one[RECORDS] = {"{\"Id\":9,\"Shelf\":1}", "{\"Id\":9,\"Shelf\":2}",
                                             "{\"Id\":9,\"Shelf\":3}", "{\"Id\":9,\"Shelf\":4}"};
    struct slots slots = {0};

    (void)state;
    apply(&upsert, true, one, &slots);
    assert_true(has(&slots, tag_slot(SLICE_LITERAL("things(shelf)=1"))));
    assert_true(has(&slots, tag_slot(SLICE_LITERAL("things(shelf)=4"))));
    slots_fini(&slots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates_ask_once_and_touch_all),
        cmocka_unit_test(test_inserts_ask_once_and_touch_all),
        cmocka_unit_test(test_an_update_that_finds_no_row_touches_nothing_among_others),
        cmocka_unit_test(test_a_row_that_another_record_made_is_met),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
