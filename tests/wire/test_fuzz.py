"""Whatever bytes come in, the reader gives tokens or a WireError: never a crash, hang or bloat."""

import resource
from contextlib import suppress

import pytest
from feed_pages import Desk, atom_around, entry_around, json_around, render
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syndicate.errors import WireError
from syndicate.news import Reason
from syndicate.wire import lay_out, split_submission, take_out

FORMATS = ("atom", "json", "rss")
_DESK = Desk()
_SEEDS = [
    *(render(_DESK.hub(_DESK.rich(), _DESK.plain()), format_) for format_ in FORMATS),
    atom_around(entry_around("a.b.c"), declaration='<?xml version="1.0" encoding="utf-8"?>'),
    json_around([{"_syndicate": {"jws": "a.b.c"}}]),
]
_SPLICES = [
    b"<!DOCTYPE x>",
    b"<syn:jws>a.b.c</syn:jws>",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"&#0;",
    b"&#x110000;",
    b"&amp",
    b'<entry xmlns="">',
    b"\xed\xa0\x80",
    b"\xc0\xbcx>",
    b"\x00",
    b'{"_syndicate":{"jws":"a.b.c"}}',
    b'"\\ud800"',
    b"[" * 2_000,
    b"<a>" * 2_000,
    b"1e999",
    b"-",
    b",",
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real document, cut, doubled, spliced and re-coded."""
    body = draw(st.sampled_from(_SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        match draw(st.integers(0, 4)):
            case 0:
                body = body[:at] + draw(st.binary(max_size=4)) + body[at + 1 :]
            case 1:
                body = body[:at] + draw(st.sampled_from(_SPLICES)) + body[at:]
            case 2:
                body = body[:at]
            case 3:
                body = body[at:] + body
            case _:
                body = body.decode("utf-8", "replace").encode(
                    draw(st.sampled_from(["utf-8", "utf-16", "cp1252"])), "replace"
                )
    return body


@settings(max_examples=400)
@given(body=st.one_of(damaged(), st.binary(max_size=2_000)), format_=st.sampled_from(FORMATS))
@example(body=b"[" * 100_000, format_="json")
@example(body=b"<a>" * 90_000, format_="atom")
def test_no_bytes_bring_more_than_tokens_or_a_refusal(body: bytes, format_: str) -> None:
    for read in (take_out, lay_out):
        try:
            read(body, format_)
        except WireError as exc:
            assert Reason(exc.code).value.startswith("wire-")
            assert len(str(exc)) < 200


@given(body=st.one_of(damaged(), st.binary(max_size=2_000)))
def test_attack_20_a_token_is_taken_only_where_it_stands_in_plain_sight(body: bytes) -> None:
    for format_ in ("atom", "json"):
        try:
            taken = take_out(body, format_).carried
        except WireError:
            continue
        assert all(each.token.isascii() and each.token == each.token.strip() for each in taken)
        assert b"<!DOCTYPE" not in body or format_ == "json"


@given(body=st.binary(max_size=2_000))
def test_a_submission_is_tokens_or_a_refusal(body: bytes) -> None:
    try:
        tokens = split_submission(body)
    except WireError as exc:
        assert exc.code in ("wire-encoding", "wire-too-many")
    else:
        assert all(token and "\n" not in token for token in tokens)


BOMBS = {
    "empty elements": atom_around("<a/>" * 1_000_000),
    "attributes": atom_around("<a " + " ".join(f"a{n}=''" for n in range(97_000)) + "/>"),
    "namespaces": atom_around("".join(f"<a xmlns:p{n}='u{n}'>" for n in range(250)) + "</a>" * 250),
    "open elements": b"<feed xmlns='http://www.w3.org/2005/Atom'>" + b"<a>" * 90_000,
    "comments": atom_around("<!---->" * 99_000),
    "references": atom_around("&#65;" * 800_000),
    "one long text": atom_around("<entry>" + "x" * 3_900_000 + "</entry>"),
    "empty lists": b'{"version":"https://jsonfeed.org/version/1.1","items":[' + b"[]," * 99_000 + b"1]}",
    "numbers": b'{"version":"x","items":[' + b"1.5," * 1_000_000 + b"1]}",
    "long number": b"9" * 4_000_000,
    "blank lines": b"\n" * 4_000_000,
}


@pytest.mark.timeout(100)  # none of them takes a second; one that hangs is not waited for
@pytest.mark.parametrize("name", BOMBS)
def test_attack_26_a_bomb_of_four_megabytes_stays_small(name: str) -> None:
    body = BOMBS[name]
    for read in (
        lambda: take_out(body, "atom"),
        lambda: take_out(body, "json"),
        lambda: split_submission(body),
    ):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kB; sees the C libraries too
        with suppress(WireError):
            read()
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
