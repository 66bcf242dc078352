/*
 * The writers' scripts against a real Redis (TWOFOLD_REDIS), each test under names of its own.
 */
#include <stdlib.h>

#include "cache/publish.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/data/hash.h"
#include "tests/unit/unit.h"

#define DEADLINE clock_deadline(2000000)

struct world {
    struct redis_sync *redis;
    struct arena arena;
    struct slice database;
    struct home home;
};

static struct slice fresh_nonce(struct arena *arena)
{
    unsigned char bytes[NONCE_TEXT / 2];
    char text[NONCE_TEXT + 1];

    random_bytes(bytes, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), text);
    return arena_copy(arena, slice_str(text));
}

static int setup(void **state)
{
    const char *address = getenv("TWOFOLD_REDIS");
    struct world *world = XNEW(struct world);

    if (!address) {
        print_error("TWOFOLD_REDIS is not set\n");
        return -1;
    }
    world->redis = redis_sync_create(&(struct redis_config){.addresses = slice_str(address),
                                                            .connect_timeout_us = 1000000,
                                                            .command_timeout_us = 2000000,
                                                            .retry_base_us = 1000,
                                                            .retry_cap_us = 10000,
                                                            .pending_max = 1000});
    if (redis_sync_connect(world->redis, DEADLINE) != STATUS_OK) {
        print_error("no Redis at %s\n", address);
        return -1;
    }
    world->database =
        arena_printf(&world->arena, "twofold_%016llx", (unsigned long long)random_u64());
    world->home = home_make(redis_sync_run_id(world->redis), fresh_nonce(&world->arena));
    *state = world;
    return 0;
}

static struct redis_reply *command(struct world *world, const char *name, struct slice key,
                                   const char *third)
{
    const struct slice args[] = {slice_str(name), key, third ? slice_str(third) : SLICE_EMPTY};
    struct redis_reply *replies = NULL;

    assert_status(redis_sync_send(world->redis, &(struct redis_command){args, third ? 3 : 2}, 1,
                                  DEADLINE, &world->arena, &replies),
                  STATUS_OK);
    return replies;
}

static struct slice page(struct world *world)
{
    return key_page(&world->arena, world->database, home_nonce(&world->home));
}

static int teardown(void **state)
{
    struct world *world = *state;

    command(world, "DEL", page(world), NULL);
    command(world, "DEL", key_own(&world->arena, world->database), NULL);
    command(world, "DEL", key_pages(&world->arena, world->database), NULL);
    redis_sync_destroy(world->redis);
    arena_fini(&world->arena);
    xfree(world);
    return 0;
}

static uint64_t floor_of(struct world *world, uint32_t slot)
{
    struct redis_reply *replies = NULL;
    const struct slice args[] = {
        SLICE_LITERAL("GETRANGE"), page(world),
        arena_printf(&world->arena, "%zu", slot_offset(slot)),
        arena_printf(&world->arena, "%zu", slot_offset(slot) + PAGE_SLOT_BYTES - 1)};

    assert_status(redis_sync_send(world->redis, &(struct redis_command){args, 4}, 1, DEADLINE,
                                  &world->arena, &replies),
                  STATUS_OK);
    assert_int_equal(replies[0].text.len, PAGE_SLOT_BYTES);
    return page_number(replies[0].text.ptr);
}

static const char replid[] = "0123456789012345678901234567890123456789";

static enum status try_assert(struct world *world, uint64_t revision)
{
    const struct assertion assertion = {.home = &world->home,
                                        .epoch = SLICE_LITERAL("00000000000000e1"),
                                        .replid = slice_str(replid),
                                        .server_id = 7,
                                        .revision = revision};

    return assert_page(world->redis, world->database, &assertion, DEADLINE);
}

static void assert_at(struct world *world, uint64_t revision)
{
    assert_status(try_assert(world, revision), STATUS_OK);
}

static enum status publish(struct world *world, uint64_t revision, const uint32_t *slots,
                           size_t count)
{
    return publish_revision(world->redis, world->database, &world->home, revision, slots, count,
                            DEADLINE);
}

/* ------------------------------------------------------------------ ASSERT */

static void test_assert_makes_every_floor_the_revision(void **state)
{
    struct world *world = *state;

    assert_at(world, 41);
    assert_int_equal(command(world, "STRLEN", page(world), NULL)->integer, PAGE_BYTES);
    assert_int_equal(floor_of(world, 0), 41);
    assert_int_equal(floor_of(world, 77777), 41);
    assert_int_equal(floor_of(world, PAGE_SLOTS - 1), 41);
}

static void test_assert_removes_own_and_older_pages(void **state)
{
    struct world *world = *state;
    struct slice old = page(world), own = key_own(&world->arena, world->database);

    assert_at(world, 1);
    command(world, "SET", own, "x");
    world->home = home_make(redis_sync_run_id(world->redis), fresh_nonce(&world->arena));
    assert_at(world, 2);
    assert_int_equal(command(world, "EXISTS", own, NULL)->integer, 0);
    assert_int_equal(command(world, "EXISTS", old, NULL)->integer, 0);
    assert_int_equal(command(world, "EXISTS", page(world), NULL)->integer, 1);
}

