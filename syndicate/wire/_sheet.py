"""A document as it lies before a proofreader: what it says of itself, and which tokens it rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from syndicate.errors import WireError
from syndicate.news import Reason
from syndicate.wire._bounds import check_count
from syndicate.wire._names import ATOM, SYN
from syndicate.wire._read_atom import ENTRY, LINK, parse_xml, unload_atom
from syndicate.wire._read_json import OURS, items_of, parse_json, unload_json

MOST: Final = 10_000  # entries of a hub's feed; its window is set by time
_WINDOW = f"{{{SYN}}}window"
_INDEX_DIGITS = 15
_ID = f"{{{ATOM}}}id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a feed document says of itself; nobody has vouched for any of it."""

    self_url: str | None
    first_index: int | None
    last_index: int | None
    tokens: tuple[str | None, ...]  # of each entry; always None in RSS
    digests: tuple[str | None, ...]  # by which an entry names a token that it does not carry
    ids: tuple[str | None, ...] = ()  # that each entry states; as many as there are entries
    pushed: bool = False  # it names a hub that sends what is new in it to subscribers
    prev_archive: str | None = None  # of an Atom feed, as written
    next_url: str | None = None  # of a JSON Feed, as written


def lay_out(body: bytes, format: str) -> Sheet:  # noqa: A002 - the word of the vocabulary
    """What there is to proofread in a feed in ``format``: "atom", "json" or "rss".

    Raises:
        WireError: as ``take_out``, for any bytes.
    """
    match format:
        case "atom":
            return _atom(body)
        case "json":
            return _json(body)
        case "rss":
            return _rss(body)
    raise WireError(f"there are no feeds in {format!r}", code=Reason.WIRE_UNSUPPORTED)


def _atom(body: bytes) -> Sheet:
    brought = unload_atom(body, MOST)
    entries = brought.entries
    root = parse_xml(body, MOST)
    return Sheet(
        self_url=_link(root, "self"),
        first_index=_index(root, "first"),
        last_index=_index(root, "last"),
        tokens=tuple(None if each is None else each.token for each in entries),
        digests=_stated(root.iterchildren(ENTRY)),
        ids=tuple(entry.findtext(_ID) for entry in root.iterchildren(ENTRY)),
        pushed=_link(root, "hub") is not None,
        prev_archive=brought.prev_archive,
    )


def _rss(body: bytes) -> Sheet:
    channel = channel_of(parse_xml(body, MOST))
    items = channel.findall("item")
    check_count(len(items), MOST)
    return Sheet(
        self_url=_link(channel, "self"),
        first_index=_index(channel, "first"),
        last_index=_index(channel, "last"),
        tokens=(None,) * len(items),
        digests=_stated(items),
        ids=tuple(item.findtext("guid") for item in items),
        pushed=_link(channel, "hub") is not None,
    )


def _stated(entries: Iterable[etree._Element]) -> tuple[str | None, ...]:
    """The digest by which each entry names its token, where it does not carry it."""
    named = (entry.find(f"{{{SYN}}}token") for entry in entries)
    return tuple(None if token is None else token.get("sha256") for token in named)


def channel_of(root: etree._Element) -> etree._Element:
    """The channel of an RSS document; raises ``WireError`` (wire-unsupported) when it is none."""
    channels = list(root.iterchildren("channel")) if root.tag == "rss" else []
    if len(channels) != 1:
        raise WireError("not an RSS 2.0 document", code=Reason.WIRE_UNSUPPORTED)
    return channels[0]


def _link(head: etree._Element, rel: str) -> str | None:
    return next((link.get("href") for link in head.iterchildren(LINK) if link.get("rel") == rel), None)


def _index(head: etree._Element, name: str) -> int | None:
    window = head.find(_WINDOW)
    return None if window is None else _number(window.get(name, ""))


def _number(written: str) -> int | None:
    # One number, one spelling: "007" or Thai digits would be other bytes that say the same.
    plain = written.isascii() and written.isdigit() and len(written) <= _INDEX_DIGITS
    return int(written) if plain and str(int(written)) == written else None


def _json(body: bytes) -> Sheet:
    entries = unload_json(body, MOST).entries
    read = parse_json(body, MOST)
    ours = read.get(OURS)
    window = ours.get("window") if isinstance(ours, dict) else None
    told = window if isinstance(window, dict) else {}
    return Sheet(
        self_url=_text(read.get("feed_url")),
        first_index=_whole(told.get("first")),
        last_index=_whole(told.get("last")),
        tokens=tuple(None if each is None else each.token for each in entries),
        digests=tuple(map(_digest, items_of(read, MOST))),
        ids=tuple(_text(item.get("id")) for item in items_of(read, MOST)),
        next_url=_text(read.get("next_url")),
        pushed="hubs" in read,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _digest(item: Mapping[str, object]) -> str | None:
    ours = item.get(OURS)
    return _text(ours.get("sha256")) if isinstance(ours, dict) and "jws" not in ours else None


def _whole(value: object) -> int | None:
    return _number(str(value)) if type(value) is int else None
