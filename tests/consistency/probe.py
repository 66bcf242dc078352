"""The probe: writers, probers and sessions for a while, whatever else happens to the stack; then
everything must agree.

    Once Counter Conditional Keyed Mortal  -->  gateway  -->  ...  -->  SQL
                                                ^                      |
    ItemProber ItemProber ListProber    --------+<---- before, after --+
    Session                             --------+
"""

import threading
import time

from readers import ItemProber, ListProber, Reader, Session
from support.wait import wait_until
from tally import Tally
from wire import Committed
from writers import Conditional, Counter, Keyed, Keys, Mortal, Once

REST_S = 30  # for all to agree after the last command


class Probe:
    """Everything between start() and end(); check() afterwards, when no fault lasts."""
    read_pause_s, write_pause_s = 0.005, 0.04
    recent = 24  # keys that readers choose from: the last so many

    def __init__(self, stack, model, seed=1):
        self.stack, self.model, self.tally = stack, model, Tally()
        self.ending = threading.Event()
        self.keys = Keys(int(time.time() * 1000))
        self.writers = [Once(self), Counter(self), Counter(self), Conditional(self), Keyed(self),
                        Mortal(self), Mortal(self)]
        self.readers = [ItemProber(self, seed), ItemProber(self, seed + 1),
                        ListProber(self, seed + 2),
                        Session(self, seed + 3)]

    def goes_on(self, pause_s):
        return not self.ending.wait(pause_s)

    def begin(self):
        for thread in self.writers + self.readers:
            thread.start()

    def __enter__(self):
        self.begin()
        self.progress()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for thread in self.writers + self.readers:
            thread.join()

    def progress(self, limit=30):
        """Waits until every writer had some commands acknowledged, and the probers some answers,
        from now on.
        """
        kinds = {"command": 12, "own write": 12, "item": 10, "list": 2}
        wanted = {kind: self.tally.good(kind) + more for kind, more in kinds.items()}
        wait_until(lambda: all(self.tally.good(kind) >= want for kind, want in wanted.items()),
                   limit, "the load goes on")

    def check(self, error_share):
        """No violation, few errors, and at rest DynamoDB = SQL = answers."""
        stored = self.agreed()
        for key in self.keys.all:
            state = stored.get(key.id)
            if (state is not None) not in key.alive:
                self.tally.violation("rest", key=key.id, stored=state, acknowledged=key.alive)
            elif state is not None and not key.acknowledged <= state[1] <= key.tried:
                self.tally.violation("rest", key=key.id, stored=state,
                                     acknowledged=key.acknowledged, tried=key.tried)
        report = self.tally.report()
        assert not self.tally.violations, report
        assert self.tally.error_share <= error_share, report
        return report

    def agreed(self):
        """What DynamoDB says of our keys, {id: (name, price, out of stock)}; all other sides must
        come to say the same.
        """
        ours = {key.id for key in self.keys.all}
        stored = {key: item for key, item in self.items().items() if key in ours}
        in_stock = {key: row for key, row in stored.items() if not row[2]}
        self.same("primary", stored, ours, lambda: self.rows("primary"))
        self.same("replica", stored, ours, lambda: self.rows("replica"))
        self.same("list", stored, ours, lambda: self.list(self.model.path))
        self.same("in stock", in_stock, ours, lambda: self.list(self.model.stock_path))
        self.same("items", stored, ours, lambda: self.singles(ours))
        return stored

    def same(self, side, stored, ours, ask):
        """Within REST_S, and at once if all that comes before it agreed in time."""
        last = {}

        def agree():
            last.clear()
            last.update({key: row for key, row in (ask() or {}).items() if key in ours})
            return last == stored
        try:
            wait_until(agree, 1 if self.tally.violations else REST_S, side)
        except AssertionError:
            differ = [key for key in sorted(ours) if last.get(key) != stored.get(key)]
            self.tally.violation("rest", side=side,
                                 differ={key: (stored.get(key), last.get(key))
                                         for key in differ[:5]})

    def items(self):
        model, items, start = self.model, {}, {}
        while True:
            page = self.stack.dynamodb.call("Scan", TableName=model.table, ConsistentRead=True,
                                            **start)
            for item in page["Items"]:
                row = item[model.name]["S"], int(item[model.price]["N"]), item[model.out]["BOOL"]
                items[int(item[model.id]["N"])] = row
            if "LastEvaluatedKey" not in page:
                return items
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def rows(self, node):
        model = self.model
        rows = Committed(self.stack, model, node).rows(
            f"SELECT {model.id}, {model.name}, {model.price}, {model.out} FROM {model.rows}")
        return rows and {row[0]: (row[1], int(row[2]), bool(row[3])) for row in rows}

    def row(self, item):
        model = self.model
        return item[model.name], int(item[model.price]), item[model.out]

    def list(self, path):
        reader, rows, path = Reader(self, 0), {}, f"{path}?limit=200"
        while path:
            page = reader.gateway.ask("GET", path).value
            if "items" not in page:
                return None
            rows.update((item[self.model.id], self.row(item)) for item in page["items"])
            path = page.get("next")
        return rows

    def singles(self, ours):
        reader = Reader(self, 0)
        answers = {key: reader.gateway.ask("GET", self.model.one(key)) for key in ours}
        if not all(answer.status in (200, 404) for answer in answers.values()):
            return None
        return {key: self.row(answer.value)
                for key, answer in answers.items() if answer.status == 200}
