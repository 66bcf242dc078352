"""Who changes keys. A key has one writer, and a writer never has two commands on their way, so
prices only rise.

A command whose answer was lost may still be carried out later. Then a writer either lets go of the
key for ever and takes another (`Counter`, `Mortal`), or each of its commands names the version that
it stands on, so that a late one is void (`Conditional`), or it sends the same command with the same
Idempotency-Key until there is an answer (`Keyed`).
"""

import threading
import uuid

from wire import Gateway, NoAnswer

ONCE_EVERY_S = 0.4   # lists grow by it
AFTER_ERROR_S = 0.1  # as a client that was refused would wait


class Key:
    def __init__(self, product_id, mortal):
        self.id, self.mortal = product_id, mortal
        self.acknowledged = self.tried = 0  # prices
        self.alive = {False}                # what it may be at rest: alive, not, or either
        self.token = None                   # of the last command that was acknowledged
        self.committed = 0                  # the highest price that was seen in SQL


class Keys:
    """All keys of a probe; threads of it read the list while writers add to it."""

    def __init__(self, first):
        self.next_id, self.lock, self.all, self.changing = first, threading.Lock(), [], []

    def take(self, mortal, changes):
        with self.lock:
            key = Key(self.next_id, mortal)
            self.next_id += 1
            self.all.append(key)
            if changes:
                self.changing.append(key)
            return key


class Writer(threading.Thread):
    mortal, changes = False, True

    def __init__(self, probe):
        super().__init__(daemon=True)
        self.probe, self.tally, self.model = probe, probe.tally, probe.model
        self.gateway = Gateway(probe.stack.url)
        self.key = None

    def run(self):
        while self.probe.goes_on(self.probe.write_pause_s):
            if self.key is None:
                self.key = self.probe.keys.take(self.mortal, self.changes)
            try:
                self.turn(self.key)
            except NoAnswer as error:
                self.tally.error("command", error)
                self.lost()
                self.probe.goes_on(AFTER_ERROR_S)

    def lost(self):
        """What became of the last command is not known."""
        self.key = None

    def item(self, key, price):
        return self.model.fields(name=f"{key.id}-{price}", price=price, out=price % 2 == 1)

    def command(self, method, path, body=None, headers=None):
        """The answer; NoAnswer also for a 5xx, which may mean anything but "refused", or a request
        to come again.
        """
        answer = self.gateway.ask(method, path, body, headers)
        if answer.status >= 500 or "Retry-After" in answer.headers:
            raise NoAnswer(f"{answer.status} {answer.value.get('type', '')}")
        self.tally.probe("command")
        if answer.status not in (200, 201, 412):
            self.tally.violation("command", method=method, path=path, sent=body,
                                 status=answer.status, body=answer.body)
            raise NoAnswer(f"{answer.status}")
        return answer

    def create(self, key):
        price = key.tried = key.tried + 1
        key.alive = {True} if key.alive == {True} else {True, False}
        answer = self.command("POST", self.model.path,
                              {self.model.id: key.id, **self.item(key, price)})
        self.done(key, answer, price, True)

    def done(self, key, answer, price, alive):
        key.acknowledged, key.alive, key.token = price, {alive}, answer.token
        self.read_own(key, price if alive else None)

    def read_own(self, key, price):
        """Read-your-writes: nobody else writes this key, so the token must bring just this."""
        try:
            answer = self.gateway.ask("GET", self.model.one(key.id), None,
                                      {"Consistency-Token": key.token})
        except NoAnswer as error:
            self.tally.error("own write", error)
            return
        if answer.status >= 500:
            self.tally.error("own write", f"{answer.status} {answer.value['type']}")
            return
        self.tally.probe("own write", answer.headers["Cache-Status"])
        seen = int(answer.value[self.model.price]) if answer.status == 200 else None
        if seen != price:
            self.tally.violation("own write", key=key.id, wrote=price, read=seen,
                                 status=answer.status, body=answer.body,
                                 token=key.token, cache=answer.headers["Cache-Status"])


class Once(Writer):
    """Creates a key and leaves it alone: no later command hides that its projection was lost."""
    changes = False

    def turn(self, key):
        self.key = None
        self.create(key)
        self.probe.goes_on(ONCE_EVERY_S)


class Counter(Writer):
    """Raises a price by one, unconditionally."""

    def turn(self, key):
        if key.alive == {False}:
            self.create(key)
            return
        price = key.tried = key.tried + 1
        self.done(key, self.command("PUT", self.model.one(key.id), self.item(key, price)), price,
                  True)


class Conditional(Writer):
    """Raises a price by one, each command on the version before."""
    version = None

    def turn(self, key):
        if key.alive == {False}:
            self.create(key)
        if self.version is None:
            self.look(key)
            return
        price = key.tried = key.tried + 1
        answer = self.command("PUT", self.model.one(key.id), self.item(key, price),
                              {"If-Match": f'"{self.version}"'})
        if answer.status == 412:
            self.look(key)
            return
        self.version = answer.value["version"]
        self.done(key, answer, price, True)

    def look(self, key):
        """The item as DynamoDB has it: what was lost is there or, as its version is over, will
        never be.
        """
        try:
            item = self.probe.stack.dynamodb.item(self.model, key.id)
        except (OSError, AssertionError) as error:
            raise NoAnswer("DynamoDB is away") from error
        if item is None:
            self.key = self.version = None
            return
        self.version = int(item["_version"]["N"])
        key.acknowledged = int(item[self.model.price]["N"])

    def lost(self):
        if self.version is None:
            self.key = None  # a create


class Keyed(Writer):
    """Raises a price by one, each command under a key of its own, repeated until it is answered."""
    pending = None  # price and key of the command whose answer is not known

    def turn(self, key):
        if key.alive == {False}:
            self.create(key)
            return
        if self.pending is None:
            key.tried += 1
            self.pending = key.tried, str(uuid.uuid4())
        price, name = self.pending
        answer = self.command("PUT", self.model.one(key.id), self.item(key, price),
                              {"Idempotency-Key": name})
        self.pending = None
        self.done(key, answer, price, True)

    def lost(self):
        if self.pending is None:
            self.key = None  # a create


class Mortal(Writer):
    """Creates and deletes a key, each time at a higher price."""
    mortal = True

    def turn(self, key):
        if key.alive == {False}:
            self.create(key)
            return
        key.alive = {True, False}
        self.done(key, self.command("DELETE", self.model.one(key.id)), key.acknowledged, False)
