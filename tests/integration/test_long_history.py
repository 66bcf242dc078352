"""20,000 events on one customer: what a command costs, and that nothing is lost on the way to the
read model.
"""

import pytest
import requests

from support.client import body
from support.cost import requests_answered
from support.events import Events
from support.fold import CUSTOMERS, customer, events_of
from support.wait import wait_until

EVENTS = 20000

pytestmark = pytest.mark.long


class Customer:
    """One customer's commands."""

    def __init__(self, stack, id, version):
        self.stack, self.id, self.version = stack, id, version

    def rename(self):
        """A busy machine reads the whole history in more than one try: each goes on from where the
        last one came to.
        """
        def renamed():
            answer = requests.put(f"{self.stack.url}/customers/{self.id}/email", timeout=30,
                                  json={"newEmail": f"r{self.version}@b.example"})
            assert answer.status_code in (200, 503), answer.text
            return answer.status_code == 200 and answer

        answer = wait_until(renamed, 120, "a command")
        self.version += 1
        assert body(answer)["version"] == self.version

    def cost_of(self, count):
        """Answered requests to DynamoDB for COUNT commands; what follows in the background may be
        among them.
        """
        before = requests_answered(self.stack.admin_url)
        for _ in range(count):
            self.rename()
        return requests_answered(self.stack.admin_url) - before

    def seen(self):
        answer = requests.get(f"{self.stack.url}/customers/{self.id}", timeout=30)
        return body(answer) if answer.status_code == 200 else {"version": 0}

    def snapshot(self):
        """The version of the snapshot; None when there is none."""
        item = self.stack.dynamodb.call("GetItem", TableName=CUSTOMERS.table, ConsistentRead=True,
                                        Key=self.snapshot_key()).get("Item")
        return item and int(item["version"]["N"])

    def snapshot_key(self):
        return {"PK": {"S": f"CUSTOMER#{self.id}"}, "SK": {"S": "SNAPSHOT"}}


def written(version):
    if version == 1:
        return "CustomerRegistered", {"email": {"S": "1@b.example"}, "name": {"S": "Ann"}}
    return "CustomerEmailUpdated", {"oldEmail": {"S": f"{version - 1}@b.example"},
                                    "newEmail": {"S": f"{version}@b.example"}}


def restart_gateway(stack):
    stack.stop("gateway")
    stack.start("gateway")


def test_20000_events_cost_a_command_no_more_than_few(stack, repaired):
    """Written by something that makes no snapshots: so first all are read, then never again."""
    one = Customer(stack, CUSTOMERS.new_id(), EVENTS)
    events = Events(stack, "customers", CUSTOMERS.table, CUSTOMERS.aggregate)
    for first in range(1, EVENTS + 1, 100):
        events.append_all(one.id, range(first, first + 100), written)
    whole = one.cost_of(1)
    assert 3 < whole < 30  # pages of 1 MB
    wait_until(lambda: one.snapshot() and one.snapshot() > EVENTS - 50, 10, "a snapshot")
    assert one.cost_of(120) == 120
    restart_gateway(stack)
    assert one.cost_of(1) == 2
    assert one.cost_of(60) == 60
    stack.dynamodb.call("DeleteItem", TableName=CUSTOMERS.table, Key=one.snapshot_key())
    restart_gateway(stack)
    assert 3 < one.cost_of(1) < 30
    assert one.cost_of(20) == 20
    events = events_of(stack, CUSTOMERS, one.id)
    assert len(events) == one.version == EVENTS + 203
    seen = wait_until(lambda: one.seen()["version"] == one.version and one.seen(), 120,
                      "the read model")
    assert seen == {"customerId": one.id, **customer(events)}
    print(f"{EVENTS} events: {whole} requests without a snapshot")
