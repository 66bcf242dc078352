"""Histories that hypothesis makes up, some commands one by one and some side by side, of one
aggregate of each model.

What must hold after every step: each client was told truly what became of its command; versions are
1..n; the read model is what the events come to (of products: what the table holds).
"""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from support.client import Client, body
from support.fold import COMMENTS, CUSTOMERS, comment, customer, events_of
from support.model import PRODUCTS
from support.wait import wait_until

BOUNDED = settings(max_examples=10, stateful_step_count=8, deadline=None, database=None,
                   suppress_health_check=list(HealthCheck), print_blob=True)


a_command = st.runner().flatmap(lambda history: history.commands)
some_commands = st.runner().flatmap(lambda history: st.lists(history.commands, min_size=2,
                                                             max_size=4))


class History(RuleBasedStateMachine):
    """One aggregate. A command is (name, argument); MODEL, commands, send, alone and together are
    the model's.
    """

    stack = None

    def __init__(self):
        super().__init__()
        self.clients = [Client(self.stack, self.MODEL) for _ in range(4)]
        self.id = self.new_id()
        self.pool = ThreadPoolExecutor(len(self.clients))

    def teardown(self):
        self.pool.shutdown()

    def new_id(self):
        return self.MODEL.new_id()

    def read(self, version):
        """The answer that shows at least VERSION; None for 404."""
        token = f"{self.MODEL.aggregate}:{self.id}@{version}"
        answer = self.clients[0].get(self.path(), {"Consistency-Token": token} if version else None)
        assert answer.status_code in (200, 404), answer.text
        return body(answer) if answer.status_code == 200 else None


    @rule(command=a_command)
    def one_command(self, command):
        self.alone(command)

    @rule(commands=some_commands)
    def commands_side_by_side(self, commands):
        self.together(commands)


class EventHistory(History):
    def events(self):
        return events_of(self.stack, self.MODEL, self.id)

    def check_read_model(self):
        events = self.events()
        state = self.fold(events)
        assert self.read(len(events)) == (state and {self.MODEL.id: self.id, **state})
        self.check_lists(state, len(events))

    def alone(self, command):
        before = self.events()
        code, emits = self.expected(self.fold(before), before, command)
        answer = self.send(self.clients[0], command)
        assert answer.status_code == code, (command, answer.text)
        after = self.events()
        assert len(after) == len(before) + emits
        if code < 300:
            said = body(answer)
            assert said["version"] == len(after)
            added = after[len(before):]
            assert ([event["eventId"] for event in said["events"]] ==
                    [event["eventId"] for event in added])
        self.check_read_model()

    def together(self, commands):
        before = self.events()
        answers = list(self.pool.map(self.send, self.clients, commands))
        after = self.events()
        written = {}
        for command, answer in zip(commands, answers):
            assert answer.status_code in (200, 201, 404, 409), (command, answer.text)
            if answer.status_code < 300 and body(answer)["events"]:
                written[body(answer)["version"]] = (command, body(answer)["events"][0])
        assert sorted(written) == [event["version"] for event in after[len(before):]]
        for version, (command, event) in written.items():
            until = after[:int(version) - 1]
            assert event["eventId"] == after[int(version) - 1]["eventId"]
            assert self.expected(self.fold(until), until, command)[1] == 1, (command, until)
        for command, answer in zip(commands, answers):
            states = [after[:n] for n in range(len(before), len(after) + 1)]
            codes = {self.expected(self.fold(until), until, command)[0] for until in states}
            assert answer.status_code in codes | {409}, (command, answer.text)
        self.check_read_model()


emails = st.sampled_from(["a@example.com", "B@example.com", "b_@example.com"])


class CustomerHistory(EventHistory):
    MODEL = CUSTOMERS
    fold = staticmethod(customer)
    commands = st.one_of(st.tuples(st.just("register"), emails),
                         st.tuples(st.just("update"), emails),
                         st.tuples(st.just("update"), emails),
                         st.tuples(st.just("suspend"), st.just("late")))

    def path(self):
        return f"/customers/{self.id}"

    def send(self, client, command):
        name, argument = command
        if name == "register":
            return client.send("POST", "/customers",
                               {"customerId": self.id, "email": argument, "name": "Ann"})
        if name == "update":
            return client.send("PUT", self.path() + "/email", {"newEmail": argument})
        return client.send("POST", self.path() + "/suspend", {"reason": argument})

    def expected(self, state, events, command):
        name, argument = command
        if name == "register":
            return (409, 0) if state else (201, 1)
        if not state:
            return 404, 0
        if state["status"] != "ACTIVE":
            return 409, 0
        return 200, int(name == "suspend" or argument != state["email"])

    def check_lists(self, state, version):
        found = self.clients[0].listed("/customers?limit=200")
        assert (self.id in found) == bool(state and state["status"] == "ACTIVE")
        if state:
            found = self.clients[0].listed(
                f"/customers/search?limit=200&email={state['email'].upper()}")
            assert self.id in found


