#!/usr/bin/python3
"""A strict DynamoDB in one process, for tests: tables in memory, the conditions of AWS, faults on
demand.

    dynamodb_stub.py --port 8000

It refuses what AWS refuses and emulators let pass: unknown parameters, names or values that an
expression does not use or define, raw reserved words, wrong key types, requests without a
signature.

Faults: POST /_control {"operation": "PutItem" or "*", "action": ACTION, "count": 1, "skip": 0, ...}
    throttle      ProvisionedThroughputExceededException, nothing applied
    error500      InternalServerError, nothing applied           error500_after   the same, applied
    lose_before   the connection closes, nothing applied         lose_after       the same, applied
    delay         "seconds" before the request is served
    conflict      another transaction is in the way: TransactionConflict, nothing applied
    race          "operation2", "body2": another request that is served just before this one
{"page": 5} lets a Query see at most 5 items a page. {"reset": true} forgets faults, counts and
this; {"reset": "all"} the tables too. GET /_control counts requests by operation.
"""
import argparse
import base64
import copy
import hashlib
import json
import os
import re
import signal
import socket
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dynamodb_expressions import (Context, Invalid, Parser, comparable,  # noqa: E402
                                  number, number_text)

ITEM_MAX = 400 * 1024
PAGE_MAX = 1024 * 1024
COMMON = {"TableName", "ReturnConsumedCapacity"}
EXPRESSION = {"ExpressionAttributeNames", "ExpressionAttributeValues"}
WRITE = COMMON | EXPRESSION | {"ConditionExpression", "ReturnValues", "ReturnItemCollectionMetrics",
                               "ReturnValuesOnConditionCheckFailure"}
READ = COMMON | {"ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"}
PAGE = READ | EXPRESSION | {"FilterExpression", "Limit", "ExclusiveStartKey", "Select", "IndexName"}
PARAMETERS = {
    "PutItem": WRITE | {"Item"},
    "UpdateItem": WRITE | {"Key", "UpdateExpression"},
    "DeleteItem": WRITE | {"Key"},
    "GetItem": READ | {"Key"},
    "Query": PAGE | {"KeyConditionExpression", "ScanIndexForward"},
    "Scan": PAGE | {"Segment", "TotalSegments"},
    "TransactWriteItems": {"TransactItems", "ClientRequestToken", "ReturnConsumedCapacity",
                           "ReturnItemCollectionMetrics"},
    "CreateTable": {"TableName", "AttributeDefinitions", "KeySchema", "BillingMode",
                    "ProvisionedThroughput",
                    "StreamSpecification", "Tags", "GlobalSecondaryIndexes",
                    "LocalSecondaryIndexes", "SSESpecification"},
    "DescribeTable": {"TableName"},
    "DeleteTable": {"TableName"},
    "ListTables": {"Limit", "ExclusiveStartTableName"},
    "UpdateTimeToLive": {"TableName", "TimeToLiveSpecification"},
    "DescribeTimeToLive": {"TableName"},
}
RETURN_VALUES = {"PutItem": ("NONE", "ALL_OLD"), "DeleteItem": ("NONE", "ALL_OLD"),
                 "UpdateItem": ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")}


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, name, message, code=400, **members):
        super().__init__(message)
        self.code = code
        self.body = {"__type": "com.amazonaws.dynamodb.v20120810#" + name, "message": message,
                     **members}


