"""One run of the agency's side: read the CMS, sign what is new or changed, keep it, show it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from syndicate.agency._compose import compose
from syndicate.agency._config import AgencyConfig
from syndicate.agency._draft import Draft, Unfit, draft
from syndicate.agency._entry import CmsEntry
from syndicate.agency._files import publish, refuse_to_forget
from syndicate.agency._recognise import NEVER_SIGNED, Memory, Moved, find_moves, remember
from syndicate.agency._report import EntryReport, Fate, Report
from syndicate.agency._source import read_source
from syndicate.agency._stream import Unsigned, sign_items
from syndicate.errors import AgencyError
from syndicate.news import Act, Refused, Registry
from syndicate.ports import Clock, Fetcher, Reading, Signed, Signer, StreamBook

Progress = Callable[[int, int], None]  # entries done, of all

_BATCH: Final = 100  # items per commit: a run that is killed has lost none of the earlier ones


async def sign_once(  # noqa: PLR0913 - the world it is handed
    config: AgencyConfig,
    *,
    signer: Signer,
    book: StreamBook,
    fetcher: Fetcher,
    clock: Clock,
    progress: Progress = lambda _done, _all: None,
    moved: Moved = "ask",
) -> Report:
    """Sign what is new or changed in the CMS's feed, oldest first, and write the feeds that show it.

    An entry that vanished is left as it is. Killed at any point, the next run goes on where this one
    stopped; run twice, the second changes nothing. Where many stories come back under new ids, they wait
    until a person says in ``moved`` whether they are the same.

    Raises:
        AgencyError: the CMS's feed cannot be read, a file not be written, or the book is not the newest.
        SigningError: the key cannot sign.
        StorageError: the book cannot be read or written.
    """
    registry = config.own_registry(signer.kid, signer.public)
    refuse_to_forget(config, book, registry, clock.now())
    try:
        entries = (await read_source(config, fetcher)).entries
    except AgencyError:
        publish(config, book, registry)  # what an earlier run signed and could not show any more
        raise
    run = _Run(config=config, signer=signer, book=book, registry=registry, now=clock.now(), moved=moved)
    reports = run.sign(entries, progress)
    shown, files = publish(config, book, registry)
    return Report(source=config.feed, entries=reports, head=book.head()[0], shown=shown, files=files)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """An entry that wants to be signed: where it stood in the feed, and what would be said."""

    place: int
    draft: Draft
    unsigned: Unsigned

    @property
    def order(self) -> tuple[str, int]:
        """Oldest first; without dates, from the foot of the feed upwards."""
        item = self.unsigned.item
        return (item.published if item.ver == 1 else item.updated, -self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    config: AgencyConfig
    signer: Signer
    book: StreamBook
    registry: Registry
    now: float
    moved: Moved

    def sign(self, entries: Sequence[CmsEntry], progress: Progress) -> tuple[EntryReport, ...]:
        reports: dict[int, EntryReport] = {}
        drafts: dict[int, Draft] = {}
        memory = remember(entries, self.config, self.book)
        for place, entry in enumerate(entries):
            if (standing := memory.standing(place)) is not None:
                reports[place] = _as_before(entry, standing)
            else:
                match draft(entry, self.config, self.now):
                    case Unfit() as unfit:
                        reports[place] = _unfit(entry, unfit)
                    case Draft() as drafted:
                        drafts[place] = replace(drafted, sub=memory.item(place))
            if (place + 1) % _BATCH == 0 or place + 1 == len(entries):
                progress(place + 1, len(entries))
        found = self._recognised(drafts, memory, reports)
        tasks = self._tasks(found, reports)
        for start in range(0, len(tasks), _BATCH):
            self._sign(tasks[start : start + _BATCH], reports)
        self.book.note(_settled(found, memory, reports))
        return tuple(reports[place] for place in range(len(entries)))

    def _recognised(
        self, drafts: Mapping[int, Draft], memory: Memory, reports: dict[int, EntryReport]
    ) -> dict[int, Draft]:
        """The drafts under the items they are; what waits for a person is reported and left out."""
        shown = {memory.item(place) for place in range(len(memory.subs))}
        moves = find_moves(drafts, memory, self.book, moved=self.moved, shown=shown)
        reports |= {place: _held(drafts[place], old, len(moves.held)) for place, old in moves.held.items()}
        return {
            place: replace(each, sub=moves.same[place].sub) if place in moves.same else each
            for place, each in drafts.items()
            if place not in moves.held
        }

    def _tasks(self, drafts: Mapping[int, Draft], reports: dict[int, EntryReport]) -> list[_Task]:
        latest = self.book.latest({each.sub for each in drafts.values()})
        tasks: list[_Task] = []
        seen = {report.sub for report in reports.values() if report.fate is not Fate.SKIPPED}
        for place, each in drafts.items():
            known = latest.get(each.sub)
            if each.sub in seen:
                reports[place] = _repeated(each)
            elif known is not None and (fate := _standing(each, known)) is not None:
                reports[place] = _told(each, fate, known)
            else:
                tasks.append(
                    _Task(place=place, draft=each, unsigned=compose(each, known, self.config, self.now))
                )
            seen.add(each.sub)
        return sorted(tasks, key=lambda task: task.order)

    def _sign(self, tasks: Sequence[_Task], reports: dict[int, EntryReport]) -> None:
        answers = sign_items(
            [task.unsigned for task in tasks],
            signer=self.signer,
            book=self.book,
            registry=self.registry,
            now=self.now,
        )
        for task, answer in zip(tasks, answers, strict=True):
            if isinstance(answer, Refused):
                reports[task.place] = _refused(task.draft, answer)
            else:
                fate = Fate.SIGNED if answer.act is Act.PUBLISH else Fate.UPDATED
                reports[task.place] = _told(task.draft, fate, answer)


def _settled(
    drafts: Mapping[int, Draft], memory: Memory, reports: Mapping[int, EntryReport]
) -> list[Reading]:
    """How the entries were found whose word stands in the book now; the next run knows them at once."""
    return [
        memory.reading(place, each)
        for place, each in drafts.items()
        if reports[place].fate is not Fate.SKIPPED
    ]


def _as_before(entry: CmsEntry, signed: Signed) -> EntryReport:
    return EntryReport(
        cms_id=entry.cms_id,
        title=entry.title.value[:200] if entry.title else "",
        fate=Fate.WITHDRAWN if signed.act in NEVER_SIGNED else Fate.UNCHANGED,
        sub=signed.sub,
        ver=signed.ver,
        seq=signed.seq,
    )


def _held(each: Draft, old: Signed, count: int) -> EntryReport:
    return EntryReport(
        cms_id=each.cms_id,
        title=each.title,
        fate=Fate.SKIPPED,
        sub=old.sub,
        code="entry-moved",
        detail=f"it is number {old.seq} under another id, and so are {count} entries in all",
        remedy=(
            "If the CMS gave old stories new ids: `syndicate agency sign --moved same` once. "
            "If they are news in the same words: `--moved new`."
        ),
        notes=each.notes,
    )


def _standing(each: Draft, known: Signed) -> Fate | None:
    """Why nothing is to be signed for an item that was signed before; None if it has changed."""
    if known.act in NEVER_SIGNED:
        return Fate.WITHDRAWN
    return Fate.UNCHANGED if known.fingerprint == each.fingerprint else None


def _told(each: Draft, fate: Fate, signed: Signed) -> EntryReport:
    return EntryReport(
        cms_id=each.cms_id,
        title=each.title,
        fate=fate,
        sub=signed.sub,
        ver=signed.ver,
        seq=signed.seq,
        notes=each.notes,
    )


def _repeated(each: Draft) -> EntryReport:
    return EntryReport(
        cms_id=each.cms_id,
        title=each.title,
        fate=Fate.SKIPPED,
        sub=each.sub,
        code="entry-repeated",
        detail="an entry above it in the feed has the same id",
        remedy="Let the CMS give every entry a guid (RSS) or id (Atom) of its own.",
    )


def _refused(each: Draft, refused: Refused) -> EntryReport:
    return EntryReport(
        cms_id=each.cms_id,
        title=each.title,
        fate=Fate.SKIPPED,
        sub=each.sub,
        code=refused.reason.value,
        detail=f"hubs would refuse it: {refused.detail}",
        remedy=refused.reason.remedy,
        notes=each.notes,
    )


def _unfit(entry: CmsEntry, unfit: Unfit) -> EntryReport:
    return EntryReport(
        cms_id=entry.cms_id,
        title=entry.title.value[:200] if entry.title else "",
        fate=Fate.SKIPPED,
        code=unfit.code,
        detail=unfit.detail,
        remedy=unfit.remedy,
    )
