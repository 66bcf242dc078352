"""Event stores from the projector's side: events written as any writer of the table would."""

import time
import uuid

import pytest
import redis

from support.client import Client
from support.events import Events
from support.fold import COMMENTS
from support.projector import Projector
from support.wait import wait_until


@pytest.fixture
def customers(stack):
    return Events(stack, "customers", "Customers", "Customer")


@pytest.fixture
def comments(stack):
    return Events(stack, "comments", "Comments", "Comment")


def registered(name="Ann"):
    return "CustomerRegistered", {"email": {"S": "Ann@example.org"}, "name": {"S": name}}


def email(new):
    return "CustomerEmailUpdated", {"oldEmail": {"S": "old"}, "newEmail": {"S": new}}


def test_payload_and_metadata_become_columns(customers):
    events_id = customers.new_id()
    customers.append(events_id, 1, registered(), timestamp=1795262940123)
    customers.wait(events_id, 1)
    [row] = customers.rows("SELECT * FROM customers WHERE customerId = %s", events_id)
    assert row["email"] == "Ann@example.org" and row["version"] == 1
    assert row["registrationDate"].strftime("%Y-%m-%d %H:%M:%S.%f") == "2026-11-21 12:09:00.123000"


def history(version):
    return registered() if version == 1 else email(f"{version}@example.org")


@pytest.mark.parametrize("versions", [range(1, 21), range(20, 0, -1), [2, 1, 4, 3, 6, 5]],
                         ids=["in order", "backwards", "in pairs"])
def test_events_of_one_transaction_are_applied_in_order(customers, versions):
    events_id, last = customers.new_id(), max(versions)
    customers.append_all(events_id, versions, history)
    customers.wait(events_id, last)
    [row] = customers.rows("SELECT email, version FROM customers WHERE customerId = %s", events_id)
    assert (row["email"], row["version"]) == (f"{last}@example.org", last)
    assert customers.letters(events_id) == []


def test_a_long_gap_is_closed_from_the_table(customers):
    """The read model forgets an aggregate; its next event brings all of them back, in more than one
    transaction.
    """
    events_id = customers.new_id()
    customers.append_many(events_id, range(1, 2101), history)
    customers.wait(events_id, 2100, 60)
    customers.rows("DELETE FROM customers WHERE customerId = %s", events_id)
    customers.rows("DELETE FROM twofold_aggregate WHERE aggregate = %s",
                   customers.aggregate(events_id))
    customers.append(events_id, 2101, email("last@example.org"))
    customers.wait(events_id, 2101, 30)
    [row] = customers.rows("SELECT name, email, version FROM customers WHERE customerId = %s",
                           events_id)
    assert (row["name"], row["email"], row["version"]) == ("Ann", "last@example.org", 2101)


def test_an_event_that_is_not_in_the_table_is_not_jumped_over(customers):
    events_id = customers.new_id()
    customers.append(events_id, 1, registered())
    customers.append(events_id, 3, email("three@example.org"))
    [letter] = wait_until(lambda: customers.letters(events_id), what="a dead letter")
    assert letter["version"] == 3
    assert "event 2" in letter["error"] and "not in the table" in letter["error"]
    assert customers.version(events_id) == 1
    customers.append(events_id, 2, email("two@example.org"))
    customers.append(events_id, 4, email("four@example.org"))
    wait_until(lambda: len(customers.letters(events_id)) == 3, what="the later ones behind it")
    assert customers.operator("retry", customers.aggregate(events_id)).returncode == 0
    assert customers.letters(events_id) == [] and customers.version(events_id) == 4


