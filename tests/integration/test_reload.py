"""SIGHUP: other models without a restart, or the old ones when something is wrong with the new."""

import os
import re
import signal

import pytest

from support.client import body, token
from support.model import PRODUCTS
from support.wait import wait_until

IN_STOCK = PRODUCTS.path + "/in-stock"
VERDICT = re.compile(r"models (reloaded|not reloaded)")


@pytest.fixture
def reload(stack, models):
    """reload(file, old, new) -> whether the gateway took the changed model. Afterwards all is as it
    was.
    """
    folder = models / PRODUCTS.folder
    kept = {path: path.read_text() for path in folder.iterdir()}

    def hang_up():
        seen = len(VERDICT.findall(stack.log("gateway")))
        os.kill(stack.pids()["gateway"], signal.SIGHUP)
        verdicts = wait_until(lambda: len(found := VERDICT.findall(stack.log("gateway"))) > seen
                              and found, 30)
        return verdicts[-1] == "reloaded"

    def change(name, old, new):
        text = kept[folder / name]
        assert old in text
        (folder / name).write_text(text.replace(old, new))
        return hang_up()

    yield change
    for path, text in kept.items():
        path.write_text(text)
    assert hang_up()


@pytest.mark.parametrize("name, old, new", [
    ("model.json", "}", "", ),
    ("model.json", '"minLength"', '"minLenght"'),
    ("queries.sql", "SELECT ProductId, Name", "SELECT ProductId, total(Name) AS Name"),
    ("queries.sql", "FROM products", "FROM wares"),
    ("queries.sql", "SELECT ProductId, Name", "SELECT ProductId, Nme"),
], ids=["syntax", "keyword", "function", "table", "column"])
def test_a_broken_model_leaves_the_old_one_in_force(client, reload, name, old, new):
    product_id, _ = client.made()
    assert not reload(name, old, new)
    assert client.read(product_id).status_code == 200
    assert client.get(PRODUCTS.path).status_code == 200


def test_a_changed_model_serves_from_the_next_request_on(client, reload):
    client.made()
    client.made()
    assert reload("model.json", '"limit": 50', '"limit": 1')
    wait_until(lambda: len(body(client.get(PRODUCTS.path))["items"]) == 1, 10)


def test_the_top_n_are_the_first_rows_and_never_too_many(client, reload):
    """"limit" cuts, where "max" would be a 500."""
    for _ in range(3):
        client.made()
    before = f'"route": "GET {IN_STOCK}",\n      "ttl": "1h",\n      '
    page = '"page": { "by": ["ProductId"], "limit": 50, "max": 200 }'
    assert reload("model.json", before + page, before + '"order": ["-ProductId"], "limit": 2')
    top = wait_until(lambda: len(items := body(client.get(IN_STOCK))["items"]) == 2 and items, 10)
    known = client.listed(PRODUCTS.path)
    assert [item[PRODUCTS.id] for item in top] == sorted(known, reverse=True)[:2]

    new_id, made = client.made()
    top = body(client.get(IN_STOCK, token(made)))["items"]
    assert [item[PRODUCTS.id] for item in top] == sorted([*known, new_id], reverse=True)[:2]
