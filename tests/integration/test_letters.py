"""Dead letters of a state store: what fails alone blocks its aggregate, nothing else. Event stores:
test_events.py.
"""

import concurrent.futures

import pymysql
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


def test_a_newer_image_supersedes_the_letters_of_its_aggregate(letters, model, client):
    bad = model.new_id()
    letters.put(bad, "first")
    letters.wait_name(bad, "first")
    client.until_hit(model.one(bad))
    letters.put(bad, "too precise", TOO_PRECISE)
    [letter] = letters.wait(bad, 1)
    assert f"\t{model.aggregate}:{bad}\t" in letters.operator("list").stdout
    letters.put(bad, "too precise, too", TOO_PRECISE)
    first, second = letters.wait(bad, 2)
    assert first["id"] == letter["id"] and "projections.sql line" in second["error"]
    letters.put(bad, "mended")
    letters.wait_name(bad, "mended")
    assert letters.of(bad) == []
    assert client.session.get(client.stack.url + model.one(bad)).json()[model.name] == "mended"
    assert "dead letters superseded" in letters.stack.log("projector")


def test_a_removal_supersedes_letters_too(letters, model):
    bad = model.new_id()
    letters.put(bad, "first")
    letters.wait_name(bad, "first")
    letters.put(bad, "too precise", TOO_PRECISE)
    letters.wait(bad, 1)
    letters.stack.dynamodb.delete(model, bad)
    letters.wait_name(bad, None)
    assert letters.of(bad) == []


def test_a_retry_that_fails_keeps_its_letters_and_says_why(letters, model):
    bad = model.new_id()
    letters.put(bad, "too precise", TOO_PRECISE)
    letters.wait(bad, 1)
    done = letters.operator("retry", f"{model.aggregate}:{bad}")
    assert done.returncode == 1 and "projections.sql line" in done.stdout
    assert len(letters.of(bad)) == 1 and letters.name(bad) is None


def test_a_retry_makes_cached_answers_void(letters, model, client):
    """Of a letter whose row would fit by now: its letter's record is mended by hand."""
    bad = model.new_id()
    letters.put(bad, "first")
    letters.wait_name(bad, "first")
    client.until_hit(model.one(bad))
    letters.put(bad, "mended", TOO_PRECISE)
    letters.wait(bad, 1)
    letters.stack.sql(f"UPDATE {model.database}.twofold_dead_letter"
                      f" SET record = REPLACE(record, '{TOO_PRECISE}', '1.5')"
                      " WHERE aggregate = %s", f"{model.aggregate}:{bad}")
    done = letters.operator("retry", f"{model.aggregate}:{bad}")
    assert (done.returncode, done.stdout) == (0, f"{model.aggregate}:{bad}: 1 projected\n")
    assert client.session.get(client.stack.url + model.one(bad)).json()[model.name] == "mended"


def test_a_discarded_letter_is_kept_until_the_next_record_has_touched_its_tags(letters, model):
    bad = model.new_id()
    kept = (f"SELECT * FROM {model.database}.twofold_discarded WHERE aggregate = %s",
            f"{model.aggregate}:{bad}")
    letters.put(bad, "too precise", TOO_PRECISE)
    [letter] = letters.wait(bad, 1)
    assert letters.operator("discard", str(letter["id"])).returncode == 0
    assert letters.of(bad) == [] and len(letters.stack.sql(*kept)) == 1
    letters.put(bad, "second")
    letters.wait_name(bad, "second")
    assert letters.stack.sql(*kept) == []


def test_letters_that_are_not_there(letters, model):
    named = letters.operator("discard", f"{model.aggregate}:1")
    assert named.returncode == 1 and "id is a number" in named.stderr
    assert letters.operator("discard", "999999999").returncode == 1
    nobody = letters.operator("retry", f"{model.aggregate}:{model.new_id()}")
    assert nobody.returncode == 1 and "no letters of this aggregate" in nobody.stdout
    nameless = letters.operator("retry", str(model.new_id()))
    assert nameless.returncode == 1 and "its name is Type:id" in nameless.stdout


def test_who_discards_a_letter_waits_for_who_holds_its_aggregate(letters, model):
    bad = model.new_id()
    aggregate = f"{model.aggregate}:{bad}"
    letters.put(bad, "too precise", TOO_PRECISE)
    [letter] = letters.wait(bad, 1)
    held = pymysql.connect(unix_socket=letters.stack.env["TWOFOLD_SQL_PRIMARY"], user="root")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        try:
            with held.cursor() as cursor:
                assert cursor.execute(f"SELECT 1 FROM {model.database}.twofold_aggregate"
                                      " WHERE aggregate = %s FOR UPDATE", (aggregate,)) == 1
            done = pool.submit(letters.operator, "discard", str(letter["id"]))
            with pytest.raises(concurrent.futures.TimeoutError):
                done.result(timeout=1)
            assert len(letters.of(bad)) == 1
        finally:
            held.close()
        assert done.result().returncode == 0
    assert letters.of(bad) == []
