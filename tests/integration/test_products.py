"""What must hold for products, end to end; and for the same model under other names."""

from decimal import Decimal

import pytest

from support.client import body, cache_status, is_problem, token
from support.wait import wait_until

VISIBLE_S = 2.0  # half a second is promised; a busy CI machine and sanitizers get more


@pytest.fixture
def model(any_model):
    return any_model


def test_a_new_product_is_visible_soon_and_then_answered_from_redis(client, model):
    product_id = model.new_id()
    made = client.create(product_id, name="Tea", price=Decimal("4.25"))
    assert made.status_code == 201, made.text

    seen = wait_until(lambda: (answer := client.read(product_id)).status_code == 200 and answer,
                      VISIBLE_S)
    assert body(seen) == model.whole(product_id, name="Tea", price=Decimal("4.25"))
    for _ in range(3):
        hit = client.until_hit(model.one(product_id))
        assert hit.headers["Cache-Status"] == "twofold; hit; detail=redis"
        assert hit.text == seen.text


def test_after_a_command_its_token_shows_the_new_value_never_the_old(client, model):
    product_id, _ = client.made()
    for price in range(1, 21):
        changed = client.update(product_id, price=price)
        assert changed.status_code == 200, changed.text
        answer = client.read(product_id, token(changed))
        assert body(answer)[model.price] == price
        assert body(client.read(product_id))[model.price] == price


def test_a_deleted_product_is_gone_with_the_token_and_may_come_again(client, model):
    product_id, made = client.made(name="first")
    deleted = client.delete(product_id)
    assert deleted.status_code == 200, deleted.text
    is_problem(client.read(product_id, token(deleted)), 404, "not-found")
    is_problem(client.read(product_id), 404)

    again = client.create(product_id, name="second")
    assert again.status_code == 201
    assert body(again)["version"] > body(deleted)["version"] > body(made)["version"]
    assert body(client.read(product_id, token(again)))[model.name] == "second"


def test_lists_show_each_change_of_membership_at_once_after_the_token(client, model):
    product_id = model.new_id()

    def membership(answer):
        headers = token(answer)
        return (product_id in client.listed(model.path, headers),
                product_id in client.listed(model.stock_path, headers))

    assert membership(client.create(product_id)) == (True, True)
    assert membership(client.update(product_id, out=True)) == (True, False)
    assert membership(client.update(product_id, out=False)) == (True, True)
    assert membership(client.delete(product_id)) == (False, False)


def test_pages_hold_every_product_once_in_order_both_ways(client, model):
    wanted = [client.made()[0] for _ in range(7)]
    assert client.listed(f"{model.path}?limit=3") == client.listed(model.path)
    assert [found for found in client.listed(f"{model.path}?limit=2") if found in wanted] == wanted

    first = body(client.get(f"{model.path}?limit=3"))
    second = body(client.get(first["next"]))
    assert "prev" not in first
    assert body(client.get(second["prev"]))["items"] == first["items"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=",
                                   "nosuch=1", "limit=1&limit=2"])
def test_a_bad_parameter_of_a_list_is_refused(client, model, query):
    is_problem(client.get(f"{model.path}?{query}"), 400)


def test_a_changed_cursor_is_refused(client, model):
    for _ in range(3):
        client.made()
    following = body(client.get(f"{model.path}?limit=2"))["next"]
    at = following.index("cursor=") + len("cursor=") + 5
    changed = following[:at] + ("A" if following[at] != "A" else "B") + following[at + 1:]
    is_problem(client.get(changed), 400, "bad-cursor")


@pytest.mark.parametrize("price", ["12345678901234567890.123456", "99999999999999999999.999999",
                                   "0.000001", "0", "10"])
def test_a_price_is_exact_everywhere(client, stack, model, price):
    product_id, made = client.made(price=Decimal(price))
    assert f'"{model.price}":{price}' in client.read(product_id).text
    assert Decimal(stack.dynamodb.item(model, product_id)[model.price]["N"]) == Decimal(price)
    for node in ("primary", "replica"):
        rows = wait_until(lambda: row_of(stack, model, product_id, node), 5.0)
        assert rows[0][model.price] == Decimal(price)


def row_of(stack, model, product_id, node):
    return stack.sql(f"SELECT * FROM {model.database}.{model.rows} WHERE {model.id} = %s",
                     product_id, node=node)


