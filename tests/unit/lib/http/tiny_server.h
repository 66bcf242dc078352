/*
 * An HTTP server on a thread of its own, on 127.0.0.1 and a port that the kernel chose: a function
 * answers each request with the bytes to send, or NULL to close the connection without an answer.
 */
#ifndef TESTS_UNIT_LIB_TINY_SERVER_H
#define TESTS_UNIT_LIB_TINY_SERVER_H

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/slice.h"

struct tiny_server;
typedef const char *tiny_answer_fn(struct tiny_server *server, const char *request);

struct tiny_server {
    int fd;
    unsigned short port;
    pthread_t thread;
    tiny_answer_fn *answer;
    void *user;
    _Atomic unsigned int connections, requests;
    char last[65536]; /* the last request; read it after its answer only */
};

/* One whole request: its head, and as many bytes as Content-Length says. */
static inline bool tiny_read(int fd, char *buffer, size_t size)
{
    size_t len = 0, whole = 0;

    while (len + 1 < size && (whole == 0 || len < whole)) {
        ssize_t count = read(fd, buffer + len, size - 1 - len);
        const char *end, *length;

        if (count <= 0) {
            return false;
        }
        len += (size_t)count;
        buffer[len] = '\0';
        end = strstr(buffer, "\r\n\r\n");
        if (end) {
            length = strcasestr(buffer, "\r\nContent-Length:");
            whole = (size_t)(end + 4 - buffer) + (length ? strtoul(length + 17, NULL, 10) : 0);
        }
    }
    return true;
}

static inline void *tiny_run(void *ctx)
{
    struct tiny_server *server = ctx;
    int fd;

    while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
        server->connections++;
        while (tiny_read(fd, server->last, sizeof(server->last))) {
            const char *answer;

            server->requests++;
            answer = server->answer(server, server->last);
            if (!answer || write(fd, answer, strlen(answer)) < 0) {
                break;
            }
        }
        (void)close(fd);
    }
    return NULL;
}

static inline void tiny_start(struct tiny_server *server, tiny_answer_fn *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);

    memset(server, 0, sizeof(*server));
    server->answer = answer;
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->fd, (struct sockaddr *)&address, len) != 0 || listen(server->fd, 16) != 0 ||
        getsockname(server->fd, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&server->thread, NULL, tiny_run, server) != 0) {
        abort();
    }
    server->port = ntohs(address.sin_port);
}

/* After the clients have closed their connections. */
static inline void tiny_stop(struct tiny_server *server)
{
    (void)shutdown(server->fd, SHUT_RDWR);
    (void)pthread_join(server->thread, NULL);
    (void)close(server->fd);
}

#endif
