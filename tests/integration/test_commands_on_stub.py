"""The gateway's write side against our own strict DynamoDB, which throttles, loses answers and lets
transactions stand in the way.

A gateway process of the test's own; what it writes is projected by nobody.
"""

import itertools
import json
import os
import random
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from uuid import uuid4

import pytest
import requests

from support.client import body, is_problem, json_text
from support.cost import requests_answered
from support.dynamodb import DynamoDB
from support.projector import Projector
from support.raw import Raw
from support.stack import BUILD, ROOT, port_is_free
from support.wait import wait_until

WRITERS = 8
REPEATS = 1000

_ids = itertools.count(1)


def free_port(start):
    return next(port for port in itertools.count(start) if port_is_free(port))


def table(name, keys):
    return {"TableName": name, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": kind}
                                     for key, kind in keys.items()],
            "KeySchema": [{"AttributeName": key, "KeyType": role}
                          for key, role in zip(keys, ("HASH", "RANGE"))]}


TABLES = [table("Products", {"ProductId": "N"}), table("Customers", {"PK": "S", "SK": "S"}),
          table("Comments", {"PK": "S", "SK": "S"}),
          table("TwofoldCommands", {"PK": "S"})]


class World:
    """The stub, a gateway on it, and a client of that."""

    def __init__(self, url, admin_url, stub_url):
        self.url, self.admin_url, self.stub_url = url, admin_url, stub_url
        self.dynamodb = DynamoDB(stub_url)

    def send(self, method, path, value=None, headers=None):
        data = None if value is None else json_text(value).encode()
        return requests.request(method, self.url + path, data=data, timeout=15,
                                headers={"Content-Type": "application/json", **(headers or {})})

    def control(self, **words):
        assert requests.post(self.stub_url + "/_control", json=words, timeout=5).status_code == 200

    def fault(self, operation, action, count=1, **more):
        self.control(operation=operation, action=action, count=count, **more)

    def events(self, customer):
        """Items of a customer's events, in order; each version once, from 1."""
        items, start = [], {}
        while True:
            page = self.dynamodb.call("Query", TableName="Customers", ConsistentRead=True,
                                      KeyConditionExpression="PK = :pk AND SK < :end",
                                      ExpressionAttributeValues={
                                          ":pk": {"S": f"CUSTOMER#{customer}"},
                                          ":end": {"S": "SNAPSHOT"}}, **start)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        assert [int(item["version"]["N"]) for item in items] == list(range(1, len(items) + 1))
        return items

    def registered(self):
        customer = f"c{next(_ids)}"
        answer = self.send("POST", "/customers",
                           {"customerId": customer, "email": "a@b.example", "name": "Ann"})
        assert answer.status_code == 201, answer.text
        return customer

    def rename(self, customer, email, headers=None):
        return self.send("PUT", f"/customers/{customer}/email", {"newEmail": email}, headers)


def started(command, ready):
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               env={**os.environ, "AWS_ACCESS_KEY_ID": "stub",
                                    "AWS_SECRET_ACCESS_KEY": "stub"})

    def answers():
        assert process.poll() is None, f"{command[0]} ended"
        try:
            return requests.get(ready, timeout=1).status_code < 600
        except requests.RequestException:
            return False
    wait_until(answers, 15, f"{command[0]} answers")
    return process


@pytest.fixture(scope="module")
def processes(stack):
    first = free_port(stack.ports_end)
    stub = free_port(first + 1)
    admin = free_port(stub + 1)
    running = [started(["/usr/bin/python3", ROOT / "tests/stub/dynamodb_stub.py", "--port",
                        str(stub)],
                       f"http://127.0.0.1:{stub}/_control")]
    try:
        running.append(started([
            BUILD / "twofold-gateway", f"--config={stack.config}", f"--listen=127.0.0.1:{first}",
            f"--admin_listen=127.0.0.1:{admin}",
            f"--dynamodb_endpoint=http://127.0.0.1:{stub}", f"--models={ROOT / 'conf/models'}",
            "--dynamodb_timeout=500ms",
            "--request_timeout=4s", "--workers=4"], f"http://127.0.0.1:{admin}/livez"))
        yield World(f"http://127.0.0.1:{first}", f"http://127.0.0.1:{admin}",
                    f"http://127.0.0.1:{stub}")
    finally:
        for process in reversed(running):
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.fixture
def world(processes):
    processes.control(reset=True)
    for one in TABLES:
        try:
            processes.dynamodb.call("CreateTable", **one)
        except AssertionError as error:
            assert "ResourceInUseException" in str(error)
    yield processes
    processes.control(reset=True)


