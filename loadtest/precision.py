#!/usr/bin/python3
"""How exact the tags are that follow from SQL, and what they cost: `make precision`.

Five mixes of queries and events run on a real server: the shipped models, a social timeline, gift
cards. After each event every cached answer is made anew, so that it is known which of them changed;
the tags say which of them are void. Beside that: what tags of whole tables would void, and those
that were written by hand before tags were derived. tests/prove has the derivation and the touches.
"""

import argparse
import collections
import itertools
import os
import pathlib
import random
import re
import sys
from decimal import Decimal

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/prove"))
# pylint: disable=wrong-import-position
import world
from generate import filled, names_of
from server import Server

SEED = 7
# Answers that an event may void: what the prototype of the derivation came to, and some room.
GOALS = {"timeline": 2.5, "gift cards": 4}
REPORT = ROOT / "loadtest/report.md"
BEGIN, END = "<!-- precision: written by loadtest/precision.py -->", "<!-- end of precision -->"


# ------------------------------------------------------------------ mixes

class Mix:
    """TYPES: of parameters that are no strings. PAGES: query -> (column, "<" or ">", rows). EVENTS:
    (weight, name, a function of a random.Random that gives its parameters). START: the same
    without weights, run first. HAND: (query or event, parameters) -> tags as they were written.
    """

    def __init__(self, name, ddls, queries, events, types, pages=None, start=(), mix=(), asked=(),
                 hand=None):
        self.name, self.ddls, self.queries, self.events = name, ddls, queries, events
        self.types, self.pages, self.start = types, pages or {}, start
        self.mix, self.asked, self.hand = mix, asked, hand


def statements(sql):
    """Each in one line."""
    return [" ".join(one.split()) for one in sql.split(";") if one.strip()]


def blocks(path):
    """name -> statements of a model's SQL file."""
    found = {}
    text = re.sub(r"--(?! name:).*", "", path.read_text())
    for name, body in re.findall(r"-- name: (\w+).*\n((?:(?!-- name:)[\s\S])*)", text):
        found[name] = statements(body)
    return found


def shipped(name, **more):
    folder = ROOT / "conf/models" / name
    schema = re.sub(r"--.*", "", (folder / "schema.sql").read_text())
    return Mix(name, statements(schema),
               {name: body[0] for name, body in blocks(folder / "queries.sql").items()},
               blocks(folder / "projections.sql"), **more)


def product(r):
    return {"ProductId": r.randint(0, 160), "Name": f"n{r.randint(0, 3)}",
            "Price": Decimal(r.randint(1, 999)), "OutOfStock": int(r.random() < 0.2)}


def products():
    return shipped(
        "products", types={"ProductId": "i", "OutOfStock": "i", "Price": "n"},
        pages={"GetProducts": ("ProductId", ">", 20), "GetInStock": ("ProductId", ">", 20)},
        start=[("put", {**product(random.Random(i)), "ProductId": i}) for i in range(150)],
        mix=[(95, "put", product), (5, "delete", lambda r: {"old.ProductId": r.randint(0, 160)})],
        asked=[("GetProduct", {"ProductId": i}, None) for i in range(0, 160, 2)]
        + [(name, {}, at) for name in ("GetProducts", "GetInStock") for at in range(-1, 150, 30)],
        hand=lambda name, p: {f"product:{v}" for v in p.values() if isinstance(v, int)
                              and name == "GetProduct"} if name.startswith("Get") and p
        else {"products"} if name.startswith("Get")
        else {f"product:{p.get('ProductId', p.get('old.ProductId'))}", "products"})


def stamp(r):
    return f"2026-01-01 00:00:{r.randint(10, 59)}"


