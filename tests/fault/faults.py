"""What can happen to a stack, by name. Each begins, lasts, and ends: afterwards all parts run
again.

    kill-PART     kill -9, later started again             stop-PART     SIGSTOP, later SIGCONT
    flushall      Redis emptied      own-deleted  page-deleted   one of the cache's own keys gone
    replica-halts  its SQL thread is stopped
    replica-lags   it applies everything two seconds late
"""

import os
import random
import signal
import threading

import pymysql
import redis

from support import replica
from support.process import freeze

PARTS = ["gateway", "projector", "redis", "replica", "primary", "dynamodb"]
REPLICA_DELAY_S = 2


class Kill:
    def __init__(self, stack, part):
        self.stack, self.part = stack, part

    def begin(self):
        self.stack.kill(self.part)

    def end(self):
        self.stack.start(self.part)


class Stop:
    def __init__(self, stack, part):
        self.stack, self.part = stack, part
        self.pid = None

    def begin(self):
        self.pid = self.stack.pids()[self.part]
        freeze(self.pid)

    def end(self):
        os.kill(self.pid, signal.SIGCONT)


class RedisDo:
    """A moment: there is nothing to end."""

    def __init__(self, stack, do):
        self.stack, self.do = stack, do

    def begin(self):
        host, port = self.stack.env["TWOFOLD_REDIS"].split(":")
        with redis.Redis(host, int(port), socket_timeout=5) as connection:
            self.do(connection)

    def end(self):
        pass


def delete(pattern):
    def do(connection):
        for name in connection.scan_iter(pattern, 1000):
            connection.delete(name)
    return do


class Replica:
    """Two orders to the replica: one that begins the fault, and one that ends it."""

    def __init__(self, stack, begin, end):
        self.stack, self.orders = stack, (begin, end)

    def begin(self):
        self.orders[0](self.stack)

    def end(self):
        self.orders[1](self.stack)


class Failover:
    """The SQL primary is demoted while connections to it stand, the replica promoted; NAME (a proxy
    that all use for the primary) leads new connections there. The old one does not follow, so what
    it has stays what it was. end() lets it catch up and goes back.
    """

    def __init__(self, stack, name):
        self.stack, self.name, self.first = stack, name, name.target

    def begin(self):
        replica.promote(self.stack, "primary", "replica")
        port = self.stack.sql("SELECT @@port AS port", node="replica")[0]["port"]
        self.name.target = ("127.0.0.1", port)

    def end(self):
        replica.follow(self.stack, "primary", "replica")
        replica.promote(self.stack, "replica", "primary")
        self.name.target = self.first
        replica.follow(self.stack, "replica", "primary")


MAKERS = {
    **{f"kill-{part}": lambda stack, part=part: Kill(stack, part) for part in PARTS},
    **{f"stop-{part}": lambda stack, part=part: Stop(stack, part) for part in PARTS},
    "flushall": lambda stack: RedisDo(stack, lambda connection: connection.flushall()),
    "own-deleted": lambda stack: RedisDo(stack, delete("twofold:*:own")),
    "page-deleted": lambda stack: RedisDo(stack, delete("twofold:*:page:*")),
    "replica-halts": lambda stack: Replica(stack, replica.halt, replica.go_on),
    "replica-lags": lambda stack: Replica(
        stack, lambda stack: replica.delay(stack, REPLICA_DELAY_S),
        lambda stack: replica.delay(stack, 0)),
}
# How long the random ones last at most. What answers by itself while it lasts may last; without
# gateway or primary nobody can be answered.
LONGEST_S = {"kill-gateway": 0.1, "stop-gateway": 1.0, "kill-primary": 0.1, "stop-primary": 1.0}
RANDOM = [name for name in MAKERS if name not in ("kill-dynamodb", "stop-dynamodb")]


def names_of(text):
    """`none`, `all`, or a comma list."""
    names = {"none": [], "all": RANDOM}.get(text)
    names = text.split(",") if names is None else names
    unknown = [name for name in names if name not in MAKERS]
    if unknown:
        raise SystemExit(f"there is no fault {', '.join(unknown)}; there are: {', '.join(MAKERS)}")
    return names


class RandomFaults(threading.Thread):
    """One fault after the other, for random times, while the context lasts. The seed makes the same
    row again.
    """

    def __init__(self, stack, names, seed, tally):
        super().__init__(daemon=True)
        self.stack, self.names, self.tally = stack, names, tally
        self.random = random.Random(seed)
        self.ending = threading.Event()
        self.failure = None

    def __enter__(self):
        if self.names:
            self.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        if self.names:
            self.join()
        assert self.failure is None, self.failure

    def run(self):
        try:
            while not self.ending.wait(self.random.uniform(0.5, 2.0)):
                name = self.random.choice(self.names)
                span_s = self.random.uniform(0.05, LONGEST_S.get(name, 4.0))
                self.one(MAKERS[name](self.stack), name, span_s)
        except (AssertionError, OSError, pymysql.Error, redis.RedisError) as failure:
            self.failure = f"the fault {name} failed itself: {failure}"

    def one(self, fault, name, span_s):
        self.tally.fault(f"{name} for {span_s:.2f} s")
        fault.begin()
        try:
            self.ending.wait(span_s)
        finally:
            fault.end()
            self.tally.fault(f"{name} ended")