static void test_asserted_page_goes_by_itself_until_it_is_renewed(void **state)
{
    struct world *world = *state;
    int64_t ttl;

    assert_at(world, 1);
    ttl = command(world, "PTTL", page(world), NULL)->integer;
    assert_true(ttl > 0 && ttl <= 60000);
}

static void test_assert_on_another_server_is_refused(void **state)
{
    struct world *world = *state;

    world->home.text[0] = world->home.text[0] == 'a' ? 'b' : 'a';
    assert_status(try_assert(world, 1), STATUS_NOT_FOUND);
    assert_int_equal(command(world, "EXISTS", page(world), NULL)->integer, 0);
}

/* ------------------------------------------------------------------ PUBLISH */

static void test_publish_raises_its_slots_only(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {0, 5, PAGE_SLOTS - 1};

    assert_at(world, 10);
    assert_status(publish(world, 11, slots, 3), STATUS_OK);
    assert_int_equal(floor_of(world, 0), 11);
    assert_int_equal(floor_of(world, 5), 11);
    assert_int_equal(floor_of(world, PAGE_SLOTS - 1), 11);
    assert_int_equal(floor_of(world, 1), 10);
    assert_int_equal(command(world, "STRLEN", page(world), NULL)->integer, PAGE_BYTES);
}

static void test_publish_of_large_revisions_is_exact(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {3};

    assert_at(world, 9007199254740989);
    assert_status(publish(world, 9007199254740990, slots, 1), STATUS_OK);
    assert_true(floor_of(world, 3) == 9007199254740990);
}

static void test_publish_without_page_makes_none(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {3};

    assert_status(publish(world, 1, slots, 1), STATUS_NOT_FOUND);
    assert_int_equal(command(world, "EXISTS", page(world), NULL)->integer, 0);
}

static void test_publish_behind_published_is_refused(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {3};

    assert_at(world, 10);
    assert_status(publish(world, 9, slots, 1), STATUS_CONFLICT);
    assert_int_equal(floor_of(world, 3), 10);
}

static void test_publish_of_an_aborted_number_again_is_allowed(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {3};

    assert_at(world, 10);
    assert_status(publish(world, 11, slots, 1), STATUS_OK);
    assert_status(publish(world, 11, slots, 1), STATUS_OK);
}

static void test_publish_on_another_server_is_refused(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {3};
    struct home other = world->home;

    assert_at(world, 10);
    other.text[0] = other.text[0] == 'a' ? 'b' : 'a';
    assert_status(publish_revision(world->redis, world->database, &other, 11, slots, 1, DEADLINE),
                  STATUS_NOT_FOUND);
    assert_int_equal(floor_of(world, 3), 10);
}

/* The row names another home by now, or none: its own page is not asked. */
static void test_assert_below_what_was_published_is_refused(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {3};
    const struct home old = world->home;
    struct assertion assertion = {
        .epoch = slice_str("00000000000000e1"), .replid = slice_str(replid), .revision = 10};

    assert_at(world, 10);
    assert_status(publish(world, 12, slots, 1), STATUS_OK);
    world->home = home_make(redis_sync_run_id(world->redis), fresh_nonce(&world->arena));
    assertion.home = &world->home;
    assert_status(assert_page(world->redis, world->database, &assertion, DEADLINE),
                  STATUS_CONFLICT);
    assert_int_equal(command(world, "EXISTS", page(world), NULL)->integer, 0);
    /* one PUBLISH whose COMMIT never came is no sign; nor is a page of another epoch */
    assertion.revision = 11;
    assert_status(assert_page(world->redis, world->database, &assertion, DEADLINE), STATUS_OK);
    assert_false(home_eq(&old, &world->home));
    assert_status(publish(world, 20, slots, 1), STATUS_OK);
    world->home = home_make(redis_sync_run_id(world->redis), fresh_nonce(&world->arena));
    assertion.epoch = slice_str("00000000000000e2");
    assertion.revision = 1;
    assert_status(assert_page(world->redis, world->database, &assertion, DEADLINE), STATUS_OK);
}

/* ------------------------------------------------------------------ RENEW */

static struct own own_of(const struct world *world)
{
    return (struct own){
        .home = world->home, .epoch = "00000000000000e1", .touches = "00000000000000f1"};
}

static struct renew_view look(struct world *world)
{
    struct renew_view view;

    assert_status(renew_look(world->redis, world->database, &world->home, DEADLINE, &view),
                  STATUS_OK);
    return view;
}

