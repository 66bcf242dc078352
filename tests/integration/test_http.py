"""HTTP by the letter, and what hostile or broken clients send: the right status, nothing written,
the process lives on.
"""

import json

import pytest

from support.client import body, is_problem
from support.raw import Raw


@pytest.fixture(autouse=True)
def same_process_lives_on(stack):
    before = stack.pids()
    yield
    assert stack.pids() == before


@pytest.fixture
def raw(stack):
    with Raw(stack.url) as connection:
        yield connection


WHOLE = '{"ProductId":%d,"Name":"Tea","Price":%s,"OutOfStock":false}'

# (name, body, status); %d is an id that must not come to be.
BAD_BODIES = [
    ("empty", b"", 400),
    ("no JSON", b"Tea", 400),
    ("cut", WHOLE[:-1] % (1, "1"), 400),
    ("two values", (WHOLE % (1, "1")) * 2, 400),
    ("trailing comma", '{"ProductId":%d,"Name":"Tea","Price":1,"OutOfStock":false,}', 400),
    ("single quotes", "{'ProductId':%d}", 400),
    ("NaN", WHOLE % (1, "NaN"), 400),
    ("leading zero", WHOLE % (1, "01"), 400),
    ("duplicate name", '{"ProductId":%d,"ProductId":2,"Name":"Tea","Price":1,"OutOfStock":false}',
     400),
    ("bad UTF-8", b'{"ProductId":%d,"Name":"\xff","Price":1,"OutOfStock":false}', 400),
    ("raw NUL", b'{"ProductId":%d,"Name":"T\x00","Price":1,"OutOfStock":false}', 400),
    ("NUL after the value", (WHOLE % (1, "1")).encode() + b"\0", 400),
    ("raw newline in a string", '{"ProductId":%d,"Name":"T\n","Price":1,"OutOfStock":false}', 400),
    ("lone surrogate", '{"ProductId":%d,"Name":"\\ud800","Price":1,"OutOfStock":false}', 400),
    ("swapped surrogates", '{"ProductId":%d,"Name":"\\udc00\\ud800","Price":1,"OutOfStock":false}',
     400),
    ("nesting of 100,000", "[" * 100000 + "]" * 100000, 400),
    ("objects 100,000 deep", '{"a":' * 100000 + "1" + "}" * 100000, 400),
    ("escaped NUL", '{"ProductId":%d,"Name":"T\\u0000","Price":1,"OutOfStock":false}', 422),
    ("an array", "[1]", 422),
    ("a string", '"Tea"', 422),
    ("null", "null", 422),
    ("price as text", WHOLE % (1, '"1"'), 422),
    ("price null", WHOLE % (1, "null"), 422),
    ("price negative", WHOLE % (1, "-0.01"), 422),
    ("price with 7 digits of fraction", WHOLE % (1, "1.0000001"), 422),
    ("price with 21 digits before the point", WHOLE % (1, "100000000000000000000"), 422),
    ("price 1e999999999", WHOLE % (1, "1e999999999"), 422),
    ("price 1e-999999999", WHOLE % (1, "1e-999999999"), 422),
    ("price of 10,000 digits", WHOLE % (1, "9" * 10000), 422),
    ("price with 10,000 digits of fraction", WHOLE % (1, "0." + "1" * 10000), 422),
    ("exponent of 10,000 digits", WHOLE % (1, "1e" + "9" * 10000), 422),
    ("id as text", '{"ProductId":"%d","Name":"Tea","Price":1,"OutOfStock":false}', 422),
    ("id with a fraction", '{"ProductId":1.5,"Name":"Tea","Price":1,"OutOfStock":false}', 422),
    ("id beyond 2^53", '{"ProductId":9007199254740992,"Name":"Tea","Price":1,"OutOfStock":false}',
     422),
    ("boolean as number", '{"ProductId":%d,"Name":"Tea","Price":1,"OutOfStock":1}', 422),
    ("member missing", '{"ProductId":%d,"Name":"Tea","Price":1}', 422),
    ("member too many", '{"ProductId":%d,"Name":"Tea","Price":1,"OutOfStock":false,"More":1}', 422),
    ("wrong case", '{"productid":%d,"Name":"Tea","Price":1,"OutOfStock":false}', 422),
    ("name of 201 characters",
     json.dumps({"ProductId": 1, "Name": "x" * 201, "Price": 1, "OutOfStock": False}), 422),
]


