"""Models of common shapes (docs/modelling.md): an id made of two values, a sum kept in a table,
rows as a list of JSON, a value that only one may have, a change that goes to many readers.
"""

import json
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from decimal import Decimal

import pytest

from support.client import Client, body, cache_status, is_problem, token
from support.events import Events
from support.own import own_stack
from support.stack import BUILD, ROOT
from support.wait import wait_until


@dataclass
class Model:
    path: str


@pytest.fixture(scope="module")
def stack(request):
    with own_stack(request.session, ROOT / "tests/integration/models/shapes") as made:
        yield made


@pytest.fixture
def client(stack):
    return Client(stack, Model("/receipts"))


@pytest.fixture
def shop():
    return uuid.uuid4().hex


def sell(client, shop, sku, quantity=1, price="1.00"):
    answer = client.send("POST", f"/receipts/{shop}:1/lines", {
        "shop": shop, "number": "1", "sku": sku, "quantity": quantity, "price": Decimal(price)})
    assert answer.status_code == 200, answer.text
    return answer


def test_an_id_of_two_values_is_what_the_payload_says(client, shop):
    sell(client, shop, "TEA")
    is_problem(client.send("POST", f"/receipts/{shop}:2/lines", {
        "shop": shop, "number": "1", "sku": "TEA", "quantity": 1, "price": 1}), 422, "refused")


def test_a_sum_is_right_after_each_event(client, stack, shop):
    """MariaDB refuses each run but the first of the statement that makes it."""
    for count in range(1, 6):
        done = sell(client, shop, f"SKU-{count}", 2, "4.25")
        seen = body(client.get(f"/receipts/{shop}:1", token(done)))
        assert seen["total"] == count * Decimal("8.50")
    assert Events(stack, "receipts", "Receipts", "Receipt").letters(f"{shop}%3A1") == []
    done = client.request("DELETE", f"/receipts/{shop}:1/lines/SKU-1")
    assert body(client.get(f"/receipts/{shop}:1", token(done)))["total"] == Decimal("34.00")


def test_rows_of_another_table_come_as_a_list(client, shop):
    sell(client, shop, "TEA", 2)
    done = sell(client, shop, "CUP", 1)
    lines = body(client.get(f"/receipts/{shop}:1", token(done)))["lines"]
    assert sorted(lines, key=lambda line: line["sku"]) == [{"sku": "CUP", "quantity": 1},
                                                           {"sku": "TEA", "quantity": 2}]


def test_the_top_by_a_sum(client, shop):
    sell(client, shop, "TEA", 1000)
    done = sell(client, shop, "CUP", 1000)
    items = body(client.get("/shops/top", token(done)))["items"]
    assert items[0] == {"shop": shop, "sold": 2000}


def test_what_was_skipped_where_nothing_is_gives_no_token(client, shop):
    done = client.request("DELETE", f"/receipts/{shop}:1/lines/TEA", {"Prefer": "wait=2"})
    assert done.status_code == 200 and body(done)["version"] == 0
    assert "Consistency-Token" not in done.headers
    assert done.headers["Preference-Applied"] == "wait=2"
    asked = client.get(f"/receipts/{shop}:1", {"Consistency-Token": f"Receipt:{shop}%3A1@0"})
    is_problem(asked, 404)
    assert asked.elapsed.total_seconds() < 2


def test_a_filter_that_is_left_out_filters_nothing(client, shop):
    """Each way to ask has tags of its own: a change of another receipt voids what shows it only."""
    def lines(**params):
        path = "/receipt-lines?" + "&".join(f"{k}={v}" for k, v in {**params, "limit": 900}.items())
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        found = body(answer)["items"]
        return cache_status(answer), sorted((line["receiptId"], line["sku"]) for line in found
                                            if line["receiptId"].startswith(shop))

    mine, other, sku = f"{shop}:1", f"{shop}:2", shop[:20].upper()
    sell(client, shop, sku)
    client.get(f"/receipts/{mine}", token(sell(client, shop, "CUP")))
    ways = [{}, {"receipt": mine}, {"sku": sku}, {"receipt": mine, "sku": sku}]
    both, one = [(mine, sku), (mine, "CUP")], [(mine, sku)]
    assert [lines(**way)[1] for way in ways] == [sorted(both), sorted(both), one, one]
    wait_until(lambda: all(lines(**way)[0].get("hit") for way in ways))
    done = client.send("POST", f"/receipts/{other}/lines", {
        "shop": shop, "number": "2", "sku": "CUP", "quantity": 1, "price": 1})
    client.get(f"/receipts/{other}", token(done))
    seen = [lines(**way) for way in ways]
    assert [bool(status.get("hit")) for status, _ in seen] == [False, True, True, True]
    assert seen[0][1] == sorted(both + [(other, "CUP")])
    assert lines(sku="CUP")[1] == [(mine, "CUP"), (other, "CUP")]
    assert lines(sku="")[1] == []