static void test_look_tells_server_and_page(void **state)
{
    struct world *world = *state;
    const uint32_t slots[] = {3};
    struct renew_view view;

    assert_at(world, 10);
    assert_status(publish(world, 12, slots, 1), STATUS_OK);
    view = look(world);
    assert_true(view.master);
    assert_int_equal(strlen(view.replid), REDIS_RUN_ID);
    assert_true(view.page);
    assert_true(home_eq(&view.page_home, &world->home));
    assert_string_equal(view.page_epoch, "00000000000000e1");
    assert_string_equal(view.page_replid, replid);
    assert_int_equal(view.page_server_id, 7);
    assert_int_equal(view.published, 12);
    assert_true(view.time_us > 1600000000000000);
}

static void test_look_sees_that_the_page_is_missing(void **state)
{
    assert_false(look(*state).page);
}

static void test_renew_writes_own_with_its_lease_and_keeps_the_page(void **state)
{
    struct world *world = *state;
    struct slice key = key_own(&world->arena, world->database);
    struct own own = own_of(world), read;
    int64_t ttl;

    assert_at(world, 10);
    assert_status(
        renew_own(world->redis, world->database, &own, look(world).time_us, 600, DEADLINE),
        STATUS_OK);
    assert_status(own_parse(command(world, "GET", key, NULL)->text, &read), STATUS_OK);
    assert_memory_equal(&read, &own, sizeof(own));
    ttl = command(world, "PTTL", key, NULL)->integer;
    assert_true(ttl > 0 && ttl <= 600);
    assert_int_equal(command(world, "PTTL", page(world), NULL)->integer, -1);
}

static void test_renew_half_a_lease_after_the_look_is_refused(void **state)
{
    struct world *world = *state;
    struct own own = own_of(world);

    assert_at(world, 10);
    assert_status(
        renew_own(world->redis, world->database, &own, look(world).time_us - 300000, 600, DEADLINE),
        STATUS_TIMEOUT);
    assert_int_equal(
        command(world, "EXISTS", key_own(&world->arena, world->database), NULL)->integer, 0);
}

static void test_renew_without_page_is_refused(void **state)
{
    struct world *world = *state;
    struct own own = own_of(world);

    assert_status(
        renew_own(world->redis, world->database, &own, look(world).time_us, 600, DEADLINE),
        STATUS_NOT_FOUND);
    assert_int_equal(
        command(world, "EXISTS", key_own(&world->arena, world->database), NULL)->integer, 0);
}

/* ------------------------------------------------------------------ after the commit */

static void tell(struct world *world, const char *epoch, uint64_t revision, uint64_t version)
{
    const uint32_t slots[] = {3, 4};
    const struct told told[] = {
        {SLICE_LITERAL("Product:7"), version}
    };
    const struct news news = {.epoch = slice_str(epoch),
                              .revision = revision,
                              .slots = slots,
                              .slot_count = 2,
                              .told = told,
                              .told_count = 1};

    publish_tell(world->redis, world->database, &news, DEADLINE);
}

static struct seen seen_of(struct world *world)
{
    struct slice key = key_aggregate(&world->arena, world->database, SLICE_LITERAL("Product:7"));
    struct seen seen;

    assert_true(command(world, "PTTL", key, NULL)->integer > 590000);
    assert_status(seen_parse(command(world, "GET", key, NULL)->text, &seen), STATUS_OK);
    return seen;
}

static void test_told_version_is_of_the_latest_commit_of_its_epoch(void **state)
{
    static const struct {
        const char *epoch;
        uint64_t revision, version, expected;
    } cases[] = {
        {"00000000000000e1", 1,  9,  9 },
        {"00000000000000e1", 9,  10, 10},
        {"00000000000000e1", 10, 8,  8 }, /* set back by another writer; 10 is not below 9 */
        {"00000000000000e1", 9,  10, 8 }, /* said late */
        {"00000000000000e2", 4,  3,  3 },
    };
    struct world *world = *state;

    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        tell(world, cases[i].epoch, cases[i].revision, cases[i].version);
        assert_int_equal(seen_of(world).version, cases[i].expected);
    }
    assert_int_equal(seen_of(world).revision, 4);
    command(world, "DEL", key_aggregate(&world->arena, world->database, SLICE_LITERAL("Product:7")),
            NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_assert_makes_every_floor_the_revision),
        TEST(test_assert_removes_own_and_older_pages),
        TEST(test_asserted_page_goes_by_itself_until_it_is_renewed),
        TEST(test_assert_on_another_server_is_refused),
        TEST(test_publish_raises_its_slots_only),
        TEST(test_publish_of_large_revisions_is_exact),
        TEST(test_publish_without_page_makes_none),
        TEST(test_publish_behind_published_is_refused),
        TEST(test_assert_below_what_was_published_is_refused),
        TEST(test_publish_of_an_aborted_number_again_is_allowed),
        TEST(test_publish_on_another_server_is_refused),
        TEST(test_look_tells_server_and_page),
        TEST(test_look_sees_that_the_page_is_missing),
        TEST(test_renew_writes_own_with_its_lease_and_keeps_the_page),
        TEST(test_renew_half_a_lease_after_the_look_is_refused),
        TEST(test_renew_without_page_is_refused),
        TEST(test_told_version_is_of_the_latest_commit_of_its_epoch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