@pytest.mark.parametrize("node", ["primary", "replica"])
def test_the_row_follows_the_item_on_every_node(client, stack, model, node):
    product_id, _ = client.made(name="Tä€ 😀", price=Decimal("7.5"), out=True)
    rows = wait_until(lambda: row_of(stack, model, product_id, node), 5.0)
    assert rows == [{model.id: product_id, model.name: "Tä€ 😀", model.price: Decimal("7.5"),
                     model.out: 1}]
    client.delete(product_id)
    wait_until(lambda: not row_of(stack, model, product_id, node), 5.0)


def test_the_item_holds_the_attributes_with_their_types(client, stack, model):
    product_id, made = client.made(name="Tea", price=Decimal("4.25"), out=True)
    item = stack.dynamodb.item(model, product_id)
    assert item[model.name] == {"S": "Tea"} and item[model.price] == {"N": "4.25"}
    assert item[model.out] in ({"BOOL": True}, {"N": "1"})
    assert int(item["_version"]["N"]) == body(made)["version"]
    client.delete(product_id)
    assert stack.dynamodb.item(model, product_id) is None


@pytest.mark.parametrize("out", [False, True])
def test_an_item_put_by_other_software_shows_soon(client, stack, model, out):
    product_id = model.new_id()
    assert client.read(product_id).status_code == 404
    stack.dynamodb.put(model, product_id, "Other", "1.5", out)
    seen = wait_until(lambda: (answer := client.read(product_id)).status_code == 200 and answer,
                      VISIBLE_S)
    assert body(seen) == model.whole(product_id, name="Other", price=Decimal("1.5"), out=out)
    assert (product_id in client.listed(model.stock_path)) == (not out)

    stack.dynamodb.put(model, product_id, "Changed", "2", not out)
    wait_until(lambda: body(client.read(product_id)).get(model.name) == "Changed", VISIBLE_S)
    assert (product_id in client.listed(model.stock_path)) == out

    stack.dynamodb.delete(model, product_id)
    wait_until(lambda: client.read(product_id).status_code == 404, VISIBLE_S)
    assert product_id not in client.listed(model.path)


def test_an_item_of_other_software_can_be_changed_and_deleted_by_commands(client, stack, model):
    product_id = model.new_id()
    stack.dynamodb.put(model, product_id, "Other", "1.5", False)
    changed = client.update(product_id, name="Ours")
    assert changed.status_code == 200, changed.text
    assert body(client.read(product_id, token(changed)))[model.name] == "Ours"

    stack.dynamodb.put(model, product_id, "Other again", "1.5", False)
    deleted = client.delete(product_id)
    assert deleted.status_code == 200, deleted.text
    is_problem(client.read(product_id, token(deleted)), 404)


@pytest.mark.parametrize("stray", [{"S": "draft"}, {"N": "-5"}, {"N": "1E+30"},
                                   {"N": "9223372036854775806"}, {"NULL": True}])
def test_a_version_that_is_none_of_ours_hinders_nobody(client, stack, model, stray):
    product_id = model.new_id()
    stack.dynamodb.put(model, product_id, "Other", "1.5", False, _version=stray)
    wait_until(lambda: client.read(product_id).status_code == 200, VISIBLE_S)
    changed = client.update(product_id, name="Ours")
    assert changed.status_code == 200, changed.text
    assert body(client.read(product_id, token(changed)))[model.name] == "Ours"

    stack.dynamodb.put(model, product_id, "Other", "1.5", False, _version=stray)
    deleted = client.delete(product_id)
    assert deleted.status_code == 200, deleted.text
    is_problem(client.read(product_id, token(deleted)), 404)


def test_a_version_that_other_software_sets_back_shows_nothing_old(client, stack, model):
    product_id, _ = client.made()
    stack.dynamodb.put(model, product_id, "Other", "1.5", False, _version={"N": "7"})
    wait_until(lambda: body(client.read(product_id)).get(model.name) == "Other", VISIBLE_S)
    changed = client.update(product_id, name="Ours")
    assert body(changed)["version"] == 8
    assert body(client.read(product_id, token(changed)))[model.name] == "Ours"


def test_a_miss_says_who_answered(client, model):
    product_id, _ = client.made()
    client.update(product_id)
    answer = client.get(f"{model.path}?limit=1")
    status = cache_status(answer)
    assert status.get("hit") or (status["fwd"] in ("miss", "stale") and status["detail"])
