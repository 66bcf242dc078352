#include "tests/servers/cache/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cache/publish.h"
#include "cache/tag.h"
#include "lib/base/clock.h"
#include "lib/base/memory.h"
#include "lib/data/hash.h"
#include "lib/redis/reply.h"
#include "lib/run/metric.h"
#include "projector/store/tables.sql.h"

#define DEADLINE clock_deadline(5000000)
#define SLICE(text)              \
    {                            \
        (text), sizeof(text) - 1 \
    }

/* ------------------------------------------------------------------ plan */

#define WRAP_HEAD                                              \
    "SELECT r.epoch, r.revision, q.* FROM twofold_revision r " \
    "LEFT JOIN (SELECT 1 AS _row, u.* FROM ("
#define WRAP_TAIL ") q ON TRUE WHERE r.id = 1"
#define ONE       "SELECT id, name FROM item WHERE id = ?"
#define MANY      "SELECT id, name FROM item"
/*
 * A named lock that root's connection holds while the gate is shut. Passing it is part of reading
 * the row: it names a column, since MySQL evaluates what names none before it takes its snapshot.
 */
#define GATE(column)                                                    \
    "IF(LENGTH(" column ") < 0, 0, GET_LOCK(DATABASE(), 20)) >= 0 AND " \
    "IF(LENGTH(" column ") < 0, 0, RELEASE_LOCK(DATABASE())) >= 0"

static struct plan_template_part item_parts[] = {
    {.literal = SLICE("item:"), .name = SLICE("id"), .type = SCALAR_INTEGER, .param = 0}
};
static struct plan_template_part list_parts[] = {
    {.literal = SLICE("items"), .param = -1}
};
static const struct plan_template item_tag = {.parts = item_parts, .part_count = 1};
static const struct plan_template list_tag = {.parts = list_parts, .part_count = 1};
static const struct plan_param id_param = {.name = SLICE("id"), .type = SCALAR_INTEGER};
static const struct plan_bind id_bind = {.source = SOURCE_PARAM};
static const struct plan_bind page_binds[] = {{.source = SOURCE_CURSOR}, {.source = SOURCE_LIMIT}};
static const struct plan_key_column key_column = {.name = SLICE("id"), .type = SCALAR_INTEGER};

static struct plan_query queries[] = {
    {.name = SLICE("GetItem"),
     .one = true,
     .params = &id_param,
     .param_count = 1,
     .tags = &item_tag,
     .tag_count = 1,
     .ttl_ms = 60000,
     .negative_ttl_ms = 60000,
     .user_sql = SLICE(ONE),
     .first = {.text = SLICE(WRAP_HEAD ONE ") u LIMIT 2" WRAP_TAIL),
               .binds = &id_bind,
               .bind_count = 1},
     .fingerprint = "0000000000000001",
     .index = 0},
    {.name = SLICE("GetSlowly"),
     .one = true,
     .params = &id_param,
     .param_count = 1,
     .tags = &item_tag,
     .tag_count = 1,
     .ttl_ms = 60000,
     .negative_ttl_ms = 60000,
     .user_sql = SLICE(ONE),
     .first = {.text = SLICE(WRAP_HEAD ONE " AND " GATE("name") ") u LIMIT 2" WRAP_TAIL),
               .binds = &id_bind,
               .bind_count = 1},
     .fingerprint = "0000000000000002",
     .index = 1},
    {.name = SLICE("ListItems"),
     .tags = &list_tag,
     .tag_count = 1,
     .ttl_ms = 60000,
     .paged = true,
     .page = {.columns = &key_column, .column_count = 1, .limit = 2, .max = 10},
     .user_sql = SLICE(MANY),
     .first = {.text = SLICE(WRAP_HEAD MANY ") u ORDER BY u.id LIMIT ?" WRAP_TAIL " ORDER BY q.id"),
               .binds = page_binds + 1,
               .bind_count = 1},
     .after = {.text = SLICE(WRAP_HEAD MANY ") u WHERE u.id > ? ORDER BY u.id LIMIT ?" WRAP_TAIL
                                            " ORDER BY q.id"),
               .binds = page_binds,
               .bind_count = 2},
     .before = {.text =
                    SLICE(WRAP_HEAD MANY ") u WHERE u.id < ? ORDER BY u.id DESC LIMIT ?" WRAP_TAIL
                                         " ORDER BY q.id DESC"),
                .binds = page_binds,
                .bind_count = 2},
     .fingerprint = "0000000000000003",
     .index = 2},
};

