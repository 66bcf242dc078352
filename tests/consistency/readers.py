"""Who asks: probers, which look into SQL before and after, and sessions, which only have what they
were answered.
"""

import random
import threading

from judge import ABSENT, wrong_count, wrong_listing, wrong_price
from wire import Committed, Gateway, NoAnswer

REMEMBERED = 200     # ETags of a prober
AFTER_ERROR_S = 0.1  # as a client that was refused would wait


class Reader(threading.Thread):
    def __init__(self, probe, seed):
        super().__init__(daemon=True)
        self.probe, self.tally, self.model = probe, probe.tally, probe.model
        self.gateway, self.committed = Gateway(probe.stack.url), Committed(probe.stack, probe.model)
        self.random = random.Random(seed)
        self.pause_s = 0

    def run(self):
        while self.probe.goes_on(self.pause_s):
            keys, self.pause_s = self.probe.keys.changing, self.probe.read_pause_s
            if keys:
                self.turn(self.random.choice(keys[-self.probe.recent:]))

    def failed(self, kind, why):
        self.tally.error(kind, why)
        self.pause_s = AFTER_ERROR_S

    def get(self, kind, path, headers):
        """The answer, or None: an error, which is counted."""
        try:
            answer = self.gateway.ask("GET", path, None, headers)
        except NoAnswer as error:
            self.failed(kind, error)
            return None
        if answer.status >= 500:
            self.failed(kind, f"{answer.status} {answer.value['type']}")
            return None
        self.tally.probe(kind, answer.headers.get("Cache-Status"))
        if answer.status in (200, 304, 404):
            return answer
        self.tally.violation(kind, path=path, sent=headers, status=answer.status, body=answer.body)
        return None

    def listed(self, kind, path, headers):
        """Prices by id, of all pages, and the pages' answers; none after an error."""
        prices, answers = {}, []
        while path:
            answer = self.get(kind, path, headers)
            if answer is None or answer.status != 200:
                return None, []
            page = answer.value
            prices.update((item[self.model.id], int(item[self.model.price]))
                          for item in page["items"])
            path = page.get("next")
            answers.append(answer)
        return prices, answers

    def shown(self, kind, answers):
        """True when SQL shows what ANSWERS show, so that it can be asked what was true after them.
        """
        never = [answer for answer in answers if not self.committed.reaches(answer)]
        for answer in never:
            self.tally.violation(kind, wrong="read at a revision that SQL never showed",
                                 headers=dict(answer.headers))
        return bool(answers) and not never


class ItemProber(Reader):
    """One key: SQL, question, SQL. With and without tokens, and sometimes `only if it has changed`.
    """

    def __init__(self, probe, seed):
        super().__init__(probe, seed)
        self.known = {}  # id -> ETag, price

    def turn(self, key):
        token, committed, acknowledged = key.token, key.committed, key.acknowledged
        before = self.committed.state(key.id)
        if before is None:
            return
        kind, headers = self.question(key, token)
        answer = self.get(kind, self.model.one(key.id), headers)
        after = self.committed.state(key.id) if answer and self.shown(kind, [answer]) else None
        if after is None:
            return
        price = self.price(key, answer)
        wrong = (wrong_price if key.mortal else wrong_count)(before, after, price, committed)
        if wrong is None and kind == "item with token" and not key.mortal and price < acknowledged:
            wrong = f"older than {acknowledged}, which the token stands for"
        key.committed = max(key.committed, before.price or 0)
        if wrong:
            self.tally.violation(kind, key=key.id, answer=price, wrong=wrong, status=answer.status,
                                 sent=headers,
                                 headers=dict(answer.headers), body=answer.body)

    def question(self, key, token):
        way = self.random.randrange(4)
        if way == 0 and token:
            return "item with token", {"Consistency-Token": token}
        if way == 1 and key.id in self.known:
            return "item if changed", {"If-None-Match": self.known[key.id][0]}
        return "item", {}

    def price(self, key, answer):
        if answer.status == 404:
            return None
        if answer.status == 304:
            return self.known[key.id][1]
        price = int(answer.value[self.model.price])
        if len(self.known) > REMEMBERED:
            self.known.clear()
        self.known[key.id] = answer.headers["ETag"], price
        return price


class ListProber(Reader):
    """A list: all of SQL, question, all of SQL."""

    def turn(self, key):
        known = {each.id: (each, each.committed) for each in self.probe.keys.all}
        before = self.committed.states()
        if before is None:
            return
        in_stock = self.random.random() < 0.5
        path = self.model.stock_path if in_stock else self.model.path
        kind = "in stock" if in_stock else "list"
        headers = {
            "Consistency-Token": key.token} if key.token and self.random.random() < 0.25 else {}
        prices, answers = self.listed(kind, f"{path}?limit=200", headers)
        after = self.committed.states() if self.shown(kind, answers) else None
        if after is None:
            return
        for product_id, (each, committed) in known.items():
            states = before.get(product_id, ABSENT), after.get(product_id, ABSENT)
            each.committed = max(each.committed, states[0].price or 0)
            wrong = wrong_listing(*states, prices.get(product_id), committed, in_stock, each.mortal)
            if wrong:
                self.tally.violation(kind, key=product_id, answer=prices.get(product_id),
                                     wrong=wrong, sent=headers,
                                     headers=dict(answers[-1].headers))


class Session(Reader):
    """Echoes the token of its last answer and never goes back, by item or list. It has not heard of
    SQL.
    """

    def __init__(self, probe, seed):
        super().__init__(probe, seed)
        self.token, self.seen = None, {}

    def turn(self, key):
        headers = {"Consistency-Token": self.token} if self.token else {}
        if self.random.random() < 0.1:
            prices, answers = self.listed("session", f"{self.model.path}?limit=200", headers)
            if not answers:
                return
            answer = answers[-1]
        else:
            answer = self.get("session", self.model.one(key.id), headers)
            if answer is None:
                return
            prices = {key.id: int(answer.value[self.model.price])} if answer.status == 200 else {}
        for product_id, price in prices.items():
            if price < self.seen.get(product_id, 0):
                self.tally.violation("session", key=product_id, answer=price,
                                     seen=self.seen[product_id], sent=headers,
                                     headers=dict(answer.headers))
            self.seen[product_id] = price
        self.token = answer.token or self.token
