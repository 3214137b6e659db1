"""One run of the agency's side: read the CMS, sign what is new or changed, keep it, show it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from syndicate.agency._brake import brake, due, release
from syndicate.agency._cms import CMS_BYTES, CmsEntry, read_cms
from syndicate.agency._config import AgencyConfig
from syndicate.agency._draft import Draft, Unfit, draft
from syndicate.agency._files import publish
from syndicate.agency._guard import check_may_sign, remember_run
from syndicate.agency._report import EntryReport, Fate, Report
from syndicate.agency._stream import Unsigned, sign_items
from syndicate.errors import AgencyError
from syndicate.news import Act, Item, ItemId, Refused, Registry, UnixTime, rfc3339
from syndicate.ports import Clock, Fetched, Fetcher, FetchFailed, Signed, Signer, StreamBook, Waiting, Why
from syndicate.trust import recall

Progress = Callable[[int, int], None]  # entries done, of all

_BATCH: Final = 100  # items per commit: a run that is killed has lost none of the earlier ones
_NEVER_SIGNED: Final = (Act.WITHHOLD, Act.RETRACT)


async def sign_once(  # noqa: PLR0913 - the world it is handed
    config: AgencyConfig,
    *,
    signer: Signer,
    book: StreamBook,
    fetcher: Fetcher,
    clock: Clock,
    progress: Progress = lambda _done, _all: None,
    clock_is_right: bool = False,
) -> Report:
    """Sign what is new or changed in the CMS's feed, oldest first, and write the feeds that show it.

    An entry that vanished is left as it is. Killed at any point, the next run goes on where this one
    stopped; run twice, the second changes nothing.

    Raises:
        AgencyError: signing is halted, the clock or the book is not to be trusted, the CMS's feed cannot
            be read, or a file not be written.
        SigningError: the key cannot sign.
        StorageError: the book cannot be read or written.
    """
    registry = config.own_registry(signer.kid, signer.public)
    check_may_sign(config, book, registry, clock.now(), clock_is_right=clock_is_right)
    run = _Run(config=config, signer=signer, book=book, registry=registry, now=clock.now())
    try:
        entries = read_cms(await _cms_bytes(config.feed, fetcher), source=config.feed)
    except AgencyError:
        run.release_what_persons_wrote()  # an embargo does not wait for the CMS
        publish(config, book, registry)  # what an earlier run signed and could not show any more
        raise
    reports, released = run.sign(entries, progress)
    shown, files = publish(config, book, registry)
    remember_run(config, book, run.now)
    return Report(
        source=config.feed,
        entries=reports,
        head=book.head()[0],
        shown=shown,
        files=files,
        released=released,
    )


async def _cms_bytes(feed: str, fetcher: Fetcher) -> bytes:
    if not feed.startswith(("http://", "https://")):
        return _file_bytes(Path(feed))
    match await fetcher.fetch(feed):
        case Fetched(body=body):
            return body
        case FetchFailed(detail=detail):
            raise AgencyError(f"the CMS's feed {feed} could not be fetched: {detail}")
        case _:
            raise AgencyError(f"{feed} answered 304 although nothing was asked about changes")


def _file_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(CMS_BYTES + 1)
    except OSError as exc:
        raise AgencyError(f"cannot read the CMS's feed {path}: {exc.strerror}") from exc


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

    def sign(
        self, entries: Sequence[CmsEntry], progress: Progress
    ) -> tuple[tuple[EntryReport, ...], tuple[EntryReport, ...]]:
        reports: dict[int, EntryReport] = {}
        drafts: dict[int, Draft] = {}
        for place, entry in enumerate(entries):
            match draft(entry, self.config, self.now):
                case Unfit() as unfit:
                    reports[place] = _unfit(entry, unfit)
                case Draft() as drafted:
                    drafts[place] = drafted
            if (place + 1) % _BATCH == 0 or place + 1 == len(entries):
                progress(place + 1, len(entries))
        tasks = self._braked(self._tasks(drafts, reports), drafts, reports)
        for start in range(0, len(tasks), _BATCH):
            self._sign(tasks[start : start + _BATCH], reports)
        released = self._release({each.sub for each in drafts.values()})
        return tuple(reports[place] for place in range(len(entries))), released

    def _braked(
        self, tasks: Sequence[_Task], drafts: Mapping[int, Draft], reports: dict[int, EntryReport]
    ) -> list[_Task]:
        """The tasks that may be done now; what hubs would refuse anyway does not wait for it."""
        by_sub = {task.unsigned.item.sub: task for task in tasks}
        braked = brake(
            [task.unsigned for task in tasks],
            config=self.config,
            book=self.book,
            now=self.now,
            shown={each.sub: self._published(each) for each in drafts.values()},
        )
        now = [replace(by_sub.pop(each.item.sub), unsigned=each) for each in braked.now]
        for sub, task in by_sub.items():
            kept = braked.waiting.get(sub)
            reports[task.place] = _dropped(task.draft) if kept is None else _waits(task.draft, kept)
        return now

    def _published(self, each: Draft) -> str:
        return rfc3339(self.now if each.published is None else each.published)

    def release_what_persons_wrote(self) -> None:
        waited = [each for each in due(self.book, self.now) if not each.fingerprint]
        release(waited, signer=self.signer, book=self.book, registry=self.registry, now=self.now)

    def _release(self, shown: Collection[ItemId]) -> tuple[EntryReport, ...]:
        """Sign what has waited and come to its time, and is not among the entries ``shown``."""
        waited = due(self.book, self.now, shown)
        answers = release(waited, signer=self.signer, book=self.book, registry=self.registry, now=self.now)
        return tuple(_released(each, answer) for each, answer in zip(waited, answers, strict=True))

    def _tasks(self, drafts: Mapping[int, Draft], reports: dict[int, EntryReport]) -> list[_Task]:
        latest = self.book.latest({each.sub for each in drafts.values()})
        tasks: list[_Task] = []
        seen: set[ItemId] = set()
        for place, each in drafts.items():
            known = latest.get(each.sub)
            if each.sub in seen:
                reports[place] = _repeated(each)
            elif known is not None and (fate := _standing(each, known)) is not None:
                reports[place] = _told(each, fate, known)
            else:
                tasks.append(_Task(place=place, draft=each, unsigned=self._unsigned(each, known)))
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

    def _unsigned(self, each: Draft, known: Signed | None) -> Unsigned:
        published, updated = self._times(each, known)
        item = Item(
            aud=self.config.federation,
            iss=self.config.id,
            sub=each.sub,
            ver=1 if known is None else known.ver + 1,
            stream=self.config.stream,
            seq=0,
            prev=None,
            iat=UnixTime(0),
            act=Act.PUBLISH if known is None else Act.UPDATE,
            kind=each.kind,
            lang=each.lang,
            title=each.title,
            url=each.url,
            published=published,
            updated=updated,
            summary=each.summary,
            content=each.content,
            byline=each.byline,
            credit=self.config.credit,
            rights=self.config.rights,
            categories=each.categories,
            media=each.media,
        )
        return Unsigned(item=item, cms_id=each.cms_id, fingerprint=each.fingerprint)

    def _times(self, each: Draft, known: Signed | None) -> tuple[str, str]:
        """`published` and `updated`: the first stays as first signed, the second only moves forward."""
        now = rfc3339(self.now)
        stated = None if each.updated is None else rfc3339(each.updated)
        if known is None:
            published = now if each.published is None else rfc3339(each.published)
            return published, max(published, stated or published)
        before = recall(known.token).updated
        return known.published, stated if stated is not None and stated > before else max(now, before)


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
    if known.act in _NEVER_SIGNED:
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
