"""Connections of one thread: HTTP to the gateway, SQL to a node. Each comes back after a fault by
itself.
"""

import http.client
import json
import re
from decimal import Decimal
from urllib.parse import urlsplit

import pymysql

from judge import ABSENT, State
from support.wait import wait_until

HTTP_LIMIT_S = 12   # beyond the gateway's request_timeout: who answers later is at fault
SQL_LIMIT_S = 3
AHEAD_LIMIT_S = 10  # that a replica may be ahead of the primary


class NoAnswer(Exception):
    """The request may have been carried out or not."""


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def value(self):
        return json.loads(self.body, parse_float=Decimal)

    @property
    def token(self):
        return self.headers.get("Consistency-Token")

    @property
    def label(self):
        """The epoch and the revision that it was read at; None when it says none."""
        found = re.search(r":r([0-9a-f]{16})\.(\d+)$", self.token or "")
        return found and (found[1], int(found[2]))


class Gateway:
    def __init__(self, url):
        at = urlsplit(url)
        self.host, self.port = at.hostname, at.port
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        """A GET on a kept connection that the server has closed is asked once more, as any client
        would.
        """
        kept = self.connection is not None
        try:
            return self._ask(method, path, body, headers or {})
        except NoAnswer:
            if method != "GET" or not kept:
                raise
            return self._ask(method, path, body, headers or {})

    def _ask(self, method, path, body, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=HTTP_LIMIT_S)
        if body is not None:
            headers = {"Content-Type": "application/json", **headers}
            body = json.dumps(body)
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            self.connection = None
            raise NoAnswer(f"{type(error).__name__}") from error


class Committed:
    """What a node has committed, each time in one statement and so in one snapshot."""

    def __init__(self, stack, model, node="primary"):
        self.socket = stack.env[f"TWOFOLD_SQL_{node.upper()}"]
        self.model = model
        self.connection = None

    def rows(self, text, *values):
        """None: the node does not answer."""
        try:
            if self.connection is None:
                self.connection = pymysql.connect(
                    unix_socket=self.socket, user="root", database=self.model.database,
                    autocommit=True,
                    connect_timeout=SQL_LIMIT_S, read_timeout=SQL_LIMIT_S,
                    write_timeout=SQL_LIMIT_S)
            with self.connection.cursor() as cursor:
                cursor.execute(text, values)
                return cursor.fetchall()
        except (pymysql.Error, OSError):
            if self.connection is not None and self.connection.open:
                self.connection.close()
            self.connection = None
            return None

    def reaches(self, answer):
        """Waits until the node shows what ANSWER was read from; False: it never does. A replica may
        show a transaction a moment before the primary: it is sent the binlog before the primary's
        engine has committed."""
        def reached():
            rows = self.rows("SELECT epoch, revision FROM twofold_revision WHERE id = 1")
            if not rows:
                return "no answer"  # which the next statement finds too
            return (rows[0][0] != answer.label[0] or rows[0][1] >= answer.label[1]) and "there"

        try:
            return answer.label is None or bool(wait_until(reached, AHEAD_LIMIT_S))
        except AssertionError:
            return False

    def state(self, product_id):
        model = self.model
        rows = self.rows(f"SELECT (SELECT {model.price} FROM {model.rows} WHERE {model.id} = %s),"
                         " (SELECT version FROM twofold_aggregate WHERE aggregate = %s)",
                         product_id, f"{model.aggregate}:{product_id}")
        return rows and _state(*rows[0])

    def states(self):
        """Of all keys that ever were, by id."""
        model = self.model
        rows = self.rows(f"SELECT 0, CAST({model.id} AS CHAR), {model.price} FROM {model.rows}"
                         " UNION ALL SELECT 1, aggregate, version FROM twofold_aggregate")
        if rows is None:
            return None
        prices = {int(name): number for kind, name, number in rows if kind == 0}
        versions = {int(name.split(":")[1]): number for kind, name, number in rows if kind == 1}
        return {key: _state(prices.get(key), versions.get(key))
                for key in versions.keys() | prices.keys()}


def _state(price, version):
    if price is None and version is None:
        return ABSENT
    return State(None if price is None else int(price), int(version or 0))