def test_the_links_of_a_page_keep_what_was_left_out(client, shop):
    for number in (1, 2):
        done = sell(client, shop, f"SKU-{number}")
    client.get(f"/receipts/{shop}:1", token(done))
    page = body(client.get(f"/receipt-lines?receipt={shop}:1&limit=1"))
    assert "sku=" not in page["next"]
    assert [line["sku"] for line in body(client.get(page["next"]))["items"]] == ["SKU-2"]


def test_a_value_that_only_one_may_have_is_an_item_of_its_own(client, shop):
    mine = client.send("PUT", f"/mails/{shop}@x.org", {"personId": "ann"})
    again = client.send("PUT", f"/mails/{shop}@x.org", {"personId": "ann"})
    assert (mine.status_code, again.status_code) == (200, 200)
    is_problem(client.send("PUT", f"/mails/{shop}@x.org", {"personId": "bob"}), 409, "refused")
    assert client.request("DELETE", f"/mails/{shop}@x.org").status_code == 200
    is_problem(client.request("DELETE", f"/mails/{shop}@x.org"), 404)
    assert client.send("PUT", f"/mails/{shop}@x.org", {"personId": "bob"}).status_code == 200


def test_a_post_goes_to_all_who_follow(client, shop):
    ann, bob, cid = (f"{name}-{shop[:12]}" for name in ("ann", "bob", "cid"))

    def post(text):
        answer = client.send("POST", f"/people/{bob}/posts", {"text": text})
        assert answer.status_code == 200, answer.text
        return token(answer)

    def follow(person):
        answer = client.request("PUT", f"/people/{person}/following/{bob}")
        assert answer.status_code == 200, answer.text
        return token(answer)

    def timeline(person, headers):
        items = body(client.get(f"/people/{person}/timeline", headers))["items"]
        return [item["text"] for item in items]

    post("first")
    assert timeline(ann, follow(ann)) == ["first"]
    follow(cid)
    follow(ann)
    last = post("second")
    assert timeline(ann, last) == ["second", "first"]
    assert timeline(cid, last) == ["second", "first"]
    assert timeline(bob, last) == []


def test_check_asks_for_the_index_of_a_select_that_nobody_wrote(stack, tmp_path):
    """Whose timelines a post is in: follows by followee."""
    models = tmp_path / "models"
    shutil.copytree(ROOT / "tests/integration/models/shapes", models)
    model, queries = models / "people/model.json", models / "people/queries.sql"
    plain = json.loads(model.read_text())
    plain["queries"]["News"] = {"route": "GET /people/{personId}/news", "ttl": "1h",
                                "page": {"by": ["author", "-number"], "limit": 20, "max": 100}}
    model.write_text(json.dumps(plain, indent=2))
    queries.write_text(queries.read_text() + """
-- name: News :many
SELECT p.author, p.number, p.text FROM posts p JOIN follows f ON f.followee = p.author
WHERE f.follower = :personId;
""")

    def check():
        return subprocess.run([BUILD / "twofold-gateway", "--check", f"--config={stack.config}",
                               f"--models={models}"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=60, check=False)
    assert check().returncode == 0
    stack.sql("ALTER TABLE twofold_people.follows DROP KEY followers")
    try:
        done = check()
        assert done.returncode != 0
        assert "'follows'" in done.stdout or "follows:" in done.stdout
        assert "whole table" in done.stdout
    finally:
        stack.sql("ALTER TABLE twofold_people.follows ADD KEY followers (followee)")


def test_pages_over_a_derived_table_and_a_union_have_each_row_once(client, shop):
    reader, *authors = (f"{name}-{shop[:12]}" for name in ("ann", "bob", "cid", "dan"))
    for author in authors:
        client.request("PUT", f"/people/{reader}/following/{author}")
    for author in [*authors, reader, *authors]:
        last = client.send("POST", f"/people/{author}/posts", {"text": "x"})

    def pages(path):
        """One row a page."""
        there, page = [], body(client.get(f"/people/{reader}/{path}?limit=1", token(last)))
        while True:
            there += page["items"]
            if not page.get("next"):
                break
            page = body(client.get(page["next"], token(last)))
        assert there == body(client.get(f"/people/{reader}/{path}", token(last)))["items"]
        return there

    assert [(row["author"], row["posts"]) for row in pages("authors")] == [
        (author, 2) for author in authors]
    seen = pages("seen")
    assert len(seen) == 7 and len({(row["author"], row["number"]) for row in seen}) == 7
    assert [row["number"] for row in seen] == sorted((row["number"] for row in seen), reverse=True)
    last = client.send("POST", f"/people/{authors[0]}/posts", {"text": "x"})
    assert pages("authors")[0]["posts"] == 3 and len(pages("seen")) == 8
