"""A version as one row of a list, as the wire, the corrections and a source's own page show it."""

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from syndicate.news import Act, Index, Kind, Mark, Registry
from syndicate.ports import Delivered, Logged
from syndicate.trust import marks_since, recall
from syndicate.web._pages._paper import Paper, called
from syndicate.web._pages._tongues import direction

ROOM: Final = 28_000  # bytes of rows on one page


def row_of(logged: Logged, registry: Registry, proven: int) -> Mapping[str, object]:
    """What a list shows of a version that is not erased; ``proven`` leaves of the log stand proven."""
    item = recall(logged.token)
    return {
        "sub": item.sub,
        "ver": item.ver,
        "label": label_of(item.act, item.kind),
        "loud": item.withdrawn or item.act is Act.CORRECT or item.kind is Kind.ALERT,
        "title": item.title,
        "lang": item.lang,
        "dir": direction(item.lang),
        "note": item.note,
        "agency": called(registry.agencies.get(item.iss), item.iss, item.lang),
        "published": item.published,
        "since": logged.received_at,
        "proven": logged.index < proven,
        "void": Mark.KEY_REVOKED in marks_since(logged.token, registry, logged.received_at),
    }


def label_of(act: Act, kind: Kind) -> str | None:
    """The catalogue's key for what a reader must see first of an item; None for plain news."""
    if act is not Act.PUBLISH:
        return f"act.{act}"
    return None if kind is Kind.STORY else f"kind.{kind}"


def printed_rows(  # noqa: PLR0913 - what a list is made of
    paper: Paper,
    window: Sequence[Logged],
    registry: Registry,
    *,
    proven: int,
    most: int,
    delivered: Mapping[int, Delivered] | None = None,
) -> tuple[Markup, Index | None]:
    """At most ``most`` rows as HTML, and the index to go on before, if there is more.

    ``delivered`` says of indices how many subscribers were told of them.

    A page ends early rather than grow: titles may be long, and in most scripts of the region a character
    takes three bytes.
    """
    rows: list[Markup] = []
    room = ROOM
    for logged in window[:most]:
        told = (delivered or {}).get(logged.index)
        row = paper.part("row.html", item=row_of(logged, registry, proven), told=told)
        room -= len(row.encode())
        if room < 0 and rows:
            break
        rows.append(row)
    more = len(rows) < len(window)
    return Markup().join(rows), window[len(rows) - 1].index if more else None
