"""What happened to an item, in the order in which it happened."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syndicate.cli._shown import shown
from syndicate.errors import LedgerError
from syndicate.ledger import Note, read_checkpoint, read_proof
from syndicate.news import Item, rfc3339
from syndicate.ports import Case, HeldToken, KeptAct, KeptVersion, RefusalRecord
from syndicate.trust import recall

_COSIGNATURE_BYTES: Final = 72
_ALWAYS: Final = float("inf")  # what has no time yet stands at the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. ``at`` is in Unix seconds, None where it is to come or was not noted."""

    at: float | None
    kind: str  # signed, received, sealed, proven, waits, told, refused, held, or an act's name
    what: str
    ver: int | None = None
    more: tuple[str, ...] = ()


def events_of(case: Case, versions: Sequence[KeptVersion]) -> tuple[Event, ...]:
    """Everything in order; of one moment, in the order of the journey."""
    found = [event for each in versions for event in _of_version(each)]
    found += map(_refused, case.refused)
    found += map(_held, case.held)
    found += map(_act, case.acts)
    return tuple(sorted(found, key=lambda event: _ALWAYS if event.at is None else int(event.at)))


def _of_version(kept: KeptVersion) -> Iterator[Event]:
    item = recall(kept.token) if kept.token else None
    if item is not None:
        yield _signed(kept, item)
    marks = f"marks: {', '.join(sorted(kept.marks))}" if kept.marks else "without a mark"
    # Which source brought an admitted token is not kept: the same token comes over several.
    yield Event(
        at=kept.received_at,
        kind="received",
        ver=kept.ver,
        what=f"first received here, and admitted; {marks}",
        more=(f"token {kept.digest}",),
    )
    if kept.index is None:
        yield Event(at=None, kind="waits", ver=kept.ver, what="waits for its place in the log")
        return
    sight = "" if kept.shown else "; not shown yet"
    what = f"leaf {kept.index} of the public log{sight}"
    yield Event(at=kept.sealed_at, kind="sealed", ver=kept.ver, what=what)
    yield _proven(kept)
    yield from _deliveries(kept)


def _signed(kept: KeptVersion, item: Item) -> Event:
    more = [f"{item.kind}, {item.lang}: {shown(item.title)}"]
    if item.note is not None:
        more.append(f"note: {shown(item.note)}")
    what = f"{item.act}, signed by {item.iss} (by its own clock), number {kept.seq} of stream {kept.stream}"
    return Event(at=item.iat, kind="signed", ver=kept.ver, what=what, more=tuple(more))


def _proven(kept: KeptVersion) -> Event:
    if kept.proof is None:
        return Event(at=None, kind="waits", ver=kept.ver, what="no checkpoint is over it yet")
    try:
        checkpoint, note = read_checkpoint(read_proof(kept.proof).checkpoint)
    except LedgerError as exc:
        return Event(at=None, kind="waits", ver=kept.ver, what=f"its checkpoint cannot be read: {exc}")
    others = [each.name for each in note.signatures if each.name != checkpoint.origin]
    enough = "satisfied the policy" if kept.quorum else "did not satisfy the policy so far"
    who = f"cosigned by {', '.join(others)}" if others else "signed by the operator alone"
    return Event(
        at=_cosigned(note),
        kind="proven" if kept.quorum else "waits",
        ver=kept.ver,
        what=f"under the checkpoint of {checkpoint.size:,} leaves of {checkpoint.origin}, which {enough}",
        more=(who,),
    )


def _cosigned(note: Note) -> float | None:
    """When the last witness signed (C2SP tlog-cosignature: eight octets of time before the signature)."""
    times = [int.from_bytes(each.raw[:8]) for each in note.signatures if len(each.raw) == _COSIGNATURE_BYTES]
    return max(times, default=None)


def _deliveries(kept: KeptVersion) -> Iterator[Event]:
    figures = kept.figures
    if figures is not None:
        acknowledged = f"acknowledged by {figures.acknowledged}"
        if figures.acknowledged_at is not None:
            acknowledged += f", the last at {rfc3339(figures.acknowledged_at)}"
        yield Event(
            at=figures.notified_at,
            kind="told",
            ver=kept.ver,
            what=f"told to {figures.notified} subscribers, as a public figure",
            more=(acknowledged,),
        )
    if kept.subscribers:
        yield Event(
            at=None,
            kind="told",
            ver=kept.ver,
            what=f"acknowledged by {kept.acknowledged} of the {kept.subscribers} subscribers that want it",
        )


def _refused(record: RefusalRecord) -> Event:
    again = "" if record.count == 1 else f"; {record.count} times, last {rfc3339(record.last_at)}"
    return Event(
        at=record.first_at,
        kind="refused",
        what=f"refused: {record.reason}, from {shown(record.source)}{again}",
        more=(shown(record.detail), f"token {record.digest}"),
    )


def _held(held: HeldToken) -> Event:
    return Event(
        at=held.held_at,
        kind="held",
        what=f"held until it can be judged again: {held.reason}, from {shown(held.source)}",
        more=(shown(held.detail), f"token {held.digest}"),
    )


def _act(act: KeptAct) -> Event:
    said = json.loads(act.body)
    place = "waits for its place in the log" if act.index is None else f"leaf {act.index}"
    at = said["at"]
    if isinstance(at, str):
        at = datetime.fromisoformat(at).timestamp()
    two = f"{said['sub']} and {said['to_sub']}" if "to_sub" in said else ""
    more = (f"act {act.digest}, {place}", *filter(None, [two, shown(said.get("reason", ""))]))
    names = {
        "erase": "taken back by the operator",
        "relation-confirm": "the operator says that it belongs with another item",
        "relation-reject": "the operator says that it does not belong with another item",
        "quarantine-begin": "the operator has the agency wait",
        "quarantine-lift": "the operator lets the agency go on",
    }
    return Event(at=at, kind=said["act"], what=names.get(said["act"], said["act"]), more=more)
