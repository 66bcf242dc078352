"""A second Redis beside the stack's: a replica of it, at first."""

import contextlib
import re
import subprocess

import redis
from support.stack import port_is_free
from support.wait import wait_until

SYNC_S = 20


def free_port(stack):
    return next(port for port in range(stack.ports_end, 32767) if port_is_free(port))


def first_redis(stack):
    host, port = stack.env["TWOFOLD_REDIS"].split(":")
    return redis.Redis(host, int(port), socket_timeout=5)


def address(connection):
    """HOST and PORT, as REPLICAOF takes them."""
    words = connection.connection_pool.connection_kwargs
    return words["host"], words["port"]


def follow(connection, master):
    """CONNECTION's server becomes a replica of MASTER's, and has what that one has."""
    connection.replicaof(*address(master))
    wait_until(lambda: is_in_sync(connection), SYNC_S, "the replica follows")


@contextlib.contextmanager
def second_redis(stack, port, listed=True):
    """LISTED: it stands at the end of the address list of both daemons. Afterwards the first one is
    a master again, and alone.
    """
    first = stack.env["TWOFOLD_REDIS"]
    before = stack.config.read_text()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save",
                               "", "--dir", str(stack.run_dir),
                               "--maxmemory-policy", "volatile-lru", "--replicaof",
                               *first.split(":")], stdout=subprocess.DEVNULL)
    connection = redis.Redis("127.0.0.1", port, socket_timeout=5)
    try:
        wait_until(lambda: is_in_sync(connection), SYNC_S, "the replica follows")
        if listed:
            stack.config.write_text(re.sub(r"(?m)^redis +=.*",
                                           f"redis = {first},127.0.0.1:{port}", before))
            restart(stack)
        yield connection
    finally:
        stack.config.write_text(before)
        server.kill()
        server.wait()
        stack.start("redis")
        with first_redis(stack) as alone:
            alone.replicaof("NO", "ONE")
        if listed:
            restart(stack)


def is_in_sync(connection):
    try:
        return connection.info("replication").get("master_link_status") == "up"
    except redis.RedisError:
        return False


def restart(stack):
    stack.stop("gateway", "projector")
    stack.start("projector", "gateway")
