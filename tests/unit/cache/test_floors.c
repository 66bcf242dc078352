#include "cache/floors.h"
#include "tests/unit/unit.h"

#define REPLID  "0123456789abcdef0123456789abcdef01234567"
#define ANOTHER "f123456789abcdef0123456789abcdef01234567"
#define MASTER  "# Replication\r\nrole:master\r\nmaster_failover_state:no-failover\r\n"
#define REPLICA "# Replication\r\nrole:slave\r\n"
#define SAME    "master_replid:" REPLID "\r\n"
#define OTHER   "master_replid:" ANOTHER "\r\nmaster_replid2:" REPLID "\r\n"

static struct arena arena;

static struct redis_reply reply(enum redis_type type, struct slice text)
{
    return (struct redis_reply){.type = type, .text = text};
}

static void test_a_slot_is_asked_for_by_its_bytes(void **state)
{
    const uint32_t slots[] = {0, PAGE_SLOTS - 1};
    struct redis_command commands[2];

    (void)state;
    floors_ask(&arena, SLICE_LITERAL("page"), slots, 2, commands);
    assert_int_equal(commands[0].count, 4);
    assert_slice(commands[0].args[0], "GETRANGE");
    assert_slice(commands[0].args[1], "page");
    assert_slice(commands[0].args[2], "160");
    assert_slice(commands[0].args[3], "167");
    assert_slice(commands[1].args[2], "2097304");
    assert_slice(commands[1].args[3], "2097311");
}

/* What INFO says holds for what was read before it, not for what comes after. */
static void test_the_server_is_asked_last(void **state)
{
    const uint32_t slots[] = {0, 1};
    struct redis_command commands[2 + FLOORS_PROOF];

    (void)state;
    floors_ask_proof(&arena, SLICE_LITERAL("page"), slots, 2, commands);
    assert_slice(commands[0].args[0], "GETRANGE");
    assert_slice(commands[0].args[1], "page");
    assert_slice(commands[0].args[2], "96");
    assert_slice(commands[0].args[3], "135");
    assert_slice(commands[1].args[2], "160");
    assert_slice(commands[2].args[2], "168");
    assert_int_equal(commands[3].count, 2);
    assert_slice(commands[3].args[0], "INFO");
    assert_slice(commands[3].args[1], "replication");
}

static void test_only_the_master_that_the_page_was_made_on_proves_it(void **state)
{
    static const struct {
        const char *header;
        enum redis_type type;
        const char *info;
        size_t slot_bytes;
        enum status status;
        // clang-format off
    } cases[] = {
        {REPLID, REDIS_STRING, MASTER SAME, 8, STATUS_OK},
        {REPLID, REDIS_STRING, MASTER OTHER, 8, STATUS_PRECONDITION}, /* promoted again */
        {REPLID, REDIS_STRING, REPLICA SAME, 8, STATUS_PRECONDITION},
        {REPLID, REDIS_STRING, MASTER, 8, STATUS_PRECONDITION},
        {REPLID, REDIS_ERROR, "NOPERM no permissions", 8, STATUS_DENIED},
        {"", REDIS_STRING, MASTER SAME, 0, STATUS_NOT_FOUND},
        {"", REDIS_STRING, MASTER "master_replid:\r\n", 0, STATUS_NOT_FOUND},
        {REPLID, REDIS_STRING, MASTER SAME, 0, STATUS_NOT_FOUND},
    };
    // clang-format on
    char slot[PAGE_SLOT_BYTES];

    (void)state;
    page_number_write(11, slot);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        const struct redis_reply replies[] = {
            reply(REDIS_STRING, slice_str(cases[i].header)),
            reply(REDIS_STRING, slice_of(slot, cases[i].slot_bytes)),
            reply(cases[i].type, slice_str(cases[i].info)),
        };
        uint64_t label_min = 0;

        assert_status(floors_read_proof(replies, 3, &label_min), cases[i].status);
        assert_int_equal(label_min, cases[i].status == STATUS_OK ? 11 : 0);
    }
}

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_slot_is_asked_for_by_its_bytes),
        cmocka_unit_test(test_the_server_is_asked_last),
        cmocka_unit_test(test_only_the_master_that_the_page_was_made_on_proves_it),
    };

    return cmocka_run_group_tests(tests, NULL, teardown);
}
