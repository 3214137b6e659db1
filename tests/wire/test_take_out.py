"""Tokens come out of a document whole, from their one place, or the document is refused."""

import pytest
from feed_pages import Desk, atom_around, entry_around, json_around, render

from syndicate.errors import WireError
from syndicate.news import Content, limits
from syndicate.wire import Carried, split_submission, take_out

TOKEN = "aaa.bbb.ccc"
SYN = "<syn:jws>aaa.bbb.ccc</syn:jws>"


def refusal(body: bytes, format_: str = "atom") -> str:
    with pytest.raises(WireError) as caught:
        take_out(body, format_)
    return caught.value.code


@pytest.mark.parametrize("format_", ["atom", "json"])
def test_every_token_that_was_put_in_comes_out_in_order(format_: str) -> None:
    desk = Desk()
    feed = desk.hub(*desk.all())
    taken = take_out(render(feed, format_), format_).carried
    assert [(each.token, each.title, each.url) for each in taken] == [
        (entry.token, entry.title, entry.url) for entry in feed.entries
    ]


def test_an_entry_without_a_token_is_left_out_and_counted() -> None:
    for body, format_ in (
        (atom_around("<entry><title>x</title></entry>", entry_around(TOKEN)), "atom"),
        (json_around([{"id": "1"}, {"id": "2", "_syndicate": {"jws": TOKEN}, "title": "T"}]), "json"),
        (json_around([{"_syndicate": {"act": "x"}}, {"_syndicate": {"jws": TOKEN}, "title": "T"}]), "json"),
    ):
        brought = take_out(body, format_)
        assert brought.bare == 1
        assert brought.carried == (Carried(token=TOKEN, title="T", url=None),)
        assert brought.entries[0] is None


def test_attack_20_a_namespace_is_what_it_says_and_not_how_it_is_abbreviated() -> None:
    other = "<entry><x:jws xmlns:x='urn:syndicate:item:1'>aaa.bbb.ccc</x:jws></entry>"
    default = "<a:entry><jws xmlns='urn:syndicate:item:1'> aaa.bbb.ccc\n</jws></a:entry>"
    body = f"<a:feed xmlns:a='http://www.w3.org/2005/Atom' xmlns='http://www.w3.org/2005/Atom'>{other}{default}</a:feed>"
    assert [each.token for each in take_out(body.encode(), "atom").carried] == [TOKEN, TOKEN]
    impostor = atom_around("<entry><syn:jws xmlns:syn='urn:other'>aaa.bbb.ccc</syn:jws></entry>")
    assert take_out(impostor, "atom").carried == ()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(atom_around(f"<entry>{SYN}{SYN}</entry>"), id="twice in an entry"),
        pytest.param(atom_around(entry_around(TOKEN), head=SYN), id="beside the entries"),
        pytest.param(atom_around(f"<entry><content>{SYN}</content></entry>"), id="inside the content"),
        pytest.param(atom_around(f"<entry><entry>{SYN}</entry></entry>"), id="in an entry within an entry"),
        pytest.param(atom_around(f"<x><entry>{SYN}</entry></x>"), id="in an entry that is not the feed's"),
        pytest.param(atom_around(f"<entry><syn:jws>{SYN}</syn:jws></entry>"), id="a token within a token"),
        pytest.param(
            atom_around("<entry><syn:jws>aaa.<!-- -->bbb.ccc</syn:jws></entry>"), id="with a comment"
        ),
        pytest.param(atom_around("<entry><syn:jws>aaa.<?x?>bbb.ccc</syn:jws></entry>"), id="an instruction"),
        pytest.param(atom_around("<entry><syn:jws>aaa.<b/>bbb.ccc</syn:jws></entry>"), id="with markup"),
        pytest.param(atom_around("<entry><syn:jws type='x'>a.b.c</syn:jws></entry>"), id="with an attribute"),
        pytest.param(atom_around("<entry><syn:jws> \n</syn:jws></entry>"), id="empty"),
    ],
)
def test_attack_20_a_token_in_a_wrong_place_spoils_the_document(body: bytes) -> None:
    assert refusal(body) == "wire-token-misplaced"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json_around([], _syndicate={"jws": TOKEN}), id="beside the items"),
        pytest.param(json_around([{"x": {"_syndicate": {"jws": TOKEN}}}]), id="deeper in an item"),
        pytest.param(json_around([{"attachments": [{"_syndicate": {"jws": TOKEN}}]}]), id="in an attachment"),
        pytest.param(json_around([{"_syndicate": {"jws": [TOKEN]}}]), id="a list"),
        pytest.param(json_around([{"_syndicate": {"jws": None}}]), id="nothing"),
        pytest.param(json_around([{"_syndicate": {"jws": ""}}]), id="empty"),
    ],
)
def test_attack_20_a_token_in_a_wrong_place_spoils_the_json_feed(body: bytes) -> None:
    assert refusal(body, "json") == "wire-token-misplaced"


