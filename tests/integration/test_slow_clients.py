"""Clients that are slow, silent or deaf: each is ended in its limit, and one beside it on the same
thread is served meanwhile.

A gateway of these tests' own with one worker and short limits; how long they take is not asserted,
only that they end.
"""

import re
import subprocess

import pytest

from support.gateway import LIMIT, Gateway, let_go, neighbour
from support.raw import Raw, is_refused
from support.stack import BUILD
from support.wait import wait_until

DRIP_S = 0.05  # between two bytes of a slow client


@pytest.fixture(scope="module")
def gateway(stack):
    with Gateway(stack, "--workers=1", "--header_timeout=1s", "--body_timeout=1s",
                 "--write_timeout=1s", "--idle_timeout=4s") as made:
        yield made


def test_the_limits_are_the_designs():
    done = subprocess.run([BUILD / "twofold-gateway", "--print-settings"], text=True, timeout=30,
                          stdout=subprocess.PIPE, env={})
    settings = dict(re.findall(r"^(\w+)\s*=\s*(\S+)", done.stdout, re.M))
    designed = {"header_max": "16k", "header_timeout": "10s", "body_max": "1m",
                "body_timeout": "10s", "write_timeout": "10s",
                "idle_timeout": "1m", "linger": "2s"}
    assert {name: settings[name] for name in designed} == designed


# ---------------------------------------------------------------- slow requests

PUT = b"PUT /products/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = PUT + b"Transfer-Encoding: chunked\r\n"

# (name, what comes at once, what follows byte by byte for ever; empty: silence)
SLOW = [
    ("an empty line", b"\r\nG", b""),
    ("a method", b"G", b""),
    ("a request line", b"GET /", b"x"),
    ("a line without its end", b"GET / HTTP/1.1\r", b""),
    ("a header's name", b"GET / HTTP/1.1\r\nHost: x\r\n", b"x"),
    ("a header's value", b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"x"),
    ("headers", b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
    ("a head without its end", b"GET / HTTP/1.1\r\nHost: x\r\n\r", b""),
    ("a body", PUT + b"Content-Length: 1000\r\n\r\n", b" "),
    ("a body that stops", PUT + b"Content-Length: 1000\r\n\r\n{", b""),
    ("a body that never begins", PUT + b"Content-Length: 1000\r\n\r\n", b""),
    ("chunks", CHUNKED + b"\r\n", b"1\r\n \r\n"),
    ("a chunk", CHUNKED + b"\r\n3e8\r\n", b" "),
    ("a chunk that stops", CHUNKED + b"\r\n3e8\r\n{", b""),
    ("a chunk's size", CHUNKED + b"\r\n", b"0"),
    ("a chunk's extension", CHUNKED + b"\r\n1;", b"x"),
    ("trailers", CHUNKED + b"\r\n0\r\n", b"X: y\r\n"),
    ("trailers without their end", CHUNKED + b"\r\n0\r\n", b""),
]


def drip(raw, text, beside):
    """Byte by byte, until an answer comes."""
    for _ in range(int(LIMIT / DRIP_S)):
        for byte in text:
            raw.send(bytes([byte]))
            if raw.readable(DRIP_S):
                return
        if not text and raw.readable(DRIP_S):
            return
        assert beside() == 200
    raise AssertionError("the slow client was never ended")


@pytest.mark.parametrize("first, rest", [case[1:] for case in SLOW], ids=[case[0] for case in SLOW])
def test_a_slow_request_is_ended_with_408(gateway, neighbour, first, rest):
    with Raw(gateway.url) as raw:
        raw.send(first)
        drip(raw, rest, neighbour)
        is_refused(raw.answer(), 408)
        assert raw.closed()


@pytest.mark.parametrize("framing, rest",
                         [(b"Content-Length: 1000\r\n", b" "), (b"Content-Length: 1000\r\n", b""),
                          (b"Transfer-Encoding: chunked\r\n", b"1\r\n \r\n"),
                          (b"Transfer-Encoding: chunked\r\n", b"")])
def test_who_was_told_to_continue_must_do_so(gateway, neighbour, framing, rest):
    with Raw(gateway.url) as raw:
        raw.send(PUT + framing + b"Expect: 100-continue\r\n\r\n")
        assert raw.answer().code == 100
        drip(raw, rest, neighbour)
        is_refused(raw.answer(), 408)
        assert raw.closed()


def test_a_slow_second_request_is_ended_after_the_first_was_answered(gateway, neighbour, path):
    with Raw(gateway.url) as raw:
        raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\nGET {path} HTTP/1.1\r\n".encode())
        assert raw.answer().code == 200
        drip(raw, b"", neighbour)
        is_refused(raw.answer(), 408)


def test_many_slow_clients_do_not_delay_a_normal_one(gateway, neighbour):
    slow = [Raw(gateway.url) for _ in range(60)]
    for raw in slow:
        raw.send(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
    wait_until(lambda: gateway.connections() >= len(slow), LIMIT, "all are connected")
    for raw in slow:
        drip(raw, b"x", neighbour)
        is_refused(raw.answer(), 408)
        raw.__exit__()


# ---------------------------------------------------------------- silence

def test_a_connection_that_never_asks_is_closed_in_silence(gateway, neighbour):
    with Raw(gateway.url) as raw:
        drip(raw, b"", neighbour)
        assert raw.closed()


def test_a_connection_that_rests_is_closed_in_silence(gateway, path):
    for end in ("", "\r\n"):  # a stray empty line is no request
        with Raw(gateway.url) as raw:
            raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n{end}".encode())
            assert raw.answer().code == 200
            assert raw.closed()


def test_a_connection_that_asks_now_and_then_stays(gateway, path):
    with Raw(gateway.url) as raw:
        for _ in range(100):  # more than the idle limit in all
            raw.request("GET", path)
            assert raw.answer().code == 200
            assert not raw.readable(DRIP_S)


# ---------------------------------------------------------------- deaf

def test_a_client_that_never_reads_is_closed(gateway, neighbour, large):
    with Raw(gateway.url, receive_bytes=4096) as raw:
        raw.send(large * 4000)
        neighbour()
        wait_until(lambda: neighbour() == 200 and gateway.connections() == 1, LIMIT,
                   "only the neighbour is connected")
