#include "lib/base/arena.h"
#include "tests/unit/unit.h"

static bool all_bytes_are(const char *memory, size_t size, char byte)
{
    for (size_t i = 0; i < size; i++) {
        if (memory[i] != byte) {
            return false;
        }
    }
    return true;
}

static void test_objects_are_zeroed_aligned_and_apart(void **state)
{
    static const size_t sizes[] = {0, 1, 7, 8, 16, 100, 1000, 4000, 5000, 70000, 1000000};
    struct arena arena = {0};
    char *objects[3 * ARRAY_COUNT(sizes)];

    (void)state;
    for (size_t i = 0; i < ARRAY_COUNT(objects); i++) {
        size_t size = sizes[i % ARRAY_COUNT(sizes)];

        objects[i] = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)objects[i] % 16, 0);
        assert_true(all_bytes_are(objects[i], size, 0));
        memset(objects[i], (int)i + 1, size);
        arena_bytes(&arena, 3);
    }
    for (size_t i = 0; i < ARRAY_COUNT(objects); i++) {
        assert_true(all_bytes_are(objects[i], sizes[i % ARRAY_COUNT(sizes)], (char)(i + 1)));
    }
    arena_fini(&arena);
}

static void test_memory_is_zero_again_after_reset(void **state)
{
    struct arena arena = {0};
    char *first = arena_alloc(&arena, 500), *again;

    (void)state;
    memset(first, 'x', 500);
    arena_reset(&arena);
    again = arena_alloc(&arena, 500);
    assert_ptr_equal(first, again);
    assert_true(all_bytes_are(again, 500, 0));
    arena_fini(&arena);
}

static void test_a_reset_keeps_a_chunk_and_frees_a_large_one(void **state)
{
    struct arena arena = {0};
    char *small = arena_alloc(&arena, 10);

    (void)state;
    arena_alloc(&arena, 1000000);
    arena_reset(&arena);
    assert_ptr_equal(arena_alloc(&arena, 10), small);
    arena_fini(&arena);

    arena_alloc(&arena, 1000000);
    arena_reset(&arena);
    assert_null(arena.chunk);
    arena_fini(&arena);
}

static void test_a_large_object_does_not_end_the_chunk(void **state)
{
    struct arena arena = {0};
    char *before = arena_bytes(&arena, 8), *after;

    (void)state;
    arena_alloc(&arena, 100000);
    after = arena_bytes(&arena, 8);
    assert_true(after > before && after < before + 64);
    arena_fini(&arena);
}

static void test_copies_end_with_a_nul(void **state)
{
    struct arena arena = {0};
    struct slice copy = arena_copy(&arena, SLICE_LITERAL("a\0b"));

    (void)state;
    assert_true(slice_eq(copy, SLICE_LITERAL("a\0b")));
    assert_int_equal(copy.ptr[copy.len], '\0');
    assert_string_equal(arena_cstr(&arena, slice_of("hello", 4)), "hell");
    assert_string_equal(arena_cstr(&arena, slice_of(NULL, 0)), "");
    arena_fini(&arena);
}

static void test_printf_of_any_length(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (int width = 1; width < 600; width++) {
        struct slice text = arena_printf(&arena, "%*d", width, 7);

        assert_int_equal(text.len, width);
        assert_int_equal(text.ptr[width - 1], '7');
        assert_int_equal(text.ptr[width], '\0');
    }
    assert_int_equal(arena_printf(&arena, "%s", "").len, 0);
    arena_fini(&arena);
}

struct trace {
    struct arena *arena;
    char text[8];
    size_t len;
};

struct letter {
    struct trace *trace;
    char letter;
};

static void note(void *ctx)
{
    const struct letter *letter = ctx;

    letter->trace->text[letter->trace->len++] = letter->letter;
}

static void note_and_defer(void *ctx)
{
    struct letter *last = ARENA_NEW(((struct letter *)ctx)->trace->arena, struct letter);

    note(ctx);
    *last = (struct letter){((struct letter *)ctx)->trace, 'z'};
    arena_defer(last->trace->arena, note, last);
}

static void test_deferred_calls_run_once_newest_first(void **state)
{
    struct arena arena = {0};
    struct trace trace = {&arena, "", 0};
    struct letter a = {&trace, 'a'}, b = {&trace, 'b'}, c = {&trace, 'c'};

    (void)state;
    arena_defer(&arena, note, &a);
    arena_defer(&arena, note_and_defer, &b);
    arena_reset(&arena);
    assert_string_equal(trace.text, "bza");
    arena_defer(&arena, note, &c);
    arena_fini(&arena);
    arena_fini(&arena);
    assert_string_equal(trace.text, "bzac");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_objects_are_zeroed_aligned_and_apart),
        cmocka_unit_test(test_memory_is_zero_again_after_reset),
        cmocka_unit_test(test_a_reset_keeps_a_chunk_and_frees_a_large_one),
        cmocka_unit_test(test_a_large_object_does_not_end_the_chunk),
        cmocka_unit_test(test_copies_end_with_a_nul),
        cmocka_unit_test(test_printf_of_any_length),
        cmocka_unit_test(test_deferred_calls_run_once_newest_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
