"""Commands: what they answer, what they demand, and that two of them at once never both win."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from support.client import Client, body, is_problem, token

PARALLEL = 8


@pytest.fixture
def model(any_model):
    return any_model


def test_create_answers_201_with_location_version_and_token(client, model):
    product_id = model.new_id()
    answer = client.create(product_id)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == model.one(product_id)
    assert answer.headers["Content-Type"] == "application/json"
    result = body(answer)
    assert result == {"aggregateId": str(product_id), "version": result["version"], "events": []}
    assert answer.headers["ETag"] == f'"{result["version"]}"'
    given = answer.headers["Consistency-Token"]
    assert given == f"{model.aggregate}:{product_id}@{result['version']}"
    assert client.get(answer.headers["Location"], token(answer)).status_code == 200


def test_versions_rise_by_one_with_each_change(client):
    product_id, made = client.made()
    first = body(made)["version"]
    assert body(client.update(product_id))["version"] == first + 1
    assert body(client.update(product_id))["version"] == first + 2
    assert body(client.delete(product_id))["version"] == first + 3


def test_what_exists_cannot_be_created_and_what_does_not_cannot_be_changed(client, model):
    product_id, _ = client.made(name="first")
    refused = is_problem(client.create(product_id, name="second"), 409)
    assert "exists" in refused["title"]
    assert body(client.read(product_id))[model.name] == "first"

    missing = model.new_id()
    is_problem(client.update(missing), 404)
    is_problem(client.delete(missing), 404)


def test_if_match_lets_only_the_version_that_was_seen_be_changed(client, model):
    product_id, made = client.made()
    etag = made.headers["ETag"]
    changed = client.update(product_id, {"If-Match": etag}, name="seen")
    assert changed.status_code == 200, changed.text
    is_problem(client.update(product_id, {"If-Match": etag}, name="blind"), 412)
    is_problem(client.delete(product_id, {"If-Match": etag}), 412)
    assert body(client.read(product_id, token(changed)))[model.name] == "seen"

    assert client.update(product_id, {"If-Match": "*"}).status_code == 200
    is_problem(client.update(product_id, {"If-Match": "4"}), 400)
    is_problem(client.update(product_id, {"If-Match": f"W/{changed.headers['ETag']}"}), 412)
    assert client.update(model.new_id(), {"If-Match": etag}).status_code in (404, 412)


def test_of_parallel_creations_of_one_id_exactly_one_wins(stack, model):
    product_id = model.new_id()
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(
            lambda i: Client(stack, model).create(product_id, name=f"writer {i}"),
            range(PARALLEL)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (PARALLEL - 1)
    winner = next(i for i, answer in enumerate(answers) if answer.status_code == 201)
    shown = Client(stack, model).read(product_id, token(answers[winner]))
    assert body(shown)[model.name] == f"writer {winner}"


def test_of_parallel_changes_of_one_version_exactly_one_wins(stack, model, client):
    product_id, made = client.made()
    headers = {"If-Match": made.headers["ETag"]}
    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = list(pool.map(lambda i: Client(stack, model).update(product_id, headers, price=i),
                                range(PARALLEL)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (PARALLEL - 1)


def test_parallel_changes_lose_no_version(stack, model, client):
    product_id, made = client.made()

    def change(i):
        writer = Client(stack, model)
        return [writer.update(product_id, price=i) for _ in range(5)]

    with ThreadPoolExecutor(PARALLEL) as pool:
        answers = [answer for batch in pool.map(change, range(PARALLEL)) for answer in batch]
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    versions = [body(answer)["version"] for answer in answers]
    first = body(made)["version"]
    assert sorted(versions) == list(range(first + 1, first + 1 + PARALLEL * 5))


def test_a_body_that_breaks_the_schema_is_told_where(client, model):
    def errors(**changes):
        fields = {name: value for name, value in {**model.whole(model.new_id()), **changes}.items()
                  if value is not None}
        problem = is_problem(client.send("POST", model.path, fields), 422, "schema")
        assert all(error["detail"] for error in problem["errors"])
        return {error["pointer"] for error in problem["errors"]}

    assert errors(**{model.price: "4"}) == {f"/{model.price}"}
    assert errors(**{model.name: ""}) == {f"/{model.name}"}
    assert errors(**{model.out: 1, model.price: -1}) == {f"/{model.out}", f"/{model.price}"}
    assert len(errors(**{"More": 1})) == 1
    assert len(errors(**{model.name: None})) == 1
    assert errors(**{model.price: Decimal("0.0000001")}) == {f"/{model.price}"}
    assert errors(**{model.id: 0}) == {f"/{model.id}"}


def test_a_refused_body_writes_nothing(client, stack, model):
    product_id = model.new_id()
    is_problem(client.send("POST", model.path, {**model.whole(product_id), "More": 1}), 422)
    assert stack.dynamodb.item(model, product_id) is None


def test_ids_in_paths_have_one_spelling(client, model):
    product_id, _ = client.made()
    is_problem(client.read(f"0{product_id}"), 400)
    is_problem(client.read("x"), 400)
    is_problem(client.delete(f"+{product_id}"), 400)
    is_problem(client.read("9" * 30), 400)


@pytest.mark.parametrize("prefer, applied", [
    ("wait=5", "wait=5"), ('Wait="5"', "wait=5"), ("respond-async, wait=5; x=1", "wait=5"),
    ("wait=5, wait=0", "wait=5"), ("wait=0", None), ("wait=-1", None), ("waits=5", None),
])
def test_a_command_is_visible_when_its_preference_to_wait_was_applied(client, model, prefer,
                                                                      applied):
    product_id, _ = client.made()
    changed = client.update(product_id, {"Prefer": prefer}, name=prefer)
    assert changed.status_code == 200, changed.text
    assert changed.headers.get("Preference-Applied") == applied
    assert applied is None or body(client.read(product_id))[model.name] == prefer
