"""Durations, requests, headers and bounds of a plan."""

from __future__ import annotations

import pytest

from chutes_cli.core.errors import UsageError
from chutes_cli.loadtest.plan import (
    bearer_header,
    make_plan,
    parse_duration,
    parse_headers,
    parse_request,
)
from chutes_cli.loadtest.wire import encode_request, plan_document

GET = parse_request("GET /health")


def plan(**fields):
    return make_plan(**{"requests": (GET,), "rate": 10.0, "duration_s": 30.0} | fields)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("2m", 120), ("500ms", 0.5), ("1m30s", 90), ("1.5s", 1.5), ("1h", 3600)],
)
def test_durations(text, seconds):
    assert parse_duration(text, option="--duration") == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "30", "s", "30 s x", "30s1m", "1s1s", "-1s", "0s", "inf"])
def test_bad_durations_name_the_option_and_the_text(text):
    with pytest.raises(UsageError, match="--duration: ") as caught:
        parse_duration(text, option="--duration")
    assert repr(text) in caught.value.what


def test_requests():
    request = parse_request(' post  /generate?a=1   {"prompt": "hi there"} ')
    assert (request.name, request.method, request.path) == (
        "POST /generate",
        "POST",
        "/generate?a=1",
    )
    assert request.body == b'{"prompt": "hi there"}'
    assert parse_request("POST /empty").body == b""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "'' is not an HTTP method"),
        ("/generate", "'/generate' is not an HTTP method"),
        ("FETCH /x", "'FETCH' is not an HTTP method"),
        ("POST", "no path after 'POST'"),
        ('POST {"a": 1}', "does not begin with '/'"),
        ("GET /caf\u00e9", "percent-encode"),
        ('POST /x {"a": }', "the body is not JSON: Expecting value: line 1 column 7"),
        ("POST /x hello", "the body is not JSON"),
        ('GET /x {"a": 1}', "a GET request carries no body"),
    ],
)
def test_bad_requests_say_what_is_wrong(text, problem):
    with pytest.raises(UsageError) as caught:
        parse_request(text)
    assert problem in caught.value.what
    assert caught.value.where == text


def test_headers_never_show_their_value():
    headers = parse_headers(["X-Trace: abc", "Empty:"])
    assert [(name, value.get_secret_value()) for name, value in headers] == [
        ("X-Trace", "abc"),
        ("Empty", ""),
    ]
    assert "abc" not in repr(headers)
    for text in ("no-colon-s3cret", "bad name: s3cret", "Host: s3cret", "X: s3cret\nY: 1"):
        with pytest.raises(UsageError) as caught:
            parse_headers([text])
        assert "s3cret" not in str(caught.value.__dict__) or "no-colon" in text
    with pytest.raises(UsageError, match="API_KEY is not set"):
        bearer_header("API_KEY", None)


@pytest.mark.parametrize(
    ("fields", "option"),
    [
        ({"rate": 0.0}, "--rate"),
        ({"rate": float("nan")}, "--rate"),
        ({"rate": float("inf")}, "--rate"),
        ({"spacing": "bursty"}, "--arrivals"),
        ({"max_requests": 0}, "--max-requests"),
        ({"requests": ()}, "--request"),
        ({"duration_s": 1e9}, "--duration"),
    ],
)
def test_bounds_name_the_option(fields, option):
    with pytest.raises(UsageError) as caught:
        plan(**fields)
    assert caught.value.what.startswith(option)


def test_arrivals():
    assert plan(rate=20.0, duration_s=0.35).arrivals == 7
    assert plan(rate=0.5, duration_s=1.0).arrivals == 1
    capped = plan(max_requests=5)
    assert (capped.arrivals, capped.scheduled_s) == (5, 0.5)
    assert plan(rate=20.0, timeout_s=30.0).max_in_flight == 610
    assert plan(rate=5000.0, timeout_s=30.0).max_in_flight == 2000


def test_requests_are_encoded_once_and_completely():
    post = parse_request('POST /x?q=1 {"a": "\u00fc"}')
    made = plan(requests=(post,), headers=parse_headers(["content-type: application/x-test"]))
    raw = encode_request(made.aimed_at("http://[::1]:8000/base"), post)
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /base/x?q=1 HTTP/1.1"
    assert b"Host: [::1]:8000" in lines
    assert [line for line in lines if line.lower().startswith(b"content-type")] == [
        b"content-type: application/x-test"
    ]
    assert f"Content-Length: {len(body)}".encode() in lines
    assert body.decode() == '{"a": "\u00fc"}'


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://[::1]:8000/base", ("::1", 8000, False)),
        ("https://example.com", ("example.com", 443, True)),
        ("http://localhost", ("localhost", 80, False)),
    ],
)
def test_the_wire_document_says_where_to_connect(url, expected):
    document = plan_document(plan().aimed_at(url))
    assert (document["host"], document["port"], document["tls"]) == expected


def test_info_holds_no_secret():
    made = plan(headers=(bearer_header("KEY", "s3cret"),))
    assert made.info().headers == ("Authorization",)
    assert "s3cret" not in repr(made.info()) + repr(made)
