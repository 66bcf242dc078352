"""Keys and envelopes: a command that is repeated has one effect and one answer, in whatever form it
comes.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from uuid import uuid4

import pytest

from support.client import Client, body, is_problem, json_text
from support.raw import Raw

STORED = ("Location", "ETag", "Consistency-Token", "Content-Type")
COMMANDS = "/commands"


@pytest.fixture
def model(any_model):
    return any_model


def keyed(key=None):
    return {"Idempotency-Key": key or str(uuid4())}


def name_of(model, verb):
    return verb + model.aggregate


def is_repeated(again, first):
    assert again.status_code == first.status_code, again.text
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    assert ({name: again.headers.get(name) for name in STORED} ==
            {name: first.headers.get(name) for name in STORED})


def test_a_repeated_command_gets_the_first_answer(client, model):
    product_id = model.new_id()
    headers = keyed()
    first = client.send("POST", model.path, model.whole(product_id), headers)
    assert first.status_code == 201 and "Idempotent-Replayed" not in first.headers
    is_repeated(client.send("POST", model.path, dict(reversed(model.whole(product_id).items())),
                            headers), first)

    headers = keyed()
    changed = client.update(product_id, headers, price=5)
    assert body(changed)["version"] == body(first)["version"] + 1
    assert client.update(product_id, price=6).status_code == 200
    is_repeated(client.update(product_id, headers, price=Decimal("5.0")), changed)

    headers = keyed()
    deleted = client.delete(product_id, headers)
    assert deleted.status_code == 200
    is_repeated(client.delete(product_id, headers), deleted)
    is_problem(client.delete(product_id, keyed()), 404)


def test_a_key_is_for_one_request(client, model):
    product_id, _ = client.made()
    headers = keyed()
    assert client.update(product_id, headers, price=5).status_code == 200
    is_problem(client.update(product_id, headers, price=6), 422, "idempotency-key-reused")
    is_problem(client.delete(product_id, headers), 422, "idempotency-key-reused")
    is_problem(client.update(product_id, {**headers, "If-Match": '"7"'}, price=5), 422,
               "idempotency-key-reused")


def test_a_refusal_is_not_kept(client, model):
    product_id = model.new_id()
    headers = keyed()
    is_problem(client.update(product_id, headers), 404)
    client.made(product_id)
    assert client.update(product_id, headers).status_code == 200


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", '""'])
def test_a_key_has_a_form(client, model, key):
    is_problem(client.update(1, {"Idempotency-Key": key}), 400)


def test_of_parallel_duplicates_one_has_the_effect(stack, model, client):
    product_id, made = client.made()
    headers = keyed()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: Client(stack, model).update(product_id, headers, price=5),
                                range(8)))
    assert {answer.content
            for answer in answers} == {answers[0].content}, [answer.text for answer in answers]
    assert body(answers[0])["version"] == body(made)["version"] + 1
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 7
    assert body(client.update(product_id))["version"] == body(made)["version"] + 2


def test_repeated_after_cut_connections_each_has_one_effect(stack, model, client):
    """The client leaves at any moment after it has sent its command, and sends it again, with the
    same key.
    """
    product_id, made = client.made()
    path = model.one(product_id)
    choice = random.Random(7)
    for i in range(40):
        headers = [f"Idempotency-Key: {uuid4()}"]
        data = json_text(model.fields(price=i)).encode()
        for _ in range(choice.randrange(3)):
            with Raw(stack.url) as cut:
                cut.request("PUT", path, data, headers)
                if choice.random() < 0.5:
                    cut.socket.settimeout(choice.random() * 0.005 + 0.0001)
                    try:
                        cut.answer()
                    except (TimeoutError, OSError):
                        pass
        with Raw(stack.url) as last:
            last.request("PUT", path, data, headers)
            answer = last.answer()
            assert answer.code == 200, answer.body
    assert body(client.update(product_id))["version"] == body(made)["version"] + 41


# ---- the envelope


def envelope(client, kind, **members):
    return client.send("POST", COMMANDS, {"commandType": kind, **members})


def test_an_envelope_does_what_the_route_does(client, model):
    product_id = model.new_id()
    created = envelope(client, name_of(model, "Create"), payload=model.whole(product_id),
                       timestamp="2026-11-21T11:05:26Z")
    assert created.status_code == 201, created.text
    assert created.headers["Location"] == model.one(product_id)
    is_problem(envelope(client, name_of(model, "Create"), payload=model.whole(product_id)), 409)
    changed = envelope(client, name_of(model, "Update"), aggregateId=str(product_id),
                       payload=model.fields(price=5),
                       expectedVersion=body(created)["version"], timestamp=1795264948446)
    assert changed.status_code == 200, changed.text
    assert body(changed) == {"aggregateId": str(product_id),
                             "version": body(created)["version"] + 1, "events": []}
    stale = is_problem(envelope(client, name_of(model, "Update"), aggregateId=product_id,
                                payload=model.fields(),
                                expectedVersion=body(created)["version"]), 409, "conflict")
    assert stale["version"] == body(changed)["version"]
    deleted = envelope(client, name_of(model, "Delete"), aggregateId=product_id)
    assert deleted.status_code == 200, deleted.text
    is_problem(envelope(client, name_of(model, "Update"), aggregateId=product_id,
                        payload=model.fields()), 404)


def test_an_empty_object_is_the_payload_of_a_command_without_one(client, model):
    product_id, _ = client.made()
    wrong = is_problem(envelope(client, name_of(model, "Delete"), aggregateId=product_id,
                                payload={"a": 1}), 422)
    assert wrong["errors"] == [{"pointer": "", "detail": "this command takes no body"}]
    assert envelope(client, name_of(model, "Delete"), aggregateId=product_id,
                    payload={}).status_code == 200
    product_id, _ = client.made()
    assert client.send("DELETE", model.one(product_id), {}).status_code == 200


def test_route_and_envelope_share_keys(client, model):
    product_id, _ = client.made()
    headers = keyed()
    first = client.update(product_id, headers, price=5)
    again = envelope(client, name_of(model, "Update"), commandId=headers["Idempotency-Key"],
                     aggregateId=str(product_id),
                     payload=model.fields(price=5))
    is_repeated(again, first)
    both = {"commandType": name_of(model, "Update"), "commandId": "a",
            "aggregateId": str(product_id), "payload": model.fields()}
    is_problem(client.send("POST", COMMANDS, both, {"Idempotency-Key": "b"}), 400)
    assert client.send("POST", COMMANDS, both, {"Idempotency-Key": "a"}).status_code in (200, 422)


def test_a_payload_is_judged_as_on_the_route(client, model):
    product_id, _ = client.made()
    wrong = {**model.fields(), model.price: "4", "More": 1}
    by_route = client.send("PUT", model.one(product_id), wrong)
    by_envelope = envelope(client, name_of(model, "Update"), aggregateId=str(product_id),
                           payload=wrong)
    assert is_problem(by_route, 422) == is_problem(by_envelope, 422)


@pytest.mark.parametrize("change, pointer", [
    ({"more": 1}, "/more"),
    ({"commandType": "DoNothing"}, "/commandType"),
    ({"commandType": None}, "/commandType"),
    ({"commandId": 7}, "/commandId"),
    ({"commandId": ""}, "/commandId"),
    ({"expectedVersion": -1}, "/expectedVersion"),
    ({"expectedVersion": "1"}, "/expectedVersion"),
    ({"timestamp": "yesterday"}, "/timestamp"),
    ({"timestamp": True}, "/timestamp"),
    ({"aggregateId": "007"}, "/aggregateId"),
    ({"aggregateId": "x"}, "/aggregateId"),
    ({"aggregateId": 0}, "/aggregateId"),
])
def test_a_wrong_member_is_told(client, model, change, pointer):
    right = {"commandType": name_of(model, "Update"), "aggregateId": 1, "payload": model.fields()}
    problem = is_problem(client.send("POST", COMMANDS, {**right, **change}), 422, "schema")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_an_id_is_needed_and_ids_that_differ_are_refused(client, model):
    missing = is_problem(envelope(client, name_of(model, "Update"), payload=model.fields()), 422)
    assert [error["pointer"] for error in missing["errors"]] == ["/aggregateId"]
    product_id = model.new_id()
    is_problem(envelope(client, name_of(model, "Create"), aggregateId=product_id + 1,
                        payload=model.whole(product_id)), 422)


def test_what_is_no_envelope(client):
    is_problem(client.send("POST", COMMANDS, 7), 422)
    is_problem(client.request("POST", COMMANDS, {"Content-Type": "application/json"}, data=b"{"),
               400)
    is_problem(client.request("POST", COMMANDS), 400)
    is_problem(client.request("POST", COMMANDS, {"Content-Type": "text/plain"}, data=b"{}"), 415)
    refused = client.get(COMMANDS)
    is_problem(refused, 405)
    assert refused.headers["Allow"] == "POST, OPTIONS"