static void plan_make(struct world *world)
{
    world->model = (struct plan_model){
        .name = SLICE("items"),
        .database = world->database,
        .aggregate = {.name = SLICE("Item")},
        .queries = queries,
        .query_count = ARRAY_COUNT(queries),
        .touches = TOUCHES,
    };
    for (size_t i = 0; i < ARRAY_COUNT(queries); i++) {
        queries[i].model = &world->model;
    }
    world->plan = (struct plan){.references = 1, /* the test's: no cache may free it */
                                .models = &world->model,
                                .model_count = 1,
                                .query_count = ARRAY_COUNT(queries)};
}

const struct plan_query *query_item(struct world *world)
{
    (void)world;
    return &queries[0];
}

const struct plan_query *query_slow(struct world *world)
{
    (void)world;
    return &queries[1];
}

const struct plan_query *query_items(struct world *world)
{
    (void)world;
    return &queries[2];
}

/* ------------------------------------------------------------------ SQL */

static const struct sql_login root_login = {
    .user = SLICE("root"), .connect_timeout_us = 2000000, .read_timeout_us = 20000000};

void sql(struct world *world, enum node node, const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (sql_exec(world->root[node], text) != STATUS_OK) {
        fail_msg("%s: %s", text, sql_error(world->root[node])->text);
    }
}

