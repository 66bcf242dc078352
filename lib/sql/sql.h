/*
 * The SQL nodes of a process, asked from loops: blocking connections on a few threads behind
 * sql_query(..., done).
 *
 * Node 0 is the primary, 1.. the replicas. A thread holds a connection per node, opened when it is
 * first needed; node 0's is refused if the server is read-only, and left as soon as it is seen to
 * be. A deadline shuts the connection's socket down, then KILLs the query from a spare
 * connection; its place under the cap is held until then.
 */
#ifndef LIB_SQL_SQL_H
#define LIB_SQL_SQL_H

#include "lib/run/loop.h"
#include "lib/sql/conn.h"

#define SQL_PRIMARY   0
#define SQL_NODES_MAX 16

struct sql;

struct sql_config {
    struct sql_address nodes[SQL_NODES_MAX];
    unsigned int node_count;
    struct sql_login login;
    unsigned int threads;
    unsigned int queue_max; /* queries that wait for a thread; beyond: BUSY */
    /*
     * Concurrent queries on the primary; those beyond wait in the queue, at most primary_queue of
     * them; beyond: BUSY.
     */
    unsigned int primary_max, primary_queue;
    /*
     * Longest try at a replica, connecting included; then TIMEOUT, and the replica is broken. 0:
     * only the query's own deadline.
     */
    uint64_t replica_us;
    /*
     * How long a broken node is left alone: doubles up to the cap (the primary: always eject_us).
     */
    uint64_t eject_us, eject_cap_us;
};

struct sql *sql_create(const struct sql_config *config); /* copies what it keeps */
/*
 * After the loops that use it have stopped running and before they are destroyed: what is in flight
 * ends now, and its done runs in loop_destroy.
 */
void sql_destroy(struct sql *sql);

unsigned int sql_node_count(const struct sql *sql);
struct slice sql_node_name(const struct sql *sql, unsigned int node);
/* Not ejected. A node whose time is over is up again until it fails. */
bool sql_node_up(const struct sql *sql, unsigned int node);
/* Leave NODE alone for SPAN: it was found lagging. Any thread. */
void sql_node_rest(struct sql *sql, unsigned int node, uint64_t span_us);
/*
 * Connections to NODE that stand now run nothing more: another server may be behind the name since.
 * WHY is logged. Any thread.
 */
void sql_node_leave(struct sql *sql, unsigned int node, const char *why);
/*
 * Round robin over replicas that are up and not in the bit mask TRIED; else the primary if not
 * tried; else -1. Any thread.
 */
int sql_node_pick(struct sql *sql, unsigned int tried);

/* rows and error live in a memory of their own until sql_result_free; rows are empty unless OK. */
struct sql_result {
    struct sql_rows rows;
    struct sql_error error;
};
/*
 * On the loop's thread, later; never from inside sql_query. result is never NULL, and is done's to
 * free.
 */
typedef void sql_done_fn(void *ctx, enum status status, struct sql_result *result);

/*
 * The statement (texts and parameters) is borrowed until done has run. Statuses: sql_run's; BUSY:
 * the queue is full; TIMEOUT: the deadline passed, and the query was ended; UNAVAILABLE at once
 * while NODE is broken, also for those that wait for a replica that breaks. A read whose connection
 * had died of old age is run once more on a new one.
 */
void sql_query(struct sql *sql, struct loop *loop, unsigned int node,
               const struct sql_statement *statement, uint64_t deadline_us, sql_done_fn *done,
               void *ctx);
void sql_result_free(struct sql_result *result); /* NULL is allowed */

#endif
