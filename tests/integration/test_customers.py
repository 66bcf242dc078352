"""What must hold for customers, end to end."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import Client, body, cache_status, is_problem, token
from support.fold import CUSTOMERS, customer, events_of


@pytest.fixture
def client(stack):
    return Client(stack, CUSTOMERS)


def register(client, email=None, **more):
    customer_id = more.pop("customerId", CUSTOMERS.new_id())
    answer = client.send("POST", "/customers",
                         {"customerId": customer_id, "email": email or f"{customer_id}@example.com",
                          "name": "Ann", **more})
    assert answer.status_code == 201, answer.text
    return customer_id, answer


def one(client, customer_id, answer=None):
    return client.get(f"/customers/{customer_id}", answer and token(answer))


def update(client, customer_id, email, headers=None):
    return client.send("PUT", f"/customers/{customer_id}/email", {"newEmail": email}, headers)


def suspend(client, customer_id, reason="late"):
    return client.send("POST", f"/customers/{customer_id}/suspend", {"reason": reason})


def found(client, email, headers=None):
    return [item["customerId"]
            for item in body(client.get(f"/customers/search?email={email}", headers))["items"]]


def test_a_registered_customer_is_read_as_the_events_say(client, stack):
    customer_id, answer = register(client)
    assert answer.headers["Location"] == f"/customers/{customer_id}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Consistency-Token"] == f"Customer:{customer_id}@1"
    said = body(answer)
    assert said["aggregateId"] == customer_id and said["version"] == 1
    assert [event["eventType"] for event in said["events"]] == ["CustomerRegistered"]

    events = events_of(stack, CUSTOMERS, customer_id)
    assert [event["eventId"] for event in events] == [event["eventId"] for event in said["events"]]
    assert body(one(client, customer_id, answer)) == {"customerId": customer_id, **customer(events)}


def test_an_envelope_names_the_customer_of_a_command_that_makes_none(client):
    nameless = client.send("POST", "/commands",
                           {"commandType": "UpdateEmail",
                            "payload": {"newEmail": "ann@example.com"}})
    assert [error["pointer"] for error in is_problem(nameless, 422)["errors"]] == ["/aggregateId"]
    made = client.send("POST", "/commands", {"commandType": "RegisterCustomer",
                                             "payload": {"email": "ann@example.com",
                                                         "name": "Ann"}})
    assert made.status_code == 201, made.text


def test_an_id_is_made_when_none_is_given(client):
    made = client.send("POST", "/customers", {"email": "ann@example.com", "name": "Ann"})
    assert made.status_code == 201, made.text
    customer_id = body(made)["aggregateId"]
    assert len(customer_id) == 36 and customer_id[14] == "7"
    assert body(client.get(made.headers["Location"], token(made)))["customerId"] == customer_id


def test_an_existing_id_cannot_be_registered_again(client, stack):
    customer_id, _ = register(client)
    again = client.send("POST", "/customers",
                        {"customerId": customer_id, "email": "b@example.com", "name": "Ben"})
    assert is_problem(again, 409)["title"] == "Customer exists"
    assert len(events_of(stack, CUSTOMERS, customer_id)) == 1


def test_a_new_email_shows_and_the_same_one_changes_nothing(client, stack):
    customer_id, _ = register(client)
    changed = update(client, customer_id, "new@example.com")
    assert changed.status_code == 200, changed.text
    assert body(changed)["version"] == 2
    assert body(one(client, customer_id, changed))["email"] == "new@example.com"

    same = update(client, customer_id, "new@example.com")
    assert same.status_code == 200
    assert body(same) == {"aggregateId": customer_id, "version": 2, "events": []}
    assert len(events_of(stack, CUSTOMERS, customer_id)) == 2


def test_only_an_active_customer_is_changed(client, stack):
    customer_id, _ = register(client)
    suspended = suspend(client, customer_id, "did not pay")
    assert suspended.status_code == 200, suspended.text
    seen = body(one(client, customer_id, suspended))
    assert seen["status"] == "SUSPENDED" and seen["suspensionReason"] == "did not pay"
    assert seen["version"] == 2

    refused = is_problem(update(client, customer_id, "x@example.com"), 409)
    assert refused["title"] == "Cannot update email for inactive customer"
    is_problem(suspend(client, customer_id), 409)
    assert len(events_of(stack, CUSTOMERS, customer_id)) == 2


def test_who_is_unknown_is_404(client):
    customer_id = CUSTOMERS.new_id()
    is_problem(one(client, customer_id), 404, "not-found")
    is_problem(update(client, customer_id, "x@example.com"), 404)
    is_problem(suspend(client, customer_id), 404)


@pytest.mark.parametrize("given", [
    {"email": "no address", "name": "Ann"}, {"email": "a@example.com"},
    {"email": "a@example.com", "name": ""},
    {"email": "a@example.com", "name": "Ann", "status": "ACTIVE"},
    {"email": "a@example.com", "name": 7},
    {"email": "a@example.com", "name": "Ann", "customerId": "a b"},
    {"email": "a@example.com", "name": "x" * 201}])
def test_what_the_schema_forbids_is_422(client, given):
    assert is_problem(client.send("POST", "/customers", given), 422, "schema")["errors"]


def test_only_active_customers_are_listed(client):
    customer_id, made = register(client)
    assert customer_id in client.listed("/customers?limit=200", token(made))
    suspended = suspend(client, customer_id)
    assert customer_id not in client.listed("/customers?limit=200", token(suspended))


def test_the_search_takes_a_prefix_in_any_case(client):
    mark = CUSTOMERS.new_id("x").replace("-", "")[:20]
    customer_id, made = register(client, f"{mark}.Ann@Example.com")
    for email in (mark, mark.upper(), f"{mark}.ann@example", f"{mark}.ANN%40EXAMPLE.COM"):
        assert found(client, email, token(made)) == [customer_id], email
    assert found(client, mark[1:]) == []

    changed = update(client, customer_id, f"other{mark}@example.com")
    assert found(client, mark, token(changed)) == []
    assert found(client, f"OTHER{mark}") == [customer_id]


def test_wildcards_of_the_search_mean_themselves(client):
    mark = CUSTOMERS.new_id("w").replace("-", "")[:20]
    with_underscore, _ = register(client, f"{mark}a_b%c|d@example.com")
    _, made = register(client, f"{mark}axbyczd@example.com")
    for email, ids in ((f"{mark}a_b", [with_underscore]), (f"{mark}a_b%25", [with_underscore]),
                       (f"{mark}a_b%25c%7Cd", [with_underscore]), (f"{mark}%25", []),
                       (f"{mark}_", []), (f"{mark}%5C", [])):
        assert found(client, email, token(made)) == ids, email


def test_the_search_walks_in_pages_both_ways(client):
    mark = CUSTOMERS.new_id("p").replace("-", "")[:20]
    made = [register(client, f"{mark}{i % 3}@example.com") for i in range(7)]
    path = f"/customers/search?email={mark}&limit=3"
    headers = {"Consistency-Token": ", ".join(answer.headers["Consistency-Token"]
                                              for _, answer in made)}
    wanted = [customer_id for _, customer_id in sorted((i % 3, made[i][0]) for i in range(7))]
    assert client.listed(path, headers) == wanted

    first = body(client.get(path))
    second = body(client.get(first["next"]))
    assert "prev" not in first and body(client.get(second["prev"]))["items"] == first["items"]
    is_problem(client.get(first["next"][:-2] + "xx"), 400)


@pytest.mark.parametrize("query",
                         ["", "?email=", "?mail=a", "?email=a&email=b", "?email=" + "a" * 255])
def test_a_search_that_is_not_declared_is_400(client, query):
    is_problem(client.get("/customers/search" + query), 400)


def test_an_answer_is_a_hit_until_its_customer_changes(client):
    customer_id, made = register(client)
    one(client, customer_id, made)
    path = f"/customers/{customer_id}"
    client.until_hit(path)
    other, _ = register(client)
    assert cache_status(client.get(path))["detail"] == "redis"
    changed = update(client, customer_id, "fresh@example.com")
    assert body(one(client, customer_id, changed))["email"] == "fresh@example.com"
    assert body(client.get(path))["email"] == "fresh@example.com"
    assert other != customer_id


def test_if_match_and_the_versions_of_answers_meet(client):
    customer_id, made = register(client)
    tag = one(client, customer_id, made).headers["ETag"]
    assert tag.startswith('"1-')
    changed = update(client, customer_id, "one@example.com", {"If-Match": tag})
    assert changed.status_code == 200, changed.text
    is_problem(update(client, customer_id, "two@example.com", {"If-Match": tag}), 412)
    assert update(client, customer_id, "two@example.com",
                  {"If-Match": changed.headers["ETag"]}).status_code == 200


def test_parallel_writers_lose_no_update(client, stack):
    customer_id, _ = register(client)

    def write(writer):
        mine, won = Client(stack, CUSTOMERS), []
        for i in range(12):
            answer = update(mine, customer_id, f"w{writer}.{i}@example.com")
            assert answer.status_code in (200, 409), answer.text
            if answer.status_code == 200:
                said = body(answer)
                won.append((said["version"], said["events"][0]["eventId"],
                            f"w{writer}.{i}@example.com"))
        return won

    with ThreadPoolExecutor(8) as pool:
        won = sorted(sum(pool.map(write, range(8)), []))
    events = events_of(stack, CUSTOMERS, customer_id)
    assert won == [(event["version"], event["eventId"], event["payload"]["newEmail"])
                   for event in events[1:]]
    last = {"Consistency-Token": f"Customer:{customer_id}@{len(events)}"}
    assert body(client.get(f"/customers/{customer_id}", last)) == {"customerId": customer_id,
                                                                   **customer(events)}


def test_the_events_carry_what_others_need(client, stack):
    customer_id, _ = register(client, "old@example.com")
    update(client, customer_id, "new@example.com")
    suspend(client, customer_id, "late")
    kinds = [(event["eventType"], event["payload"])
             for event in events_of(stack, CUSTOMERS, customer_id)]
    assert kinds == [("CustomerRegistered", {"email": "old@example.com", "name": "Ann"}),
                     ("CustomerEmailUpdated",
                      {"oldEmail": "old@example.com", "newEmail": "new@example.com"}),
                     ("CustomerSuspended", {"reason": "late"})]


def test_the_pointer_of_a_member_is_escaped(client):
    wrong = is_problem(client.send("POST", "/commands",
                                   {"commandType": "RegisterCustomer", "a/b~c": 1,
                                    "payload": {"email": "a@b.c", "name": "A"}}), 422)
    assert wrong["errors"] == [{"pointer": "/a~1b~0c", "detail": "there is no such member"}]
