"""A well-behaved client. Numbers are exact both ways: json's floats would hide what the product
must keep.
"""

import json
from decimal import Decimal

import requests

from support.wait import wait_until


def json_text(value):
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{json_text(member)}"
                              for name, member in value.items()) + "}"
    return json.dumps(value)


def body(answer):
    return json.loads(answer.text, parse_float=Decimal)


def token(answer):
    """The headers by which a query asks for at least what ANSWER did."""
    return {"Consistency-Token": answer.headers["Consistency-Token"]}


def cache_status(answer):
    """RFC 9211: {"hit": True, "detail": "redis"}."""
    _, *parameters = [word.strip() for word in answer.headers["Cache-Status"].split(";")]
    return {name: value or True for name, _, value in (word.partition("=") for word in parameters)}


def is_problem(answer, code, slug=None):
    assert answer.status_code == code, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = body(answer)
    assert problem["status"] == code
    assert problem["type"].startswith("urn:twofold:") and problem["title"]
    assert slug is None or problem["type"] == f"urn:twofold:{slug}"
    return problem


class Client:
    def __init__(self, stack, model):
        self.stack, self.model = stack, model
        self.session = requests.Session()
        self.session.trust_env = False

    def request(self, method, path, headers=None, **more):
        return self.session.request(method, self.stack.url + path, headers=headers, timeout=15,
                                    allow_redirects=False, **more)

    def get(self, path, headers=None):
        return self.request("GET", path, headers)

    def send(self, method, path, value, headers=None):
        return self.request(method, path, {"Content-Type": "application/json", **(headers or {})},
                            data=json_text(value).encode())

    # What the model can do.

    def create(self, product_id, **fields):
        return self.send("POST", self.model.path, self.model.whole(product_id, **fields))

    def update(self, product_id, headers=None, **fields):
        return self.send("PUT", self.model.one(product_id), self.model.fields(**fields), headers)

    def delete(self, product_id, headers=None):
        return self.request("DELETE", self.model.one(product_id), headers)

    def read(self, product_id, headers=None):
        return self.get(self.model.one(product_id), headers)

    def made(self, product_id=None, **fields):
        """Creates one, waits until it is visible, and gives its id and the command's answer."""
        product_id = product_id or self.model.new_id()
        answer = self.create(product_id, **fields)
        assert answer.status_code == 201, answer.text
        assert self.read(product_id, token(answer)).status_code == 200
        return product_id, answer

    def listed(self, path, headers=None):
        """The ids of all pages of a list, in order."""
        ids = []
        while path:
            answer = self.get(path, headers)
            assert answer.status_code == 200, answer.text
            page = body(answer)
            ids += [item[self.model.id] for item in page["items"]]
            path = page.get("next")
        return ids

    def until_hit(self, path, limit=5.0):
        """Asks until the answer comes from Redis."""
        def hit():
            answer = self.get(path)
            return [answer] if cache_status(answer).get("detail") == "redis" else None
        return wait_until(hit, limit, f"a hit of {path}")[0]
