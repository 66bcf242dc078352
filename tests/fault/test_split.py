"""Two masters: gateways have moved to a promoted replica, the projector has not heard of it and
goes on with the old master.
"""

import contextlib
import re
import subprocess

import redis
from proxy import Proxy
from support.client import Client
from support.stack import port_is_free
from support.wait import wait_until

ROUNDS = 4


@contextlib.contextmanager
def gateway_with_two(stack):
    """The gateway's list: the stack's Redis behind a proxy, then a replica of it. The projector
    keeps its list of one.
    """
    host, port = stack.env["TWOFOLD_REDIS"].split(":")
    second = next(port for port in range(stack.ports_end, 32767) if port_is_free(port))
    server = subprocess.Popen(["redis-server", "--port", str(second), "--bind", "127.0.0.1",
                               "--save", "", "--dir", str(stack.run_dir),
                               "--maxmemory-policy", "volatile-lru"], stdout=subprocess.DEVNULL)
    proxy, before = Proxy((host, int(port))), stack.config.read_text()
    replica = redis.Redis("127.0.0.1", second, socket_timeout=5)
    try:
        wait_until(lambda: follows(replica, host, port), 20, "the replica follows")
        stack.stop("gateway")
        stack.config.write_text(re.sub(r"(?m)^redis +=.*",
                                       f"redis = 127.0.0.1:{proxy.port},127.0.0.1:{second}",
                                       before))
        stack.start("gateway")
        yield proxy, replica, (host, port)
    finally:
        stack.config.write_text(before)
        stack.stop("gateway")
        proxy.close()
        server.kill()
        server.wait()
        stack.start("gateway")


def follows(replica, host, port):
    try:
        if replica.info("replication").get("master_link_status") == "up":
            return True
        replica.replicaof(host, port)
    except redis.RedisError:
        pass
    return False


def test_gateways_on_the_wrong_master(stack, model, probe):
    """Own, page and entries were copied to it and own has not run out, yet own names another
    server: run_id is compared, the primary is asked, and its home is elsewhere too, so no entry
    counts. Back on the right master hits come again."""
    client = Client(stack, model)
    with gateway_with_two(stack) as (proxy, replica, first):
        product_id, _ = client.made(price=1)
        with probe:
            for _ in range(ROUNDS):
                client.until_hit(model.one(product_id), 5)
                proxy.cut()
                replica.replicaof("NO", "ONE")
                probe.progress()
                proxy.mend()
                wait_until(lambda: follows(replica, *first), 20, "the replica follows again")
            client.until_hit(model.one(product_id), 5)
        print(probe.check(0.05))