class CommentHistory(EventHistory):
    MODEL = COMMENTS
    fold = staticmethod(comment)
    commands = st.one_of(st.tuples(st.just("update"), st.sampled_from(["one", "two"])),
                         st.tuples(st.just("update"), st.sampled_from(["two", "three"])),
                         st.tuples(st.just("delete"), st.none()))

    def __init__(self):
        super().__init__()
        self.picture = self.new_id()
        made = self.clients[0].send("POST", f"/pictures/{self.picture}/comments",
                                    {"author": "ann", "text": "one"})
        assert made.status_code == 201, made.text
        self.id = body(made)["aggregateId"]

    def path(self):
        return f"/comments/{self.id}"

    def send(self, client, command):
        name, argument = command
        if name == "update":
            return client.send("PUT", self.path(), {"text": argument})
        return client.request("DELETE", self.path())

    def expected(self, state, events, command):
        name, argument = command
        if not state:
            return 404, 0
        return 200, int(name == "delete" or argument != state["text"])

    def check_lists(self, state, version):
        page = body(self.clients[0].get(f"/pictures/{self.picture}/comments"))
        assert page["items"] == ([{"commentId": self.id, **state}] if state else [])


def versions(answers):
    return [body(answer)["version"] for answer in answers if answer.status_code < 300]


class ProductHistory(History):
    """A state store keeps no events: what the table holds is the truth, and each version is higher
    than the last.
    """
    MODEL = PRODUCTS
    commands = st.one_of(st.tuples(st.just("create"), st.integers(0, 3)),
                         st.tuples(st.just("update"), st.integers(0, 3)),
                         st.tuples(st.just("delete"), st.none()))

    def __init__(self):
        super().__init__()
        self.version = 0  # the next ones are above it
        self.token = 0    # the version that a read asks for

    def path(self):
        return self.MODEL.one(self.id)

    def send(self, client, command):
        name, price = command
        if name == "delete":
            return client.delete(self.id)
        return (client.create if name == "create" else client.update)(self.id, price=price)

    def item(self):
        """As GET answers, and its version; (None, 0) when there is none."""
        item = self.stack.dynamodb.item(PRODUCTS, self.id)
        if not item:
            return None, 0
        return self.MODEL.whole(self.id,
                                price=Decimal(item["Price"]["N"])), int(item["_version"]["N"])

    def check(self, told):
        """Versions that clients were TOLD are new and differ; the last one shows what the table
        holds.
        """
        assert len(set(told)) == len(told) and all(version > self.version for version in told)
        self.version = max([self.version, *told])
        self.token = max([self.token, *told])
        state, version = self.item()
        assert version == self.token or not state
        assert self.read(self.token) == state
        self.check_list(state)

    def check_raced(self, told):
        """A create was sent before a delete was answered: its version need not be above the
        delete's, nor is it the last to show.
        """
        assert all(version > self.version for version in told)
        state, self.token = self.item()
        self.version = self.token or max(told)
        wait_until(lambda: self.read(self.token) == state, what=state)
        self.check_list(state)

    def check_list(self, state):
        assert (self.id in self.clients[0].listed("/products?limit=200")) == bool(state)

    def alone(self, command):
        name, _ = command
        exists = self.item()[0] is not None
        answer = self.send(self.clients[0], command)
        expected = (409 if exists else 201) if name == "create" else (200 if exists else 404)
        assert answer.status_code == expected, answer.text
        self.check(versions([answer]))

    def together(self, commands):
        answers = list(self.pool.map(self.send, self.clients, commands))
        assert all(answer.status_code in (200, 201, 404, 409) for answer in answers)
        done = {name for (name, _), answer in zip(commands, answers) if answer.status_code < 300}
        (self.check_raced if {"create", "delete"} <= done else self.check)(versions(answers))


def run(history, of_stack):
    run_state_machine_as_test(type(history.__name__, (history,), {"stack": of_stack}),
                              settings=BOUNDED)


def test_any_history_of_a_customer(stack):
    run(CustomerHistory, stack)


def test_any_history_of_a_comment(stack):
    run(CommentHistory, stack)


def test_any_history_of_a_product(stack):
    run(ProductHistory, stack)