def comments():
    def created(r):
        return {"aggregateId": f"k{r.randint(200, 99999)}", "pictureId": f"p{r.randint(0, 19)}",
                "author": "a", "text": "x", "timestamp": stamp(r), "version": 1}

    def changed(r):
        return {"aggregateId": f"k{r.randint(0, 220)}", "text": f"x{r.randint(0, 99)}",
                "timestamp": stamp(r), "version": r.randint(2, 9)}
    start = [("CommentCreated", {**created(random.Random(i)), "aggregateId": f"k{i}",
                                 "pictureId": f"p{i % 20}"}) for i in range(200)]
    pictures = {p["aggregateId"]: p["pictureId"] for _, p in start}

    def hand(name, p):
        if name == "GetCommentsOfPicture":
            return {f"comments:{p['pictureId']}"}
        of = p.get("commentId", p.get("aggregateId"))
        if name == "CommentCreated":
            pictures[of] = p["pictureId"]
        picture = {f"comments:{pictures[of]}"} if of in pictures and name[:3] == "Com" else set()
        return {f"comment:{of}"} | picture
    return shipped(
        "comments", types={"version": "i"},
        pages={"GetCommentsOfPicture": ("commentId", ">", 20)}, start=start,
        mix=[(50, "CommentCreated", created), (35, "CommentUpdated", changed),
             (15, "CommentDeleted", lambda r: {"aggregateId": f"k{r.randint(0, 220)}"})],
        asked=[("GetCommentById", {"commentId": f"k{i}"}, None) for i in range(0, 220, 3)]
        + [("GetCommentsOfPicture", {"pictureId": f"p{i}"}, "") for i in range(20)], hand=hand)


def customers():
    def registered(r):
        return {"aggregateId": f"c{r.randint(150, 999)}", "email": f"m{r.randint(0, 999)}",
                "name": "n", "timestamp": stamp(r), "version": 1}

    def moved(r):
        return {"aggregateId": f"c{r.randint(0, 150)}", "newEmail": f"m{r.randint(0, 999)}",
                "timestamp": stamp(r), "version": r.randint(2, 9)}

    def suspended(r):
        return {"aggregateId": f"c{r.randint(0, 150)}", "reason": "r", "timestamp": stamp(r),
                "version": r.randint(2, 9)}
    return shipped(
        "customers", types={"version": "i"},
        pages={"GetActiveCustomers": ("customerId", ">", 20),
               "SearchCustomersByEmail": ("customerId", ">", 20)},
        start=[("CustomerRegistered", {**registered(random.Random(i)), "aggregateId": f"c{i}"})
               for i in range(150)],
        mix=[(30, "CustomerRegistered", registered), (60, "CustomerEmailUpdated", moved),
             (10, "CustomerSuspended", suspended)],
        asked=[("GetCustomerById", {"customerId": f"c{i}"}, None) for i in range(0, 160, 2)]
        + [("GetActiveCustomers", {}, f"c{i}") for i in range(0, 150, 25)]
        + [("SearchCustomersByEmail", {"email": f"m{i}"}, "") for i in range(10)],
        hand=lambda name, p: {f"customer:{p['customerId']}"} if "customerId" in p
        else {"customers"} if name in ("GetActiveCustomers", "SearchCustomersByEmail")
        else {f"customer:{p['aggregateId']}", "customers"})