BOMB = '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">'


@pytest.mark.parametrize(
    "subset",
    [
        f"[{BOMB}]",
        'SYSTEM "http://127.0.0.1:1/x.dtd"',
        '[<!ENTITY c SYSTEM "file:///etc/passwd">]',
        '[<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]',
        '[<!ATTLIST link rel CDATA "alternate">]',
        "",
    ],
    ids=["an entity bomb", "a DTD elsewhere", "a file", "a parameter entity", "defaults", "bare"],
)
def test_attack_24_a_document_with_a_doctype_is_not_parsed(subset: str) -> None:
    around = atom_around(entry_around(TOKEN), "<entry><title>&c;</title></entry>")
    assert refusal(f"<!DOCTYPE feed {subset}>".encode() + around) == "wire-doctype"
    assert refusal(b"<?xml version='1.0'?>" + f"<!DOCTYPE feed {subset}>".encode() + around) == "wire-doctype"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-7", "cp037"])
def test_attack_24_no_encoding_hides_a_doctype(encoding: str) -> None:
    text = f"<?xml version='1.0' encoding='{encoding}'?><!DOCTYPE feed [{BOMB}]>"
    body = (text + atom_around("<entry><title>&c;</title></entry>").decode()).encode(encoding)
    assert refusal(body).startswith("wire-")
    if encoding == "utf-7":
        hidden = text.replace("<!DOCTYPE", "+ADw-!DOCTYPE").replace("<!ENTITY", "+ADw-!ENTITY")
        assert refusal(hidden.encode() + atom_around()) == "wire-encoding"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(atom_around("<entry>&x;</entry>"), "wire-malformed", id="an entity nobody declared"),
        pytest.param(atom_around(entry_around(TOKEN))[:-3], "wire-malformed", id="cut off"),
        pytest.param(b"", "wire-malformed", id="nothing"),
        pytest.param(b"\xff\xfe<\x00f\x00", "wire-encoding", id="UTF-16"),
        pytest.param("<feed/>".encode("utf-16-le"), "wire-encoding", id="UTF-16 without a mark"),
        pytest.param(
            atom_around(declaration="<?xml version='1.0' encoding='iso-8859-1'?>"),
            "wire-encoding",
            id="declared as Latin-1",
        ),
        pytest.param(
            atom_around(declaration="<?xml version='1.0' encoding='UTF-7'?>"), "wire-encoding", id="UTF-7"
        ),
        pytest.param(atom_around(declaration="<?xml version='1.1'?>"), "wire-malformed", id="XML 1.1"),
        pytest.param(atom_around("<entry>\x00</entry>"), "wire-malformed", id="a character XML has not"),
        pytest.param(atom_around("<x:y/>"), "wire-malformed", id="a prefix nobody declared"),
        pytest.param(atom_around(entry_around("aaa.é.ccc")), "wire-encoding", id="a token beyond ASCII"),
        pytest.param(b"<rss version='2.0'><channel/></rss>", "wire-unsupported", id="RSS"),
        pytest.param(b"<feed/>", "wire-unsupported", id="a feed of no namespace"),
        pytest.param(
            b"<entry xmlns='http://www.w3.org/2005/Atom'/>", "wire-unsupported", id="an entry by itself"
        ),
        pytest.param(atom_around(*[entry_around(TOKEN)] * 101), "wire-too-many", id="101 entries"),
        pytest.param(atom_around("<a/>" * 100_001), "wire-too-many", id="markup without end"),
        pytest.param(
            atom_around("<a" + " b=''" * 100_001 + "/>"), "wire-too-many", id="attributes without end"
        ),
        pytest.param(atom_around("<a>" * 300 + "</a>" * 300), "wire-malformed", id="very deep"),
    ],
)
def test_a_document_that_is_no_plain_atom_feed_is_refused(body: bytes, code: str) -> None:
    assert refusal(body) == code


