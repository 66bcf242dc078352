"""Dead letters of a state store: what fails alone blocks its aggregate, nothing else. Event stores:
test_events.py.
"""

import pytest

from support.projector import Projector
from support.wait import wait_until


class Letters:
    def __init__(self, stack, model):
        self.stack, self.model = stack, model
        self.process = Projector(stack, stack.ports_end, None)

    def of(self, product_id):
        return self.stack.sql(
            f"SELECT * FROM {self.model.database}.twofold_dead_letter"
            " WHERE aggregate = %s ORDER BY id",
            f"{self.model.aggregate}:{product_id}")

    def wait(self, product_id, count):
        return wait_until(lambda: len(self.of(product_id)) == count and self.of(product_id), 15,
                          f"{count} letters")

    def operator(self, word, *words):
        return self.process.run("dead-letters", word, self.model.folder, *words)

    def name(self, product_id):
        rows = self.stack.sql(
            f"SELECT {self.model.name} AS name FROM {self.model.database}.{self.model.rows}"
            f" WHERE {self.model.id} = %s", product_id)
        return rows[0]["name"] if rows else None

    def put(self, product_id, name, price="1.5", **more):
        self.stack.dynamodb.put(self.model, product_id, name, price, False, **more)

    def wait_name(self, product_id, name):
        wait_until(lambda: self.name(product_id) == name, 15, f"{name} in the read model")


@pytest.fixture
def letters(stack, model):
    return Letters(stack, model)


TOO_PRECISE = "1.1234567"


def test_a_record_that_fails_becomes_a_letter_and_others_go_on(letters, model):
    before, bad, after = (model.new_id() for _ in range(3))
    letters.put(before, "before")
    letters.put(bad, "too precise", TOO_PRECISE)
    letters.put(after, "after")
    letters.wait_name(after, "after")
    letters.wait_name(before, "before")
    [letter] = letters.wait(bad, 1)
    assert letter["attempts"] == 3 and "projections.sql line" in letter["error"]
    assert letters.name(bad) is None


def test_later_records_of_its_aggregate_follow_in_order(letters, model):
    bad = model.new_id()
    letters.put(bad, "too precise", TOO_PRECISE)
    letters.put(bad, "second")
    letters.put(bad, "third")
    first, *rest = letters.wait(bad, 3)
    assert [letter["error"]
            for letter in rest] == ["an earlier record of this aggregate is here"] * 2
    assert letters.name(bad) is None
    listed = letters.operator("list")
    assert listed.returncode == 0 and f"\t{model.aggregate}:{bad}\t" in listed.stdout
    assert letters.operator("discard", str(first["id"])).returncode == 0
    done = letters.operator("retry", f"{model.aggregate}:{bad}")
    assert (done.returncode, done.stdout) == (0, f"{model.aggregate}:{bad}: 2 projected\n")
    assert letters.name(bad) == "third" and letters.of(bad) == []
    letters.put(bad, "fourth")
    letters.wait_name(bad, "fourth")


def test_a_retry_that_fails_keeps_its_letters_and_says_why(letters, model):
    bad = model.new_id()
    letters.put(bad, "too precise", TOO_PRECISE)
    letters.put(bad, "second")
    letters.wait(bad, 2)
    done = letters.operator("retry", f"{model.aggregate}:{bad}")
    assert done.returncode == 1 and "projections.sql line" in done.stdout
    assert len(letters.of(bad)) == 2 and letters.name(bad) is None


def test_a_retry_makes_cached_answers_void(letters, model, client):
    bad = model.new_id()
    letters.put(bad, "first")
    letters.wait_name(bad, "first")
    client.until_hit(model.one(bad))
    letters.put(bad, "too precise", TOO_PRECISE)
    letters.put(bad, "mended")
    first, _ = letters.wait(bad, 2)
    assert letters.operator("discard", str(first["id"])).returncode == 0
    assert letters.operator("retry", f"{model.aggregate}:{bad}").returncode == 0
    assert client.session.get(client.stack.url + model.one(bad)).json()[model.name] == "mended"


def test_letters_that_are_not_there(letters, model):
    assert letters.operator("discard", "999999999").returncode == 1
    nobody = letters.operator("retry", f"{model.aggregate}:{model.new_id()}")
    assert nobody.returncode == 1 and "no letters of this aggregate" in nobody.stdout
