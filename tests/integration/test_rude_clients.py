"""Clients that leave, stop half-way, send too much or too many at once: those with a right to an
answer get it, the others are forgotten.

A gateway of these tests' own with one worker, so that a client beside is served by the same thread.
"""

import json
import resource

import pytest

from support.gateway import LIMIT, Gateway, let_go, neighbour
from support.raw import Raw, is_refused
from support.wait import wait_until

NOFILE = 8192

PUT = b"PUT /products/1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKED = PUT + b"Transfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def gateway(stack):
    with Gateway(stack, "--workers=1", "--linger=10s") as made:
        yield made


# ---------------------------------------------------------------- half-closed

def test_a_half_closed_client_is_answered(gateway, path):
    with Raw(gateway.url) as raw:
        raw.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 3)
        raw.half_close()
        assert [raw.answer().code for _ in range(3)] == [200] * 3
        assert raw.closed()


def test_a_command_of_a_half_closed_client_is_carried_out(gateway, stack, model):
    product_id = model.new_id()
    with Raw(gateway.url) as raw:
        raw.request("POST", model.path, json.dumps({"ProductId": product_id, "Name": "Tea",
                                                    "Price": 1, "OutOfStock": False}).encode())
        raw.half_close()
        assert raw.answer().code == 201
        assert raw.closed()
    assert stack.dynamodb.item(model, product_id)


@pytest.mark.parametrize("first", [b"GET", b"GET / HTTP/1.1\r\nHost: x\r\n",
                                   PUT + b"Content-Length: 5\r\n\r\n{", CHUNKED + b"\r\n5\r\n{"],
                         ids=["line", "head", "body", "chunk"])
def test_a_request_that_will_never_be_whole_is_400(gateway, first):
    with Raw(gateway.url) as raw:
        raw.send(first)
        raw.half_close()
        is_refused(raw.answer(), 400)
        assert raw.closed()


# ---------------------------------------------------------------- gone

@pytest.mark.parametrize("first", [b"", b"GET /pro", b"GET / HTTP/1.1\r\nHost: x\r\n",
                                   PUT + b"Content-Length: 5\r\n\r\n{", CHUNKED + b"\r\n5\r\n{",
                                   PUT + b"Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n"],
                         ids=["nothing", "line", "head", "body", "chunk", "continue"])
def test_a_client_that_resets_is_forgotten(gateway, neighbour, first):
    raw = Raw(gateway.url)
    raw.send(first)
    wait_until(lambda: neighbour() == 200 and gateway.connections() == 2, LIMIT,
               "both are connected")
    raw.reset()
    wait_until(lambda: neighbour() == 200 and gateway.connections() == 1, LIMIT,
               "only the neighbour is connected")


def test_a_client_that_resets_in_the_middle_of_its_answers_is_forgotten(gateway, neighbour, large):
    for _ in range(10):
        raw = Raw(gateway.url, receive_bytes=4096)
        raw.send(large * 500)
        assert raw.stream.read(1)
        raw.reset()
    wait_until(lambda: neighbour() == 200 and gateway.connections() == 1, LIMIT,
               "only the neighbour is connected")


def test_a_client_that_leaves_before_its_answer_is_forgotten(gateway, neighbour, model, stack):
    ids = [model.new_id() for _ in range(10)]
    for product_id in ids:
        raw = Raw(gateway.url)
        raw.request("POST", model.path, json.dumps({"ProductId": product_id, "Name": "Tea",
                                                    "Price": 1, "OutOfStock": False}).encode())
        raw.reset()
    wait_until(lambda: neighbour() == 200 and gateway.connections() == 1, LIMIT,
               "only the neighbour is connected")


# ---------------------------------------------------------------- many

def test_a_thousand_pipelined_requests_are_answered_in_their_order(gateway, client, model):
    ids = [client.made()[0] for _ in range(4)] * 250
    with Raw(gateway.url) as raw:
        raw.send(b"".join(f"GET {model.one(product_id)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
                          for product_id in ids))
        assert [json.loads(raw.answer().body)[model.id] for _ in ids] == ids


def test_what_comes_behind_a_refusal_is_not_answered(gateway, path):
    whole = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with Raw(gateway.url) as raw:
        raw.send(whole + b"GET / HTTP/1.1\r\n\r\n" + whole)
        assert raw.answer().code == 200
        is_refused(raw.answer(), 400)
        assert raw.closed()


def test_two_thousand_idle_connections_do_not_delay_a_client(gateway, neighbour):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(NOFILE, hard), hard))
    idle = [Raw(gateway.url) for _ in range(2000)]
    try:
        wait_until(lambda: gateway.connections() >= len(idle), LIMIT, "all are connected")
        assert [neighbour() for _ in range(50)] == [200] * 50
    finally:
        for raw in idle:
            raw.__exit__()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_client_beyond_the_limit_is_told_so(stack):
    with Gateway(stack, "--workers=1", "--connections_max=3") as small:
        taken = [Raw(small.url) for _ in range(3)]
        for raw in taken:
            raw.request("GET", "/nosuch")
            assert raw.answer().code == 404
        with Raw(small.url) as refused:
            answer = refused.answer()
            is_refused(answer, 503)
            assert answer.headers["retry-after"]
            assert refused.closed()
        taken.pop().__exit__()

        def served():
            with Raw(small.url) as raw:
                raw.request("GET", "/nosuch")
                return raw.answer().code == 404
        wait_until(served, LIMIT, "a place is free again")
        for raw in taken:
            raw.request("GET", "/nosuch")
            assert raw.answer().code == 404
            raw.__exit__()


# ---------------------------------------------------------------- early refusals

LARGE = 2 << 20


@pytest.mark.parametrize("code, data", [
    (413, PUT + b"Content-Length: %d\r\n\r\n" % LARGE + b" " * LARGE),
    (413, PUT + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % LARGE + b" " * LARGE),
    (413, CHUNKED + b"\r\n" + b"%x\r\n" % LARGE + b" " * LARGE),
    (413, CHUNKED + b"\r\n" + (b"ffff\r\n" + b" " * 0xffff + b"\r\n") * 32),
    (414, b"GET /" + b"x" * LARGE),
    (431, b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * LARGE),
    (400, b"\x16\x03\x01" + b"x" * LARGE),
], ids=["length", "continue", "chunk", "chunks", "line", "header", "garbage"])
def test_an_early_refusal_reaches_a_client_that_still_sends(gateway, neighbour, code, data):
    with Raw(gateway.url) as raw:
        raw.socket.sendall(data)  # no reset: the rest is read and dropped
        is_refused(raw.answer(), code)
        assert neighbour() == 200
        raw.half_close()
        assert raw.closed()


# ---------------------------------------------------------------- slow, but they read

def test_a_client_that_reads_byte_by_byte_gets_every_answer(gateway, neighbour, large):
    count = 30
    with Raw(gateway.url, receive_bytes=4096) as raw:
        raw.send(large * count)
        raw.send(b"GET /nosuch HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = bytearray()
        while byte := raw.socket.recv(1):
            got += byte
            if len(got) % 16384 == 0:
                assert neighbour() == 200
    assert got.count(b"HTTP/1.1 200 OK\r\n") == count
    assert got.count(b"HTTP/1.1 404 Not Found\r\n") == 1


def test_http_1_0_keeps_a_connection_when_asked(gateway, path):
    with Raw(gateway.url) as raw:
        for _ in range(3):
            raw.send(f"GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".encode())
            answer = raw.answer()
            assert (answer.code, answer.headers["connection"]) == (200, "keep-alive")
        raw.send(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        assert raw.answer().headers["connection"] == "close"
        assert raw.closed()