PROGRAMS = sorted(path for path in BUILD.glob("tests/servers/command/test_*") if path.suffix == "")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_the_write_side_alone(world, program):
    """Those of test_servers.py that need faults are skipped there."""
    done = subprocess.run([program], env={**os.environ, "TWOFOLD_DYNAMODB": world.stub_url},
                          text=True, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    failures = "\n".join(line for line in done.stdout.splitlines()
                         if not line.startswith(("[ RUN", "[       OK")))
    assert done.returncode == 0, failures


# ---- faults, as a client sees them


KINDS = [
    SimpleNamespace(name="event", operation="PutItem",
                    send=lambda w, c, h: w.rename(c, f"{uuid4()}@b.example", h), headers={}),
    SimpleNamespace(name="event with a key", operation="TransactWriteItems",
                    send=lambda w, c, h: w.rename(c, "n@b.example", h),
                    headers={"Idempotency-Key": "?"}),
]


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request):
    key = {"Idempotency-Key": str(uuid4())} if request.param.headers else {}
    return SimpleNamespace(operation=request.param.operation, keyed=bool(key),
                           send=lambda world, customer: request.param.send(world, customer, key))


@pytest.mark.parametrize("action", ["lose_before", "lose_after", "error500", "error500_after",
                                    "throttle", "conflict"])
def test_one_fault_is_mended_unseen(world, kind, action):
    customer = world.registered()
    world.fault(kind.operation, action, 1)
    answer = kind.send(world, customer)
    assert answer.status_code == 200, answer.text
    assert len(world.events(customer)) == 2 == body(answer)["version"]
    assert "Idempotent-Replayed" not in answer.headers


def test_throttling_without_end_is_503_with_retry_after(world, kind):
    customer = world.registered()
    world.fault(kind.operation, "throttle", 1000)
    answer = kind.send(world, customer)
    is_problem(answer, 503, "throttled")
    assert int(answer.headers["Retry-After"]) > 0
    assert len(world.events(customer)) == 1


def test_answers_lost_without_end_are_told_truly(world, kind):
    customer = world.registered()
    world.fault(kind.operation, "lose_after", 1000)
    assert kind.send(world, customer).status_code == 200
    assert len(world.events(customer)) == 2


def test_what_was_never_applied_is_an_unknown_outcome(world, kind):
    customer = world.registered()
    world.fault(kind.operation, "lose_before", 1000)
    is_problem(kind.send(world, customer), 504, "outcome-unknown")
    assert len(world.events(customer)) == 1
    world.control(reset=True)
    assert kind.send(world, customer).status_code == 200
    assert len(world.events(customer)) == 2


def test_a_transaction_in_the_way_until_the_deadline_is_409_with_retry_after(world):
    customer = world.registered()
    headers = {"Idempotency-Key": str(uuid4())}
    world.fault("TransactWriteItems", "conflict", 100000)
    answer = world.rename(customer, "n@b.example", headers)
    is_problem(answer, 409, "conflict")
    assert int(answer.headers["Retry-After"]) > 0
    world.control(reset=True)
    assert world.rename(customer, "n@b.example", headers).status_code == 200
    assert len(world.events(customer)) == 2


def test_reads_that_fail_without_end_are_503(world):
    customer = world.registered()
    world.control(reset=True)
    world.fault("Query", "error500", 1000)
    is_problem(world.rename(customer, "a@b.example"), 503)


# ---- what must hold


def test_parallel_writers_on_one_customer_lose_nothing(world):
    customer = world.registered()

    def write(writer):
        told = []
        for i in range(10):
            answer = world.rename(customer, f"w{writer}-{i}@b.example")
            if answer.status_code == 200:
                told.append((body(answer)["version"], body(answer)["events"][0]["eventId"]))
            else:
                is_problem(answer, 409, "conflict")
        return told

    with ThreadPoolExecutor(WRITERS) as pool:
        told = sorted(itertools.chain.from_iterable(pool.map(write, range(WRITERS))))
    stored = [(int(item["version"]["N"]), item["eventId"]["S"])
              for item in world.events(customer)[1:]]
    assert stored == told
    assert len(told) >= WRITERS * 10 // 4


