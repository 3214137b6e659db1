"""One run of the agency's side: read the CMS, sign what is new or changed, keep it, show it."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final

from syndicate.agency._ahead import NOT_REACHED, Ahead, Progress, look_ahead
from syndicate.agency._as_before import done_before, remember_done
from syndicate.agency._brake import brake, due, release
from syndicate.agency._compose import compose
from syndicate.agency._config import AgencyConfig
from syndicate.agency._draft import Draft, draft
from syndicate.agency._entry import CmsEntry
from syndicate.agency._files import publish
from syndicate.agency._guard import check_may_sign, check_not_halted, remember_run
from syndicate.agency._one_by_one import Unfit, failed
from syndicate.agency._recognise import NEVER_SIGNED, Memory, Moved, find_moves, remember
from syndicate.agency._report import EntryReport, Fate, Report
from syndicate.agency._stream import Unsigned, sign_items
from syndicate.errors import AgencyError
from syndicate.news import Act, ItemId, Refused, Registry, rfc3339
from syndicate.ports import Clock, Fetcher, Reading, Signed, Signer, StreamBook, Waiting, Why

_BATCH: Final = 100  # items per commit: a run that is killed has lost none of the earlier ones


async def sign_once(  # noqa: PLR0913 - the world it is handed
    config: AgencyConfig,
    *,
    signer: Signer,
    book: StreamBook,
    fetcher: Fetcher | None,
    clock: Clock,
    progress: Progress = lambda _done, _all: None,
    moved: Moved = "ask",
    clock_is_right: bool = False,
    book_is_newest: bool = False,
    ahead: Ahead | None = None,
) -> Report:
    """Sign what is new or changed in the CMS's feed, oldest first, and write the feeds that show it.

    An entry that vanished is left as it is. Killed at any point, the next run goes on where this one
    stopped; run twice, the second changes nothing. Where many stories come back under new ids, they wait
    until a person says in ``moved`` whether they are the same. ``fetcher`` may be None for a CMS that is a
    file or a folder (``config.is_remote``). With ``ahead`` (see ``look_ahead``) it is not asked.

    Raises:
        AgencyError: signing is halted, the clock or the book is not to be trusted, the CMS's feed cannot
            be read, or a file not be written.
        SigningError: the key cannot sign.
        StorageError: the book cannot be read or written.
    """
    registry = config.own_registry(signer.kid, signer.public)
    check_may_sign(
        config,
        book,
        registry,
        clock.now(),
        clock_is_right=clock_is_right,
        book_is_newest=book_is_newest,
    )
    run = _Run(config=config, signer=signer, book=book, registry=registry, now=clock.now(), moved=moved)
    before = None if ahead is None else done_before(ahead.mark, book)
    if ahead is None or (before is None and not ahead.was_read):  # a person did something in between
        ahead = await look_ahead(
            config, fetcher, opens=lambda: nullcontext(book), clock=clock, progress=progress
        )
        before = done_before(ahead.mark, book)
    try:
        entries = () if before is not None else ahead.shown()
    except AgencyError:
        run.release_what_persons_wrote()  # an embargo does not wait for the CMS
        publish(config, book, registry)  # what an earlier run signed and could not show any more
        raise
    reports, released = run.sign(entries, ahead.drafts) if before is None else (before, ())
    shown, files = publish(config, book, registry)
    remember_run(config, book, run.now)
    remember_done(ahead.mark, reports, book)
    return Report(
        source=config.feed,
        entries=reports,
        head=book.head()[0],
        shown=shown,
        files=files,
        released=released,
    )


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

    def sign(
        self, entries: Sequence[CmsEntry], ahead: Mapping[int, Draft | Unfit]
    ) -> tuple[tuple[EntryReport, ...], tuple[EntryReport, ...]]:
        """What became of the entries, and of what had waited; ``ahead`` are drafts that were made already."""
        reports: dict[int, EntryReport] = {}
        drafts: dict[int, Draft] = {}
        later: list[int] = []
        memory = remember(entries, self.config, self.book)
        for place, entry in enumerate(entries):
            if (standing := memory.standing(place)) is not None:
                reports[place] = _as_before(entry, standing)
                continue
            match ahead.get(place) or draft(entry, self.config, self.now):
                case Unfit() as unfit:
                    reports[place] = _unfit(entry, unfit)
                    later += [place] if unfit is NOT_REACHED else []
                case Draft() as drafted:
                    drafts[place] = replace(drafted, sub=memory.item(place))
        found = self._recognised(drafts, memory, reports)
        shown = self._shown(found, memory, later)
        tasks = self._braked(self._tasks(found, reports), shown, reports)
        for start in range(0, len(tasks), _BATCH):
            check_not_halted(self.config, self.book)
            self._sign(tasks[start : start + _BATCH], reports)
        released = self._release(shown)
        self.book.note(_settled(found, memory, reports))
        return tuple(reports[place] for place in range(len(entries))), released

    def _shown(self, drafts: Mapping[int, Draft], memory: Memory, later: Sequence[int]) -> list[ItemId]:
        """The items that the CMS shows, the top of its feed first; ``later`` come to be read another time."""
        shown = {
            place: memory.item(place)
            for place in range(len(memory.subs))
            if memory.standing(place) is not None
        }
        shown |= {place: memory.item(place) for place in later}
        shown |= {place: each.sub for place, each in drafts.items()}
        return [shown[place] for place in sorted(shown)]

    def _braked(
        self, tasks: Sequence[_Task], shown: Sequence[ItemId], reports: dict[int, EntryReport]
    ) -> list[_Task]:
        """The tasks that may be done now; the others are reported as waiting."""
        by_sub = {task.unsigned.item.sub: task for task in tasks}
        braked = brake(
            [task.unsigned for task in tasks],
            config=self.config,
            book=self.book,
            now=self.now,
            shown=shown,
            unchanged={each.sub for each in reports.values() if each.fate is Fate.UNCHANGED and each.sub},
        )
        now = [replace(by_sub.pop(each.item.sub), unsigned=each) for each in braked.now]
        for sub, task in by_sub.items():
            kept = braked.waiting.get(sub)
            reports[task.place] = _dropped(task.draft) if kept is None else _waits(task.draft, kept)
        return now

    def release_what_persons_wrote(self) -> None:
        waited = [each for each in due(self.book, self.now) if not each.fingerprint]
        release(waited, signer=self.signer, book=self.book, registry=self.registry, now=self.now)

    def _release(self, shown: Collection[ItemId]) -> tuple[EntryReport, ...]:
        """Sign what has waited and come to its time, and is not among the entries ``shown``."""
        check_not_halted(self.config, self.book)
        waited = due(self.book, self.now, shown)
        answers = release(waited, signer=self.signer, book=self.book, registry=self.registry, now=self.now)
        return tuple(_released(each, answer) for each, answer in zip(waited, answers, strict=True))

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
                match self._task(place, each, known):
                    case Unfit() as unfit:
                        reports[place] = _unfit_draft(each, unfit)
                    case task:
                        tasks.append(task)
            seen.add(each.sub)
        return sorted(tasks, key=lambda task: task.order)

    def _task(self, place: int, each: Draft, known: Signed | None) -> _Task | Unfit:
        try:
            unsigned = compose(each, known, self.config, self.now)
        except Exception as exc:  # noqa: BLE001 - the edge of one entry: a bug stops no other
            return failed(exc)
        return _Task(place=place, draft=each, unsigned=unsigned)

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
                fate = Fate.SIGNED if task.unsigned.item.act is Act.PUBLISH else Fate.UPDATED
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


def _dropped(each: Draft) -> EntryReport:
    return EntryReport(cms_id=each.cms_id, title=each.title, fate=Fate.WITHDRAWN, sub=each.sub)


def _waits(each: Draft, kept: Waiting) -> EntryReport:
    until = "until a person releases it" if kept.due is None else f"until {rfc3339(kept.due)}"
    return EntryReport(
        cms_id=each.cms_id,
        title=each.title,
        fate=Fate.WAITING,
        sub=each.sub,
        code=f"waiting-{kept.why}",
        detail=f"number {kept.id} of the waiting list, {until}",
        remedy=_REMEDIES[kept.why],
        notes=each.notes,
    )


_REMEDIES: Final = {
    Why.DELAY: "It goes out by itself; `syndicate agency drop` stops it.",
    Why.EMBARGO: "It goes out by itself; `syndicate agency drop` stops it.",
    Why.BURST: "Far more came than usual. Look at it; then `syndicate agency release` or `drop`.",
    Why.RETURNED: "This text was taken back before. Look at it; then `syndicate agency release` or `drop`.",
    Why.GONE: "The CMS took it away again. Look at it; then `syndicate agency release` or `drop`.",
    Why.HALTED: "Signing was halted. Look at it; then `syndicate agency release` or `drop`.",
    Why.SECOND: "A second person releases it: `syndicate agency release`, with their own key.",
}


def _released(each: Waiting, answer: Signed | Refused) -> EntryReport:
    told = EntryReport(cms_id=each.cms_id, title=each.item.title, fate=Fate.SIGNED, sub=each.item.sub)
    if isinstance(answer, Refused):
        refusal = f"hubs would refuse it: {answer.detail}"
        return replace(
            told,
            fate=Fate.SKIPPED,
            code=answer.reason.value,
            detail=refusal,
            remedy=answer.reason.remedy,
        )
    return replace(told, ver=answer.ver, seq=answer.seq)


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


def _unfit_draft(each: Draft, unfit: Unfit) -> EntryReport:
    return EntryReport(
        cms_id=each.cms_id,
        title=each.title,
        fate=Fate.SKIPPED,
        sub=each.sub,
        code=unfit.code,
        detail=unfit.detail,
        remedy=unfit.remedy,
        notes=each.notes,
    )
