#include "cache/answer.h"
#include "tests/unit/unit.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static const struct sql_column columns[] = {
    {.name = {"epoch", 5},    .kind = SQL_TEXT   },
    {.name = {"revision", 8}, .kind = SQL_INTEGER},
    {.name = {"_row", 4},     .kind = SQL_INTEGER},
    {.name = {"id", 2},       .kind = SQL_INTEGER},
};
static const struct plan_key_column key_column = {
    .name = {"id", 2},
      .type = SCALAR_INTEGER
};
static const struct plan_query one = {
    .one = true, .version_column = {"id", 2}
};
static const struct plan_query plain_one = {.one = true};
static const struct plan_query many = {.rows_max = 2};
static const struct plan_query paged = {
    .paged = true,
    .page = {.columns = &key_column, .column_count = 1, .limit = 2, .max = 10},
    .fingerprint = "00000000000000aa"
};

/* A digit is a row's id; "" means a row that is not there. */
static struct sql_rows rows_of(const char *ids)
{
    size_t count = strlen(ids), all = count > 0 ? count : 1;
    struct slice *cells = ARENA_ARRAY(&arena, struct slice, 4 * all);

    for (size_t i = 0; i < all; i++) {
        cells[4 * i] = SLICE_LITERAL("00000000000000e1");
        cells[4 * i + 1] = SLICE_LITERAL("41");
        if (count > 0) {
            cells[4 * i + 2] = SLICE_LITERAL("1");
            cells[4 * i + 3] = slice_of(ids + i, 1);
        }
    }
    return (struct sql_rows){
        .columns = columns, .cells = cells, .column_count = 4, .row_count = all};
}

static struct answer build(const struct plan_query *query, enum cursor_direction direction,
                           const char *ids, enum status expected)
{
    const struct lookup_input input = {
        .query = query, .limit = 2, .path = SLICE_LITERAL("/x"), .links_query = SLICE_EMPTY};
    const struct cursor cursor = {.direction = direction};
    const struct cursor_seal seal = {SLICE_LITERAL("secret"), SLICE_EMPTY};
    struct sql_rows rows = rows_of(ids);
    struct answer answer = {.body = SLICE_EMPTY, .etag = SLICE_EMPTY, .link = SLICE_EMPTY};

    assert_status(answer_build(&arena, &input, &cursor, &seal, &rows, &answer), expected);
    return answer;
}

static void test_one_is_an_object_or_absent(void **state)
{
    struct answer answer = build(&plain_one, CURSOR_NONE, "7", STATUS_OK);

    (void)state;
    assert_int_equal(answer.kind, ANSWER_ROWS);
    assert_slice(answer.body, "{\"id\":7}");
    assert_int_equal(answer.etag.len, 18);
    answer = build(&plain_one, CURSOR_NONE, "", STATUS_OK);
    assert_int_equal(answer.kind, ANSWER_ABSENT);
    assert_int_equal(answer.body.len, 0);
}

static void test_one_with_two_rows_is_corrupt(void **state)
{
    (void)state;
    build(&plain_one, CURSOR_NONE, "78", STATUS_CORRUPT);
}

static void test_etag_is_of_the_body_and_may_begin_with_a_version(void **state)
{
    struct answer seven = build(&one, CURSOR_NONE, "7", STATUS_OK);
    struct answer again = build(&one, CURSOR_NONE, "7", STATUS_OK);
    struct answer plain = build(&plain_one, CURSOR_NONE, "7", STATUS_OK);
    struct answer eight = build(&plain_one, CURSOR_NONE, "8", STATUS_OK);

    (void)state;
    assert_true(slice_starts(seven.etag, "\"7-"));
    assert_true(slice_eq(seven.etag, again.etag));
    assert_true(slice_eq(slice_from(seven.etag, 3), slice_from(plain.etag, 1)));
    assert_false(slice_eq(plain.etag, eight.etag));
}

static void test_unpaged_list_beyond_its_max_is_too_large(void **state)
{
    (void)state;
    assert_slice(build(&many, CURSOR_NONE, "12", STATUS_OK).body,
                 "{\"items\":[{\"id\":1},{\"id\":2}]}");
    build(&many, CURSOR_NONE, "123", STATUS_TOO_LARGE);
}

static void test_pages_show_their_rows_in_the_lists_order(void **state)
{
    static const struct {
        enum cursor_direction direction;
        const char *rows, *shown;
        bool next, prev;
    } cases[] = {
        {CURSOR_NONE,   "",    "{\"items\":[]",                      false, false},
        {CURSOR_NONE,   "1",   "{\"items\":[{\"id\":1}]",            false, false},
        {CURSOR_NONE,   "12",  "{\"items\":[{\"id\":1},{\"id\":2}]", false, false},
        {CURSOR_NONE,   "123", "{\"items\":[{\"id\":1},{\"id\":2}]", true,  false},
        {CURSOR_AFTER,  "",    "{\"items\":[]",                      false, false},
        {CURSOR_AFTER,  "34",  "{\"items\":[{\"id\":3},{\"id\":4}]", false, true },
        {CURSOR_AFTER,  "345", "{\"items\":[{\"id\":3},{\"id\":4}]", true,  true },
        {CURSOR_BEFORE, "21",  "{\"items\":[{\"id\":1},{\"id\":2}]", true,  false},
        {CURSOR_BEFORE, "432", "{\"items\":[{\"id\":3},{\"id\":4}]", true,  true },
        {CURSOR_BEFORE, "",    "{\"items\":[]",                      false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct answer answer = build(&paged, cases[i].direction, cases[i].rows, STATUS_OK);
        bool next = memmem(answer.body.ptr, answer.body.len, "\"next\":", 7) != NULL;
        bool prev = memmem(answer.body.ptr, answer.body.len, "\"prev\":", 7) != NULL;

        assert_true(slice_starts(answer.body, cases[i].shown));
        assert_int_equal(next, cases[i].next);
        assert_int_equal(prev, cases[i].prev);
        assert_int_equal(answer.link.len > 0, next || prev);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_is_an_object_or_absent),
        cmocka_unit_test(test_one_with_two_rows_is_corrupt),
        cmocka_unit_test(test_etag_is_of_the_body_and_may_begin_with_a_version),
        cmocka_unit_test(test_unpaged_list_beyond_its_max_is_too_large),
        cmocka_unit_test(test_pages_show_their_rows_in_the_lists_order),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