def test_an_unknown_event_is_a_letter_and_later_ones_follow(customers):
    events_id = customers.new_id()
    customers.append(events_id, 1, registered())
    customers.append(events_id, 2, ("CustomerMoved", {"town": {"S": "Ulm"}}))
    customers.append(events_id, 3, email("three@example.org"))
    letters = wait_until(lambda: len(customers.letters(events_id)) == 2
                         and customers.letters(events_id))
    assert "eventType is not known" in letters[0]["error"]
    assert customers.version(events_id) == 1
    refused = customers.operator("discard", str(letters[1]["id"]))
    assert refused.returncode != 0 and "earlier event" in refused.stderr
    discarded = customers.operator("discard", str(letters[0]["id"]))
    assert discarded.returncode == 0
    assert (f"1 more of it wait: dead-letters retry customers {customers.aggregate(events_id)}"
            in discarded.stdout)
    assert customers.operator("retry", customers.aggregate(events_id)).returncode == 0
    customers.append(events_id, 4, email("four@example.org"))
    customers.wait(events_id, 4)
    [row] = customers.rows("SELECT email FROM customers WHERE customerId = %s", events_id)
    assert row["email"] == "four@example.org"


def test_retry_keeps_what_could_be_projected(customers):
    events_id = customers.new_id()
    customers.append(events_id, 1, ("CustomerRegistered", {"email": {"S": "a@b.de"}}))
    customers.append(events_id, 2, registered())
    customers.append(events_id, 3, email("x" * 300))
    letters = wait_until(lambda: len(customers.letters(events_id)) == 3
                         and customers.letters(events_id))
    assert customers.operator("discard", str(letters[0]["id"])).returncode == 0
    done = customers.operator("retry", customers.aggregate(events_id))
    assert done.returncode != 0 and "1 projected" in done.stdout
    assert [letter["version"] for letter in customers.letters(events_id)] == [3]
    assert customers.operator("discard", str(letters[2]["id"])).returncode == 0
    assert customers.version(events_id) == 3 and customers.event(events_id).startswith("3:")


def forget(customers, events_id):
    customers.rows("DELETE FROM customers WHERE customerId = %s", events_id)
    customers.rows("DELETE FROM twofold_aggregate WHERE aggregate = %s",
                   customers.aggregate(events_id))


@pytest.mark.parametrize("last", [1, 3])
def test_a_history_that_begins_again_is_a_letter_and_never_skipped(customers, last):
    """Erased, or in a table made anew: its versions were all applied, of other events."""
    events_id = customers.new_id()
    for version in range(1, last + 1):
        customers.append(events_id, version, history(version))
    customers.wait(events_id, last)
    for version in range(1, last + 1):
        customers.remove(events_id, version)
    customers.append(events_id, 1, registered("Bea"))
    customers.append(events_id, 2, email("second@example.org"))
    letters = wait_until(lambda: len(customers.letters(events_id)) == 2
                         and customers.letters(events_id))
    assert "began again" in letters[0]["error"] and "an earlier record" in letters[1]["error"]
    forget(customers, events_id)
    done = customers.operator("retry", customers.aggregate(events_id))
    assert done.returncode == 0, done.stdout
    [row] = customers.rows("SELECT name, version FROM customers WHERE customerId = %s", events_id)
    assert (row["name"], row["version"]) == ("Bea", 2)


def test_a_repeat_of_what_was_applied_is_skipped(stack, customers):
    """An operator sets the positions back: all records of the stream come again."""
    events_id = customers.new_id()
    for version in (1, 2):
        customers.append(events_id, version, history(version))
    customers.wait(events_id, 2)
    event = customers.event(events_id)
    assert event
    stack.stop("projector")
    customers.rows("DELETE FROM twofold_checkpoint")
    stack.start("projector")
    customers.append(events_id, 3, history(3))
    customers.wait(events_id, 3, 20)
    assert customers.letters(events_id) == [] and customers.event(events_id) != event


def test_setup_adds_what_tables_of_an_older_edition_lack(stack, customers):
    column = ("SELECT column_name FROM information_schema.columns WHERE table_schema ="
              " 'twofold_customers' AND table_name = 'twofold_aggregate' AND column_name = 'event'")
    stack.stop("projector")
    stack.sql("ALTER TABLE twofold_customers.twofold_aggregate DROP COLUMN event")
    setup = Projector(stack, stack.ports_end, None)
    assert "setup" in setup.run().stderr
    for _ in range(2):
        done = setup.run("setup", f"--sql_primary={stack.env['TWOFOLD_SQL_PRIMARY']}")
        assert done.returncode == 0, done.stderr
        assert len(stack.sql(column)) == 1
    stack.start("projector")
    events_id = customers.new_id()
    customers.append(events_id, 1, registered())
    customers.wait(events_id, 1)
    assert customers.event(events_id)


