"""RFC 9110 13: If-Match and If-None-Match of queries and commands; and what else a body's headers
may demand.
"""

import pytest

from support.client import is_problem, token
from support.raw import Raw


@pytest.fixture
def product(client, model):
    """(path, entity tag of its query's answer)"""
    product_id, _ = client.made()
    path = model.one(product_id)
    return path, client.get(path).headers["ETag"]


# {} is the current tag.
TAGS_FOR_QUERIES = [
    ("If-None-Match", "{}", 304), ("If-None-Match", "W/{}", 304), ("If-None-Match", "*", 304),
    ("If-None-Match", '"x", {}', 304),
    ("If-None-Match", '"a,b" ,, {}', 304), ("If-None-Match", '"x"', 200),
    ("If-None-Match", "x", 200), ("If-None-Match", "w/{}", 200),
    ("If-None-Match", '"x" {}', 200), ("If-Match", "{}", 200), ("If-Match", "*", 200),
    ("If-Match", '"x", {}', 200), ("If-Match", '"x"', 412),
    ("If-Match", "W/{}", 412), ("If-Match", '"x","y"', 412), ("If-Match", "x", 412),
]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name, tags, code", TAGS_FOR_QUERIES)
def test_a_query_is_answered_by_its_entity_tag(client, product, method, name, tags, code):
    path, tag = product
    answer = client.request(method, path, {name: tags.format(tag)})
    assert answer.status_code == code
    assert answer.headers["ETag"] == tag


def test_lines_of_one_name_are_one_list(stack, product):
    path, tag = product
    for name, code in (("If-None-Match", 304), ("If-Match", 200)):
        with Raw(stack.url) as raw:
            raw.request("GET", path, headers=[f'{name}: "x"', f"{name}: {tag}"])
            assert raw.answer(head=code == 304).code == code


def test_if_match_comes_before_if_none_match(client, product):
    path, tag = product
    is_problem(client.get(path, {"If-Match": '"x"', "If-None-Match": tag}), 412,
               "precondition-failed")
    assert client.get(path, {"If-Match": tag, "If-None-Match": tag}).status_code == 304


def test_what_is_not_there_is_404_whatever_the_condition(client, model):
    path = model.one(model.new_id())
    for name in ("If-Match", "If-None-Match"):
        is_problem(client.get(path, {name: "*"}), 404)


def test_a_command_may_list_versions(any_client, any_model):
    product_id, made = any_client.made()
    tag = made.headers["ETag"]
    is_problem(any_client.update(product_id, {"If-Match": '"1", "2", "x"'}), 412)
    changed = any_client.update(product_id, {"If-Match": f'"1", {tag}, "2"'})
    assert changed.status_code == 200
    is_problem(any_client.delete(product_id, {"If-Match": f'"1", {tag}'}), 412)
    assert any_client.delete(product_id,
                             {"If-Match": f'"1", {changed.headers["ETag"]}'}).status_code == 200


def test_if_none_match_keeps_a_command_from_what_exists(any_client, any_model):
    product_id, made = any_client.made()
    tag = made.headers["ETag"]
    for tags in ("*", tag, f"W/{tag}", f'"1", {tag}'):
        is_problem(any_client.update(product_id, {"If-None-Match": tags}), 412,
                   "precondition-failed")
        is_problem(any_client.delete(product_id, {"If-None-Match": tags}), 412)
    assert any_client.update(product_id, {"If-None-Match": '"1", "x"'}).status_code == 200
    whole = any_model.whole(product_id)
    is_problem(any_client.send("POST", any_model.path, whole, {"If-None-Match": "*"}), 412)
    assert any_client.send("POST", any_model.path, any_model.whole(any_model.new_id()),
                           {"If-None-Match": "*"}).status_code == 201


def test_conditions_hold_for_event_stores(client):
    made = client.send("POST", "/customers", {"email": "one@example.com", "name": "One"})
    path, tag = made.headers["Location"], made.headers["ETag"]

    def update(email, headers):
        return client.send("PUT", f"{path}/email", {"newEmail": email}, headers)

    is_problem(update("two@example.com", {"If-None-Match": "*"}), 412)
    is_problem(update("two@example.com", {"If-None-Match": f'"7", {tag}'}), 412)
    is_problem(update("two@example.com", {"If-Match": '"7", "8"'}), 412)
    assert update("two@example.com",
                  {"If-Match": f'"7", {tag}', "If-None-Match": '"9"'}).status_code == 200
    is_problem(update("three@example.com", {"If-Match": f'"7", {tag}'}), 412)


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("tags", ["4", '"4', '"4" "5"', "*, *"])
def test_a_command_with_malformed_tags_is_refused(client, product, name, tags):
    path, _ = product
    is_problem(client.send("PUT", path, client.model.fields(), {name: tags}), 400)


def test_a_list_is_part_of_what_a_key_stands_for(client, model):
    product_id, made = client.made()
    headers = {"Idempotency-Key": f"list-{product_id}", "If-Match": f'"1", {made.headers["ETag"]}'}
    first = client.update(product_id, headers)
    assert first.status_code == 200
    again = client.update(product_id, headers)
    assert again.headers["Idempotent-Replayed"] == "true" and again.content == first.content
    is_problem(client.update(product_id, {**headers, "If-Match": f'"2", {made.headers["ETag"]}'}),
               422, "idempotency-key-reused")


def test_an_encoded_body_is_415_and_a_part_of_one_400(client, product):
    path, _ = product
    refused = client.send("PUT", path, client.model.fields(), {"Content-Encoding": "gzip"})
    is_problem(refused, 415)
    assert refused.headers["Accept-Encoding"] == "identity"
    is_problem(client.send("PUT", path, client.model.fields(), {"Content-Range": "bytes 0-1/2"}),
               400)
    taken = client.send("PUT", path, client.model.fields(), {"Content-Encoding": "Identity"})
    assert taken.status_code == 200
    assert client.get(path, token(taken)).status_code == 200


def test_two_content_types_are_none(stack, product):
    path, _ = product
    with Raw(stack.url) as raw:
        raw.request("PUT", path, b"{}", headers=["Content-Type: text/plain"])
        assert raw.answer().code == 415