@pytest.mark.parametrize("text, status", [case[1:] for case in BAD_BODIES],
                         ids=[case[0] for case in BAD_BODIES])
def test_a_bad_body_is_refused_and_nothing_is_written(client, stack, model, text, status):
    before = stack.dynamodb.count(model)
    data = text.encode() if isinstance(text, str) else text
    data = data.replace(b"%d", str(model.new_id()).encode())
    answer = client.request("POST", model.path, {"Content-Type": "application/json"}, data=data)
    is_problem(answer, status)
    assert stack.dynamodb.count(model) == before


def test_a_body_of_two_megabytes_is_refused_and_the_refusal_arrives(client, stack, model):
    before = stack.dynamodb.count(model)
    data = b'{"Name":"' + b"x" * (2 << 20) + b'"}'
    for _ in range(3):
        with Raw(stack.url) as raw:
            raw.request("POST", model.path, data)
            answer = raw.answer()
            assert answer.code == 413
            assert json.loads(answer.body)["status"] == 413
    assert stack.dynamodb.count(model) == before


def test_a_chunked_body_beyond_the_limit_is_refused(raw, model):
    raw.send(f"POST {model.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
             "Transfer-Encoding: chunked\r\n\r\n".encode())
    for _ in range(20):
        raw.send(b"20000\r\n" + b" " * 0x20000 + b"\r\n")
    assert raw.answer().code == 413


@pytest.mark.parametrize("path", ["/", "/nosuch", "/product", "/products/1/2", "/products/",
                                  "/Products", "//products"])
def test_an_unknown_route_is_404(client, path):
    is_problem(client.get(path), 404)


@pytest.mark.parametrize("method, path, allowed", [
    ("PUT", "/products", {"GET", "HEAD", "POST"}), ("DELETE", "/products", {"GET", "HEAD", "POST"}),
    ("POST", "/products/1", {"GET", "HEAD", "PUT", "DELETE"}),
    ("PATCH", "/products/1", {"GET", "HEAD", "PUT", "DELETE"}),
])
def test_a_wrong_method_is_405_and_the_right_ones_are_named(client, method, path, allowed):
    answer = client.request(method, path)
    is_problem(answer, 405, "method-not-allowed")
    named = {word.strip() for word in answer.headers["Allow"].split(",")}
    assert allowed <= named and method not in named


def test_another_media_type_is_415_and_says_what_is_taken(client, model):
    answer = client.request("POST", model.path, {"Content-Type": "text/xml"}, data=b"<a/>")
    is_problem(answer, 415)
    assert answer.headers["Accept"] == "application/json"


