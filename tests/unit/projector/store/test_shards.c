#include "projector/store/shards.h"
#include "tests/unit/unit.h"

#define ID(text) SLICE_LITERAL(text)

static enum shard_state state_of(const struct shard *listed, size_t listed_count,
                                 struct shard_row *rows, size_t row_count, const char *id)
{
    struct shard shards[8];
    struct shard_list list = {.items = shards, .count = listed_count};
    struct shard_rows known = {.items = rows, .count = row_count};
    const struct shard wanted = {.id = slice_str(id)};

    memcpy(shards, listed, listed_count * sizeof(*listed));
    return shard_state(&list, &known, &wanted);
}

static const struct shard family[] = {
    {{"parent", 6}, {"", 0}      },
    {{"child", 5},  {"parent", 6}},
};

static void test_a_shard_without_a_row_is_new(void **state)
{
    (void)state;
    assert_int_equal(state_of(family, 2, NULL, 0, "parent"), SHARD_NEW);
}

static void test_a_child_waits_until_its_parent_is_read_to_its_end(void **state)
{
    struct shard_row rows[] = {
        {.id = ID("parent"), .parent = SLICE_EMPTY },
        {.id = ID("child"),  .parent = ID("parent")},
    };

    (void)state;
    assert_int_equal(state_of(family, 2, rows, 2, "parent"), SHARD_READY);
    assert_int_equal(state_of(family, 2, rows, 2, "child"), SHARD_WAITS);
    rows[0].finished = true;
    assert_int_equal(state_of(family, 2, rows, 2, "parent"), SHARD_DONE);
    assert_int_equal(state_of(family, 2, rows, 2, "child"), SHARD_READY);
    assert_int_equal(state_of(family + 1, 1, rows, 2, "child"), SHARD_READY); /* trimmed since */
}

static void test_a_parent_that_went_away_unread_is_a_gap(void **state)
{
    struct shard_row rows[] = {
        {.id = ID("child"),  .parent = ID("parent")},
        {.id = ID("parent"), .parent = SLICE_EMPTY },
    };

    (void)state;
    assert_int_equal(state_of(family + 1, 1, rows, 2, "child"), SHARD_GAP);
    assert_int_equal(state_of(family + 1, 1, rows, 1, "child"), SHARD_GAP); /* never seen either */
}

static void test_a_row_that_names_no_parent_waits_for_none(void **state)
{
    struct shard_row rows[] = {
        {.id = ID("child"), .parent = SLICE_EMPTY}, /* of the first listing: its parent was gone */
    };

    (void)state;
    assert_int_equal(state_of(family + 1, 1, rows, 1, "child"), SHARD_READY);
}

static void test_a_late_child_of_a_finished_parent_is_ready_when_it_is_listed(void **state)
{
    struct shard_row rows[] = {
        {.id = ID("parent"), .parent = SLICE_EMPTY, .finished = true},
        {.id = ID("child"),                  .parent = ID("parent")                      },
    };

    (void)state;
    assert_int_equal(state_of(family, 2, rows, 1, "child"), SHARD_NEW);
    assert_int_equal(state_of(family, 2, rows, 2, "child"), SHARD_READY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_shard_without_a_row_is_new),
        cmocka_unit_test(test_a_child_waits_until_its_parent_is_read_to_its_end),
        cmocka_unit_test(test_a_parent_that_went_away_unread_is_a_gap),
        cmocka_unit_test(test_a_row_that_names_no_parent_waits_for_none),
        cmocka_unit_test(test_a_late_child_of_a_finished_parent_is_ready_when_it_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
