/*
 * Who joins a flight: a source of ours answers when the test says so.
 */
#include "cache/answer.h"
#include "cache/cache.h"
#include "cache/flight.h"
#include "cache/source.h"
#include "lib/base/memory.h"
#include "tests/unit/unit.h"

static source_done_fn *asked_done;
static void *asked_ctx;
static unsigned int asked_times;

static void ask(struct cache *cache, struct arena *arena, const struct source_request *request,
                source_done_fn *done, void *ctx)
{
    (void)cache;
    (void)arena;
    (void)request;
    asked_done = done;
    asked_ctx = ctx;
    asked_times++;
}

static enum status build(struct arena *arena, const struct lookup_input *input,
                         const struct cursor *cursor, const struct cursor_seal *seal,
                         const struct sql_rows *rows, struct answer *out)
{
    (void)arena;
    (void)input;
    (void)cursor;
    (void)seal;
    (void)rows;
    out->kind = ANSWER_ROWS;
    return STATUS_OK;
}

/* The file under test, with the two that need servers replaced. */
#define source_ask          ask
#define answer_build        build
#define sql_node_name(a, b) SLICE_LITERAL("primary")
#include "cache/flight.c"

#define OLD "0123456789abcdef"
#define NEW "fedcba9876543210"

struct party {
    struct floors floors;
    struct flight_waiter waiter;
    bool told;
    enum status status;
    uint64_t label;
};

struct world {
    struct plan_model model;
    struct plan_query query;
    struct cache_model cache_model;
    struct cache_query cache_query;
    struct cache cache;
    struct arena arena;
    struct lookup_input input;
    struct cursor cursor;
    struct key key;
    struct party starter, joiner;
};

static void told(void *ctx, enum status status, const struct answer *answer)
{
    struct party *party = ctx;

    party->told = true;
    party->status = status;
    party->label = answer ? answer->label : 0;
}

static void party_make(struct world *world, struct party *party, const char *epoch, uint64_t floor)
{
    party->floors = (struct floors){.current = true, .label_min = floor};
    memcpy(party->floors.epoch, epoch, EPOCH_TEXT);
    party->waiter = (struct flight_waiter){.began = cache_tick(&world->cache),
                                           .key = &world->key,
                                           .input = &world->input,
                                           .cursor = &world->cursor,
                                           .floors = &party->floors,
                                           .done = told,
                                           .ctx = party};
}

static int world_make(void **state)
{
    struct world *world = XNEW(struct world);

    world->query.model = &world->model;
    world->cache.models = &world->cache_model;
    world->cache.queries = &world->cache_query;
    world->cache.references = 1;
    world->cache_query.coalesced = metric_series(METRIC_COUNTER, "joined", "joined", "");
    world->input.query = &world->query;
    world->input.arena = &world->arena;
    world->key = (struct key){SLICE_LITERAL("k"), SLICE_LITERAL("p")};
    asked_times = 0;
    *state = world;
    return 0;
}

static int world_free(void **state)
{
    struct world *world = *state;

    arena_fini(&world->arena);
    xfree(world);
    return 0;
}

static void primary_answers(uint64_t label, bool proven)
{
    const struct source_answer answer = {
        .epoch = {OLD, EPOCH_TEXT},
        .label = label,
        .node = SQL_PRIMARY,
        .fits = false,
        .proven = proven
    };

    asked_done(asked_ctx, STATUS_OK, &answer);
}

/* A demoted primary may fit him who asked, and be one short of what the joiner must see. */
static void test_one_less_is_taken_of_a_proven_primary_only(void **state)
{
    struct world *world = *state;

    party_make(world, &world->starter, OLD, 10);
    party_make(world, &world->joiner, OLD, 11);
    flight_join(&world->cache, &world->starter.waiter);
    flight_join(&world->cache, &world->joiner.waiter);
    assert_int_equal(asked_times, 1);
    primary_answers(10, false);
    assert_true(world->starter.told);
    assert_int_equal(world->starter.label, 10);
    assert_false(world->joiner.told);
    assert_int_equal(asked_times, 2);
    primary_answers(10, true);
    assert_true(world->joiner.told);
    assert_int_equal(world->joiner.label, 10);
}

static void test_what_another_epochs_flight_failed_by_is_not_the_joiners(void **state)
{
    struct world *world = *state;

    party_make(world, &world->starter, NEW, 1);
    party_make(world, &world->joiner, OLD, 10);
    flight_join(&world->cache, &world->starter.waiter);
    flight_join(&world->cache, &world->joiner.waiter);
    asked_done(asked_ctx, STATUS_PRECONDITION, NULL);
    assert_int_equal(world->starter.status, STATUS_PRECONDITION);
    assert_false(world->joiner.told);
    primary_answers(10, false);
    assert_int_equal(world->joiner.status, STATUS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_less_is_taken_of_a_proven_primary_only, world_make,
                                        world_free),
        cmocka_unit_test_setup_teardown(
            test_what_another_epochs_flight_failed_by_is_not_the_joiners, world_make, world_free),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