def test_a_repeated_command_has_one_effect_whatever_is_cut(world):
    """The client leaves at any moment and repeats, and DynamoDB's answers get lost: one effect
    each.
    """
    choice = random.Random(11)
    customer = world.registered()
    answers, repeats, i = {}, 0, 0
    while repeats < REPEATS:
        i += 1
        key = str(uuid4())
        data = json.dumps({"newEmail": f"r{i}@b.example"}).encode()
        if choice.random() < 0.3:
            world.fault("TransactWriteItems",
                        choice.choice(["lose_before", "lose_after", "error500_after"]))
        cuts = choice.randrange(5)
        repeats += cuts
        for _ in range(cuts):
            with Raw(world.url) as cut:
                cut.request("PUT", f"/customers/{customer}/email", data,
                            [f"Idempotency-Key: {key}"])
                cut.socket.settimeout(choice.random() * 0.004 + 0.0001)
                try:
                    cut.answer()
                except OSError:
                    pass
        answer = wait_until(lambda: told_at_last(world, customer, i, key), 20)
        answers[key] = body(answer)["version"]
    stored = world.events(customer)[1:]
    assert [item["commandId"]["S"] for item in stored] == list(answers)
    assert [int(item["version"]["N"]) for item in stored] == list(answers.values())


def told_at_last(world, customer, i, key):
    answer = world.rename(customer, f"r{i}@b.example", {"Idempotency-Key": key})
    return answer if answer.status_code == 200 else None


def test_a_command_costs_one_request_whichever_worker_its_connection_ends_at(world):
    """Snapshots included: each fiftieth event takes one along."""
    customer = world.registered()
    before = requests_answered(world.admin_url)
    for i in range(120):
        # a connection of its own
        assert world.rename(customer, f"h{i}@b.example").status_code == 200
    assert requests_answered(world.admin_url) - before == 120
    assert len(world.events(customer)) == 121


# ---- a table is missing


def test_a_missing_table_of_answers_is_told_with_what_makes_it(world):
    world.dynamodb.call("DeleteTable", TableName="TwofoldCommands")
    lacks = "dynamodb table TwofoldCommands (`twofold-projector setup` makes it)"

    def readiness():
        answer = requests.get(world.admin_url + "/readyz", timeout=5)
        return answer.status_code, lacks in answer.json()["missing"]

    wait_until(lambda: readiness()[1], 10, "the missing table in /readyz")
    customer = world.registered()  # without a key nothing is needed of it
    problem = is_problem(world.rename(customer, "n@b.example", {"Idempotency-Key": str(uuid4())}),
                         503, "unavailable")
    assert "TwofoldCommands" in problem["detail"] and "twofold-projector setup" in problem["detail"]
    assert len(world.events(customer)) == 1
    world.dynamodb.call("CreateTable", **TABLES[-1])
    wait_until(lambda: not readiness()[1], 10, "no missing table in /readyz")
    assert world.rename(customer, "n@b.example",
                        {"Idempotency-Key": str(uuid4())}).status_code == 200


# ---- setup


@pytest.mark.parametrize("action", ["lose_before", "lose_after", "error500", "error500_after",
                                    "throttle"])
def test_setup_makes_its_tables_though_answers_are_late_or_lost(stack, world, tmp_path, action):
    """DynamoDB Local answers its first CreateTable seconds late on a busy machine: the next says
    that the table is there.
    """
    world.control(reset="all")
    world.fault("CreateTable", action, 2)
    setup = Projector(stack, 0, tmp_path / "log", f"--dynamodb_endpoint={world.stub_url}",
                      f"--models={ROOT / 'conf/models'}").run(
                          "setup", f"--sql_primary={stack.env['TWOFOLD_SQL_PRIMARY']}")
    assert setup.returncode == 0, setup.stderr
    assert world.dynamodb.call("ListTables")["TableNames"] == ["Comments", "Customers", "Products",
                                                               "TwofoldCommands"]
