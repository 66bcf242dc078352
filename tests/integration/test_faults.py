"""Parts die under load: no acknowledged command is lost, no answer is wrong, and all is normal
after the restart.
"""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import requests

from support.client import Client, body, cache_status, token
from support.raw import Raw
from support.process import freeze
from support.wait import wait_until

WRITERS = 4


class Writer(threading.Thread):
    """Raises one product's price by one, again and again, and notes what was acknowledged and what
    was only tried.
    """

    def __init__(self, stack, model):
        super().__init__()
        self.client, self.model = Client(stack, model), model
        self.product_id, _ = self.client.made(price=0)
        self.acknowledged = self.tried = self.seen = 0
        self.ending = threading.Event()
        self.wrong = []

    def run(self):
        while not self.ending.is_set():
            try:
                self.write()
                self.read()
            except requests.RequestException:
                continue

    def write(self):
        self.tried += 1
        answer = self.client.update(self.product_id, price=self.tried)
        if answer.status_code == 200:
            self.acknowledged = self.tried

    def read(self):
        answer = self.client.read(self.product_id)
        if answer.status_code == 200:
            self.judge(int(body(answer)[self.model.price]))
        elif answer.status_code < 500:
            self.wrong.append(f"{answer.status_code}: {answer.text}")

    def judge(self, price):
        """Reads of one client without tokens follow the commits: they never go back, nor beyond
        what was tried.
        """
        if not self.seen <= price <= self.tried:
            self.wrong.append(f"read {price} after {self.seen}, tried {self.tried}")
        self.seen = price


class Load:
    def __init__(self, stack, model):
        self.stack, self.model = stack, model
        self.writers = [Writer(stack, model) for _ in range(WRITERS)]

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        self.progress()
        return self

    def __exit__(self, *_):
        for writer in self.writers:
            writer.ending.set()
        for writer in self.writers:
            writer.join()

    def progress(self):
        """Waits until every writer had five more commands acknowledged."""
        wanted = [writer.acknowledged + 5 for writer in self.writers]
        wait_until(lambda: all(writer.acknowledged >= want
                               for writer, want in zip(self.writers, wanted)), 30,
                   "every writer goes on")

    def check(self):
        for writer in self.writers:
            assert writer.wrong == []
            item = self.stack.dynamodb.item(self.model, writer.product_id)
            stored = int(Decimal(item[self.model.price]["N"]))
            assert writer.acknowledged <= stored <= writer.tried
            wait_until(
                lambda: int(body(writer.client.read(writer.product_id))[self.model.price]) ==
                stored, 10, "the query shows the stored item")


@pytest.mark.parametrize("name", ["gateway", "projector"])
def test_killed_under_load_nothing_acknowledged_is_lost(repaired, stack, model, name):
    with Load(stack, model) as load:
        for _ in range(2):
            stack.kill(name)
            stack.start(name)
            load.progress()
    load.check()
    assert stack.sql(f"SELECT * FROM {model.database}.twofold_dead_letter") == []


def test_while_the_projector_is_dead_cached_answers_and_commands_go_on(repaired, stack, model,
                                                                       client):
    product_id, _ = client.made(price=1)
    stack.kill("projector")
    changed = client.update(product_id, price=2)
    assert changed.status_code == 200
    assert body(client.read(product_id))[model.price] == 1
    stack.start("projector")
    wait_until(lambda: body(client.read(product_id))[model.price] == 2, 15, "the change is visible")


def test_a_restarted_projector_applies_nothing_twice_and_nothing_never(repaired, stack, model,
                                                                       client):
    ids = [client.made(price=1)[0] for _ in range(20)]
    stack.kill("projector")
    for product_id in ids[:10]:
        client.update(product_id, price=2)
    for product_id in ids[10:]:
        client.delete(product_id)
    stack.start("projector")
    wait_until(lambda: client.read(ids[-1]).status_code == 404, 15, "the last change is visible")
    for product_id in ids[:10]:
        assert body(client.read(product_id))[model.price] == 2
        version = stack.dynamodb.item(model, product_id)["_version"]["N"]
        row = stack.sql(
            f"SELECT version FROM {model.database}.twofold_aggregate WHERE aggregate = %s",
            f"{model.aggregate}:{product_id}")
        assert row == [{"version": int(version)}]
    assert all(client.read(product_id).status_code == 404 for product_id in ids[10:])


def test_without_redis_queries_and_commands_are_answered(repaired, stack, model, client):
    product_id, _ = client.made(price=1)
    stack.kill("redis")
    for _ in range(10):
        answer = client.read(product_id)
        assert answer.status_code == 200 and body(answer)[model.price] == 1
        assert not cache_status(answer).get("hit")
    changed = client.update(product_id, price=2)
    assert changed.status_code == 200
    wait_until(lambda: "redis" in requests.get(stack.admin_url + "/readyz", timeout=5).text, 10,
               "readyz misses Redis")

    stack.start("redis")
    wait_until(lambda: body(client.read(product_id))[model.price] == 2, 20, "projection goes on")
    client.until_hit(model.one(product_id), 20)


def test_without_the_replica_the_primary_answers(repaired, stack, model, client):
    product_id, _ = client.made(price=1)
    stack.kill("replica")
    changed = client.update(product_id, price=2)
    answer = client.read(product_id, token(changed))
    assert answer.status_code == 200 and body(answer)[model.price] == 2


def test_a_hung_replica_is_passed_over_by_all_queries_after_one_short_try(repaired, stack, model,
                                                                          client):
    """More queries than there are SQL threads, while SQL's own deadline would be 5 s."""
    ids = [model.new_id() for _ in range(24)]
    pid = stack.pids()["replica"]
    freeze(pid)
    try:
        with ThreadPoolExecutor(len(ids)) as pool:
            answers = list(pool.map(
                lambda product_id: requests.get(stack.url + model.one(product_id), timeout=4),
                ids))
    finally:
        os.kill(pid, signal.SIGCONT)
    assert {(answer.status_code, cache_status(answer)["detail"])
            for answer in answers} == {(404, "primary")}
    wait_until(lambda: cache_status(client.read(model.new_id()))["detail"] == "replica1", 30,
               "the replica answers again")


def test_sigterm_finishes_what_is_in_flight(repaired, stack, model, client):
    product_id, made = client.made(price=1)
    pids = stack.pids()
    freeze(pids["projector"])
    try:
        changed = client.update(product_id, price=2)
        with Raw(stack.url) as raw:
            raw.request("GET", model.one(product_id),
                        headers=[f"Consistency-Token: {changed.headers['Consistency-Token']}"])
            wait_until(lambda: "twofold" in requests.get(stack.admin_url + "/metrics",
                                                         timeout=5).text, 5)
            os.kill(pids["gateway"], signal.SIGTERM)
            wait_until(lambda: refuses(stack), 5, "no new connections")
            os.kill(pids["projector"], signal.SIGCONT)
            answer = raw.answer()
            assert answer.code == 200 and answer.headers["connection"] == "close"
            assert f'"{model.price}":2'.encode() in answer.body
            assert raw.closed()
    finally:
        os.kill(pids["projector"], signal.SIGCONT)
    wait_until(lambda: "gateway" not in stack.pids(), 20, "the gateway ends")


def refuses(stack):
    try:
        Raw(stack.url, 1).__exit__()
        return False
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it closed while we connected
        return True
