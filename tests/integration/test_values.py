"""One value has one text: whatever spelling a client or a change uses, the row, its tags and its
answers are the same. The models `probes` (a state store) and `visits` (events) have the types that
have several; `bells` declares tags of its own.
"""

import hashlib
import json
import os
import shutil
import uuid
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

import pytest

from support.client import Client, body, cache_status, is_problem, token
from support.own import own_stack
from support.stack import ROOT
from support.wait import wait_until

MODELS = ROOT / "tests/integration/models/values"


@dataclass
class Model:
    path: str


def without_types_of_mariadb(models):
    """MySQL has neither UUID nor INET6: a text column holds the canonical text that they show."""
    schema = models / "visits/schema.sql"
    text = schema.read_text()
    for theirs, ours in ((" UUID ", " CHAR(36) "), (" INET6 ", " VARCHAR(39) ")):
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    schema.write_text(text)


@pytest.fixture(scope="module")
def stack(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("models") / "models"
    shutil.copytree(MODELS, folder)
    if os.environ.get("SERVERS") == "mysql":
        without_types_of_mariadb(folder)
    with own_stack(request.session, folder) as made:
        yield made


@pytest.fixture
def probes(stack):
    return Client(stack, Model("/probes"))


@pytest.fixture
def visits(stack):
    return Client(stack, Model("/visits"))


@pytest.fixture
def bells(stack):
    return Client(stack, Model("/bells"))


def new_id():
    return str(uuid.uuid4())


def probe(**fields):
    return {"address": "2001:db8::1", "seen": "2026-03-29T01:30:00Z", "doc": None,
            "price": Decimal("1.5"), **fields}


def put(client, probe_id, **fields):
    answer = client.send("PUT", f"/probes/{probe_id}", probe(**fields))
    assert answer.status_code == 200, answer.text
    return answer


def read(client, probe_id, after=None):
    answer = client.get(f"/probes/{probe_id}", token(after) if after else None)
    assert answer.status_code == 200, answer.text
    return body(answer)


def ids(client, path, name="probeId"):
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return [item[name] for item in body(answer)["items"]]


def until(condition, what):
    wait_until(condition, 10, what)


def letter(stack, probe_id):
    """Why the item's record failed."""
    return wait_until(lambda: stack.sql(
        "SELECT CAST(error AS CHAR) AS error FROM twofold_probes.twofold_dead_letter "
        "WHERE aggregate = %s", f"Probe:{probe_id}"), 20, "a letter")[0]["error"]


# ids

def test_a_uuid_in_capitals_is_the_same_item_row_and_answer(probes, stack):
    probe_id = new_id()
    other = probe_id.upper()
    made = put(probes, other)
    assert body(made)["aggregateId"] == probe_id
    assert read(probes, probe_id, made)["probeId"] == probe_id
    probes.until_hit(f"/probes/{probe_id}")
    probes.until_hit(f"/probes/{other}")
    changed = put(probes, probe_id, price=2)
    assert body(changed)["version"] > body(made)["version"]
    assert read(probes, other, changed)["price"] == 2
    assert stack.sql("SELECT COUNT(*) AS n FROM twofold_probes.probes WHERE probeId = %s",
                     probe_id) == [{"n": 1}]
    gone = probes.request("DELETE", f"/probes/{other}")
    assert gone.status_code == 200, gone.text
    for spelling in (probe_id, other):
        assert probes.get(f"/probes/{spelling}", token(gone)).status_code == 404


def test_a_token_with_an_id_in_capitals_is_waited_for(probes):
    probe_id = new_id()
    version = body(put(probes, probe_id))["version"]
    after = {"Consistency-Token": f"Probe:{probe_id.upper()}@{version}"}
    assert probes.get(f"/probes/{probe_id}", after).status_code == 200


def test_an_envelope_and_a_payload_may_spell_the_id_their_way(visits):
    visit_id = new_id()
    first = visits.send("POST", "/commands", {
        "commandType": "BeginVisit", "aggregateId": visit_id.upper(),
        "payload": {"visitId": visit_id, "begun": "2026-01-01T00:00:00Z", "host": "::1"}})
    assert first.status_code == 201, first.text
    assert body(first)["aggregateId"] == visit_id
    again = visits.send("POST", "/visits", {"visitId": visit_id.upper(),
                                            "begun": "2026-01-01T00:00:00Z", "host": "::1"})
    assert again.status_code == 409, again.text


def old_request(stack, key):
    """Of the record that gateways look for which know no canonical ids."""
    name = hashlib.sha256(f"0:{key}".encode()).hexdigest()
    item = stack.dynamodb.call("GetItem", TableName="TwofoldCommands", ConsistentRead=True,
                               Key={"PK": {"S": name}})["Item"]
    return item["request"]["S"]


def as_put(probe_id, payload):
    return "PUT", f"/probes/{probe_id}", payload


def as_envelope(probe_id, payload):
    return "POST", "/commands", {"commandType": "PutProbe", "aggregateId": probe_id,
                                 "payload": payload}


@pytest.mark.parametrize("request_of", [as_put, as_envelope])
def test_the_old_record_of_a_key_is_of_the_id_as_it_was_sent(probes, stack, request_of):
    probe_id, key, payload = new_id().upper(), str(uuid.uuid4()), probe(price=2)
    answer = probes.send(*request_of(probe_id, payload), {"Idempotency-Key": key})
    assert answer.status_code == 200, answer.text
    framed = ["PutProbe", probe_id, None, payload]
    text = json.dumps(framed, separators=(",", ":"), sort_keys=True)
    assert old_request(stack, key) == hashlib.sha256(text.encode()).hexdigest()


# addresses

def test_an_address_has_one_text_in_rows_and_tags(probes):
    probe_id, host = new_id(), f"2001:db8:{uuid.uuid4().hex[:4]}"
    made = put(probes, probe_id, address=f"{host.upper()}:0:0:0:0:00A1")
    canonical = read(probes, probe_id, made)["address"]
    assert canonical == canonical.lower() and canonical.endswith("::a1")
    assert ids(probes, f"/probes-at/{canonical}") == [probe_id]
    probes.until_hit(f"/probes-at/{quote(host + '::00a1')}")
    put(probes, probe_id, address=f"{host}::B2")
    until(lambda: ids(probes, f"/probes-at/{canonical}") == [], "it has left")
    assert ids(probes, f"/probes-at/{quote(host + ':0::00B2')}") == [probe_id]


# times

def test_a_time_has_one_text_whatever_its_offset(probes, stack):
    probe_id, second = new_id(), f"{uuid.uuid4().int % 60:02d}"
    day = f"{2000 + uuid.uuid4().int % 900}-03-29"
    made = put(probes, probe_id, seen=f"{day}t03:30:{second}.5009+02:00")
    expected = f"{day}T01:30:{second}.500Z"
    assert read(probes, probe_id, made)["seen"] == expected
    assert stack.sql("SELECT CAST(seen AS CHAR) AS seen FROM twofold_probes.probes "
                     "WHERE probeId = %s", probe_id) == [{"seen": f"{day} 01:30:{second}.500"}]
    spellings = [expected, f"{day}T01:30:{second}.5+00:00", f"{day}T03:30:{second}.5+02:00"]
    for spelling in spellings:
        assert ids(probes, f"/probes-seen?seen={quote(spelling, safe='')}") == [probe_id]
        probes.until_hit(f"/probes-seen?seen={quote(spelling, safe='')}")
    put(probes, probe_id, seen=f"{day}T05:00:00Z")
    for spelling in spellings:
        path = f"/probes-seen?seen={quote(spelling, safe='')}"
        until(lambda path=path: ids(probes, path) == [], "it has left")


def test_a_list_by_time_goes_on_from_its_cursors(probes):
    day = f"{3000 + uuid.uuid4().int % 6000}-01-01"
    made = sorted(new_id() for _ in range(3))
    for number, probe_id in enumerate(made):
        last = put(probes, probe_id, seen=f"{day}T00:00:0{number}.25Z")
    read(probes, made[2], last)
    path, found = f"/probes-since/{day}T00:00:00Z", []
    while path and len(found) < 3:
        page = body(probes.get(path))
        found += [item["probeId"] for item in page["items"]]
        path = page.get("next")
    assert found == made


def test_an_item_of_other_software_is_projected_as_a_client_would_spell_it(probes, stack):
    probe_id = new_id()
    stack.dynamodb.call("PutItem", TableName="Probes", Item={
        "probeId": {"S": probe_id}, "address": {"S": "2001:DB8:0:0::7"},
        "seen": {"S": "2026-03-29T03:30:00.1239999+02:00"}, "doc": {"S": "x"},
        "price": {"N": "1"}})
    until(lambda: probes.get(f"/probes/{probe_id}").status_code == 200, "it is there")
    row = read(probes, probe_id)
    assert row["address"] == "2001:db8::7" and row["seen"] == "2026-03-29T01:30:00.123Z"


def test_what_is_no_time_fails_its_record_with_its_reason(probes, stack):
    probe_id = new_id()
    stack.dynamodb.call("PutItem", TableName="Probes", Item={
        "probeId": {"S": probe_id}, "address": {"S": "::1"}, "seen": {"S": "yesterday"},
        "doc": {"NULL": True}, "price": {"N": "1"}})
    assert ":seen: a value for a DATETIME column is no date-time" in letter(stack, probe_id)
    stack.dynamodb.call("DeleteItem", TableName="Probes", Key={"probeId": {"S": probe_id}})


@pytest.mark.parametrize("removed", [False, True])
def test_what_follows_an_image_of_the_wrong_type_is_projected(probes, stack, removed):
    """Its own record is a letter; what mends it, or removes it, has it as its old image."""
    probe_id, price = new_id(), uuid.uuid4().int % 10000000
    read(probes, probe_id, put(probes, probe_id, price=price))
    assert ids(probes, f"/probes-for/{price}") == [probe_id]
    stack.dynamodb.call("PutItem", TableName="Probes", Item={
        "probeId": {"S": probe_id}, "address": {"S": "::1"}, "seen": {"S": "2026-03-29T01:30:00Z"},
        "doc": {"NULL": True}, "price": {"S": "eleven"}})
    assert "it is not exactly of its column's type" in letter(stack, probe_id)
    if removed:
        stack.dynamodb.call("DeleteItem", TableName="Probes", Key={"probeId": {"S": probe_id}})
    else:
        put(probes, probe_id, price=2)  # with its token: 423 until the letter is superseded
        until(lambda: read(probes, probe_id)["price"] == 2, "it is mended")
    until(lambda: ids(probes, f"/probes-for/{price}") == [], "it has left")
    assert stack.sql("SELECT 1 FROM twofold_probes.twofold_dead_letter WHERE aggregate = %s",
                     f"Probe:{probe_id}") == []


def test_a_text_beside_a_number_is_read_as_sql_does(probes, stack):
    probe_id, price = new_id(), uuid.uuid4().int % 10000000
    read(probes, probe_id, put(probes, probe_id, price=price))
    for number in (price, price + 1):
        assert ids(probes, f"/probes-for/{number}") == [probe_id] * (number == price)
        probes.until_hit(f"/probes-for/{number}")
    stack.dynamodb.call("PutItem", TableName="Probes", Item={
        "probeId": {"S": probe_id}, "address": {"S": "::1"}, "seen": {"S": "2026-03-29T01:30:00Z"},
        "doc": {"NULL": True}, "price": {"S": f"{price + 1}.00"}})
    until(lambda: ids(probes, f"/probes-for/{price + 1}") == [probe_id], "it has come")
    assert ids(probes, f"/probes-for/{price}") == []


# JSON and numbers

@pytest.mark.parametrize("doc", [True, False, "12", 12, "null", None, "hello", [1, "2"],
                                 {"a": {"b": "null"}}, 9223372036854775807, Decimal("0.25")])
def test_a_json_column_gives_back_what_was_sent(probes, doc):
    probe_id = new_id()
    back = read(probes, probe_id, put(probes, probe_id, doc=doc))["doc"]
    assert type(back) is type(doc) and back == doc


def test_a_number_that_json_in_sql_would_change_is_a_letter(probes, stack):
    probe_id = new_id()
    put(probes, probe_id, doc={"n": Decimal("0.1234567890123456789")})
    assert "a number for a JSON column" in letter(stack, probe_id)
    stack.dynamodb.call("DeleteItem", TableName="Probes", Key={"probeId": {"S": probe_id}})


def test_a_number_that_its_column_cannot_hold_is_refused(probes):
    probe_id, price = new_id(), Decimal(uuid.uuid4().int % 10000000) + Decimal("0.6")
    read(probes, probe_id, put(probes, probe_id, price=price))
    assert ids(probes, f"/probes-for/{price}") == [probe_id]
    assert ids(probes, f"/probes-for/{price}00") == [probe_id]
    is_problem(probes.get(f"/probes-for/{price - Decimal('0.05')}"), 400)
    is_problem(probes.get("/probes-for/1000000000"), 400)


# events

def test_events_with_other_spellings_change_what_is_cached(visits):
    visit_id, day = new_id(), f"{2000 + uuid.uuid4().int % 900}-05-05"
    host = f"2001:db8:{uuid.uuid4().hex[:4]}"
    made = visits.send("POST", "/visits", {"visitId": visit_id.upper(),
                                           "begun": f"{day}T12:00:00+02:00",
                                           "host": f"{host}:0::00AA"})
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/visits/{visit_id}"
    begun = f"/visits-begun?begun={quote(day + 'T11:00:00+01:00', safe='')}"
    on = f"/visits-on/{quote(host + '::aa')}"
    shown = body(visits.get(f"/visits/{visit_id.upper()}", token(made)))
    assert shown["visitId"] == visit_id and shown["begun"] == f"{day}T10:00:00.000Z"
    for path in (begun, on):
        assert ids(visits, path, "visitId") == [visit_id]
        visits.until_hit(path)
    visits.until_hit(f"/visits/{visit_id}")
    moved = visits.send("PUT", f"/visits/{visit_id}/host", {"host": f"{host}::BB"})
    assert moved.status_code == 200, moved.text
    assert body(visits.get(f"/visits/{visit_id.upper()}", token(moved)))["host"] != shown["host"]
    until(lambda: ids(visits, on, "visitId") == [], "it has left")
    ended = visits.request("DELETE", f"/visits/{visit_id.upper()}")
    assert ended.status_code == 200, ended.text
    assert visits.get(f"/visits/{visit_id}", token(ended)).status_code == 404
    until(lambda: ids(visits, begun, "visitId") == [], "it has ended")


def test_a_payload_is_stored_as_it_was_sent(visits, stack):
    visit_id = new_id()
    made = visits.send("POST", "/visits", {"visitId": visit_id, "host": "2001:DB8::1",
                                           "begun": "2026-05-05t12:00:00+02:00"})
    assert made.status_code == 201, made.text
    events = stack.dynamodb.call("Query", TableName="Visits", ConsistentRead=True,
                                 KeyConditionExpression="PK = :pk",
                                 ExpressionAttributeValues={":pk": {"S": f"VISIT#{visit_id}"}})
    assert json.dumps(events["Items"][0]).find("2026-05-05t12:00:00+02:00") > 0


# declared tags

@pytest.mark.parametrize("sound, void", [("heard", ""), ("rung", "one"), ("struck", "list")])
def test_declared_tags_come_on_top(bells, sound, void):
    """No query reads what a sound writes. Ringing touches the bell's tag all the same, striking
    what its SELECT yields.
    """
    bell_id, day = new_id(), f"{2000 + uuid.uuid4().int % 900}-07-07"
    made = bells.send("POST", "/bells", {"bellId": bell_id, "hung": f"{day}T12:00:00+02:00"})
    assert made.status_code == 200, made.text
    assert bells.get(f"/bells/{bell_id}", token(made)).status_code == 200
    paths = {"one": f"/bells/{bell_id}",
             "list": f"/bells-hung?hung={quote(day + 'T11:00:00+01:00', safe='')}"}
    for path in paths.values():
        bells.until_hit(path)
    done = bells.request("PUT", f"/bells/{bell_id}/{sound}")
    assert done.status_code == 200, done.text
    # Any answer with the token is given after the event was projected, and so after its touches.
    bells.get(f"/bells/{new_id()}", token(done))
    found = {name: cache_status(bells.get(path)).get("detail") == "redis"
             for name, path in paths.items()}
    assert found == {"one": void != "one", "list": void != "list"}
