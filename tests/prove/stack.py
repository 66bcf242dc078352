#!/usr/bin/python3
"""Random models on a whole stack: commands through the gateway and DynamoDB, the projector and
Redis between. Whenever no command is on its way, each answer must be what the primary says. See
README.md.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import traceback
from decimal import Decimal

import pymysql
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
# pylint: disable=wrong-import-position
import lanes
from generate import Generator, filled, names_of
from server import SESSION
from support.client import body, cache_status, json_text
from support.stack import BUILD, PORTS, ROOT, Stack, end_leftovers, free_ports

SENDERS = 6
GROWN = 25   # rows of a model's tables: large tables make all slow, and the answers stay the same
LOST = (0, 2006, 2013)  # of a connection
TYPES = {"i": "integer", "n": "number", "s": "string"}


def connect(stack, database):
    connection = pymysql.connect(unix_socket=stack.env["TWOFOLD_SQL_PRIMARY"], user="root",
                                 autocommit=True, charset="utf8mb4", db=database,
                                 read_timeout=60)
    connection.query(SESSION)
    return connection


class Refused(Exception):
    """By the server, which is still there."""


def run(connection, sql):
    try:
        connection.query(sql)
    except pymysql.err.MySQLError as error:
        if error.args[0] in LOST:
            raise
        raise Refused from error


def rows_of(connection, sql):
    run(connection, sql)
    return connection._result.rows or ()


class Model:
    """One random model: a folder, and a scratch database that tells what may be tried."""

    def __init__(self, number, seed, connection):
        self.name, self.seed, self.chance = f"w{number}", seed, random.Random(seed)
        self.generator = Generator(self.chance)
        self.scratch = connection
        self.queries, self.statements = {}, {}
        self.begin()
        self.rows = [sql for table in self.generator.tables for _ in range(4)
                     if self.tried(sql := self.generator.row(table))]
        while len(self.queries) < 8:
            self.add_query(self.generator.query())
        for i in range(12):
            self.statements[f"{self.name}S{i}"] = self.generator.statement()

    def tried(self, sql):
        try:
            run(self.scratch, sql)
            return True
        except Refused:
            return False

    def tried_small(self, sql):
        """... unless it makes very many rows of those that are there, as a join with itself."""
        self.scratch.query("BEGIN")
        small = self.tried(sql) and self.scratch._result.affected_rows < GROWN
        self.scratch.query("COMMIT" if small else "ROLLBACK")
        return small

    def size(self, connection):
        return sum(rows_of(connection, f"SELECT COUNT(*) FROM {table.name}")[0][0]
                   for table in self.generator.tables)

    def begin(self):
        for table in self.generator.tables:
            self.tried(f"DROP TABLE IF EXISTS {table.name}")
            self.scratch.query(table.ddl)

    def add_query(self, sql):
        """As one row with a list in it: a list of its own would need an order that it has not."""
        if sql.startswith("WITH"):
            return
        try:
            run(self.scratch, filled(sql, self.generator.params(names_of(sql), 0)))
        except Refused:
            return
        columns = ", ".join(f"y{i}" for i in range(len(self.scratch._result.fields)))
        self.queries[f"{self.name}Q{len(self.queries)}"] = (
            f"WITH w ({columns}) AS ({sql}) "
            f"SELECT COUNT(*) AS n, JSON_ARRAYAGG(JSON_ARRAY({columns})) AS list FROM w")

    def reset(self):
        return [f"DELETE FROM {table.name}" for table in self.generator.tables] + self.rows

    def command(self, name, sql):
        names = names_of(sql)
        return {"route": f"POST /{self.name}/{{id}}/{name}",
                "payload": {"type": "object", "additionalProperties": False,
                            "required": names,
                            "properties": {n: {"type": [TYPES[n[0]], "null"]} for n in names}},
                "emit": [{"type": f"{name}Done", "payload": {n: f"payload.{n}" for n in names}}]}

    def document(self):
        commands = {name: self.command(name, sql) for name, sql in self.statements.items()}
        commands[f"{self.name}Reset"] = self.command(f"{self.name}Reset", "")
        queries = {}
        for name, sql in self.queries.items():
            queries[name] = {"route": f"GET /{self.name}/{name}", "ttl": "1h"}
            if names_of(sql):
                queries[name]["params"] = {n: {"type": TYPES[n[0]], "default": None}
                                           for n in names_of(sql)}
        return {"model": self.name,
                "aggregate": {"name": self.name, "store": "events", "table": f"Prove-{self.name}",
                              "id": {"name": "id", "type": "string", "pattern": "^[a-z0-9]+$"}},
                "events": {f"{name}Done": {} for name in commands},
                "commands": commands, "queries": queries}

    def write(self, folder):
        folder = folder / self.name
        folder.mkdir(parents=True, exist_ok=True)
        blocks = {**{f"{n}Done": [sql] for n, sql in self.statements.items()},
                  f"{self.name}ResetDone": self.reset()}
        self.lines = {"projections.sql": [], "queries.sql": []}
        for name, statements in blocks.items():
            self.lines["projections.sql"] += [(name, f"-- name: {name}")] \
                + [(name, f"{sql};") for sql in statements]
        for name, sql in self.queries.items():
            self.lines["queries.sql"] += [(name, f"-- name: {name} :one"), (name, f"{sql};")]
        for file, lines in self.lines.items():
            (folder / file).write_text("\n".join(text for _, text in lines) + "\n")
        (folder / "schema.sql").write_text("".join(f"{t.ddl};\n" for t in self.generator.tables))
        (folder / "model.json").write_text(json.dumps(self.document(), indent=1))

    def drop(self, file, line, text):
        """What the loader refuses is left out."""
        if file in self.lines:
            name = self.lines[file][line - 1][0]
        else:
            found = re.search(rf"{self.name}[QS]\d+", text)
            name = found.group(0) if found else ""
        name = name.removesuffix("Done")
        return self.queries.pop(name, None) or self.statements.pop(name, None)


def load(stack, models, folder):
    """Writes the models without what the loader refuses; the reasons, counted."""
    refused = collections.Counter()
    for _ in range(40):
        for model in models:
            model.write(folder)
        done = subprocess.run([BUILD / "twofold-gateway", "--plan", f"--config={stack.config}"],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return refused
        dropped = 0
        for name, file, line, text in re.findall(
                r"(w\d+)/(\w+\.\w+):(\d+)(?::\d+)?:? (.*)", done.stdout + done.stderr):
            model = next(m for m in models if m.name == name)
            if model.drop(file, int(line), text):
                dropped += 1
                refused[re.sub(r"'[^']*'", "'...'", text)[:90]] += 1
        if not dropped:
            break
    raise RuntimeError(done.stderr)


class Entry:
    def __init__(self, model, name, params):
        self.sql = filled(model.queries[name], params)
        self.path = f"/{model.name}/{name}"
        self.params = {n: value_text(v) for n, v in params.items() if v is not None}
        self.failed = 0


def value_text(value):
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def shown(value):
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        return format(Decimal(value).normalize() + 0, "f")
    return "\\N" if value is None else str(value).rstrip(" ")


def comparable(text):
    rows = json.loads(text, parse_float=Decimal) if isinstance(text, str) else text
    lists = [row if isinstance(row, list) else [row] for row in rows or ()]  # MariaDB gives both
    return sorted([tuple(map(shown, row)) for row in lists])


def crashed(stack):
    """MariaDB 10.11 does so by some of these queries, sent as text."""
    return any("got signal" in stack.log(name) for name in ("primary", "replica"))


class Runner:
    """All that happens to one model, from threads of its own."""

    def __init__(self, stack, model, counts, batches):
        self.stack, self.model, self.counts, self.batches = stack, model, counts, batches
        self.chance = random.Random(model.seed + 1)
        self.connection = connect(stack, f"twofold_{model.name}")
        self.entries = [Entry(model, name, params) for name in model.queries
                        for params in self.some(names_of(model.queries[name]))]
        self.local = threading.local()
        self.next, self.ids = 0, []
        self.stale = []

    def some(self, names):
        seen = [self.model.generator.params(names) for _ in range(4 if names else 1)]
        return list({str(params): params for params in seen}.values())

    def session(self):
        if not hasattr(self.local, "session"):
            self.local.session = requests.Session()
            self.local.session.trust_env = False
        return self.local.session

    def new_id(self):
        """Few aggregates, so that events follow each other; a blocked one is left."""
        if len(self.ids) < 12:
            self.next += 1
            self.ids.append(f"a{self.next}")
        return self.chance.choice(self.ids)

    def send(self, step):
        name, params, aggregate = step
        answer = self.session().post(
            f"{self.stack.url}/{self.model.name}/{aggregate}/{name}", timeout=60,
            data=json_text(params).encode(),
            headers={"Content-Type": "application/json", "Prefer": "wait=20"})
        if answer.status_code == 200 and "Preference-Applied" in answer.headers:
            self.counts["steps"] += 1
        elif answer.status_code == 409:
            self.counts["races of commands"] += 1
        else:
            self.counts[f"command {answer.status_code}, not waited for"] += 1
            if aggregate in self.ids:
                self.ids.remove(aggregate)

    def ask(self, entry):
        return self.session().get(self.stack.url + entry.path, params=entry.params, timeout=60)

    def read_meanwhile(self, done):
        while self.entries and not done.is_set():
            self.ask(random.choice(self.entries))
            self.counts["read meanwhile"] += 1

    def steps(self, count):
        """Those that the scratch database takes, most in this order."""
        steps, generator = [], self.model.generator
        names = list(self.model.statements)
        if self.chance.random() < 0.3:
            names = [self.chance.choice(names)]  # a run that goes together
        for _ in range(count * 6):
            name = self.chance.choice(names)
            sql = self.model.statements[name]
            params = generator.params(names_of(sql), 0.06)
            if self.model.tried_small(filled(sql, params)):
                steps.append((name, params, self.new_id()))
            if len(steps) == count or self.model.size(self.model.scratch) > 4 * GROWN:
                break
        return steps

    def round(self, pool):
        steps = self.steps(self.chance.choice(self.batches))
        done = threading.Event()
        reading = pool.submit(self.read_meanwhile, done)
        for _ in pool.map(self.send, steps):
            pass
        done.set()
        reading.result()
        for entry in self.entries:
            self.compare(entry, steps)
        # A text that is no number beside a number fails at each try, and says nothing.
        self.entries = [entry for entry in self.entries if entry.failed < 3]
        size = max(map(self.model.size, (self.connection, self.model.scratch)))
        if size > GROWN or not steps:
            for sql in self.model.reset():
                self.model.tried(sql)
            self.send((f"{self.model.name}Reset", {}, self.new_id()))
            self.counts["resets"] += 1

    def right(self, entry):
        try:
            return comparable(rows_of(self.connection, entry.sql)[0][1])
        except Refused:
            return None

    def compare(self, entry, steps):
        """What the primary says before and behind the answer: a letter's record may be retried."""
        right = self.right(entry)
        answer = self.ask(entry)
        if right is None or right != self.right(entry):
            self.counts["unsettled"] += 1
            return
        if answer.status_code != 200:
            self.counts[f"answer {answer.status_code}"] += 1
            entry.failed += 1
            return
        status = cache_status(answer)
        self.counts["checks"] += 1
        self.counts["hits" if status.get("hit") else "misses"] += 1
        given = comparable(body(answer)["list"])
        if given != right:
            self.stale.append(
                f"\nSTALE, model {self.model.name}, seed {self.model.seed}, {status}\n"
                f"  {entry.sql}\n  given: {given}\n  right: {right}\n  of these:\n"
                + "\n".join(f"    {filled(self.model.statements[n], p)}" for n, p, _ in steps))
            print(self.stale[-1], flush=True)

    def run(self, end):
        try:
            self.rounds(end)
        except Exception as error:  # pylint: disable=broad-except
            if crashed(self.stack):
                self.counts["models left, for the SQL server crashed"] += 1
                return
            self.stale.append(f"model {self.model.name}: {error!r}")
            traceback.print_exc()

    def rounds(self, end):
        with concurrent.futures.ThreadPoolExecutor(SENDERS + 1) as pool:
            while (self.entries and self.model.statements and time.monotonic() < end
                   and not self.stale):
                self.round(pool)


