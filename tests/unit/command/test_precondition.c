/*
 * What clients demand of versions, by table: of aggregates of an event store, which have a version
 * also when they are deleted, and of items of a state store, which other writers may have made.
 */
#include "command/precondition.h"
#include "tests/unit/unit.h"

static void test_aggregates_versions_by_table(void **state)
{
    static const struct {
        bool given, by_header, any;
        uint64_t expected, version;
        bool exists, good;
    } expectations[] = {
        {false, false, false, 0, 3, true,  true },
        {true,  false, false, 3, 3, true,  true },
        {true,  false, false, 2, 3, true,  false},
        {true,  false, false, 4, 3, true,  false},
        {true,  false, false, 0, 0, false, true },
        {true,  false, false, 0, 1, true,  false},
        {true,  false, false, 3, 3, false, true },
        {true,  true,  false, 3, 3, true,  true },
        {true,  true,  false, 3, 3, false, false},
        {true,  true,  false, 0, 0, false, false},
        {true,  true,  true,  0, 3, true,  true },
        {true,  true,  true,  0, 3, false, false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(expectations); i++) {
        const struct precondition demand = {.has_expected = expectations[i].given,
                                            .expected_by_header = expectations[i].by_header,
                                            .expected_any = expectations[i].any,
                                            .expected = expectations[i].expected};
        const struct current current = {expectations[i].exists, true, expectations[i].version};

        assert_int_equal(precondition_holds(&demand, &current), expectations[i].good);
    }
}

static void test_listed_versions_of_aggregates_by_table(void **state)
{
    static const struct version_list absent;
    static const struct version_list any = {.given = true, .any = true};
    static const struct version_list listed = {
        .given = true, .count = 2, .versions = {3, 5}
    };
    static const struct {
        const struct version_list *one_of, *none_of;
        uint64_t version;
        bool exists, good;
    } lists[] = {
        {&listed, &absent, 5, true,  true },
        {&listed, &absent, 4, true,  false},
        {&listed, &absent, 5, false, false},
        {&absent, &listed, 5, true,  false},
        {&absent, &listed, 4, true,  true },
        {&absent, &listed, 5, false, true },
        {&absent, &any,    4, true,  false},
        {&absent, &any,    4, false, true },
        {&listed, &any,    5, true,  false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(lists); i++) {
        const struct precondition demand = {.one_of = *lists[i].one_of,
                                            .none_of = *lists[i].none_of};
        const struct current current = {lists[i].exists, true, lists[i].version};

        assert_int_equal(precondition_holds(&demand, &current), lists[i].good);
    }
}

static void test_items_versions_by_table(void **state)
{
    static const struct current absent = {false, false, 0}, unversioned = {true, false, 0},
                                first = {true, true, 0}, third = {true, true, 3};
    static const struct {
        bool by_header, any;
        uint64_t expected;
        const struct current *current;
        bool good;
    } expectations[] = {
        {false, false, 0, &absent,      true },
        {false, false, 3, &absent,      false},
        {false, false, 0, &unversioned, false},
        {false, false, 0, &first,       false},
        {false, false, 0, &third,       false},
        {false, false, 3, &third,       true },
        {false, false, 2, &third,       false},
        {true,  false, 0, &absent,      false},
        {true,  false, 0, &unversioned, false},
        {true,  false, 0, &first,       true },
        {true,  false, 3, &third,       true },
        {true,  false, 2, &third,       false},
        {true,  true,  0, &absent,      false},
        {true,  true,  0, &unversioned, true },
        {true,  true,  0, &third,       true },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(expectations); i++) {
        const struct precondition demand = {.has_expected = true,
                                            .expected_by_header = expectations[i].by_header,
                                            .expected_any = expectations[i].any,
                                            .expected = expectations[i].expected};

        print_message("expectation %zu\n", i);
        assert_int_equal(precondition_holds(&demand, expectations[i].current),
                         expectations[i].good);
    }
}

static void test_listed_versions_need_the_item(void **state)
{
    static const struct version_list listed = {
        .given = true, .count = 2, .versions = {3, 5}
    };
    const struct current absent = {.exists = false}, unversioned = {.exists = true},
                         third = {.exists = true, .versioned = true, .version = 3},
                         fourth = {.exists = true, .versioned = true, .version = 4};
    struct precondition demand = {.one_of = listed};

    (void)state;
    assert_true(precondition_holds(&demand, &third));
    assert_false(precondition_holds(&demand, &fourth));
    assert_false(precondition_holds(&demand, &unversioned));
    assert_false(precondition_holds(&demand, &absent));
    demand.one_of.given = false;
    demand.none_of = listed;
    assert_false(precondition_holds(&demand, &third));
    assert_true(precondition_holds(&demand, &fourth));
    assert_true(precondition_holds(&demand, &unversioned));
    assert_true(precondition_holds(&demand, &absent));
    demand.none_of = (struct version_list){.given = true, .any = true};
    assert_false(precondition_holds(&demand, &unversioned));
    assert_true(precondition_holds(&demand, &absent));
}

static void test_envelope_is_409_and_headers_are_412(void **state)
{
    const struct precondition envelope = {.has_expected = true, .expected = 3},
                              header = {.has_expected = true, .expected_by_header = true},
                              listed = {.one_of = {.given = true}},
                              excluded = {.none_of = {.given = true}};

    (void)state;
    assert_status(precondition_status(&envelope), STATUS_CONFLICT);
    assert_status(precondition_status(&header), STATUS_PRECONDITION);
    assert_status(precondition_status(&listed), STATUS_PRECONDITION);
    assert_status(precondition_status(&excluded), STATUS_PRECONDITION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aggregates_versions_by_table),
        cmocka_unit_test(test_listed_versions_of_aggregates_by_table),
        cmocka_unit_test(test_items_versions_by_table),
        cmocka_unit_test(test_listed_versions_need_the_item),
        cmocka_unit_test(test_envelope_is_409_and_headers_are_412),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