def test_snapshots_and_changed_events_are_ignored(customers):
    events_id = customers.new_id()
    customers.append(events_id, 1, registered())
    customers.wait(events_id, 1)
    customers.put(events_id, "SNAPSHOT", version={"N": "1"}, state={"M": {}})
    customers.append(events_id, 1, registered("Changed"), overwrite=True)
    customers.remove(events_id, 1)
    customers.append(events_id, 2, email("two@example.org"))
    customers.wait(events_id, 2)
    [row] = customers.rows("SELECT name, email FROM customers WHERE customerId = %s", events_id)
    assert (row["name"], row["email"]) == ("Ann", "two@example.org")


def test_tags_by_sql_void_what_was_there_before(stack, comments):
    import requests

    comment, picture = comments.new_id(), uuid.uuid4().hex
    url = f"{stack.url}/pictures/{picture}/comments"
    comments.append(comment, 1, ("CommentCreated", {"pictureId": {"S": picture},
                                                    "author": {"S": "Ann"},
                                                    "text": {"S": "first"}}))
    comments.wait(comment, 1)

    def texts():
        return [item["text"] for item in requests.get(url, timeout=5).json()["items"]]

    assert texts() == ["first"] and texts() == ["first"]
    comments.append(comment, 2, ("CommentUpdated", {"text": {"S": "second"}}))
    comments.wait(comment, 2)
    assert texts() == ["second"]
    comments.append(comment, 3, ("CommentDeleted", {}))
    comments.wait(comment, 3)
    assert texts() == []


def test_a_letter_says_what_the_server_warned_of(stack, model):
    product_id = 10**9 + time.time_ns() % 10**9
    stack.dynamodb.put(model, product_id, "too many digits", "1.1234567", False)

    def letter():
        return stack.sql(
            "SELECT error FROM twofold_products.twofold_dead_letter WHERE aggregate = %s",
            f"{model.aggregate}:{product_id}")

    [row] = wait_until(letter, what="a dead letter")
    stack.sql("DELETE FROM twofold_products.twofold_dead_letter WHERE aggregate = %s",
              f"{model.aggregate}:{product_id}")
    assert "Data truncated for column" in row["error"]


def test_a_page_that_is_deleted_voids_what_rows_changed_by_hand_left_in_the_cache(stack, comments):
    """The recipe of docs/operations.md, for the rows of a first life: nobody touched its list."""
    client, comment = Client(stack, COMMENTS), comments.new_id()
    before, after = (f"/pictures/{uuid.uuid4().hex}/comments" for _ in range(2))

    def create(path):
        comments.append(comment, 1, ("CommentCreated", {"pictureId": {"S": path.split("/")[2]},
                                                        "author": {"S": "Ann"},
                                                        "text": {"S": "first"}}))

    create(before)
    comments.wait(comment, 1)
    client.listed(before)
    assert client.until_hit(before).json()["items"]
    comments.remove(comment, 1)
    create(after)
    wait_until(lambda: comments.letters(comment), what="the letter of the second life")
    comments.rows("DELETE FROM comments WHERE commentId = %s", comment)
    comments.rows("DELETE FROM twofold_aggregate WHERE aggregate = %s", comments.aggregate(comment))
    done = comments.operator("retry", comments.aggregate(comment))
    assert done.returncode == 0, done.stdout
    assert client.until_hit(before).json()["items"], "the list was voided without the recipe"

    server = redis.Redis.from_url(f"redis://{stack.env['TWOFOLD_REDIS']}", decode_responses=True)
    pages = server.smembers("twofold:twofold_comments:pages")
    server.delete(*(f"twofold:twofold_comments:page:{nonce}" for nonce in pages))
    assert client.listed(before) == [] and client.listed(after) == [comment]
    wait_until(lambda: server.smembers("twofold:twofold_comments:pages") != pages, 10, "a new page")
    assert client.until_hit(before).json()["items"] == []