class Table:
    def __init__(self, name, keys, types, stream):
        self.name, self.keys, self.types, self.stream = name, keys, types, stream
        self.items = {}
        self.ttl = {"TimeToLiveStatus": "DISABLED"}

    def key_of(self, typed, exact):
        """The place of an item; EXACT: nothing but the key may be given."""
        if exact and set(typed) != set(self.keys):
            raise Invalid("The provided key element does not match the schema")
        for name in self.keys:
            if name not in typed:
                raise Invalid(
                    f"One or more parameter values were invalid: Missing the key {name} in the "
                    "item")
            if self.types[name] not in typed[name]:
                if exact:
                    raise Invalid("The provided key element does not match the schema")
                raise Invalid(
                    f"One or more parameter values were invalid: Type mismatch for key {name} "
                    "expected: "
                    f"{self.types[name]} actual: {next(iter(typed[name]))}")
            if typed[name].get("S") == "":
                raise Invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key "
                    "attribute cannot contain "
                    f"an empty string value. Key: {name}")
        return tuple(comparable(typed[name]) for name in self.keys)

    def describe(self):
        table = {"TableName": self.name, "TableStatus": "ACTIVE", "ItemCount": len(self.items),
                 "TableArn": f"arn:aws:dynamodb:us-east-1:000000000000:table/{self.name}",
                 "KeySchema": [{"AttributeName": name, "KeyType": kind}
                               for name, kind in zip(self.keys, ("HASH", "RANGE"))],
                 "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind}
                                          for name, kind in self.types.items()]}
        if self.stream:
            table["StreamSpecification"] = self.stream
            table["LatestStreamArn"] = table["TableArn"] + "/stream/1"
        return table


def normal(typed, depth=0):
    """A value as DynamoDB stores it, or the complaint."""
    if not isinstance(typed, dict) or len(typed) != 1:
        raise Invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    (tag, content), = typed.items()
    if depth > 32:
        raise Invalid(
            "Nesting Levels have exceeded supported limits: Attributes can have at most 32 nested "
            "levels")
    if tag == "N":
        return {"N": number_text(number(content))}
    if tag == "NS":
        return {"NS": [number_text(number(text)) for text in content]}
    if tag == "L":
        return {"L": [normal(child, depth + 1) for child in content]}
    if tag == "M":
        return {"M": {name: normal(child, depth + 1) for name, child in content.items()}}
    if tag == "B":
        base64.b64decode(content, validate=True)
    expected = {"S": str, "B": str, "BOOL": bool, "NULL": bool, "SS": list, "BS": list}.get(tag)
    if expected is None or not isinstance(content, expected):
        raise Refused("SerializationException", f"Unexpected value of {tag}")
    return {tag: content}


def size_of_value(typed):
    """AWS, "Item sizes and formats"."""
    (tag, content), = typed.items()
    if tag == "S":
        return len(content.encode())
    if tag == "N":
        return (len(content.strip("-").replace(".", "")) + 1) // 2 + 1
    if tag == "B":
        return len(base64.b64decode(content))
    if tag == "L":
        return 3 + sum(1 + size_of_value(child) for child in content)
    if tag == "M":
        return 3 + len(content) + size_of(content)
    return 1 if tag in ("BOOL", "NULL") else sum(size_of_value({tag[0]: child})
                                                 for child in content)


def size_of(item):
    return sum(len(name.encode()) + size_of_value(typed) for name, typed in item.items())


ACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem",
           "ConditionCheck": "DeleteItem"}


def cancelled(reasons):
    codes = ", ".join(reason["Code"] for reason in reasons)
    return Refused("TransactionCanceledException",
                   "Transaction cancelled, please refer cancellation reasons for specific "
                   f"reasons [{codes}]", CancellationReasons=reasons)


def in_the_way(operation, request):
    """What AWS says while another transaction holds an item."""
    if operation == "TransactWriteItems":
        return cancelled([{"Code": "TransactionConflict",
                           "Message": "Transaction is ongoing for the item"}
                          for _ in request["TransactItems"]])
    return Refused("TransactionConflictException", "Transaction is ongoing for the item")