def timeline():
    """60 people, 6 of whom each follows; mostly likes and posts."""
    def person(r):
        return r.randint(0, 59)

    def post(r):
        return r.randint(0, 399)
    start = [("Joined", {"who": i, "name": f"n{i}"}) for i in range(60)]
    once = random.Random(SEED)
    start += [("Followed", {"me": i, "who": person(once)}) for i in range(60) for _ in range(6)]
    start += [("Posted", {"id": i, "who": person(once), "body": "x"}) for i in range(400)]
    return Mix(
        "timeline",
        ["CREATE TABLE IF NOT EXISTS users (id INT NOT NULL PRIMARY KEY, "
         "name VARCHAR(64) NOT NULL)",
         "CREATE TABLE IF NOT EXISTS follows (follower INT NOT NULL, followee INT NOT NULL, "
         "PRIMARY KEY (follower, followee), KEY followers (followee))",
         "CREATE TABLE IF NOT EXISTS posts (id INT NOT NULL PRIMARY KEY, author INT NOT NULL, "
         "body VARCHAR(64) NOT NULL, likes INT NOT NULL, KEY authors (author))",
         "CREATE TABLE IF NOT EXISTS likes (post INT NOT NULL, usr INT NOT NULL, "
         "PRIMARY KEY (post, usr), KEY users (usr))"],
        {"Timeline": "SELECT p.id, p.author, u.name, p.body FROM follows f JOIN posts p ON "
                     "p.author = f.followee JOIN users u ON u.id = p.author WHERE f.follower = :me",
         "PostsOf": "SELECT id, body, likes FROM posts WHERE author = :who",
         "Post": "SELECT p.id, p.body, p.likes, u.name, (SELECT COUNT(*) FROM likes l WHERE "
                 "l.post = p.id) n FROM posts p JOIN users u ON u.id = p.author WHERE p.id = :id",
         "Profile": "SELECT u.id, u.name, (SELECT COUNT(*) FROM follows f WHERE f.followee = u.id) "
                    "followers FROM users u WHERE u.id = :who",
         "Mutual": "SELECT u.id, u.name FROM users u JOIN follows f ON f.followee = u.id WHERE "
                   "f.follower = :me AND EXISTS (SELECT 1 FROM follows b WHERE b.follower = u.id "
                   "AND b.followee = :me)",
         "LikedBy": "SELECT p.id, p.body FROM likes l LEFT JOIN posts p ON p.id = l.post WHERE "
                    "l.usr = :who"},
        {"Joined": ["INSERT INTO users (id, name) VALUES (:who, :name)"],
         "Posted": ["INSERT INTO posts (id, author, body, likes) VALUES (:id, :who, :body, 0)"],
         "Edited": ["UPDATE posts SET body = :body WHERE id = :id"],
         "Removed": ["DELETE FROM posts WHERE id = :id"],
         "Followed": ["INSERT INTO follows (follower, followee) VALUES (:me, :who) "
                      "ON DUPLICATE KEY UPDATE followee = followee"],
         "Unfollowed": ["DELETE FROM follows WHERE follower = :me AND followee = :who"],
         "Liked": ["INSERT INTO likes (post, usr) VALUES (:id, :me)",
                   "UPDATE posts SET likes = likes + 1 WHERE id = :id"],
         "Renamed": ["UPDATE users SET name = :name WHERE id = :who"]},
        types={"me": "i", "who": "i", "id": "i"},
        pages={"Timeline": ("id", "<", 20), "PostsOf": ("id", "<", 20)}, start=start,
        mix=[(30, "Posted", lambda r: {"id": r.randint(400, 99999), "who": person(r), "body": "x"}),
             (5, "Edited", lambda r: {"id": post(r), "body": f"x{r.randint(0, 99)}"}),
             (3, "Removed", lambda r: {"id": post(r)}),
             (12, "Followed", lambda r: {"me": person(r), "who": person(r)}),
             (5, "Unfollowed", lambda r: {"me": person(r), "who": person(r)}),
             (42, "Liked", lambda r: {"id": post(r), "me": person(r)}),
             (3, "Renamed", lambda r: {"who": person(r), "name": f"n{r.randint(0, 999)}"})],
        asked=[("Timeline", {"me": i}, 10**9) for i in range(0, 60, 2)]
        + [("PostsOf", {"who": i}, 10**9) for i in range(0, 60, 3)]
        + [("Post", {"id": i}, None) for i in range(0, 400, 10)]
        + [("Profile", {"who": i}, None) for i in range(0, 60, 3)]
        + [("Mutual", {"me": i}, None) for i in range(0, 60, 4)]
        + [("LikedBy", {"who": i}, None) for i in range(0, 60, 4)])