def test_what_only_looks_like_a_declaration_does_no_harm() -> None:
    marked = b"\xef\xbb\xbf" + atom_around(
        entry_around(TOKEN), declaration='<?xml version="1.0" encoding="utf-8" standalone="yes"?>'
    )
    styled = atom_around(entry_around(TOKEN), declaration="<?xml-stylesheet href='x'?>")
    assert take_out(marked, "atom").carried == take_out(styled, "atom").carried != ()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(
            b'{"version":"https://jsonfeed.org/version/1.1","version":1}', "wire-malformed", id="a key twice"
        ),
        pytest.param(b"[" * 90_000, "wire-malformed", id="very deep"),
        pytest.param(b"[" * 100_001, "wire-too-many", id="brackets without end"),
        pytest.param(b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "wire-malformed", id="objects very deep"),
        pytest.param(json_around([{"x": [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}]), "wire-malformed", id="17 deep"),
        pytest.param(json_around([], x=float("nan")), "wire-malformed", id="NaN"),
        pytest.param(b'{"version":' + b"9" * 5_000 + b"}", "wire-malformed", id="an endless number"),
        pytest.param(b"\xef\xbb\xbf" + json_around([]), "wire-malformed", id="a byte order mark"),
        pytest.param(b"{'a':1}", "wire-malformed", id="not JSON"),
        pytest.param("{}".encode("utf-16"), "wire-encoding", id="UTF-16"),
        pytest.param(b"[]", "wire-unsupported", id="a list"),
        pytest.param(b'{"version":1}', "wire-unsupported", id="a version that is no text"),
        pytest.param(b'{"version":"2"}', "wire-unsupported", id="another version"),
        pytest.param(json_around([1]), "wire-malformed", id="items that are no objects"),
        pytest.param(json_around([{}] * 101), "wire-too-many", id="101 items"),
        pytest.param(json_around([{"_syndicate": {"jws": "HALF"}}]), "wire-encoding", id="half a pair"),
    ],
)
def test_a_document_that_is_no_plain_json_feed_is_refused(body: bytes, code: str) -> None:
    assert refusal(body.replace(b"HALF", b"\\ud800"), "json") == code


def test_visible_fields_that_are_no_plain_text_are_passed_over() -> None:
    entry = entry_around(TOKEN, "<link href='https://a.example/' rel='self'/>").replace("T</t", "<b/></t")
    assert take_out(atom_around(entry), "atom").carried[0] == Carried(token=TOKEN, title=None, url=None)
    bare = atom_around(f"<entry>{SYN}<link href='https://a.example/'/></entry>")
    assert take_out(bare, "atom").carried[0] == Carried(token=TOKEN, title=None, url="https://a.example/")
    body = json_around([{"_syndicate": {"jws": TOKEN}, "title": 1, "url": "x"}])
    assert take_out(body.replace(b'"x"', b'"\\udfff"'), "json").carried[0].url is None
    assert take_out(body, "json").carried[0] == Carried(token=TOKEN, title=None, url="x")


def test_tokens_are_not_looked_for_in_other_formats() -> None:
    assert refusal(b"", "rss") == "wire-unsupported"
    assert refusal(b"", "ninjs") == "wire-unsupported"


def test_the_largest_feed_of_an_agency_is_read() -> None:
    desk = Desk()
    body = "<p>" + "<strong>ភាសាខ្មែរ</strong>ខ" * 30 + "</p>"
    items = [
        desk.vn.item(
            "a" + "bcdefghijk"[n // 10] + "bcdefghijk"[n % 10], content=Content(type="text/html", body=body)
        )
        for n in range(limits.FEED_ENTRIES)
    ]
    for format_ in ("atom", "json"):
        assert len(take_out(render(desk.agency(*items), format_), format_).carried) == limits.FEED_ENTRIES


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        pytest.param(b"a.b.c\nd.e.f\n", ("a.b.c", "d.e.f"), id="a line each"),
        pytest.param(
            b"\r\n\n a.b.c \r\n\n\nd.e.f", ("a.b.c", "d.e.f"), id="blank lines and carriage returns"
        ),
        pytest.param(b"", (), id="nothing"),
        pytest.param(b"a b", ("a b",), id="a space within a line is for the verifier to refuse"),
        pytest.param(b"a\n" * 100, ("a",) * 100, id="a hundred"),
    ],
)
def test_a_submission_is_split_at_its_lines(body: bytes, tokens: tuple[str, ...]) -> None:
    assert split_submission(body) == tokens


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"a\n" * 101, "wire-too-many", id="a hundred and one"),
        pytest.param("a.é.c".encode(), "wire-encoding", id="not ASCII"),
    ],
)
def test_a_submission_beyond_bounds_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(WireError) as caught:
        split_submission(body)
    assert caught.value.code == code
