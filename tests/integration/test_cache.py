"""The cache protocol seen from outside: never older than the read model, whatever is stopped,
emptied or late.
"""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
import redis

from support import replica
from support.client import Client, body, cache_status, is_problem, token
from support.wait import wait_until


@pytest.fixture
def cache(stack):
    host, port = stack.env["TWOFOLD_REDIS"].split(":")
    return redis.Redis(host, int(port))


@pytest.fixture
def lagging_replica(stack):
    """The replica receives what the primary commits, and applies nothing."""
    replica.halt(stack)
    yield
    replica.go_on(stack)


def committed(stack, model, product_id, **wanted):
    rows = stack.sql(f"SELECT * FROM {model.database}.{model.rows} WHERE {model.id} = %s",
                     product_id)
    return bool(rows) and all(rows[0][name] == value for name, value in wanted.items())


def test_a_lagging_replica_is_never_believed_with_a_token(client, stack, model, lagging_replica):
    product_id, _ = client.made(price=1)
    for price in (2, 3, 4):
        changed = client.update(product_id, price=price)
        answer = client.read(product_id, token(changed))
        assert body(answer)[model.price] == price
        assert cache_status(answer)["detail"] == "primary"
    deleted = client.delete(product_id)
    is_problem(client.read(product_id, token(deleted)), 404)


def test_a_lagging_replica_is_never_believed_without_a_token(client, stack, model, lagging_replica):
    product_id, _ = client.made(price=1)
    client.until_hit(model.one(product_id))
    for price in (2, 3, 4):
        client.update(product_id, price=price)
        wait_until(lambda: committed(stack, model, product_id, **{model.price: price}), 5)
        answer = client.read(product_id)
        assert body(answer)[model.price] == price
        assert cache_status(answer)["detail"] in ("primary", "redis")
        assert product_id in client.listed(model.stock_path)


def test_an_emptied_cache_gives_no_old_answer_and_hits_come_back(client, stack, model, cache):
    product_id, _ = client.made(price=1)
    client.until_hit(model.one(product_id))
    for price in range(2, 8):
        cache.flushall()
        changed = client.update(product_id, price=price)
        assert body(client.read(product_id, token(changed)))[model.price] == price
        assert body(client.read(product_id))[model.price] == price
    client.until_hit(model.one(product_id))


def test_without_own_the_primary_is_asked_and_nothing_old_is_given(client, stack, model, cache):
    product_id, _ = client.made(price=1)
    client.until_hit(model.one(product_id))
    for price in range(2, 8):
        changed = client.update(product_id, price=price)
        cache.delete(f"twofold:{model.database}:own")
        assert body(client.read(product_id, token(changed)))[model.price] == price
        assert body(client.read(product_id))[model.price] == price


def test_an_entry_that_was_put_back_is_recognized_as_old(client, model, cache):
    """Redis gives an entry of an earlier revision: its label is below the floor."""
    before = set(cache.scan_iter(f"twofold:{model.database}:q:*"))
    product_id, _ = client.made(price=1)
    client.until_hit(model.one(product_id))
    new = set(cache.scan_iter(f"twofold:{model.database}:q:*")) - before
    kept = {key: cache.get(key) for key in new}
    assert kept
    changed = client.update(product_id, price=2)
    assert body(client.read(product_id, token(changed)))[model.price] == 2
    for key, value in kept.items():
        cache.set(key, value, ex=600)
    answer = client.read(product_id)
    assert body(answer)[model.price] == 2
    assert cache_status(answer).get("fwd") == "stale"


def test_every_entry_has_a_time_to_live_and_pages_have_none(client, model, cache):
    product_id, _ = client.made()
    client.until_hit(model.one(product_id))
    entries = list(cache.scan_iter(f"twofold:{model.database}:q:*"))
    assert entries and all(cache.ttl(key) > 0 for key in entries)
    pages = list(cache.scan_iter(f"twofold:{model.database}:page:*"))
    assert pages and all(cache.ttl(key) == -1 for key in pages)


def test_absence_is_cached_and_ends_with_the_creation(client, model):
    product_id = model.new_id()
    is_problem(client.until_hit(model.one(product_id)), 404)
    made = client.create(product_id)
    assert client.read(product_id, token(made)).status_code == 200
    assert client.read(product_id).status_code == 200


def test_an_etag_saves_the_body_until_the_answer_changes(client, model):
    product_id, _ = client.made(price=1)
    first = client.read(product_id)
    same = client.read(product_id, {"If-None-Match": first.headers["ETag"]})
    assert same.status_code == 304 and same.text == ""
    assert same.headers["ETag"] == first.headers["ETag"]
    listed = client.read(product_id, {"If-None-Match": f'"x", W/{first.headers["ETag"]}'})
    assert listed.status_code == 304

    changed = client.update(product_id, price=2)
    fresh = client.read(product_id, {**token(changed), "If-None-Match": first.headers["ETag"]})
    assert fresh.status_code == 200 and body(fresh)[model.price] == 2
    assert fresh.headers["ETag"] != first.headers["ETag"]


def test_head_answers_as_get_without_a_body(client, model):
    product_id, _ = client.made()
    get = client.until_hit(model.one(product_id))
    head = client.request("HEAD", model.one(product_id))
    assert head.status_code == 200 and head.text == ""
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control", "Consistency-Token"):
        assert head.headers[name] == get.headers[name]
    assert client.request("HEAD", model.one(model.new_id())).status_code == 404


def test_answers_say_how_fresh_they_are(client, model):
    product_id, _ = client.made()
    hit = client.until_hit(model.one(product_id))
    assert int(hit.headers["Age"]) >= 0
    assert hit.headers["Cache-Control"] == "no-cache"
    assert hit.headers["Consistency-Token"].startswith("products:r")
    assert client.read(product_id, token(hit)).status_code == 200


def test_a_token_that_is_not_reached_is_not_answered_with_old_data(client, model):
    product_id, made = client.made()
    beyond = f"{model.aggregate}:{product_id}@{body(made)['version'] + 1}"
    is_problem(client.read(product_id, {"Consistency-Token": beyond}), 504, "not-caught-up")


@pytest.mark.parametrize("text", ["x", "Product:1", "Product:1@", "Product:1@x", "Product:1@-1",
                                  "@1",
                                  "products:r1", "products:rx.1", ",".join(["Product:1@1"] * 17)])
def test_a_malformed_token_is_refused(client, model, text):
    product_id, _ = client.made()
    is_problem(client.read(product_id, {"Consistency-Token": text}), 400, "bad-token")


def test_a_token_from_the_future_is_refused(client, model):
    product_id, _ = client.made()
    epoch, _, label = client.read(product_id).headers["Consistency-Token"].partition(".")
    is_problem(client.read(product_id, {"Consistency-Token": f"{epoch}.{int(label) + 1000000}"}),
               400, "future-token")


def test_many_clients_of_one_cold_answer_get_the_same(stack, model, client, cache):
    product_id, _ = client.made(price=Decimal("1.5"))
    for key in cache.scan_iter(f"twofold:{model.database}:q:*"):
        cache.delete(key)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: Client(stack, model).read(product_id), range(64)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
