/*
 * Events -> state, by table; and what a fold's fingerprint stands for.
 */
#include "command/aggregate.h"
#include "command/fold.h"
#include "tests/unit/command/carts.h"
#include "tests/unit/unit.h"

static struct carts carts;

/* "Type payload; Type payload; ...", versions from 1 -> the state as JSON, or "none". */
// clang-format off
static const struct {
    const char *events, *state;
    bool exists;
} folds[] = {
    {"", "none", false},
    {"Opened {}", "{\"Items\":0}", true},
    {"Opened {};Added {\"Count\":2};Added {\"Count\":3}", "{\"Items\":5}", true},
    {"Opened {};Added {\"Count\":2};Filled {}", "{\"Items\":2,\"Full\":true,\"Last\":2}", true},
    {"Opened {};Noted {\"Text\":\"a\",\"Extra\":1};Noted {\"Text\":\"b\"}",
     "{\"Items\":0,\"Note\":\"b\"}", true},
    {"Opened {};Added {}", "{}", true},
    {"Opened {};Closed {}", "none", false},
    {"Opened {};Added {\"Count\":2};Closed {};Opened {}", "{\"Items\":0}", true},
    {"Unknown {}", "none", false},
    {"Opened {};Unknown {};Added {\"Count\":1}", "{\"Items\":1}", true},
    {"Added {\"Count\":1}", "{}", true},
};
// clang-format on

static size_t read_events(struct slice text, struct arena *arena, struct event *out)
{
    size_t count = 0;

    while (text.len > 0) {
        struct slice one, type, payload;

        (void)slice_cut(text, ';', &one, &text);
        (void)slice_cut(one, ' ', &type, &payload);
        out[count] = (struct event){.type = type,
                                    .version = count + 1,
                                    .payload = carts_json(arena, arena_cstr(arena, payload))};
        count++;
    }
    return count;
}

static void check_state(const struct fold *fold, size_t i, size_t count)
{
    struct buf text = {0};

    assert_int_equal(fold->exists, folds[i].exists);
    assert_int_equal(fold->version, count);
    if (fold->state) {
        json_write(&text, fold->state);
    } else {
        buf_append_str(&text, "none");
    }
    assert_slice(buf_slice(&text), folds[i].state);
    buf_fini(&text);
}

static void test_events_make_the_state(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(folds); i++) {
        struct arena arena = {0};
        struct event events[8];
        struct fold fold;
        size_t count = read_events(slice_str(folds[i].events), &arena, events);

        fold_begin(&fold, &arena, &carts.model, value_string(&arena, slice_str("7")), 0, false,
                   NULL);
        assert_true(fold_apply_all(&fold, events, count));
        check_state(&fold, i, count);
        arena_fini(&arena);
    }
}

/* Whatever is kept in between: the state after each event as a cached aggregate. */
static void test_a_fold_that_is_broken_off_anywhere_comes_to_the_same(void **state)
{
    const struct aggregate_key key = {1, SLICE_LITERAL("7")};

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(folds); i++) {
        struct arena arena = {0};
        struct event events[8];
        struct fold fold;
        size_t count = read_events(slice_str(folds[i].events), &arena, events);

        for (size_t cut = 0; cut <= count; cut++) {
            const struct value *id = value_string(&arena, slice_str("7"));
            struct aggregate *kept;

            fold_begin(&fold, &arena, &carts.model, id, 0, false, NULL);
            assert_true(fold_apply_all(&fold, events, cut));
            kept = aggregate_create(&key, &fold, 0);
            aggregate_fold(kept, &carts.model, id, &arena, &fold);
            assert_true(fold_apply_all(&fold, events, count));
            check_state(&fold, i, count);
            aggregate_put(kept);
        }
        arena_fini(&arena);
    }
}

static void test_a_gap_is_noticed_and_older_events_are_left_out(void **state)
{
    struct arena arena = {0};
    struct event events[8];
    struct fold fold;

    (void)state;
    (void)read_events(slice_str("Opened {};Added {\"Count\":1};Added {\"Count\":1}"), &arena,
                      events);
    fold_begin(&fold, &arena, &carts.model, NULL, 0, false, NULL);
    assert_false(fold_apply_all(&fold, events + 1, 2));
    assert_int_equal(fold.version, 0);
    events[2].version = 4;
    assert_false(fold_apply_all(&fold, events, 3));
    assert_int_equal(fold.version, 2);
    events[2].version = 3;
    assert_true(fold_apply_all(&fold, events, 3));
    assert_int_equal(fold.version, 3);
    assert_slice(value_get(fold.state, slice_str("Items"))->text, "2");
    arena_fini(&arena);
}

static void test_the_fingerprint_follows_what_events_do(void **state)
{
    char first[FOLD_TEXT], other[FOLD_TEXT];
    const struct plan_assignment *sets = carts.events[CART_ADDED].sets;

    (void)state;
    fold_fingerprint(&carts.model, first);
    carts.events[CART_ADDED].deletes = true;
    fold_fingerprint(&carts.model, other);
    assert_string_not_equal(first, other);
    carts.events[CART_ADDED].deletes = false;
    carts.events[CART_ADDED].sets = carts.events[CART_OPENED].sets;
    fold_fingerprint(&carts.model, other);
    assert_string_not_equal(first, other);
    carts.events[CART_ADDED].sets = sets;
    fold_fingerprint(&carts.model, other);
    assert_string_equal(first, other);
}

static int open_carts(void **state)
{
    (void)state;
    carts_init(&carts);
    return 0;
}

static int close_carts(void **state)
{
    (void)state;
    carts_fini(&carts);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_make_the_state),
        cmocka_unit_test(test_a_fold_that_is_broken_off_anywhere_comes_to_the_same),
        cmocka_unit_test(test_a_gap_is_noticed_and_older_events_are_left_out),
        cmocka_unit_test(test_the_fingerprint_follows_what_events_do),
    };

    return cmocka_run_group_tests(tests, open_carts, close_carts);
}
