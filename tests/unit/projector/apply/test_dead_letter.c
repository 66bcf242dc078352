#include "lib/base/buf.h"
#include "projector/apply/dead_letter.h"
#include "tests/unit/projector/source/thing.h"

#define ITEM_BYTES (400u << 10)

/* One attribute: a name of one byte, a list of empty strings. */
static void write_image(struct buf *buf, const char *name)
{
    const size_t count = ITEM_BYTES - 1 - 3; /* the name's byte; a list takes three itself */
    size_t i;

    buf_printf(buf, "\"%s\":{\"l\":{\"L\":[", name);
    for (i = 0; i < count; i++) {
        buf_append_str(buf, i > 0 ? ",{\"S\":\"\"}" : "{\"S\":\"\"}");
    }
    buf_append_str(buf, "]}}");
}

static void test_the_longest_letter_has_room(void **state)
{
    struct arena arena = {0};
    struct buf text = {0}, raw = {0};

    (void)state;
    buf_append_str(&text, "{\"dynamodb\":{");
    write_image(&text, "NewImage");
    buf_append_str(&text, ",");
    write_image(&text, "OldImage");
    buf_append_str(&text, "}}");
    buf_append_char(&text, '\0');
    json_write(&raw, thing_json(&arena, text.ptr));
    assert_in_range(raw.len, 2 * 9 * ITEM_BYTES - 100, 2 * 9 * ITEM_BYTES + 100);
    assert_in_range(raw.len, 0, DEAD_LETTER_BYTES - (512u << 10));
    buf_fini(&text);
    buf_fini(&raw);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_longest_letter_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
