"""Bytes to and from a socket: for what no HTTP library would send, or would hide."""

import socket
from urllib.parse import urlsplit


class Answer:
    def __init__(self, code, headers, body):
        self.code, self.headers, self.body = code, headers, body


class Raw:
    def __init__(self, url, timeout=15):
        at = urlsplit(url)
        self.host = at.netloc
        self.socket = socket.create_connection((at.hostname, at.port), timeout)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, data):
        """An early refusal may come, and reset the connection, before all is sent: the answer counts."""
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
        return Answer(code, headers, b"" if bodiless else self.stream.read(int(headers.get("content-length", 0))))

    def closed(self):
        """Waits for the end of the connection; false when bytes come instead."""
        try:
            return self.stream.read(1) == b""
        except ConnectionResetError:
            return True