# (name, bytes, status); sent whole on a connection of its own. RFC 9112 where no other is named.
BAD_REQUESTS = [
    ("no Host (3.2)", b"GET /products HTTP/1.1\r\n\r\n", 400),
    ("two Hosts (3.2)", b"GET /products HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("blank before the colon (5.1)", b"GET /products HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("folded header (5.2)", b"GET /products HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n", 400),
    ("NUL in a header (RFC 9110 5.5)", b"GET /products HTTP/1.1\r\nHost: a\r\nX-A: b\0\r\n\r\n",
     400),
    ("no version (3)", b"GET /products\r\n\r\n", 400),
    ("two lengths (6.3)",
     b"POST /products HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    ("signed length (6.3)", b"POST /products HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
     400),
    ("length and chunked (6.3)", b"POST /products HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                                 b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ("bad chunk size (7.1)",
     b"POST /products HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ("chunked not last (6.3)",
     b"POST /products HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    ("unknown coding (6.1)",
     b"POST /products HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
    ("unknown method (RFC 9110 9.1)", b"BREW /products HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    ("version 2.0 (2.3)", b"GET /products HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("line of 9 KB (3)", b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    ("header of 20 KB (RFC 6585 5)",
     b"GET /products HTTP/1.1\r\nHost: a\r\nX-A: " + b"x" * 20000 + b"\r\n\r\n", 431),
    ("bad escape in the path", b"GET /products/%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("NUL in the path", b"GET /products/%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
]


@pytest.mark.parametrize("data, status", [case[1:] for case in BAD_REQUESTS],
                         ids=[case[0] for case in BAD_REQUESTS])
def test_a_bad_request_is_refused(raw, data, status):
    raw.send(data)
    answer = raw.answer()
    assert answer.code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.body)["status"] == status


def test_a_request_after_an_ambiguous_one_is_not_served(raw):
    raw.send(
        b"POST /products HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n"
        b"\r\n0\r\n\r\n"
        b"GET /products HTTP/1.1\r\nHost: a\r\n\r\n")
    assert raw.answer().code == 400
    assert raw.closed()


def test_bytes_that_are_no_http_end_the_connection(raw):
    raw.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
    answer = raw.answer()
    assert answer is None or answer.code == 400


def test_a_connection_serves_many_requests(raw, client, model):
    product_id, _ = client.made()
    for _ in range(20):
        raw.request("GET", model.one(product_id))
        answer = raw.answer()
        assert answer.code == 200 and json.loads(answer.body)[model.id] == product_id


def test_pipelined_requests_are_answered_in_their_order(raw, client, model):
    ids = [client.made()[0] for _ in range(5)] * 20
    for product_id in ids:
        raw.request("GET", model.one(product_id))
    assert [json.loads(raw.answer().body)[model.id] for _ in ids] == ids


def test_a_pipelined_query_sees_the_command_before_it(raw, stack, model):
    product_id = model.new_id()
    data = (WHOLE % (product_id, "1")).encode()
    raw.request("POST", model.path, data)
    raw.request("DELETE", model.one(product_id))
    raw.request("POST", model.path, data)
    assert [raw.answer().code for _ in range(3)] == [201, 200, 201]
    assert stack.dynamodb.item(model, product_id)


def test_a_chunked_body_is_taken(raw, stack, model):
    product_id = model.new_id()
    data = (WHOLE % (product_id, "1")).encode()
    chunks = b"".join(b"%x;extension=1\r\n%s\r\n" % (len(part), part)
                      for part in (data[:7], data[7:8], data[8:]))
    raw.send(f"POST {model.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
             "Transfer-Encoding: chunked\r\n\r\n".encode() + chunks + b"0\r\nTrailer: x\r\n\r\n")
    assert raw.answer().code == 201
    assert stack.dynamodb.item(model, product_id)


def test_a_request_may_come_byte_by_byte(raw, client, model):
    product_id, _ = client.made()
    for byte in f"GET {model.one(product_id)} HTTP/1.1\r\nHost: x\r\n\r\n".encode():
        raw.send(bytes([byte]))
    assert raw.answer().code == 200


def test_expect_100_continue_is_answered_before_the_body(raw, model):
    data = (WHOLE % (model.new_id(), "1")).encode()
    raw.send(
        f"POST {model.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Expect: 100-continue\r\n"
        f"Content-Length: {len(data)}\r\n\r\n".encode())
    assert raw.answer().code == 100
    raw.send(data)
    assert raw.answer().code == 201


def test_connection_close_and_http_1_0_end_the_connection(stack, model):
    for head in (b"HTTP/1.1\r\nHost: x\r\nConnection: close", b"HTTP/1.0\r\nHost: x"):
        with Raw(stack.url) as raw:
            raw.send(b"GET %s %s\r\n\r\n" % (model.path.encode(), head))
            assert raw.answer().code == 200
            assert raw.closed()


def test_answers_carry_date_and_request_id(client, model):
    answer = client.get(model.path, {"X-Request-Id": "abc-1"})
    assert answer.headers["Date"].endswith("GMT")
    assert answer.headers["X-Request-Id"] == "abc-1"
    ids = {client.get(model.path).headers["X-Request-Id"] for _ in range(5)}
    assert len(ids) == 5 and all(ids)


def test_a_request_id_that_would_break_lines_is_not_taken_over(client, model):
    answer = client.get(model.path, {"X-Request-Id": "x" * 500})
    assert len(answer.headers["X-Request-Id"]) < 200


def test_options_names_the_methods(client, model):
    answer = client.request("OPTIONS", model.path)
    assert answer.status_code == 204
    assert {"GET", "HEAD", "POST", "OPTIONS"} == {word.strip()
                                                  for word in answer.headers["Allow"].split(",")}


def test_an_escaped_path_is_the_same_path(client, model):
    product_id, _ = client.made()
    assert body(client.get(f"/%70roducts/{product_id}"))[model.id] == product_id