def gift_cards():
    """200 cards of 40 owners; mostly redeemed. Sums and counts, and one answer over all cards."""
    def card(r):
        return r.randint(0, 199)

    def owner(r):
        return r.randint(0, 39)

    def issued(r):
        return {"id": r.randint(200, 99999), "who": owner(r), "amount": Decimal(50),
                "m": r.randint(1000, 10**8)}
    return Mix(
        "gift cards",
        ["CREATE TABLE IF NOT EXISTS cards (id INT NOT NULL PRIMARY KEY, owner INT NOT NULL, "
         "balance DECIMAL(20,2) NOT NULL, state VARCHAR(16) NOT NULL, KEY owners (owner))",
         "CREATE TABLE IF NOT EXISTS moves (id INT NOT NULL PRIMARY KEY, card INT NOT NULL, "
         "amount DECIMAL(20,2) NOT NULL, kind VARCHAR(16) NOT NULL, KEY cards (card))"],
        {"Card": "SELECT c.id, c.owner, c.balance, c.state, (SELECT COUNT(*) FROM moves m WHERE "
                 "m.card = c.id) n FROM cards c WHERE c.id = :id",
         "Moves": "SELECT id, amount, kind FROM moves WHERE card = :id",
         "Wallet": "SELECT COUNT(*) n, SUM(balance) total FROM cards WHERE owner = :who AND "
                   "state = 'open'",
         "Spent": "SELECT c.owner, SUM(m.amount) s FROM cards c JOIN moves m ON m.card = c.id "
                  "WHERE c.owner = :who AND m.kind = 'redeem' GROUP BY c.owner",
         "Outstanding": "SELECT state, COUNT(*) n, SUM(balance) b FROM cards GROUP BY state"},
        {"Issued": ["INSERT INTO cards (id, owner, balance, state) VALUES (:id, :who, :amount, "
                    "'open')",
                    "INSERT INTO moves (id, card, amount, kind) VALUES (:m, :id, :amount, "
                    "'issue')"],
         "Redeemed": ["INSERT INTO moves (id, card, amount, kind) VALUES (:m, :id, :amount, "
                      "'redeem')", "UPDATE cards SET balance = balance - :amount WHERE id = :id"],
         "Given": ["UPDATE cards SET owner = :who WHERE id = :id"],
         "Closed": ["UPDATE cards SET state = 'closed' WHERE id = :id"]},
        types={"id": "i", "who": "i", "m": "i", "amount": "n"},
        start=[("Issued", {**issued(random.Random(i)), "id": i, "m": i}) for i in range(200)],
        mix=[(20, "Issued", issued),
             (65, "Redeemed", lambda r: {"id": card(r), "amount": Decimal(r.randint(1, 9)),
                                         "m": r.randint(1000, 10**8)}),
             (10, "Given", lambda r: {"id": card(r), "who": owner(r)}),
             (5, "Closed", lambda r: {"id": card(r)})],
        asked=[(name, {"id": i}, None) for name in ("Card", "Moves") for i in range(0, 200, 4)]
        + [(name, {"who": i}, None) for name in ("Wallet", "Spent") for i in range(40)]
        + [("Outstanding", {}, None)])


MIXES = [products, comments, customers, timeline, gift_cards]


# ------------------------------------------------------------------ measuring

class Named:
    """A statement whose parameters have the names that tests/prove/derive.c knows: i0, s3, ..."""

    def __init__(self, sql, types):
        names = list(dict.fromkeys(re.findall(r":([a-z]+\.\w+|[A-Za-z]\w*)", sql)))
        number = itertools.count()
        self.names = {name: f"{types.get(name.split('.')[-1], 's')}{next(number)}"
                      for name in names}
        self.sql = re.sub(r":([a-z]+\.\w+|[A-Za-z]\w*)", lambda m: ":" + self.names[m.group(1)],
                          sql)

    def params(self, values):
        return {short: values[name] for name, short in self.names.items()}


class Counted(world.Database):
    """Counts the SELECTs of touches."""
    selects = 0

    def rows(self, sql):
        self.selects += 1
        return super().rows(sql)


def page(mix, name, sql, at):
    if name not in mix.pages:
        return sql
    column, how, rows = mix.pages[name]
    order = "DESC" if how == "<" else "ASC"
    key = f"'{at}'" if isinstance(at, str) else at
    return f"SELECT u.* FROM ({sql}) u WHERE u.{column} {how} {key} ORDER BY u.{column} {order} " \
        f"LIMIT {rows}"


