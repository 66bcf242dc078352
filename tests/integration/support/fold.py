"""An event table as it is in DynamoDB, and what its events come to: the tests' own fold, which
knows nothing of the gateway's.
"""

import dataclasses
import datetime
import uuid
from decimal import Decimal


def plain(attribute):
    """DynamoDB's typed JSON as Python's."""
    (kind, value), = attribute.items()
    if kind == "M":
        return {name: plain(member) for name, member in value.items()}
    if kind == "L":
        return [plain(member) for member in value]
    return {"S": str, "N": Decimal, "BOOL": bool, "NULL": lambda _: None}[kind](value)


@dataclasses.dataclass(frozen=True)
class EventModel:
    """The names of an event-sourced model that the tests need."""
    aggregate: str
    table: str
    id: str
    database: str
    rows: str

    @staticmethod
    def new_id(prefix="t"):
        return f"{prefix}-{uuid.uuid4()}"


CUSTOMERS = EventModel("Customer", "Customers", "customerId", "twofold_customers", "customers")
COMMENTS = EventModel("Comment", "Comments", "commentId", "twofold_comments", "comments")


def items_of(stack, model, aggregate_id):
    """Everything under the aggregate's key, snapshots too, in the order of the sort keys."""
    items, start = [], {}
    while True:
        page = stack.dynamodb.call("Query", TableName=model.table, ConsistentRead=True,
                                   KeyConditionExpression="PK = :pk",
                                   ExpressionAttributeValues={
                                       ":pk": {"S": f"{model.aggregate.upper()}#{aggregate_id}"}},
                                   **start)
        items += [{name: plain(value) for name, value in item.items()} for item in page["Items"]]
        if "LastEvaluatedKey" not in page:
            return items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def events_of(stack, model, aggregate_id):
    """Its events; their versions are 1..n without a gap, and their times never fall."""
    events = [item for item in items_of(stack, model,
                                        aggregate_id) if item["SK"].startswith("EVENT#")]
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    assert [event["SK"] for event in events] == [f"EVENT#{version:020d}"
                                                 for version in range(1, len(events) + 1)]
    times = [event["timestamp"] for event in events]
    assert times == sorted(times)
    assert len({event["eventId"] for event in events}) == len(events)
    return events


def rfc3339(ms):
    """As the gateway writes a DATETIME(3)."""
    moment = datetime.datetime.fromtimestamp(int(ms) // 1000, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + f".{int(ms) % 1000:03d}Z"


def customer(events):
    """The answer of GET /customers/{id} that these events come to; None before the first."""
    seen = None
    for event in events:
        payload, at = event["payload"], rfc3339(event["timestamp"])
        if event["eventType"] == "CustomerRegistered":
            seen = {"email": payload["email"], "name": payload["name"], "status": "ACTIVE",
                    "suspensionReason": None,
                    "registrationDate": at}
        elif event["eventType"] == "CustomerEmailUpdated":
            assert payload["oldEmail"] == seen["email"]
            seen["email"] = payload["newEmail"]
        elif event["eventType"] == "CustomerSuspended":
            seen.update(status="SUSPENDED", suspensionReason=payload["reason"])
        seen.update(lastUpdated=at, version=int(event["version"]))
    return seen


def comment(events):
    """The answer of GET /comments/{id}; None when it does not exist or was deleted."""
    seen = None
    for event in events:
        payload, at = event.get("payload", {}), rfc3339(event["timestamp"])
        if event["eventType"] == "CommentCreated":
            seen = {"pictureId": payload["pictureId"], "author": payload["author"], "createdAt": at}
        if event["eventType"] == "CommentDeleted":
            seen = None
        else:
            seen.update(text=payload["text"], updatedAt=at, version=int(event["version"]))
    return seen
