"""Bytes to and from a socket: for what no HTTP library would send, or would hide."""

import json
import select
import socket
import struct
from urllib.parse import urlsplit


class Answer:
    def __init__(self, code, headers, body):
        self.code, self.headers, self.body = code, headers, body


def is_refused(answer, code):
    """By the server itself, which then closes."""
    assert answer.code == code
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["connection"] == "close"
    assert json.loads(answer.body)["status"] == code


class Raw:
    def __init__(self, url, timeout=15, receive_bytes=None):
        at = urlsplit(url)
        self.host = at.netloc
        self.socket = socket.socket()
        self.socket.settimeout(timeout)
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.connect((at.hostname, at.port))
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        """An early refusal may come, and reset the connection, before all is sent: the answer
        counts.
        """
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def request(self, method, path, body=b"", headers=()):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", *headers]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def answer(self, head=False):
        """The next final answer; None when the connection was closed instead."""
        line = self.stream.readline()
        if not line:
            return None
        code = int(line.split()[1])
        headers = {}
        while (line := self.stream.readline().rstrip(b"\r\n")):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if 100 <= code < 200:
            return Answer(code, headers, b"")
        bodiless = head or code in (204, 304)
        return Answer(code, headers,
                      b"" if bodiless else self.stream.read(int(headers.get("content-length", 0))))

    def readable(self, timeout):
        """Whether bytes, or the end, come within TIMEOUT seconds."""
        return bool(select.select([self.socket], [], [], timeout)[0])

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Leaves by RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.__exit__()

    def closed(self):
        """Waits for the end of the connection; false when bytes come instead."""
        try:
            return self.stream.read(1) == b""
        except ConnectionResetError:
            return True