class Measure:
    def __init__(self, mix, database, derive):
        self.mix, self.database = mix, database
        self.queries = {name: Named(sql, mix.types) for name, sql in mix.queries.items()}
        self.events = {name: [Named(sql, mix.types) for sql in all_]
                       for name, all_ in mix.events.items()}
        changes_sql = [one.sql for all_ in self.events.values() for one in all_]
        self.classes, read, changes = derive(
            mix.ddls, [query.sql for query in self.queries.values()], changes_sql)
        refused = [one["refused"] for one in read + changes if "refused" in one]
        assert not refused, refused
        self.read = dict(zip(self.queries, read))
        self.changes = dict(zip(changes_sql, changes))
        for ddl in mix.ddls:
            database.run(f"DROP TABLE IF EXISTS {ddl.split()[5]}")
            database.run(ddl)

    def event(self, name, values):
        """What it touches, and the tables that it writes."""
        touched, tables = set(), set()
        for one in self.events[name]:
            derived = self.changes[one.sql]
            touched |= world.run(self.database, one.sql, derived, self.classes,
                                 one.params(values))[1]
            tables.add(re.search(r"(?:INTO|UPDATE|FROM)\s+(\w+)", one.sql).group(1))
        return touched, tables

    def answers(self):
        made = []
        for name, values, at in self.mix.asked:
            query = self.queries[name]
            sql = page(self.mix, name, filled(query.sql, query.params(values)), at)
            made.append(self.database.answer(sql))
        return made

    def tags(self):
        return [world.tags_of(self.read[name], self.classes, self.queries[name].params(values))
                for name, values, _ in self.mix.asked]

    def tables(self):
        return [set(re.findall(r"(?:FROM|JOIN)\s+(\w+)", self.mix.queries[name]))
                for name, _, _ in self.mix.asked]

    def hand(self):
        return [self.mix.hand(name, values) for name, values, _ in self.mix.asked] \
            if self.mix.hand else None

    def run(self, events):
        chance, counts, done = random.Random(SEED), collections.Counter(), 0
        for name, values in self.mix.start:
            try:
                self.event(name, values)
            except Exception:  # pylint: disable=broad-except
                continue       # two that follow the same
        schemes = {"derived": self.tags(), "tables": self.tables(), "by hand": self.hand()}
        before = self.answers()
        names = [name for _, name, _ in self.mix.mix]
        weights = [weight for weight, _, _ in self.mix.mix]
        makers = {name: maker for _, name, maker in self.mix.mix}
        while done < events:
            name = chance.choices(names, weights)[0]
            values = makers[name](chance)
            selects = self.database.selects
            self.database.run("BEGIN")
            try:
                touched, tables = self.event(name, values)
                self.database.run("COMMIT")
            except world.pymysql.err.MySQLError:
                self.database.run("ROLLBACK")
                continue  # a key that is there already: no event
            done += 1
            counts["selects"] += self.database.selects - selects
            of_event = {"derived": touched, "tables": tables,
                        "by hand": self.mix.hand(name, values) if self.mix.hand else set()}
            after = self.answers()
            for i, (was, is_) in enumerate(zip(before, after)):
                self.count(counts, schemes, of_event, i, was != is_)
            before = after
        tags = sum(map(len, schemes["derived"])) / len(self.mix.asked)
        return {key: count / events for key, count in counts.items()} | {"tags": tags}

    def count(self, counts, schemes, of_event, i, changed):
        counts["changed"] += changed
        for scheme, tags in schemes.items():
            void = bool(tags) and bool(tags[i] & of_event[scheme])
            counts[f"{scheme} void"] += void
            counts[f"{scheme} stale"] += bool(tags) and changed and not void


def table(results):
    lines = ["| mix | answers that change | void | needlessly | by tags of tables | by hand | "
             "SELECTs for tags | tags of an answer |", "|---|---|---|---|---|---|---|---|"]
    for mix, found in results:
        hand = f"{found['by hand void']:.2f}" if mix.hand else ""
        lines.append(f"| {mix.name} | {found['changed']:.2f} | {found['derived void']:.2f} | "
                     f"{100 - 100 * found['changed'] / found['derived void']:.0f} % | "
                     f"{found['tables void']:.2f} | {hand} | {found.get('selects', 0):.2f} | "
                     f"{found['tags']:.2f} |")
    return "\n".join(lines)


def faults(mix, found):
    if found.get("derived stale"):
        yield f"{found['derived stale']} answers of an event are stale"
    most = found["by hand void"] if mix.hand else GOALS[mix.name]
    if found["derived void"] > most:
        yield f"an event voids {found['derived void']:.2f} answers, more than {most:.2f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--report", action="store_true", help="also into loadtest/report.md")
    args = parser.parse_args()
    server = Server()
    derive = world.Derive(os.environ.get("DERIVE", ROOT / "build/tests/prove/derive"))
    results = []
    try:
        database = Counted(server.connect())
        for make in MIXES:
            mix = make()
            results.append((mix, Measure(mix, database, derive).run(args.events)))
            print(table(results[-1:]).splitlines()[-1], flush=True)
    finally:
        derive.stop()
        server.stop()
    bad = [f"{mix.name}: {fault}" for mix, found in results for fault in faults(mix, found)]
    if args.report:
        text = REPORT.read_text()
        start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        REPORT.write_text(f"{text[:start]}\n\n{table(results)}\n\n{text[end:]}")
    print(f"precision: {len(results) - len(bad)} passed, {len(bad)} failed", *bad, sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