class Database:
    def __init__(self):
        self.lock = threading.RLock()
        self.tables, self.page_items = {}, None
        self.tokens, self.cancelled = {}, {}  # the requests of transactions by their tokens

    def table(self, request):
        name = request.get("TableName")
        if not name:
            raise Invalid(
                "1 validation error detected: Value null at 'tableName' failed to satisfy "
                "constraint: Member must not be null")
        if name not in self.tables:
            raise Refused("ResourceNotFoundException",
                          "Cannot do operations on a non-existent table")
        return self.tables[name]

    def serve(self, operation, request):
        if operation not in PARAMETERS:
            raise Refused("UnknownOperationException", "")
        unknown = sorted(set(request) - PARAMETERS[operation])
        if unknown:
            raise Invalid(f"Unknown parameters of {operation}: {', '.join(unknown)}")
        with self.lock:
            return getattr(self, operation)(request)

    # ---- writes

    def prepare(self, operation, request):
        """Checks one write and its condition; returns what applies it and the answer's attributes.
        """
        table = self.table(request)
        values = request.get("ExpressionAttributeValues")
        context = Context(request.get("ExpressionAttributeNames"),
                          values and {name: normal(typed) for name, typed in values.items()})
        condition = request.get("ConditionExpression")
        test = Parser("ConditionExpression", condition,
                      context).condition() if condition is not None else None
        update = request.get("UpdateExpression")
        changes = Parser("UpdateExpression", update, context).update() if update is not None else []
        context.check_all_used(condition is not None or update is not None)
        given = request.get("ReturnValues", "NONE")
        if given not in RETURN_VALUES.get(operation, ("NONE",)):
            raise Invalid("Return values set to invalid value")
        if operation == "PutItem":
            new = {name: normal(typed) for name, typed in request["Item"].items()}
            place = table.key_of(new, exact=False)
        else:
            key = {name: normal(typed) for name, typed in request["Key"].items()}
            place, new = table.key_of(key, exact=True), None
        old = table.items.get(place)
        if test and not test(old or {}):
            shown = {"Item": old} if old and request.get(
                "ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
            raise Refused("ConditionalCheckFailedException", "The conditional request failed",
                          **shown)
        if operation == "UpdateItem":
            new = self.updated(table, old, key, changes)
        if new is not None and size_of(new) > ITEM_MAX:
            raise Invalid("Item size to update has exceeded the maximum allowed size"
                          if operation == "UpdateItem"
                          else "Item size has exceeded the maximum allowed size")
        return table, place, old, new, self.returned(given, old, new, changes)

    @staticmethod
    def updated(table, old, key, changes):
        before = dict(old or key)
        new = copy.deepcopy(before)
        for name, make in changes:
            if name in table.keys:
                raise Invalid(
                    f"One or more parameter values were invalid: Cannot update attribute {name}. "
                    "This attribute is part of the key")
            if make:
                new[name] = make(before)
            else:
                new.pop(name, None)
        return new

    @staticmethod
    def returned(given, old, new, changes):
        source = {"NONE": None, "ALL_OLD": old, "UPDATED_OLD": old}.get(given, new)
        if source is None:
            return {}
        touched = {name for name, _ in changes}
        return {"Attributes": {name: typed for name, typed in source.items()
                               if not given.startswith("UPDATED") or name in touched}}

    def write(self, operation, request):
        table, place, _, new, answer = self.prepare(operation, request)
        if operation == "DeleteItem":
            table.items.pop(place, None)
        else:
            table.items[place] = new
        return answer

    def PutItem(self, request):
        return self.write("PutItem", request)

    def UpdateItem(self, request):
        return self.write("UpdateItem", request)

    def DeleteItem(self, request):
        return self.write("DeleteItem", request)

    def TransactWriteItems(self, request):
        token = request.get("ClientRequestToken")
        digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).digest()
        if self.tokens.get(token, digest) != digest or self.cancelled.get(token, digest) != digest:
            raise Refused("IdempotentParameterMismatchException",
                          "The request is not the same as the first of this token")
        if token in self.tokens:
            return {}
        if token is not None and not 1 <= len(token) <= 36:
            raise Invalid(
                "Value at 'clientRequestToken' failed to satisfy constraint: Member must have "
                "length less than or equal to 36")
        actions = request["TransactItems"]
        if not 1 <= len(actions) <= 100:
            raise Invalid("Member must have length less than or equal to 100")
        done, reasons = [], []
        for action in actions:
            (kind, one), = action.items()
            operation = ACTIONS[kind]
            unknown = sorted(set(one) - PARAMETERS[operation] | {"ReturnValues",
                                                                 "ReturnConsumedCapacity"} & set(
                                                                     one))
            if unknown:
                raise Invalid(f"Unknown parameters of {kind}: {', '.join(unknown)}")
            try:
                done.append((kind, self.prepare(operation, one)))
                reasons.append({"Code": "None"})
            except Refused as refused:
                if not refused.body["__type"].endswith("#ConditionalCheckFailedException"):
                    raise
                reasons.append({"Code": "ConditionalCheckFailed", "Message": str(refused),
                                **{name: refused.body[name]
                                   for name in ("Item",) if name in refused.body}})
            except Invalid as invalid:
                if "Item size" not in str(invalid):
                    raise
                reasons.append({"Code": "ValidationError", "Message": str(invalid)})
        if any(reason["Code"] != "None" for reason in reasons):
            if token:
                self.cancelled[token] = digest
            raise cancelled(reasons)
        places = [(prepared[0].name, prepared[1]) for _, prepared in done]
        if len(set(places)) < len(places):
            raise Invalid("Transaction request cannot include multiple operations on one item")
        for kind, (table, place, _, new, _) in done:
            if kind == "Delete":
                table.items.pop(place, None)
            elif kind != "ConditionCheck":
                table.items[place] = new
        if token:
            self.tokens[token] = digest
        return {}

    # ---- reads

    def GetItem(self, request):
        table = self.table(request)
        item = table.items.get(table.key_of({n: normal(t) for n, t in request["Key"].items()},
                                            exact=True))
        return {"Item": item} if item else {}

    def page(self, request, items, keep, table):
        start = request.get("ExclusiveStartKey")
        limits = [limit for limit in (request.get("Limit"), self.page_items) if limit]
        limit = min(limits, default=None)
        if start:
            place = table.key_of(start, exact=True)
            places = [table.key_of(item, exact=False) for item in items]
            items = items[places.index(place) + 1:] if place in places else items
        seen, size = [], 0
        for item in items[:limit] if limit else items:
            seen.append(item)
            size += size_of(item)
            if size >= PAGE_MAX:
                break
        found = [item for item in seen if keep(item)]
        answer = {"Items": found, "Count": len(found), "ScannedCount": len(seen)}
        if len(items) > len(seen) or (limit and len(seen) == limit):
            answer["LastEvaluatedKey"] = {name: seen[-1][name] for name in table.keys}
        return answer

    def select(self, request, key_condition):
        """Of a Query only the partitions are tried that its values may name."""
        table = self.table(request)
        places = table.items
        if key_condition is not None:
            values = [comparable(typed) for typed in request["ExpressionAttributeValues"].values()]
            places = [place for place in places if place[0] in values]
        context = Context(request.get("ExpressionAttributeNames"),
                          request.get("ExpressionAttributeValues"))
        test = (lambda item: True) if key_condition is None else \
            Parser("KeyConditionExpression", key_condition, context).condition()
        text = request.get("FilterExpression")
        keep = Parser("FilterExpression", text,
                      context).condition() if text is not None else lambda item: True
        context.check_all_used(key_condition is not None or text is not None)
        items = [table.items[place] for place in sorted(places) if test(table.items[place])]
        if request.get("ScanIndexForward") is False:
            items.reverse()
        return self.page(request, items, keep, table)

    def Query(self, request):
        condition = request["KeyConditionExpression"]
        if re.search(r"\b(OR|NOT|IN|attribute_(not_)?exists|contains|size)\b|<>", condition):
            raise Invalid("Invalid operator used in KeyConditionExpression")
        named = {request.get("ExpressionAttributeNames", {}).get(name, name)
                 for name in re.findall(r"#?[A-Za-z]\w*", condition)
                 if name.upper() not in ("AND", "BETWEEN",
                                         "BEGINS_WITH") and f":{name}" not in condition}
        if self.table(request).keys[0] not in named:
            raise Invalid(
                f"Query condition missed key schema element: {self.table(request).keys[0]}")
        return self.select(request, request["KeyConditionExpression"])

    def Scan(self, request):
        return self.select(request, None)

    # ---- tables

    def CreateTable(self, request):
        name = request["TableName"]
        if name in self.tables:
            raise Refused("ResourceInUseException", f"Table already exists: {name}")
        keys = [key["AttributeName"]
                for key in sorted(request["KeySchema"], key=lambda key: key["KeyType"])]
        types = {one["AttributeName"]: one["AttributeType"]
                 for one in request["AttributeDefinitions"]}
        if set(keys) != set(types):
            raise Invalid(
                "One or more parameter values were invalid: Number of attributes in KeySchema does "
                "not exactly match number "
                "of attributes defined in AttributeDefinitions")
        self.tables[name] = Table(name, keys, types, request.get("StreamSpecification"))
        return {"TableDescription": self.tables[name].describe()}

    def DescribeTable(self, request):
        return {"Table": self.table(request).describe()}

    def DeleteTable(self, request):
        table = self.table(request)
        del self.tables[table.name]
        return {"TableDescription": table.describe()}

    def ListTables(self, request):
        return {"TableNames": sorted(self.tables)}

    def UpdateTimeToLive(self, request):
        specification = request["TimeToLiveSpecification"]
        self.table(request).ttl = {"TimeToLiveStatus": "ENABLED",
                                   "AttributeName": specification["AttributeName"]}
        return {"TimeToLiveSpecification": specification}

    def DescribeTimeToLive(self, request):
        return {"TimeToLiveDescription": self.table(request).ttl}


