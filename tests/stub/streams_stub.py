"""DynamoDB Streams in a thread, for what an emulator's one shard never does: pages, parents,
splits, late children, trimming, refusals.

    stub = StreamsStub()                      # stub.url goes into streams_endpoint
    shard = stub.shard("s1")                  # listed from now on
    shard.insert(item)                        # a record as the stream shows it
    stub.shard("s2", parent="s1")
    shard.close()                             # read to its end, its children may be read
    shard.trim()                              # TrimmedDataAccessException
    stub.forget("s1")                         # not listed any more
    stub.refuse("ExpiredIteratorException")   # the next GetRecords

Sequence numbers rise over all shards. Pages are small: two shards, three records.
"""
import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SHARDS_A_PAGE = 2
RECORDS_A_PAGE = 3


class Refused(Exception):
    def __init__(self, name, code=400):
        super().__init__(name)
        self.code = code


class Shard:
    def __init__(self, stub, name, parent):
        self.stub, self.name, self.parent = stub, name, parent
        self.records, self.closed, self.trimmed, self.reads = [], False, False, 0

    def insert(self, item, keys=("PK", "SK")):
        change = {"Keys": {key: item[key] for key in keys}, "NewImage": item,
                  "SequenceNumber": f"{next(self.stub.numbers):021d}",
                  "ApproximateCreationDateTime": int(time.time()) // 60 * 60}
        self.records.append({"eventName": "INSERT", "dynamodb": change})

    def close(self):
        self.closed = True

    def trim(self):
        self.trimmed = True

    def describe(self):
        shard = {"ShardId": self.name, "SequenceNumberRange": {"StartingSequenceNumber": "0"}}
        return {**shard, "ParentShardId": self.parent} if self.parent else shard


class StreamsStub:
    def __init__(self):
        self.shards, self.refusals, self.numbers = {}, [], itertools.count(1)
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                code, answer = stub.answer(self.headers["X-Amz-Target"].split(".")[1], body)
                data = json.dumps(answer).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def shard(self, name, parent=None, closed=False):
        self.shards[name] = Shard(self, name, parent)
        self.shards[name].closed = closed
        return self.shards[name]

    def forget(self, name):
        del self.shards[name]

    def refuse(self, *names, code=400):
        self.refusals += [Refused(name, code) for name in names]

    def answer(self, operation, body):
        try:
            return 200, getattr(self, operation)(**body)
        except Refused as refused:
            return refused.code, {"__type": f"com.amazonaws.dynamodb.v20120810#{refused}",
                                  "message": "by the stub"}

    # Operations, by their names on the wire.

    def DescribeStream(self, StreamArn, ExclusiveStartShardId=None):
        names = list(self.shards)
        start = names.index(ExclusiveStartShardId) + 1 if ExclusiveStartShardId in names else 0
        page = names[start:start + SHARDS_A_PAGE]
        description = {"StreamArn": StreamArn,
                       "Shards": [self.shards[name].describe() for name in page]}
        if start + SHARDS_A_PAGE < len(names):
            description["LastEvaluatedShardId"] = page[-1]
        return {"StreamDescription": description}

    def GetShardIterator(self, StreamArn, ShardId, ShardIteratorType, SequenceNumber=""):
        shard = self.find(ShardId)
        assert ShardIteratorType == ("AFTER_SEQUENCE_NUMBER" if SequenceNumber else "TRIM_HORIZON")
        at = sum(record["dynamodb"]["SequenceNumber"] <= SequenceNumber for record in shard.records)
        return {"ShardIterator": f"{ShardId}|{at}"}

    def GetRecords(self, ShardIterator, Limit):
        if self.refusals:
            raise self.refusals.pop(0)
        name, at = ShardIterator.split("|")
        shard = self.find(name)
        shard.reads += 1
        records = shard.records[int(at):int(at) + min(Limit, RECORDS_A_PAGE)]
        end = int(at) + len(records)
        if shard.closed and end == len(shard.records):
            return {"Records": records}
        return {"Records": records, "NextShardIterator": f"{name}|{end}"}

    def find(self, name):
        if name not in self.shards:
            raise Refused("ResourceNotFoundException")
        if self.shards[name].trimmed:
            raise Refused("TrimmedDataAccessException")
        return self.shards[name]
