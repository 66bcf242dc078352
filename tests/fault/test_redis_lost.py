"""Redis is dead, hung, emptied, restarted or replaced, under the probe's load: each change is visible with its token within 4 s all the
while, and hits come again by themselves within 2 s of Redis's return."""

import contextlib
import re
import subprocess
import time

import pytest
import redis
from faults import MAKERS
from support.client import body, token
from support.stack import port_is_free
from support.wait import wait_until

LOST_S = 8
VISIBLE_S = 4
HITS_S = 2


class Changes:
    """One product whose changes must be visible in time."""

    def __init__(self, client):
        self.client, self.price, self.slowest = client, 1, 0
        self.id, _ = client.made(price=1)

    def one(self):
        self.price += 1
        answer = self.client.update(self.id, price=self.price)
        assert answer.status_code == 200, answer.text
        began = time.monotonic()
        seen = self.client.read(self.id, token(answer))
        self.slowest = max(self.slowest, time.monotonic() - began)
        assert seen.status_code == 200 and body(seen)[self.client.model.price] == self.price, seen.text
        assert self.slowest < VISIBLE_S

    def until(self, end):
        while time.monotonic() < end:
            self.one()

    def hit_again(self):
        self.client.until_hit(self.client.model.one(self.id), HITS_S)


@pytest.fixture
def changes(client):
    return Changes(client)


@pytest.mark.ci
@pytest.mark.parametrize("name", ["kill-redis", "stop-redis"])
def test_dead_or_hung_for_long(probe, changes, name):
    """CLEAR, the wait of 2 D, then unpublished commits; every Redis call has a deadline, and a circuit skips a Redis that does not answer."""
    with probe:
        fault = MAKERS[name](probe.stack)
        end = time.monotonic() + LOST_S
        fault.begin()
        try:
            changes.until(end)
        finally:
            fault.end()
        changes.hit_again()
        probe.progress()
    print(probe.check(0.05), f"\nslowest change: {changes.slowest:.2f} s")


@pytest.mark.ci
def test_emptied(probe, changes):
    """The page is missing and home is on this very server: ASSERT at once, no wait."""
    with probe:
        for _ in range(3):
            MAKERS["flushall"](probe.stack).begin()
            changes.one()
            changes.hit_again()
    print(probe.check(0), f"\nslowest change: {changes.slowest:.2f} s")


@pytest.mark.ci
def test_restarted_at_once(probe, changes):
    """The same address, another run_id: home is on a server that is no more, so CLEAR, the wait, ASSERT."""
    with probe:
        for _ in range(2):
            probe.stack.kill("redis")
            probe.stack.start("redis")
            changes.one()
            changes.hit_again()
    print(probe.check(0.05), f"\nslowest change: {changes.slowest:.2f} s")


@contextlib.contextmanager
def second_redis(stack, port):
    """A replica of the stack's Redis, at the end of the address list of both daemons."""
    first = stack.env["TWOFOLD_REDIS"]
    before = stack.config.read_text()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(stack.run_dir),
                               "--maxmemory-policy", "volatile-lru", "--replicaof", *first.split(":")], stdout=subprocess.DEVNULL)
    connection = redis.Redis("127.0.0.1", port, socket_timeout=5)
    try:
        wait_until(lambda: is_in_sync(connection), 20, "the replica follows")
        stack.config.write_text(re.sub(r"(?m)^redis +=.*", f"redis = {first},127.0.0.1:{port}", before))
        restart(stack)
        yield connection
    finally:
        stack.config.write_text(before)
        server.kill()
        server.wait()
        stack.start("redis")
        restart(stack)


def is_in_sync(connection):
    try:
        return connection.info("replication").get("master_link_status") == "up"
    except redis.RedisError:
        return False


def restart(stack):
    stack.stop("gateway", "projector")
    stack.start("projector", "gateway")


@pytest.mark.ci
def test_replaced_by_its_replica(stack, probe, client):
    """Of the address list the master is used. Home is on a server that is no more, a copy of its page notwithstanding: CLEAR, the wait,
    ASSERT on the promoted one."""
    port = next(port for port in range(stack.ports_end, 32767) if port_is_free(port))
    with second_redis(stack, port) as promoted:
        changes = Changes(client)
        changes.hit_again()
        with probe:
            stack.kill("redis")
            changes.one()
            promoted.replicaof("NO", "ONE")
            changes.one()
            changes.hit_again()
            probe.progress()
        print(probe.check(0.05), f"\nslowest change: {changes.slowest:.2f} s")
        assert promoted.keys("twofold:*:own")
