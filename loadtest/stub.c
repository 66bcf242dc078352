/*
 * A DynamoDB that answers at once and remembers nothing: what is left of a command's cost is the
 * gateway's.
 *
 *     build/loadtest/stub PORT          on 127.0.0.1, until it is killed
 *
 * One thread, one epoll. It reads just enough of HTTP to find the operation and the end of the
 * body, and trusts its client: it is a measuring tool.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS      1024 /* by descriptor */
#define BUFFER     65536
#define EVENTS     64
#define ANSWER_MAX 512

struct conn {
    size_t len;
    char bytes[BUFFER];
};

static struct conn *conns[CONNS];

static const struct {
    const char *operation, *body;
} answers[] = {
    {"UpdateItem",    "{\"Attributes\":{\"_version\":{\"N\":\"1763726726000\"}}}"     },
    {"DescribeTable", "{\"Table\":{\"TableStatus\":\"ACTIVE\",\"TableName\":\"any\"}}"},
    {"PutItem",       "{}"                                                            },
    {"",              "{}"                                                            },
};

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 128) != 0) {
        perror("stub");
        exit(1);
    }
    return fd;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    (void)epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void end(int fd)
{
    free(conns[fd]);
    conns[fd] = NULL;
    close(fd);
}

static void accept_one(int epoll, int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), one = 1;

    if (fd < 0) {
        return;
    }
    if (fd >= CONNS || !(conns[fd] = calloc(1, sizeof(struct conn)))) {
        close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    watch(epoll, fd);
}

static const char *body_of(const char *head)
{
    const char *target = strcasestr(head, "x-amz-target:");
    const char *dot = target ? strchr(target, '.') : NULL;
    size_t i = 0;

    while (answers[i].operation[0] &&
           (!dot || strncmp(dot + 1, answers[i].operation, strlen(answers[i].operation)) != 0)) {
        i++;
    }
    return answers[i].body;
}

/* Bytes of the first request, or 0 when it is not whole. */
static size_t request_size(struct conn *conn)
{
    char *end_of_head, *length;
    size_t head, body;

    conn->bytes[conn->len] = '\0';
    end_of_head = strstr(conn->bytes, "\r\n\r\n");
    if (!end_of_head) {
        return 0;
    }
    head = (size_t)(end_of_head - conn->bytes) + 4;
    length = strcasestr(conn->bytes, "content-length:");
    body = length && length < end_of_head ? strtoul(length + 15, NULL, 10) : 0;
    return head + body <= conn->len ? head + body : 0;
}

static bool answer(int fd, const struct conn *conn)
{
    const char *body = body_of(conn->bytes);
    char text[ANSWER_MAX];
    int len = snprintf(text, sizeof(text),
                       "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n"
                       "x-amzn-RequestId: 0\r\nContent-Length: %zu\r\n\r\n%s",
                       strlen(body), body);

    return send(fd, text, (size_t)len, MSG_NOSIGNAL) == len;
}

static void serve(int fd)
{
    struct conn *conn = conns[fd];
    ssize_t count = recv(fd, conn->bytes + conn->len, BUFFER - 1 - conn->len, 0);
    size_t size;

    if (count <= 0) {
        end(fd);
        return;
    }
    conn->len += (size_t)count;
    while ((size = request_size(conn)) > 0) {
        if (!answer(fd, conn)) {
            end(fd);
            return;
        }
        conn->len -= size;
        memmove(conn->bytes, conn->bytes + size, conn->len);
    }
}

int main(int argc, char **argv)
{
    struct epoll_event events[EVENTS];
    int listener = listen_on(argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0),
        epoll = epoll_create1(EPOLL_CLOEXEC);

    watch(epoll, listener);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener) {
                accept_one(epoll, listener);
            } else {
                serve(events[i].data.fd);
            }
        }
    }
}
