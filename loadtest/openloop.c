/*
 * An open-loop client: requests leave at their times, however slow the answers are, and latency
 * counts from the time a request should have left (Gil Tene, "How NOT to Measure Latency": a closed
 * loop hides the wait of what it did not send).
 *
 *     build/loadtest/openloop PORT RATE SECONDS CONNECTIONS PREFIX FIRST COUNT [SUFFIX]
 *
 *     timerfd --each 1/RATE--> due requests --a free connection--> in flight --answer--> latency
 *                                  '-- none is free: they wait, and their clock runs
 *
 * Asks for PREFIX<n>SUFFIX, n at random from FIRST, COUNT of them; a negative COUNT walks through
 * them once. Prints one line: sent, answered, failed (neither 2xx nor 404), p50, p90, p99, p99.9
 * and maximum in microseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define BUFFER    65536
#define EVENTS    128
#define GRACE_NS  INT64_C(2000000000) /* for the last answers */
#define SECOND_NS INT64_C(1000000000)

struct conn {
    int fd;
    struct conn *next; /* of the free ones */
    int64_t due_ns;    /* when the request in flight should have left */
    size_t len;
    char bytes[BUFFER];
};

static struct {
    int64_t rate, count, connections;
    const char *prefix, *suffix;
    int64_t first, keys;
} plan;

static struct conn *free_conns;
static uint32_t *latency_us;
static int64_t sent, answered, failed;
static uint64_t seed = 88172645463325252u; /* the same requests in each run */

static int64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(1);
}

/* George Marsaglia, "Xorshift RNGs". */
static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static int dial(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        die("openloop: connect");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

static void open_conns(int epoll, int port)
{
    for (int64_t i = 0; i < plan.connections; i++) {
        struct conn *conn = calloc(1, sizeof(*conn));
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};

        if (!conn) {
            die("openloop");
        }
        conn->fd = dial(port);
        conn->next = free_conns;
        free_conns = conn;
        (void)epoll_ctl(epoll, EPOLL_CTL_ADD, conn->fd, &event);
    }
}

static void send_one(struct conn *conn, int64_t due_ns)
{
    int64_t offset = plan.keys < 0 ? sent % -plan.keys : (int64_t)(draw() % (uint64_t)plan.keys);
    char text[512];
    int len =
        snprintf(text, sizeof(text), "GET %s%" PRId64 "%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                 plan.prefix, plan.first + offset, plan.suffix);

    conn->due_ns = due_ns;
    conn->len = 0;
    sent++;
    if (send(conn->fd, text, (size_t)len, MSG_NOSIGNAL) != len) {
        die("openloop: send");
    }
}

/* Sends what is due while connections are free. */
static void send_due(int64_t start_ns)
{
    while (sent < plan.count && free_conns) {
        int64_t due_ns = start_ns + sent * SECOND_NS / plan.rate;
        struct conn *conn = free_conns;

        if (due_ns > now_ns()) {
            return;
        }
        free_conns = conn->next;
        send_one(conn, due_ns);
    }
}

static bool is_whole(struct conn *conn)
{
    const char *end, *length;

    conn->bytes[conn->len] = '\0';
    end = strstr(conn->bytes, "\r\n\r\n");
    length = strcasestr(conn->bytes, "content-length:");
    return end && length && length < end &&
           conn->len >= (size_t)(end + 4 - conn->bytes) + strtoul(length + 15, NULL, 10);
}

static void receive(struct conn *conn)
{
    ssize_t count = recv(conn->fd, conn->bytes + conn->len, BUFFER - 1 - conn->len, MSG_DONTWAIT);
    const char *code = conn->bytes + 9; /* behind "HTTP/1.1 " */

    if (count < 0 && errno == EAGAIN) {
        return;
    }
    if (count <= 0) {
        die("openloop: the server closed");
    }
    conn->len += (size_t)count;
    if (!is_whole(conn)) {
        return;
    }
    latency_us[answered++] = (uint32_t)((now_ns() - conn->due_ns) / 1000);
    failed += *code != '2' && strncmp(code, "404", 3) != 0;
    conn->next = free_conns;
    free_conns = conn;
}

static void run(int port)
{
    struct itimerspec tick = {.it_interval.tv_nsec = SECOND_NS / plan.rate, .it_value.tv_nsec = 1};
    int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event events[EVENTS], on_tick = {.events = EPOLLIN};
    int64_t start_ns, end_ns;
    uint64_t ticks;

    open_conns(epoll, port);
    (void)epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &on_tick);
    start_ns = now_ns();
    end_ns = start_ns + plan.count * SECOND_NS / plan.rate + GRACE_NS;
    (void)timerfd_settime(timer, 0, &tick, NULL);
    while (answered < plan.count && now_ns() < end_ns) {
        int count = epoll_wait(epoll, events, EVENTS, 100);

        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr) {
                receive(events[i].data.ptr);
            } else {
                (void)!read(timer, &ticks, sizeof(ticks));
            }
        }
        send_due(start_ns);
    }
}

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static uint32_t quantile(int permyriad)
{
    return answered == 0 ? 0 : latency_us[(answered - 1) * permyriad / 10000];
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fprintf(stderr, "openloop PORT RATE SECONDS CONNECTIONS PREFIX FIRST COUNT [SUFFIX]\n");
        return 2;
    }
    plan.rate = strtol(argv[2], NULL, 10);
    plan.count = plan.rate * strtol(argv[3], NULL, 10);
    plan.connections = strtol(argv[4], NULL, 10);
    plan.prefix = argv[5];
    plan.first = strtol(argv[6], NULL, 10);
    plan.keys = strtol(argv[7], NULL, 10);
    plan.suffix = argc > 8 ? argv[8] : "";
    if (plan.rate < 2 || plan.count <= 0 || plan.connections <= 0 || plan.keys == 0) {
        fprintf(stderr, "openloop: numbers out of range\n");
        return 2;
    }
    latency_us = calloc((size_t)plan.count, sizeof(*latency_us));
    if (!latency_us) {
        die("openloop");
    }
    run((int)strtol(argv[1], NULL, 10));
    qsort(latency_us, (size_t)answered, sizeof(*latency_us), by_size);
    printf("%" PRId64 " %" PRId64 " %" PRId64 " %u %u %u %u %u\n", sent, answered, failed,
           quantile(5000), quantile(9000), quantile(9900), quantile(9990), quantile(10000));
    return 0;
}
