"""An event store's table and its read model, used without a gateway."""

import os
import subprocess
import time
import uuid

from support.stack import BUILD
from support.wait import wait_until


class Events:
    def __init__(self, stack, model, table, aggregate):
        self.stack, self.model, self.table, self.name = stack, model, table, aggregate

    @staticmethod
    def new_id():
        return str(uuid.uuid4())

    def aggregate(self, aggregate_id):
        return f"{self.name}:{aggregate_id}"

    def key(self, aggregate_id, sort):
        return {"PK": {"S": f"{self.name.upper()}#{aggregate_id}"}, "SK": {"S": sort}}

    def item(self, aggregate_id, version, event, timestamp=None):
        kind, payload = event
        return {**self.key(aggregate_id, f"EVENT#{version:020d}"),
                "eventId": {"S": str(uuid.uuid4())},
                "eventType": {"S": kind}, "payload": {"M": payload}, "version": {"N": str(version)},
                "timestamp": {"N": str(timestamp or time.time_ns() // 10**6)},
                "commandId": {"S": str(uuid.uuid4())}}

    def put(self, aggregate_id, sort, **attributes):
        self.stack.dynamodb.call("PutItem", TableName=self.table,
                                 Item={**self.key(aggregate_id, sort), **attributes})

    def append(self, aggregate_id, version, event, timestamp=None, overwrite=False):
        condition = {} if overwrite else {"ConditionExpression": "attribute_not_exists(PK)"}
        self.stack.dynamodb.call("PutItem", TableName=self.table, **condition,
                                 Item=self.item(aggregate_id, version, event, timestamp))

    def append_all(self, aggregate_id, versions, event_of):
        """In one transaction; DynamoDB Local's stream shows them in this order."""
        self.stack.dynamodb.call("TransactWriteItems", TransactItems=[
            {"Put": {"TableName": self.table,
                     "Item": self.item(aggregate_id, version, event_of(version))}}
            for version in versions])

    def append_many(self, aggregate_id, versions, event_of):
        """Not in one transaction, 25 at once."""
        puts = [{"PutRequest": {"Item": self.item(aggregate_id, version, event_of(version))}}
                for version in versions]
        for at in range(0, len(puts), 25):
            self.stack.dynamodb.call("BatchWriteItem", RequestItems={self.table: puts[at:at + 25]})

    def remove(self, aggregate_id, version):
        self.stack.dynamodb.call("DeleteItem", TableName=self.table,
                                 Key=self.key(aggregate_id, f"EVENT#{version:020d}"))

    def rows(self, text, *values):
        return self.stack.sql(text.replace("FROM ", f"FROM twofold_{self.model}."), *values)

    def version(self, aggregate_id):
        rows = self.rows("SELECT version FROM twofold_aggregate WHERE aggregate = %s",
                         self.aggregate(aggregate_id))
        return rows[0]["version"] if rows else 0

    def wait(self, aggregate_id, version, limit=10):
        wait_until(lambda: self.version(aggregate_id) >= version, limit, f"version {version}")

    def letters(self, aggregate_id):
        return self.rows(
            "SELECT id, version, error FROM twofold_dead_letter WHERE aggregate = %s ORDER BY id",
            self.aggregate(aggregate_id))

    def event(self, aggregate_id):
        [row] = self.rows("SELECT event FROM twofold_aggregate WHERE aggregate = %s",
                          self.aggregate(aggregate_id))
        return row["event"]

    def operator(self, word, *words):
        """twofold-projector dead-letters WORD MODEL ..."""
        return subprocess.run([BUILD / "twofold-projector", f"--config={self.stack.config}",
                               "dead-letters", word,
                               self.model, *words], capture_output=True, text=True, timeout=30,
                              env={**os.environ, "AWS_ACCESS_KEY_ID": "twofoldlocal",
                                   "AWS_SECRET_ACCESS_KEY": "x"})