static void database_make(struct world *world, enum node node)
{
    sql(world, node, "SET sql_log_bin = 0");
    sql(world, node, "CREATE DATABASE %.*s CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        SLICE_ARG(world->database));
    sql(world, node, "USE %.*s", SLICE_ARG(world->database));
    assert_status(sql_exec_all(world->root[node], slice_str(tables_sql)), STATUS_OK);
    sql(world, node, "CREATE TABLE item (id BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL)");
    sql(world, node, "INSERT INTO twofold_secret VALUES (1, REPEAT('5', 64))");
    sql(world, node,
        "INSERT INTO twofold_revision (id, epoch, revision, cleared, touches) "
        "VALUES (1, '" EPOCH "', 10, '', '" TOUCHES "')");
}

static void nodes_make(struct world *world, const struct sql_address *addresses)
{
    struct sql_config config = {
        .node_count = 2,
        .nodes = {addresses[PRIMARY], addresses[REPLICA]},
        .login = root_login,
        .threads = 4,
        .queue_max = 100,
        .primary_max = 4,
        .primary_queue = 100,
        .eject_us = 1000,
        .eject_cap_us = 1000,
    };

    world->sql = sql_create(&config);
}

void revision_set(struct world *world, enum node node, const char *epoch, uint64_t revision)
{
    sql(world, node, "UPDATE twofold_revision SET epoch = '%s', revision = %" PRIu64, epoch,
        revision);
}

void home_set(struct world *world, const struct home *home, const char *touches)
{
    if (home) {
        sql(world, PRIMARY, "UPDATE twofold_revision SET home = '%s', touches = '%s'", home->text,
            touches);
    } else {
        sql(world, PRIMARY, "UPDATE twofold_revision SET home = NULL, touches = '%s'", touches);
    }
}

void item_set(struct world *world, enum node node, uint64_t id, const char *name)
{
    sql(world, node, "REPLACE INTO item VALUES (%" PRIu64 ", '%s')", id, name);
}

void item_delete(struct world *world, enum node node, uint64_t id)
{
    sql(world, node, "DELETE FROM item WHERE id = %" PRIu64, id);
}

void gate_shut(struct world *world, enum node node)
{
    sql(world, node, "DO GET_LOCK(DATABASE(), 5)");
}

void gate_open(struct world *world, enum node node)
{
    sql(world, node, "DO RELEASE_LOCK(DATABASE())");
}

static size_t waiters_at(struct world *world, enum node node)
{
    const struct sql_statement statement = {
        .text = SLICE_LITERAL("SELECT ID FROM information_schema.PROCESSLIST WHERE STATE = "
                              "'User lock' AND DB = DATABASE()")};
    struct sql_rows rows;

    assert_status(sql_run(world->root[node], &statement, &world->arena, &rows), STATUS_OK);
    return rows.row_count;
}

bool gate_has_waiter(void *ctx)
{
    return waiters_at(ctx, PRIMARY) + waiters_at(ctx, REPLICA) > 0;
}

void gate_for_revisions(struct world *world)
{
    sql(world, PRIMARY, "RENAME TABLE twofold_revision TO revision_behind_gate");
    sql(world, PRIMARY,
        "CREATE VIEW twofold_revision AS SELECT * FROM revision_behind_gate WHERE " GATE("epoch"));
}

unsigned int queries_of(struct world *world, const char *node)
{
    struct slice start = arena_printf(&world->arena, "twofold_sql_queries_total{node=\"%s\"", node);
    struct buf buf = {0};
    struct slice rest, line;
    double sum = 0;

    metric_render(&buf);
    rest = buf_slice(&buf);
    while (rest.len > 0) {
        (void)slice_cut(rest, '\n', &line, &rest);
        if (slice_starts(line, start.ptr)) {
            sum += strtod(strrchr(arena_cstr(&world->arena, line), ' '), NULL);
        }
    }
    buf_fini(&buf);
    return (unsigned int)sum;
}

/* ------------------------------------------------------------------ Redis */

struct redis_reply *redis_do(struct world *world, const char *const *words)
{
    struct slice args[16];
    size_t count = 0;
    struct redis_reply *replies = NULL;

    for (; words[count]; count++) {
        args[count] = slice_str(words[count]);
    }
    assert_status(redis_sync_send(world->admin, &(struct redis_command){args, count}, 1, DEADLINE,
                                  &world->arena, &replies),
                  STATUS_OK);
    return replies;
}

struct home home_fresh(struct world *world)
{
    unsigned char bytes[NONCE_TEXT / 2];
    char nonce[NONCE_TEXT + 1];

    random_bytes(bytes, sizeof(bytes));
    hex_encode(bytes, sizeof(bytes), nonce);
    return home_make(redis_sync_run_id(world->admin), slice_str(nonce));
}

static void page_make_for(struct world *world, uint64_t revision, struct slice replid)
{
    const struct assertion assertion = {.home = &world->home,
                                        .epoch = SLICE_LITERAL(EPOCH),
                                        .replid = replid,
                                        .server_id = 1,
                                        .revision = revision};

    assert_status(assert_page(world->admin, world->database, &assertion, DEADLINE), STATUS_OK);
}

void page_make(struct world *world, uint64_t revision)
{
    struct redis_reply *info = redis_do(world, (const char *[]){"INFO", "replication", NULL});

    page_make_for(world, revision, redis_info_value(info->text, "master_replid"));
}

void page_make_before_demotion(struct world *world, uint64_t revision)
{
    page_make_for(world, revision, SLICE_LITERAL("0000000000000000000000000000000000000001"));
}

void page_publish(struct world *world, uint64_t revision, uint64_t id)
{
    const uint32_t slots[] = {
        tag_slot(SLICE_LITERAL("items")),
        tag_slot(arena_printf(&world->arena, "item:%" PRIu64, id)),
    };

    assert_status(
        publish_revision(world->admin, world->database, &world->home, revision, slots, 2, DEADLINE),
        STATUS_OK);
}

void own_set(struct world *world, const struct home *home, const char *epoch, const char *touches)
{
    struct own own = {.home = *home};
    const char *words[] = {"SET", NULL, NULL, "PX", "600000", NULL};

    memcpy(own.epoch, epoch, sizeof(own.epoch));
    memcpy(own.touches, touches, sizeof(own.touches));
    words[1] = arena_cstr(&world->arena, key_own(&world->arena, world->database));
    words[2] = arena_cstr(&world->arena, own_text(&world->arena, &own));
    redis_do(world, words);
}

void own_delete(struct world *world)
{
    const char *words[] = {
        "DEL", arena_cstr(&world->arena, key_own(&world->arena, world->database)), NULL};

    redis_do(world, words);
}

void commit(struct world *world, uint64_t revision, uint64_t id, const char *name, bool replica_too)
{
    page_publish(world, revision, id);
    item_set(world, PRIMARY, id, name);
    revision_set(world, PRIMARY, EPOCH, revision);
    if (replica_too) {
        item_set(world, REPLICA, id, name);
        revision_set(world, REPLICA, EPOCH, revision);
    }
}

/* ------------------------------------------------------------------ life */

static bool redis_is_up(void *ctx)
{
    return redis_up(((struct world *)ctx)->redis);
}

static int databases_make(struct world *world)
{
    static const char *const variables[] = {"TWOFOLD_SQL_PRIMARY", "TWOFOLD_SQL_REPLICA"};
    struct sql_address addresses[] = {{.name = SLICE("primary")}, {.name = SLICE("replica1")}};
    struct sql_error error;

    for (size_t i = 0; i < ARRAY_COUNT(variables); i++) {
        const char *socket = getenv(variables[i]);

        addresses[i].host = slice_str(socket ? socket : "");
        if (!socket || sql_open(&addresses[i], &root_login, SLICE_EMPTY, &world->root[i], &error) !=
                           STATUS_OK) {
            print_error("no server at %s\n", variables[i]);
            return -1;
        }
        database_make(world, (enum node)i);
    }
    nodes_make(world, addresses);
    return 0;
}

int world_setup(void **state)
{
    const char *redis = getenv("TWOFOLD_REDIS");
    struct world *world = XNEW(struct world);

    *state = world;
    world->database = arena_printf(&world->arena, "twofold_%016" PRIx64, random_u64());
    if (!redis || databases_make(world) != 0) {
        print_error("TWOFOLD_REDIS, TWOFOLD_SQL_PRIMARY and TWOFOLD_SQL_REPLICA must be set\n");
        return -1;
    }
    plan_make(world);
    world->settings = (struct settings){
        .redis = slice_str(redis),
        .redis_connect_timeout = 1000000,
        .redis_timeout = 1000000,
        .redis_pending = 10000,
        .sql_timeout = 30000000,
        .sql_rows_max = 1000,
        .sql_eject = 1000,
        .consistency_timeout = 5000000,
        .consistency_waiters = 100,
    };
    const struct redis_config config = {
        .addresses = slice_str(redis),
        .connect_timeout_us = 1000000,
        .command_timeout_us = 1000000,
        .retry_base_us = 1000,
        .retry_cap_us = 10000,
        .pending_max = 10000,
    };
    world->loop = loop_create("test");
    world->redis = redis_create(world->loop, &config);
    world->admin = redis_sync_create(&config);
    assert_status(redis_sync_connect(world->admin, DEADLINE), STATUS_OK);
    world->cache =
        cache_create(world->loop, &world->plan, &world->settings, world->redis, world->sql);
    loop_until(world, redis_is_up, world);
    world->home = home_fresh(world);
    page_make(world, 10);
    home_set(world, &world->home, TOUCHES);
    own_set(world, &world->home, EPOCH, TOUCHES);
    item_set(world, PRIMARY, 1, "one");
    item_set(world, REPLICA, 1, "one");
    return 0;
}

static void keys_delete(struct world *world)
{
    struct redis_reply *keys = redis_do(
        world,
        (const char *[]){
            "KEYS", arena_printf(&world->arena, "twofold:%.*s:*", SLICE_ARG(world->database)).ptr,
            NULL});

    for (size_t i = 0; i < keys->count; i++) {
        redis_do(world,
                 (const char *[]){"DEL", arena_cstr(&world->arena, keys->items[i].text), NULL});
    }
}

int world_teardown(void **state)
{
    struct world *world = *state;

    cache_destroy(world->cache);
    redis_destroy(world->redis);
    sql_destroy(world->sql);
    loop_destroy(world->loop);
    keys_delete(world);
    redis_sync_destroy(world->admin);
    for (size_t i = 0; i < ARRAY_COUNT(world->root); i++) {
        sql(world, (enum node)i, "DROP DATABASE %.*s", SLICE_ARG(world->database));
        sql_close(world->root[i]);
    }
    arena_fini(&world->arena);
    xfree(world);
    return 0;
}

/* ------------------------------------------------------------------ requests */

struct until {
    struct world *world;
    bool (*fn)(void *ctx);
    void *ctx;
    uint64_t limit_us;
    struct loop_timer timer;
};

static void until_look(void *ctx)
{
    struct until *until = ctx;

    if (until->fn(until->ctx) || clock_us() > until->limit_us) {
        loop_stop(until->world->loop);
        return;
    }
    loop_timer_start(until->world->loop, &until->timer, clock_us() + 1000, until_look, until);
}

void loop_until(struct world *world, bool (*fn)(void *ctx), void *ctx)
{
    struct until until = {.world = world, .fn = fn, .ctx = ctx, .limit_us = clock_us() + 10000000};

    if (!fn(ctx)) {
        until_look(&until);
        loop_run(world->loop);
    }
    assert_true(fn(ctx));
}

static void on_lookup(void *ctx, enum lookup_outcome outcome, const struct answer *answer)
{
    struct request *request = ctx;

    assert_false(request->done);
    request->done = true;
    request->outcome = outcome;
    if (answer) {
        request->answer = *answer;
    }
}

struct request *request_new(struct world *world, const struct plan_query *query, uint64_t id)
{
    struct request *request = ARENA_NEW(&world->arena, struct request);
    const struct value **params = ARENA_ARRAY(&world->arena, const struct value *, 1);
    const struct slice *texts;

    params[0] = value_i64(&world->arena, (int64_t)id);
    assert_status(canonical_texts(&world->arena, query, params, &texts), STATUS_OK);
    request->world = world;
    request->input = (struct lookup_input){
        .query = query,
        .params = params,
        .texts = texts,
        .limit = query->paged ? query->page.limit : 0,
        .cursor = SLICE_EMPTY,
        .path = SLICE_LITERAL("/items"),
        .links_query = SLICE_EMPTY,
        .tokens = SLICE_EMPTY,
        .claims = SLICE_EMPTY,
        .deadline_us = DEADLINE,
        .arena = &world->arena,
    };
    return request;
}

void request_start(struct request *request)
{
    lookup_start(request->world->cache, &request->input, on_lookup, request);
    assert_false(request->done);
}

static bool request_is_done(void *ctx)
{
    return ((struct request *)ctx)->done;
}

void request_wait(struct request *request)
{
    loop_until(request->world, request_is_done, request);
}

struct request *ask(struct world *world, uint64_t id)
{
    struct request *request = request_new(world, query_item(world), id);

    request_start(request);
    request_wait(request);
    return request;
}

void assert_hit(const struct request *request, const char *body)
{
    assert_int_equal(request->outcome, LOOKUP_ANSWERED);
    assert_int_equal(request->answer.from, FROM_REDIS);
    assert_slice(request->answer.body, body);
}

void assert_sql(const struct request *request, enum answer_forward forward, const char *node,
                const char *body)
{
    assert_int_equal(request->outcome, LOOKUP_ANSWERED);
    assert_int_equal(request->answer.from, FROM_SQL);
    assert_int_equal(request->answer.forward, forward);
    assert_slice(request->answer.node, node);
    assert_slice(request->answer.body, body);
}
