/*
 * Ends at the server what was given up here.
 *
 *     deadline --> socket shut down, answered TIMEOUT --> victim of its node
 *                                                           |
 *                        a thread: one new connection, KILL each
 *
 * - A query keeps its place at its node (under the cap of the primary) until it has been KILLed, or
 *   its node could not be reached.
 * - One thread at a time serves the victims of a node, so a hung node, where they may be many,
 *   holds one thread for them.
 * - The new connection may be to another server, where the same number is somebody else's session:
 *   then there is no KILL.
 * - The new connection also says whether a replica is only slow: then it is up again at once. Of
 *   the primary it says nothing: its own connections may not be to a server that is read-only.
 */
#include <stdio.h>

#include "lib/base/log.h"
#include "lib/base/memory.h"
#include "lib/sql/pool.h"

#define ERROR_NO_SUCH_THREAD 1094

struct sql_victim {
    struct sql_victim *next;
    struct sql_session session;
};

void sql_victim_add(struct sql *sql, unsigned int node, struct sql_session session)
{
    struct sql_victim *victim = XNEW(struct sql_victim);

    *victim = (struct sql_victim){.next = sql->nodes[node].victims, .session = session};
    sql->nodes[node].victims = victim;
}

int sql_victims_next(struct sql *sql)
{
    for (unsigned int i = 0; i < sql->config.node_count; i++) {
        if (sql->nodes[i].victims && !sql->nodes[i].killing) {
            sql->nodes[i].killing = true;
            return (int)i;
        }
    }
    return -1;
}

static void kill_one(const struct sql_node *node, struct sql_conn *conn, struct sql_session victim)
{
    char text[40];

    if (victim.server != sql_session_of(conn).server) {
        log_warn_every("sql query not killed",
                       "node=%.*s reason=\"its name is another server's now\"",
                       SLICE_ARG(node->address.name));
        return;
    }
    (void)snprintf(text, sizeof(text), "KILL %lu", victim.id);
    if (sql_exec(conn, text) != STATUS_OK &&
        sql_error(conn)->number != ERROR_NO_SUCH_THREAD) { /* it has ended by itself */
        log_warn_every("sql query not killed", "node=%.*s error=%u text=\"%s\"",
                       SLICE_ARG(node->address.name), sql_error(conn)->number,
                       sql_error(conn)->text);
    }
}

/* Frees the places of the KILLED; the next victim, or NULL: this thread is done here. */
static struct sql_victim *next_victim(struct sql *sql, struct sql_node *node, unsigned int killed)
{
    struct sql_victim *victim;

    (void)pthread_mutex_lock(&sql->mutex);
    node->running -= killed;
    node_gauges(node);
    victim = node->victims;
    node->victims = victim ? victim->next : NULL;
    node->killing = victim != NULL;
    sql_hand_out(sql);
    (void)pthread_mutex_unlock(&sql->mutex);
    return victim;
}

void sql_kill(struct sql *sql, unsigned int number)
{
    struct sql_node *node = &sql->nodes[number];
    struct sql_victim *victim;
    struct sql_conn *conn = NULL;
    struct sql_error error;
    unsigned int killed = 0;

    node_trying(sql, number);
    if (sql_open(&node->address, &sql->config.login, SLICE_EMPTY, &conn, &error) == STATUS_OK) {
        if (number != SQL_PRIMARY) {
            node_worked(sql, number);
        }
    } else {
        node_failed(sql, number, &error);
    }
    while ((victim = next_victim(sql, node, killed)) != NULL) {
        if (conn) {
            kill_one(node, conn, victim->session);
        }
        xfree(victim);
        killed = 1;
    }
    sql_close(conn);
}
