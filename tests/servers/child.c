/*
 * Child processes of the tests; they die with the test (PR_SET_PDEATHSIG).
 */
#include "tests/servers/child.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/unit/unit.h"

static struct sockaddr_in loopback(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

uint16_t port_free(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    close(fd);
    return ntohs(address.sin_port);
}

static bool answers(uint16_t port)
{
    struct sockaddr_in address = loopback(port);
    char word[8] = "";
    bool pong = false;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
        write(fd, "PING\r\n", 6) == 6 && read(fd, word, sizeof(word) - 1) > 0) {
        pong = strncmp(word, "+PONG", 5) == 0;
    }
    close(fd);
    return pong;
}

void breathe(void)
{
    const struct timespec pause = {.tv_nsec = 2000000};

    nanosleep(&pause, NULL);
}

void redis_child_start(struct redis_child *child)
{
    uint64_t deadline_us = clock_deadline(WAIT_LIMIT_US);
    char port[8];

    if (child->port == 0) {
        child->port = port_free();
    }
    snprintf(port, sizeof(port), "%u", child->port);
    snprintf(child->address, sizeof(child->address), "127.0.0.1:%u", child->port);
    child->pid = fork();
    assert_true(child->pid >= 0);
    if (child->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execlp("redis-server", "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
               "--logfile", "/dev/null", "--set-proc-title", "no", "--repl-diskless-load", "swapdb",
               (char *)NULL); /* a replica leaves no file behind */
        _exit(127);
    }
    while (!answers(child->port)) {
        assert_true(clock_left_us(deadline_us) > 0);
        breathe();
    }
}

void redis_child_signal(struct redis_child *child, int signal)
{
    assert_int_equal(kill(child->pid, signal), 0);
}

void redis_child_kill(struct redis_child *child)
{
    if (child->pid > 0) {
        kill(child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
        child->pid = 0;
    }
}

/* ------------------------------------------------------------------ a proxy that can be hung */

/* Bytes of one side to the other, until one ends. */
static void carry(int one, int other)
{
    struct pollfd sides[] = {
        {.fd = one,   .events = POLLIN},
        {.fd = other, .events = POLLIN}
    };
    char bytes[4096];

    for (;;) {
        (void)poll(sides, 2, -1);
        for (unsigned int i = 0; i < 2; i++) {
            ssize_t got = sides[i].revents ? read(sides[i].fd, bytes, sizeof(bytes)) : -1;

            if (sides[i].revents &&
                (got <= 0 || write(sides[1 - i].fd, bytes, (size_t)got) != got)) {
                _exit(0);
            }
        }
    }
}

static void proxy_run(int listener, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int client = accept(listener, NULL, NULL), server = socket(AF_UNIX, SOCK_STREAM, 0);

        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (connect(server, (struct sockaddr *)&address, sizeof(address)) == 0) {
                carry(client, server);
            }
            _exit(1);
        }
        close(client);
        close(server);
    }
}

void proxy_child_start(struct proxy_child *proxy, const char *path)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 16), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    proxy->port = ntohs(address.sin_port);
    proxy->pid = fork();
    assert_true(proxy->pid >= 0);
    if (proxy->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)setpgid(0, 0);
        proxy_run(fd, path);
    }
    (void)setpgid(proxy->pid, proxy->pid);
    close(fd);
}

void proxy_child_signal(struct proxy_child *proxy, int signal)
{
    assert_int_equal(kill(-proxy->pid, signal), 0);
    if (signal == SIGKILL) {
        waitpid(proxy->pid, NULL, 0);
    }
}

const char *env_needed(const char *name)
{
    const char *value = getenv(name);

    if (!value) {
        fail_msg("%s is not set", name);
    }
    return value;
}
