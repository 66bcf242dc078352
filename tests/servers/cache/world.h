/*
 * A small read side on real servers: TWOFOLD_REDIS (host:port), TWOFOLD_SQL_PRIMARY and
 * TWOFOLD_SQL_REPLICA (sockets; root needs no password).
 *
 * Each test has a database of its own, made on both servers outside of their replication, so a test
 * makes the replica lag as it likes. The plan is made by hand: an item by its id, the same behind a
 * gate, and all items in pages of two.
 */
#ifndef TESTS_SERVERS_CACHE_WORLD_H
#define TESTS_SERVERS_CACHE_WORLD_H

#include "cache/lookup.h"
#include "cache/page.h"
#include "conf/settings/settings.h"
#include "lib/redis/sync.h"
#include "lib/sql/conn.h"
#include "tests/unit/unit.h"

#define EPOCH   "00000000000000e1"
#define EPOCH_2 "00000000000000e2"
#define TOUCHES "00000000000000f1"

enum node {
    PRIMARY,
    REPLICA
};

struct world {
    struct arena arena;
    struct slice database;
    struct plan plan;
    struct plan_model model;
    struct settings settings;
    struct loop *loop;
    struct redis *redis;
    struct redis_sync *admin; /* of Redis */
    struct sql_conn *root[2]; /* of SQL, by node */
    struct sql *sql;
    struct cache *cache;
    struct home home;
};

/*
 * cmocka's. The page is made at revision 10, own is there, item 1 is 'one' at revision 10 on both
 * nodes.
 */
int world_setup(void **state);
int world_teardown(void **state);

const struct plan_query *query_item(struct world *world);
const struct plan_query *query_slow(struct world *world);
const struct plan_query *query_items(struct world *world);

/* ------------------------------------------------------------------ what the projector would do */

void sql(struct world *world, enum node node, const char *format, ...) PRINTF_LIKE(3, 4);
void revision_set(struct world *world, enum node node, const char *epoch, uint64_t revision);
void home_set(struct world *world, const struct home *home, const char *touches); /* NULL: NULL */
void item_set(struct world *world, enum node node, uint64_t id, const char *name);
void item_delete(struct world *world, enum node node, uint64_t id);
void page_make(struct world *world, uint64_t revision); /* under world->home */
/* The same, with another master_replid in its header than the server's: it was a replica since. */
void page_make_before_demotion(struct world *world, uint64_t revision);
void page_publish(struct world *world, uint64_t revision, uint64_t id);
void own_set(struct world *world, const struct home *home, const char *epoch, const char *touches);
void own_delete(struct world *world);
struct home home_fresh(struct world *world); /* on this server */
/* One whole commit of item ID, on both nodes or the primary alone. */
void commit(struct world *world, uint64_t revision, uint64_t id, const char *name,
            bool replica_too);
struct redis_reply *redis_do(struct world *world, const char *const *words);
/*
 * While a node's gate is shut, query_slow hangs there, its snapshot taken; after gate_for_revisions
 * every read of twofold_revision too.
 */
void gate_shut(struct world *world, enum node node);
void gate_open(struct world *world, enum node node);
void gate_for_revisions(struct world *world);
bool gate_has_waiter(void *world); /* at any of the nodes */
/* Queries that were sent to NODE so far. */
unsigned int queries_of(struct world *world, const char *node);

/* ------------------------------------------------------------------ requests */

struct request {
    struct world *world;
    struct arena arena;
    struct lookup_input input;
    bool done;
    enum lookup_outcome outcome;
    struct answer answer;
};

struct request *request_new(struct world *world, const struct plan_query *query, uint64_t id);
void request_start(struct request *request);
/* Runs the loop until it is done; fails after 10 s. */
void request_wait(struct request *request);
struct request *ask(struct world *world, uint64_t id);
/* Runs the loop until FN says true; fails after 10 s. */
void loop_until(struct world *world, bool (*fn)(void *ctx), void *ctx);

void assert_hit(const struct request *request, const char *body);
void assert_sql(const struct request *request, enum answer_forward forward, const char *node,
                const char *body);

#endif