def deal(stack, base, count):
    """Streams of COUNT shards a table, on the first port behind the stack's."""
    streams = lanes.Server(base + PORTS, base + 3, count)
    threading.Thread(target=streams.serve_forever, daemon=True).start()
    stack.environment["TWOFOLD_STREAMS_ENDPOINT"] = f"http://127.0.0.1:{base + PORTS}"
    stack.environment["TWOFOLD_LANES_MAX"] = "64"
    return streams


def prove(args, seed, counts, refused):
    """One stack with some models, for a while; the stale answers."""
    folder, runners = ROOT / f".run-test-{os.getpid()}-{seed}", []
    base = free_ports()
    stack = Stack(folder / "run", base, folder / "models")
    stack.environment["TWOFOLD_RECORD_PATIENCE"] = "200ms"
    streams = deal(stack, base, args.lanes)
    try:
        # The servers first: with their help the models are made.
        shutil.copytree(ROOT / "conf/models/products", folder / "models/products")
        stack.up()
        stack.stop("gateway", "projector")
        shutil.rmtree(folder / "models/products")
        models = []
        for number in range(args.models):
            root = connect(stack, None)
            root.query(f"CREATE DATABASE scratch_w{number} COLLATE utf8mb4_bin")
            root.select_db(f"scratch_w{number}")
            models.append(Model(number, seed + number, root))
        refused.update(load(stack, models, folder / "models"))
        stack.up()
        runners = [Runner(stack, model, counts, args.batch) for model in models]
        end = time.monotonic() + args.seconds_each
        threads = [threading.Thread(target=runner.run, args=(end,)) for runner in runners]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        counts["models"] += len(models)
        return sum((runner.stale for runner in runners), [])
    finally:
        stack.down()
        streams.shutdown()
        streams.server_close()
        if not args.keep and not any(runner.stale for runner in runners):
            shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seconds-each", type=float, default=45, help="of a set of models")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--lanes", type=int, default=3, help="of a model")
    parser.add_argument("--models", type=int, default=8, help="at a time")
    parser.add_argument("--batch", type=lambda text: [int(n) for n in text.split(",")],
                        default=[1, 1, 2, 4, 8, 30], help="commands between two comparisons")
    parser.add_argument("--keep", action="store_true", help="the folder of the stack")
    args = parser.parse_args()
    end_leftovers()
    print(f"prove: a whole stack, seed {args.seed}", flush=True)
    counts, refused, stale, seed = collections.Counter(), collections.Counter(), [], args.seed
    end = time.monotonic() + args.seconds
    while time.monotonic() < end and len(stale) < 3:
        stale += prove(args, seed, counts, refused)
        seed += args.models
    print(", ".join(f"{key} {count}" for key, count in sorted(counts.items())))
    for why, count in refused.most_common(12):
        print(f"refused {count}: {why}")
    print(f"prove: {len(stale)} stale")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
