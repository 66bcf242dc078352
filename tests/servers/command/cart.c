/*
 * The carts of cart.h.
 */
#include "tests/servers/command/cart.h"

#include "lib/base/clock.h"

struct carts carts;
static struct commander *warm; /* the bench's; a command may be run by a cold one in its place */

int cart_bench_open(void **state)
{
    int failed;

    (void)state;
    carts_init(&carts);
    failed = bench_open(
        &carts.plan, "{\"TableName\":\"Carts\",\"BillingMode\":\"PAY_PER_REQUEST\","
                     "\"AttributeDefinitions\":[{\"AttributeName\":\"PK\",\"AttributeType\":\"S\"},"
                     "{\"AttributeName\":\"SK\",\"AttributeType\":\"S\"}],"
                     "\"KeySchema\":[{\"AttributeName\":\"PK\",\"KeyType\":\"HASH\"},"
                     "{\"AttributeName\":\"SK\",\"KeyType\":\"RANGE\"}]}");
    warm = bench.commander;
    return failed;
}

int cart_bench_close(void **state)
{
    (void)state;
    bench_close();
    carts_fini(&carts);
    return 0;
}

struct slice cart_id(struct trial *trial)
{
    return arena_printf(&trial->arena, "c%llu", (unsigned long long)trial->id);
}

enum status cart_run(struct trial *trial, enum cart_command which, const char *payload)
{
    trial->input.path_id = value_string(&trial->arena, cart_id(trial));
    return trial_run(trial, &carts.commands[which], payload);
}

enum status cart_run_cold(struct trial *trial, enum cart_command which, const char *payload)
{
    struct aggregate_cache *empty = aggregate_cache_create(bench.settings.aggregate_cache);
    enum status status;

    bench.commander =
        commander_create(bench.loop, &carts.plan, &bench.settings, bench.dynamodb, empty);
    status = cart_run(trial, which, payload);
    commander_destroy(bench.commander);
    aggregate_cache_destroy(empty);
    bench.commander = warm;
    return status;
}

void cart_open(struct trial *trial)
{
    trial_init(trial);
    assert_status(cart_run(trial, CART_OPEN, "{}"), STATUS_OK);
}

void cart_fresh_key(struct trial *trial)
{
    static unsigned int count;

    trial->input.idempotency_key =
        arena_printf(&trial->arena, "cart-%llu-%u", (unsigned long long)clock_wall_ms(), count++);
}

const struct value *cart_items(struct trial *trial)
{
    struct dynamodb_answer answer;
    struct slice body = arena_printf(
        &trial->arena,
        "{\"TableName\":\"Carts\",\"ConsistentRead\":true,\"KeyConditionExpression\":\"PK = :pk\","
        "\"ExpressionAttributeValues\":{\":pk\":{\"S\":\"CART#%.*s\"}}}",
        SLICE_ARG(cart_id(trial)));

    assert_status(
        other_writer(DYNAMODB_QUERY, arena_cstr(&trial->arena, body), &trial->arena, &answer),
        STATUS_OK);
    return value_get(answer.body, slice_str("Items"));
}

uint64_t cart_check_events(struct trial *trial)
{
    struct slice before = SLICE_EMPTY;
    uint64_t expected = 0;

    for (const struct value *item = cart_items(trial)->first; item; item = item->next) {
        uint64_t version = 0;

        if (slice_is(field(item, "SK", "S"), "SNAPSHOT")) {
            continue;
        }
        assert_status(slice_parse_u64(field(item, "version", "N"), &version), STATUS_OK);
        assert_true(version == ++expected);
        if (!slice_starts(field(item, "eventId", "S"), "foreign")) {
            assert_true(slice_compare(field(item, "timestamp", "N"), before) > 0);
            before = field(item, "timestamp", "N");
        }
    }
    return expected;
}

const char *cart_foreign_event_of(struct trial *trial, unsigned long long version, const char *type,
                                  struct slice payload)
{
    return arena_cstr(
        &trial->arena,
        arena_printf(&trial->arena,
                     "{\"TableName\":\"Carts\",\"Item\":{\"PK\":{\"S\":\"CART#%.*s\"},"
                     "\"SK\":{\"S\":\"EVENT#%020llu\"},\"eventId\":{\"S\":\"foreign-%llu\"},"
                     "\"eventType\":{\"S\":\"%s\"},\"version\":{\"N\":\"%llu\"},"
                     "\"timestamp\":{\"N\":\"%llu\"},\"payload\":{\"M\":{%.*s}}}}",
                     SLICE_ARG(cart_id(trial)), version, version, type, version,
                     (unsigned long long)clock_wall_ms() + version, SLICE_ARG(payload)));
}

const char *cart_foreign_event(struct trial *trial, unsigned long long version, unsigned int count)
{
    return cart_foreign_event_of(trial, version, "Added",
                                 arena_printf(&trial->arena, "\"Count\":{\"N\":\"%u\"}", count));
}

void cart_foreign_append(struct trial *trial, unsigned long long version, unsigned int count)
{
    other_does(trial, DYNAMODB_PUT_ITEM, cart_foreign_event(trial, version, count));
}
