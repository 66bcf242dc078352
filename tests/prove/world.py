"""What a projector and a gateway do with what is derived, in a few lines of Python: which tags an
answer has, and which ones a statement touches. Written from conf/tags' headers, not from the C of
either.
"""

import itertools
import json
import subprocess
from decimal import ROUND_HALF_UP, Decimal

import pymysql

from generate import filled, quoted

WILD = "*"
INTEGER, DECIMAL, TEXT = 2, 3, 6  # enum tag_family


class Inexact(Exception):
    """Not exactly of its column's type: a record is refused, a query of a text never meets it."""


class Derive:
    """tests/prove/derive.c"""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        encoding="utf-8")

    def __call__(self, ddls, queries, statements):
        lines = [f"D {d}" for d in ddls] + [f"Q {q}" for q in queries] \
            + [f"S {s}" for s in statements] + ["."]
        self.process.stdin.write("\n".join(lines) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return (answer["classes"], answer["statements"][:len(queries)],
                answer["statements"][len(queries):])

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def canonical(column, value):
    """The text of a value in a tag."""
    family = column["family"]
    if value is None:
        return "\\N"
    if (family == TEXT) != isinstance(value, str):
        raise Inexact
    if family == TEXT:
        return value.rstrip(" ")
    number, places = Decimal(value), column["places"] if family == DECIMAL else 0
    if number != round(number, places):
        raise Inexact
    return format(number.normalize(), "f") if number else "0"


def looked_for(column, value):
    """The text of a query's value in a tag: what MariaDB looks for in an index, which is what the
    column would store.
    """
    if value is None or column["family"] == TEXT or isinstance(value, str):
        return canonical(column, value)
    places = column["places"] if column["family"] == DECIMAL else 0
    number = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if column["family"] == DECIMAL:
        high = (Decimal(10) ** column["size"] - 1).scaleb(-places)
        low = 0 if column["unsigned"] else -high
    else:
        bits = 8 * (column["size"] or 1)
        high = 2 ** bits - 1 if column["unsigned"] else 2 ** (bits - 1) - 1
        low = 0 if column["unsigned"] else -high - 1
    return canonical(column, min(max(number, low), high))


def literal(text):
    if text is None:
        return None
    if text[0] in "'\"":
        return text[1:-1].replace("''", "'").replace("\\\\", "\\")
    if text.upper() in ("TRUE", "FALSE"):
        return int(text.upper() == "TRUE")
    return Decimal(text)


def value_of(cell, params):
    return params[cell["param"]] if "param" in cell else literal(cell["literal"])


def is_value(cell):
    return "param" in cell or "literal" in cell


def tags_of(query, classes, params):
    """The tags of an answer, by the variant of the parameters that are NULL."""
    variant, tags = 0, set()
    for i, guard in enumerate(query["guards"]):
        variant |= (params[guard] is None) << i
    for use in query["variants"][variant]:
        class_ = classes[use["class"]]
        columns = []
        for binding, column in zip(use["values"], class_["columns"]):
            texts = {looked_for(column, value_of(v, params)) for v in binding["of"]}
            columns.append(texts - {"\\N"} if binding["strict"] else texts)
        found = {(class_["name"], values) for values in itertools.product(*columns)}
        if found and class_["wild"] and class_["columns"]:
            found.add((class_["name"], WILD))
        tags |= found
    return tags


class Database:
    def __init__(self, connection):
        self.connection = connection

    def rows(self, sql):
        self.connection.query(sql)
        return self.connection._result.rows or ()

    def run(self, sql):
        return self.connection.query(sql)

    def answer(self, sql):
        """Comparable: in no order, texts without the blanks that PAD SPACE ignores."""
        try:
            return sorted(tuple(map(shown, row)) for row in self.rows(sql))
        except pymysql.err.MySQLError as error:
            return error.args[0]


def shown(value):
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    return "\\N" if value is None else str(value).rstrip(" ")


def asked(sql, values):
    parts = sql.split("?")
    assert len(parts) == len(values) + 1, (sql, values)
    return parts[0] + "".join(quoted(v) + part for v, part in zip(values, parts[1:]))


def probe(database, what, params):
    return database.rows(asked(what["sql"], [params[p] for p in what["params"]])) if what else None


def check_exact(derived, classes, params):
    for exact in derived["exact"]:
        canonical(exact["column"], value_of(exact, params))
    for touch in derived["touches"]:
        for cell, column in zip(touch["cells"], classes[touch["class"]]["links"]):
            if is_value(cell):
                canonical(column, value_of(cell, params))


def run(database, sql, derived, classes, params):
    """Runs a statement; returns how many rows it found, and what it touches."""
    return run_many(database, sql, derived, classes, [params])


def run_many(database, sql, derived, classes, records):
    """Runs a statement for each of RECORDS; of several it is one that "joins": what they find is
    asked once, before all of them.
    """
    for params in records:
        check_exact(derived, classes, params)
    rows = {0: [None], 1: [row for params in records
                           for row in probe(database, derived.get("before"), params) or ()]}
    found = [database.run(filled(sql, params)) for params in records]
    if not any(found):
        return 0, set()
    rows[2] = [row for params in records
               for row in probe(database, derived.get("after"), params) or ()]
    touched, links = set(), set()
    for touch in derived["touches"]:
        class_ = classes[touch["class"]]
        for row, params in cells_of(touch, rows, [p for p, n in zip(records, found) if n]):
            raw = [row[cell["probe"]] if "probe" in cell else
                   value_of(cell, params) if is_value(cell) else WILD for cell in touch["cells"]]
            known = all("probe" in cell or is_value(cell) for cell in touch["cells"])
            if not known:
                touched.add((class_["name"], WILD))
            elif "ask" not in class_:
                touched.add((class_["name"], tuple(map(canonical, class_["links"], raw))))
            elif None not in raw:
                links.add((touch["class"], tuple(raw)))
    for number, raw in links:
        class_ = classes[number]
        for row in database.rows(asked(class_["ask"], raw)):
            touched.add((class_["name"], tuple(map(canonical, class_["columns"], row))))
    return sum(found), touched


def cells_of(touch, rows, records):
    """Which row of a SELECT, and which record's values: of many records never both."""
    if any("probe" in cell for cell in touch["cells"]):
        return [(row, records[0]) for row in rows[touch["rows"]]]
    if touch["rows"] == 1 and len(records) == 1 and not rows[1]:
        return []
    return [(None, params) for params in records]


def asks(derived, classes):
    """May it run a SELECT beside the statement? Then its record locks the revision first."""
    return "before" in derived or "after" in derived or \
        any("ask" in classes[touch["class"]] for touch in derived["touches"])


class Writer:
    """A projector among several: transactions on a connection of its own."""

    def __init__(self, connection, locks=True):
        self.database, self.locks = Database(connection), locks
        connection.query("SET SESSION innodb_lock_wait_timeout = 1")
        connection.query("CREATE TABLE IF NOT EXISTS revision (id INT PRIMARY KEY, n BIGINT)")
        connection.query("REPLACE INTO revision VALUES (1, 1)")

    def commit(self, sql, derived, classes, params):
        """A record: (its revision, what it touched, how many rows it found); None: it failed."""
        first = asks(derived, classes) and self.locks
        try:
            self.database.run("BEGIN")
            if first:
                self.database.run("UPDATE revision SET n = n + 1 WHERE id = 1")
            found, touched = run(self.database, sql, derived, classes, params)
            if not first:
                self.database.run("UPDATE revision SET n = n + 1 WHERE id = 1")
            revision = self.database.rows("SELECT n FROM revision WHERE id = 1")[0][0]
            self.database.run("COMMIT")
            return revision, touched, found
        except (Inexact, pymysql.err.MySQLError):
            self.database.run("ROLLBACK")
            return None


class Reader:
    """Answers with the revision that they are of, from one snapshot each."""

    def __init__(self, connection):
        self.database = Database(connection)
        connection.query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def read(self, sql):
        self.database.run("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        revision = self.database.rows("SELECT n FROM revision WHERE id = 1")[0][0]
        answer = self.database.answer(sql)
        self.database.run("COMMIT")
        return revision, answer