class Faults:
    """What shall go wrong next."""

    def __init__(self):
        self.lock = threading.Lock()
        self.planned, self.counts = [], Counter()

    def plan(self, fault):
        with self.lock:
            if fault.get("reset"):
                self.planned, self.counts = [], Counter()
            elif "action" in fault:
                self.planned.append({"count": 1, "skip": 0, **fault})

    def next(self, operation):
        with self.lock:
            self.counts[operation] += 1
            for fault in self.planned:
                if fault["operation"] not in ("*", operation) or fault["count"] <= 0:
                    continue
                if fault["skip"] > 0:
                    fault["skip"] -= 1
                    continue
                fault["count"] -= 1
                return fault
        return {"action": None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    database, faults = Database(), Faults()

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *arguments):
        pass

    def answer(self, code, body):
        data = json.dumps(body).encode()
        head = (
            f"HTTP/1.1 {code} X\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"Content-Length: {len(data)}\r\n"
            "x-amzn-RequestId: STUB\r\n\r\n")
        self.wfile.write(head.encode() + data)

    def lose(self):
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def do_GET(self):
        if self.path == "/_control":
            self.answer(200, dict(self.faults.counts))
        else:
            self.answer(404, {})

    def do_POST(self):
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_control":
            fault = json.loads(data)
            if fault.get("reset") == "all":
                Handler.database = Database()
            if "page" in fault or "reset" in fault:
                self.database.page_items = fault.get("page")
            self.faults.plan(fault)
            self.answer(200, {})
            return
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        fault = self.faults.next(operation)
        action = fault["action"]
        if action == "lose_before":
            self.lose()
        elif action == "throttle":
            self.answer(400, Refused("ProvisionedThroughputExceededException", "slow down").body)
        elif action == "conflict":
            self.answer(400, in_the_way(operation, json.loads(data)).body)
        elif action == "error500":
            self.answer(500, Refused("InternalServerError", "try again").body)
        else:
            if action == "delay":
                time.sleep(fault["seconds"])
            if action == "race":
                self.database.serve(fault["operation2"], fault["body2"])
            code, body = self.result(operation, data)
            if action == "lose_after":
                self.lose()
            elif action == "error500_after":
                self.answer(500, Refused("InternalServerError", "try again").body)
            else:
                self.answer(code, body)

    def result(self, operation, data):
        try:
            authorization = self.headers.get("Authorization", "")
            if not authorization.startswith("AWS4-HMAC-SHA256 Credential=") or not self.headers.get(
                "X-Amz-Date"):
                raise Refused("MissingAuthenticationTokenException",
                              "Request is missing Authentication Token")
            for signed in ("host", "x-amz-date", "x-amz-target"):
                if signed not in authorization.partition("SignedHeaders=")[2].partition(
                    ",")[0].split(";"):
                    raise Refused("InvalidSignatureException",
                                  f"'{signed}' must be a signed header")
            return 200, self.database.serve(operation, json.loads(data))
        except Invalid as invalid:
            return 400, Refused("ValidationException", str(invalid)).body
        except Refused as refused:
            return refused.code, refused.body
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            return 400, Refused("SerializationException", repr(error)).body


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    server = Server(("127.0.0.1", parser.parse_args().port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    server.serve_forever()


if __name__ == "__main__":
    main()
