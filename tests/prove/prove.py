#!/usr/bin/python3
"""Random models, random statements, and after each of them: every answer whose tags were not
touched since must be what the server says now. See README.md.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import sys
import threading
import time
from decimal import Decimal

import pymysql

import world
from generate import Generator, filled, names_of
from server import Server

GROWN = 12  # rows found by one statement: the tables are large, and all is slow
SUBQUERY_ROWS = 1242  # may fail or not by the plan: says nothing


class Case:
    """All that a run needs, and so what can be made smaller and kept in a file."""

    def __init__(self, ddls, query, params, statements, rows, steps):
        self.ddls, self.query, self.params = ddls, query, params
        self.statements, self.rows = statements, rows
        self.steps = steps  # of each its statement's number, and its records' parameters

    def text(self):
        def plain(value):
            return {"number": str(value)} if isinstance(value, Decimal) else value
        return json.dumps(vars(self), default=plain, indent=1, ensure_ascii=False)

    @classmethod
    def of(cls, text):
        def back(value):
            return Decimal(value["number"]) if set(value) == {"number"} else value
        return cls(**json.loads(text, object_hook=back))

    def but(self, **changed):
        return Case(**{**vars(self), **changed})


def clear(database, ddls):
    for ddl in ddls:
        database.run(f"DROP TABLE IF EXISTS {ddl.split()[5]}")
        database.run(ddl)


def try_run(database, sql):
    try:
        database.run(sql)
    except pymysql.err.MySQLError:
        pass


class Entry:
    """A cached answer."""

    def __init__(self, query, derived, params, tags):
        self.query, self.derived, self.params, self.tags = query, derived, params, tags
        self.sql, self.at, self.answer = filled(query, params), 0, None

    def is_accepted(self, floors):
        return all(floors.get(tag, 0) <= self.at for tag in self.tags)


def is_known(answer):
    return not isinstance(answer, int)


def stale(database, derive, case):
    """Replays a case: the step after which the answer is stale, with what was seen; or None."""
    classes, queries, statements = derive(case.ddls, [case.query], case.statements)
    if "refused" in queries[0] or any("refused" in s for s in statements):
        return None
    try:
        entry = Entry(case.query, queries[0], case.params,
                      world.tags_of(queries[0], classes, case.params))
    except world.Inexact:
        return None
    clear(database, case.ddls)
    for row in case.rows:
        try_run(database, row)
    floors, entry.answer = {}, database.answer(entry.sql)
    for number, (which, records) in enumerate(case.steps):
        database.run("BEGIN")
        try:
            _, touched = world.run_many(database, case.statements[which], statements[which],
                                        classes, records)
            database.run("COMMIT")
        except (world.Inexact, pymysql.err.MySQLError):
            database.run("ROLLBACK")
            continue
        floors.update((tag, number + 1) for tag in touched)
        now = database.answer(entry.sql)
        if not is_known(now) or not is_known(entry.answer) or not entry.is_accepted(floors):
            entry.at, entry.answer = number + 1, now
        elif now != entry.answer:
            return {"step": number, "tags": sorted(map(str, entry.tags)), "before": entry.answer,
                    "now": now, "touched": sorted(map(str, touched)),
                    "statement": [filled(case.statements[which], params) for params in records],
                    "derived": statements[which], "query": entry.sql}
    return None


def smaller(case):
    """Cases that lack one thing, the largest parts first."""
    for part in ("steps", "rows"):
        items = getattr(case, part)
        size = len(items) // 2
        while size:
            for at in range(0, len(items), size):
                yield case.but(**{part: items[:at] + items[at + size:]})
            size //= 2
    used = sorted({which for which, _ in case.steps})
    if len(used) < len(case.statements):
        yield case.but(statements=[case.statements[i] for i in used],
                       steps=[(used.index(which), records) for which, records in case.steps])
    for ddl in case.ddls:
        name = ddl.split()[5]
        if name not in " ".join([case.query, *case.statements, *case.rows]):
            yield case.but(ddls=[d for d in case.ddls if d != ddl])
    for sql in [case.query]:
        for text in without_a_part(sql):
            yield case.but(query=text)


def without_a_part(sql):
    """The text without one ANDed part."""
    parts = sql.split(" AND ")
    for i in range(len(parts)):
        if len(parts) > 1 and i > 0:
            yield " AND ".join(parts[:i] + parts[i + 1:])
        if " WHERE " in parts[i] and i + 1 < len(parts):
            head = parts[i].rsplit(" WHERE ", 1)[0]
            yield " AND ".join(parts[:i] + [head + " WHERE " + parts[i + 1]] + parts[i + 2:])


def shrunk(database, derive, case, limit=400):
    found, tries, changed = stale(database, derive, case), 0, True
    if not found:
        return case, None
    case = case.but(steps=case.steps[:found["step"] + 1])
    while changed and tries < limit:
        changed = False
        for less in smaller(case):
            tries += 1
            if set(names_of(less.query)) - set(less.params) or tries > limit:
                continue
            less_found = stale(database, derive, less)
            if less_found:
                case, found, changed = less.but(steps=less.steps[:less_found["step"] + 1]), \
                    less_found, True
                break
    return case, found


class Prover:
    def __init__(self, database, derive, folder):
        self.database, self.derive, self.folder = database, derive, folder
        self.counts, self.refused = collections.Counter(), collections.Counter()

    def entries(self, generator, queries, derived, classes):
        entries = []
        for query, what in zip(queries, derived):
            if "refused" in what:
                self.refused[what["refused"]] += 1
                continue
            names = names_of(query)
            answer = self.database.answer(filled(query, generator.params(names, 0)))
            if isinstance(answer, int) and answer != SUBQUERY_ROWS:
                self.counts[f"query error {answer}"] += 1
                continue
            for _ in range(2 if names else 1):
                params = generator.params(names)
                try:
                    tags = world.tags_of(what, classes, params)
                except world.Inexact:
                    continue
                entries.append(Entry(query, what, params, tags))
        return entries

    def commit(self, sql, derived, classes, records):
        """All of them, or none."""
        self.database.run("BEGIN")
        try:
            done = world.run_many(self.database, sql, derived, classes, records)
            self.database.run("COMMIT")
            return done
        except (world.Inexact, pymysql.err.MySQLError):
            self.database.run("ROLLBACK")
            raise

    def world(self, seed, steps):
        """One model; a Case if an answer was stale."""
        chance = random.Random(seed)
        generator = Generator(chance)
        ddls = [table.ddl for table in generator.tables]
        queries = [generator.query() for _ in range(7)]
        statements = [generator.statement() for _ in range(9)]
        classes, read, changes = self.derive(ddls, queries, statements)
        clear(self.database, ddls)
        entries = self.entries(generator, queries, read, classes)
        for sql, what in zip(statements, changes):
            if "refused" in what:
                self.refused[what["refused"]] += 1
        usable = [i for i, what in enumerate(changes) if "refused" not in what]
        if not entries or not usable:
            return None
        # The steps as SQL, so that what is thrown away on the way is part of a replay.
        rows = [generator.row(table) for table in generator.tables
                for _ in range(chance.randint(0, 6))]
        for row in rows:
            try_run(self.database, row)
        self.counts["worlds"] += 1
        for entry in entries:
            entry.answer = self.database.answer(entry.sql)
        floors, done = {}, []
        for number in range(1, steps + 1):
            which = chance.choice(usable)
            together = 3 if changes[which]["joins"] and chance.random() < 0.3 else 1
            records = [generator.params(names_of(statements[which]), 0.06)
                       for _ in range(together)]
            try:
                found, touched = self.commit(statements[which], changes[which], classes, records)
            except world.Inexact:
                self.counts["inexact"] += 1
                continue
            except pymysql.err.MySQLError as error:
                self.counts[f"statement error {error.args[0]}"] += 1
                if error.args[0] in (1064, 1054):
                    print(f"seed {seed}: {error}\n  {statements[which]}\n  "
                          f"{json.dumps(changes[which])}")
                continue
            done.append((which, records))
            self.counts["steps"] += 1
            self.counts["joined"] += together > 1
            self.counts["touches"] += len(touched)
            self.counts["wildcards"] += sum(values == world.WILD for _, values in touched)
            floors.update((tag, number) for tag in touched)
            if not found:
                continue
            bad = self.check(entries, floors, number)
            if bad:
                return Case(ddls, bad.query, bad.params, statements, rows, done)
            if found > GROWN:
                break
        return None

    def race(self, seed, records, writers, reader):
        """One model, several writers, and a reader meanwhile: two readings of an answer are the
        same if no commit between their revisions touched one of its tags. To compare behind all
        commits only would not do: what a SELECT missed, the other writer has touched by then.
        """
        chance = random.Random(seed)
        generator = Generator(chance)
        ddls = [table.ddl for table in generator.tables]
        queries = [generator.query() for _ in range(7)]
        statements = [generator.statement() for _ in range(9)]
        classes, read, changes = self.derive(ddls, queries, statements)
        clear(self.database, ddls)
        entries = self.entries(generator, queries, read, classes)
        usable = [i for i, what in enumerate(changes) if "refused" not in what]
        if not entries or not usable:
            return None
        for table in generator.tables:
            for _ in range(chance.randint(2, 8)):
                try_run(self.database, generator.row(table))
        self.counts["worlds"] += 1
        plans = [[(which, generator.params(names_of(statements[which]), 0.06))
                  for which in chance.choices(usable, k=records)] for _ in writers]

        def work(writer, plan):
            out = []
            for which, params in plan:
                commit = writer.commit(statements[which], changes[which], classes, params)
                out.append((commit, filled(statements[which], params)))
                if commit and commit[2] > GROWN:
                    grown.set()
                if grown.is_set():
                    break
            return out
        grown = threading.Event()
        readings = [[reader.read(entry.sql)] for entry in entries]
        with concurrent.futures.ThreadPoolExecutor(len(writers)) as pool:
            running = [pool.submit(work, *one) for one in zip(writers, plans)]
            while not all(one.done() for one in running):
                for entry, seen in zip(entries, readings):
                    seen.append(reader.read(entry.sql))
            done = sum((one.result() for one in running), [])
        commits = [(*commit[:2], sql) for commit, sql in done if commit]
        self.counts["steps"] += len(commits)
        self.counts["rolled back"] += len(done) - len(commits)
        for entry, seen in zip(entries, readings):
            seen.append(reader.read(entry.sql))
            bad = self.compare(entry, seen, commits)
            if bad:
                print(f"\nSTALE, seed {seed}, several writers\n" + "\n".join(ddls) + f"\n{bad}")
                return entry
        return None

    def compare(self, entry, seen, commits):
        for (at, before), (now_at, now) in zip(seen, seen[1:]):
            between = [c for c in commits if at < c[0] <= now_at]
            if not between or not is_known(before) or not is_known(now):
                continue
            self.counts["checks"] += 1
            if any(touched & entry.tags for _, touched, _ in between):
                self.counts["void"] += 1
                continue
            self.counts["accepted"] += 1
            if before != now:
                lines = "\n".join(f"  {n}: {sql}\n    {sorted(map(str, touched))}"
                                  for n, touched, sql in sorted(between, key=lambda c: c[0]))
                return (f"  query: {entry.sql}\n  tags: {sorted(map(str, entry.tags))}\n"
                        f"  before, at {at}: {before}\n  now, at {now_at}: {now}\n{lines}")
        return None

    def check(self, entries, floors, number):
        for entry in entries:
            now = self.database.answer(entry.sql)
            self.counts["checks"] += 1
            if not entry.is_accepted(floors):
                self.counts["void"] += 1
                self.counts["void, and the same"] += now == entry.answer
            elif is_known(now) and is_known(entry.answer):
                self.counts["accepted"] += 1
                if now != entry.answer:
                    return entry
                continue
            entry.at, entry.answer = number, now
        return None

    def report(self, seed, case):
        """Makes it small, keeps it in a file, and prints it."""
        kept = [i for i, s in enumerate(case.statements)
                if "refused" not in self.derive(case.ddls, [], [s])[2][0]]
        case = case.but(statements=[case.statements[i] for i in kept],
                        steps=[(kept.index(which), records) for which, records in case.steps])
        small, found = shrunk(self.database, self.derive, case)
        print(f"\nSTALE, seed {seed}" + ("" if found else " (not again when replayed)"))
        path = os.path.join(self.folder, f"stale-{seed}.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write(small.text())
        print("\n".join(small.ddls + small.rows))
        for which, records in small.steps:
            print("; ".join(filled(small.statements[which], params) for params in records))
        for key, value in (found or {}).items():
            print(f"  {key}: {json.dumps(value, ensure_ascii=False, default=str)}")
        print(f"  again: prove.py --replay {path}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--steps", type=int, default=80, help="of a model")
    parser.add_argument("--faults", type=int, default=3, help="stops after so many")
    parser.add_argument("--writers", type=int, default=1,
                        help="at a time, each with transactions of its own")
    parser.add_argument("--unlocked", action="store_true",
                        help="none locks the revision first: stale within seconds")
    parser.add_argument("--quiet", action="store_true", help="no report, no shrinking")
    parser.add_argument("--replay", help="a file that a report names")
    args = parser.parse_args()
    program = os.environ.get("DERIVE", "build/tests/prove/derive")
    folder = os.path.dirname(program)
    server = Server() if "PROVE_SOCKET" not in os.environ else None

    def connect():
        return server.connect() if server else Server.connect(
            type("Running", (), {"socket": os.environ["PROVE_SOCKET"]}))
    connection = connect()
    derive, database = world.Derive(program), world.Database(connection)
    try:
        if args.replay:
            with open(args.replay, encoding="utf-8") as file:
                found = stale(database, derive, Case.of(file.read()))
            print(json.dumps(found, indent=1, ensure_ascii=False, default=str))
            return 1 if found else 0
        print(f"prove: {connection.get_server_info()}, seed {args.seed}", flush=True)
        prover, faults, seed = Prover(database, derive, folder), 0, args.seed
        end = time.monotonic() + args.seconds
        writers = [world.Writer(connect(), not args.unlocked) for _ in range(args.writers)]
        reader = world.Reader(connect())
        while time.monotonic() < end and faults < args.faults:
            if args.writers > 1:
                faults += prover.race(seed, args.steps // 2, writers, reader) is not None
                seed += 1
                continue
            case = prover.world(seed, args.steps)
            if case:
                faults += 1
                if args.quiet:
                    print(f"STALE, seed {seed}")
                else:
                    prover.report(seed, case)
            seed += 1
        print(", ".join(f"{key} {count}" for key, count in sorted(prover.counts.items())))
        for why, count in prover.refused.most_common(5):
            print(f"refused {count}: {why}")
        print(f"prove: {faults} stale")
        return 1 if faults else 0
    finally:
        derive.stop()
        if server:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
