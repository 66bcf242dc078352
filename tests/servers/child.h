/*
 * Servers of the tests' own, and waiting for conditions. Ports are the kernel's choice.
 */
#ifndef TESTS_SERVERS_CHILD_H
#define TESTS_SERVERS_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct redis_child {
    pid_t pid; /* 0: it does not run */
    uint16_t port;
    char address[32]; /* "127.0.0.1:port" */
};

/* A port of the loopback interface on which nobody listens. */
uint16_t port_free(void);

/*
 * Starts redis-server without persistence on child->port (0: a free one) and returns when it
 * answers.
 */
void redis_child_start(struct redis_child *child);
void redis_child_signal(struct redis_child *child, int signal);
/* kill -9, and waits for its end; the port stays its own. */
void redis_child_kill(struct redis_child *child);

/* Between a client and the server behind a socket's path: what a server is that can be hung. */
struct proxy_child {
    pid_t pid; /* of its group of processes */
    uint16_t port;
};

void proxy_child_start(struct proxy_child *proxy, const char *path);
/* SIGSTOP: connections stay and are accepted, but nobody says a word. SIGKILL: they end. */
void proxy_child_signal(struct proxy_child *proxy, int signal);

/* The value of an environment variable; the test fails when it is unset. */
const char *env_needed(const char *name);

/* A moment for somebody else; for loops that wait for a condition. */
void breathe(void);
#define WAIT_LIMIT_US 10000000

#endif
