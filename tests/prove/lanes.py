"""DynamoDB Streams with several shards, in front of DynamoDB Local, which gives a table only one:
its records are dealt, each to a shard by chance, as AWS may do with items of different keys. So
several lanes of a projector work on one model, and events of an aggregate come by several of them.
"""

import http.client
import http.server
import itertools
import json
import random
import threading
import time

HOLD_S = 0.1      # GetRecords waits for the next record: fewer questions
PAUSE_S = 0.02    # between two questions that found nothing
LIST_S = 5        # shards of DynamoDB Local are looked for anew
SIGNED = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Date": "20260101T000000Z",
          "Authorization": "AWS4-HMAC-SHA256 Credential=twofoldlocal/20260101/us-east-1/dynamodb/"
                           "aws4_request, SignedHeaders=host;x-amz-date, Signature=0"}


class Local:
    """DynamoDB Local's own streams."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def call(self, operation, **body):
        self.connection.request("POST", "/", json.dumps(body), {
            **SIGNED, "X-Amz-Target": f"DynamoDBStreams_20120810.{operation}"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(text)
        return json.loads(text)

    def iterator(self, arn, shard, last):
        where = {"ShardIteratorType": "TRIM_HORIZON"} if last is None else \
            {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": last}
        return self.call("GetShardIterator", StreamArn=arn, ShardId=shard, **where)["ShardIterator"]


class Stream:
    """One table's records, dealt; a thread follows DynamoDB Local until the process ends."""

    def __init__(self, arn, port, count):
        self.arn, self.local = arn, Local(port)
        self.lanes = [[] for _ in range(count)]
        self.numbers, self.chance = itertools.count(1), random.Random(arn)
        self.more = threading.Condition()
        self.iterators, self.last, self.listed = {}, {}, 0
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        while True:
            try:
                if not self.fetch():
                    time.sleep(PAUSE_S)
            except (OSError, http.client.HTTPException, RuntimeError):
                self.local.connection.close()  # it starts, or an iterator is too old
                self.iterators.clear()
                self.listed = 0
                time.sleep(10 * PAUSE_S)

    def fetch(self):
        """How many records came."""
        if time.monotonic() - self.listed > LIST_S:
            shards = self.local.call("DescribeStream", StreamArn=self.arn)["StreamDescription"]
            for shard in (one["ShardId"] for one in shards["Shards"]):
                if shard not in self.iterators:
                    self.iterators[shard] = self.local.iterator(self.arn, shard,
                                                                self.last.get(shard))
            self.listed = time.monotonic()
        count = 0
        for shard, iterator in self.iterators.items():
            if iterator:
                found = self.local.call("GetRecords", ShardIterator=iterator, Limit=1000)
                self.iterators[shard] = found.get("NextShardIterator")
                self.deal(shard, found["Records"])
                count += len(found["Records"])
        return count

    def deal(self, shard, records):
        with self.more:
            for record in records:
                self.last[shard] = record["dynamodb"]["SequenceNumber"]
                record["dynamodb"]["SequenceNumber"] = f"{next(self.numbers):021d}"
                self.chance.choice(self.lanes).append(record)
            self.more.notify_all()

    def records(self, lane, at, limit):
        with self.more:
            if len(self.lanes[lane]) <= at:
                self.more.wait(HOLD_S)
            return self.lanes[lane][at:at + limit]

    def behind(self, lane, number):
        with self.more:
            return sum(record["dynamodb"]["SequenceNumber"] <= number
                       for record in self.lanes[lane])


class Server(http.server.ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 200

    def __init__(self, port, dynamodb_port, count):
        self.dynamodb_port, self.count = dynamodb_port, count
        self.streams, self.lock = {}, threading.Lock()
        super().__init__(("127.0.0.1", port), Handler)

    def stream(self, arn):
        with self.lock:
            if arn not in self.streams:
                self.streams[arn] = Stream(arn, self.dynamodb_port, self.count)
            return self.streams[arn]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def describe(self, body):
        self.server.stream(body["StreamArn"])
        shards = [] if body.get("ExclusiveStartShardId") else [
            {"ShardId": f"lane-{i}", "SequenceNumberRange": {"StartingSequenceNumber": "0"}}
            for i in range(self.server.count)]
        return {"StreamDescription": {"StreamArn": body["StreamArn"], "Shards": shards}}

    def iterator(self, body):
        lane = body["ShardId"].rpartition("-")[2]
        at = self.server.stream(body["StreamArn"]).behind(int(lane),
                                                          body.get("SequenceNumber", ""))
        return {"ShardIterator": f"{body['StreamArn']}|{lane}|{at}"}

    def records(self, body):
        arn, lane, at = body["ShardIterator"].rsplit("|", 2)
        found = self.server.stream(arn).records(int(lane), int(at), body.get("Limit", 1000))
        return {"Records": found, "NextShardIterator": f"{arn}|{lane}|{int(at) + len(found)}"}

    def do_POST(self):  # pylint: disable=invalid-name
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        answer = json.dumps({"DescribeStream": self.describe, "GetShardIterator": self.iterator,
                             "GetRecords": self.records}[operation](body)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
