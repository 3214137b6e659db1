"""The acts of people: from a manuscript to the item that would be signed, and to the stream."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from syndicate.agency import (
    AgencyConfig,
    Unsigned,
    check_may_sign,
    convert,
    item_id,
    judge,
    marks_of,
    publish,
    remember_run,
    sign_items,
)
from syndicate.errors import AgencyError
from syndicate.news import (
    Act,
    Alert,
    AlertArea,
    Claim,
    Content,
    Evidence,
    Item,
    ItemId,
    Kind,
    Media,
    Refused,
    Registry,
    Relation,
    RelationType,
    UnixTime,
    rfc3339,
)
from syndicate.newsdesk._find import last_text
from syndicate.newsdesk._manuscript import Manuscript
from syndicate.ports import Signed, Signer, StreamBook, Waiting, Why
from syndicate.trust import recall

_TEXT: Final = ("title", "url", "lang", "summary", "byline", "category", "urgency", "expires")
_ALERT: Final = (
    "event", "alert-category", "alert-urgency", "severity", "certainty", "area", "effective", "onset",
    "instruction",
)  # fmt: skip
_CLAIM: Final = ("claim", "claim-lang", "label", "label-lang", "competence", "first-seen", "evidence")
_SEALED: Final = (Kind.ALERT, Kind.REBUTTAL)


class Deed(StrEnum):
    """What a person does."""

    PUBLISH = "publish"
    CORRECT = "correct"
    LIFT = "lift"
    WITHHOLD = "withhold"
    RETRACT = "retract"
    REBUT = "rebut"
    ALERT = "alert"
    TRANSLATE = "translate"

    @property
    def of_an_item(self) -> bool:
        """Whether it is done to an item that exists; a translation is an item beside one."""
        return self in (Deed.CORRECT, Deed.LIFT, Deed.WITHHOLD, Deed.RETRACT, Deed.TRANSLATE)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that an editor is offered for it."""
        return _FIELDS[self]


_FIELDS: Final[Mapping[Deed, tuple[str, ...]]] = {
    Deed.PUBLISH: ("id", *_TEXT),
    Deed.CORRECT: ("note", *_TEXT),
    Deed.LIFT: ("note",),
    Deed.WITHHOLD: ("note",),
    Deed.RETRACT: ("note",),
    Deed.REBUT: ("id", *_TEXT, *_CLAIM),
    Deed.ALERT: ("id", *_TEXT, *_ALERT),
    Deed.TRANSLATE: ("id", *_TEXT),
}
_ACTS: Final = {
    Deed.CORRECT: Act.CORRECT,
    Deed.LIFT: Act.UPDATE,
    Deed.WITHHOLD: Act.WITHHOLD,
    Deed.RETRACT: Act.RETRACT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where acts are done: the agency, its key, its book, and the moment."""

    config: AgencyConfig
    signer: Signer
    book: StreamBook
    now: float

    @property
    def registry(self) -> Registry:
        """The agency as hubs know it."""
        return self.config.own_registry(self.signer.kid, self.signer.public)


def compose(deed: Deed, manuscript: Manuscript, desk: Desk, *, target: Signed | None = None) -> Item:
    """What would be signed.

    Raises:
        AgencyError: a field is missing, the item is there already or in no state for this act, or hubs
            would refuse it; says why and what to do.
    """
    if deed in (Deed.WITHHOLD, Deed.RETRACT, Deed.CORRECT, Deed.LIFT):
        item = _next_version(deed, manuscript, desk, _given(target))
    else:
        item = _new_item(deed, manuscript, desk, target)
    refused = judge(Unsigned(item=item), signer=desk.signer, registry=desk.registry, now=desk.now)
    if refused is not None:
        raise AgencyError(f"hubs would refuse it: {refused.detail}", hint=refused.reason.remedy)
    return item


def manuscript_of(item: Item) -> Manuscript:
    """What a person would have handed in for ``item``: what they change from, in an editor."""
    said = {name: getattr(item, name) for name in ("title", "url", "lang", "summary", "byline")}
    fields = {name: (value,) for name, value in said.items() if value} | {"category": item.categories}
    body = item.content.body if item.content is not None else None
    return Manuscript(fields={name: values for name, values in fields.items() if values}, html=body)


def do(item: Item, desk: Desk, *, not_before: float | None = None) -> Signed | Waiting:
    """Sign it and show it; or let it wait, unsigned, for its time or for a second person.

    Raises:
        AgencyError: nothing may be signed now, hubs would refuse it, or the item has changed since it
            was composed.
    """
    check_may_sign(desk.config, desk.book, desk.registry, desk.now)
    before = desk.book.latest([item.sub]).get(item.sub)
    if item.ver != (1 if before is None else before.ver + 1):
        raise AgencyError(
            f"{item.sub} has changed meanwhile: version {item.ver} of it is signed already",
            hint="Nothing was done. Look at it as it stands now, and say it again.",
        )
    sealed = needs_second(item)
    if sealed or (not_before is not None and not_before > desk.now):
        return _wait(item, desk, not_before, sealed=sealed)
    (answer,) = sign_items(
        [Unsigned(item=item)], signer=desk.signer, book=desk.book, registry=desk.registry, now=desk.now
    )
    if isinstance(answer, Refused):
        raise AgencyError(f"hubs would refuse it: {answer.detail}", hint=answer.reason.remedy)
    remember_text(item, desk.book)
    publish(desk.config, desk.book, desk.registry)
    remember_run(desk.config, desk.book, desk.now)
    return answer


def needs_second(item: Item) -> bool:
    """Whether it goes out only beside the second person's key."""
    return item.kind in _SEALED and not item.withdrawn


def remember_text(item: Item, book: StreamBook) -> None:
    """A text that is taken back may not come back under another id; one that a person lets out may."""
    if item.withdrawn:
        book.bar(marks_of(last_text(item.sub, book)))
    else:
        book.unbar(marks_of(item))


def _wait(item: Item, desk: Desk, not_before: float | None, *, sealed: bool) -> Waiting:
    if sealed and not_before is not None:
        raise AgencyError(
            "an alert or a rebuttal goes out when a second person releases it, not at a time",
            hint="Leave the time away.",
        )
    if any(not each.fingerprint and each.item.sub == item.sub for each in desk.book.waiting()):
        raise AgencyError(f"{item.sub} waits already", hint="`syndicate agency drop` takes it off the list.")
    due = None if not_before is None else int(-(-not_before // 1))  # never a second before its time
    why = Why.SECOND if sealed else Why.EMBARGO
    desk.book.hold([Waiting(item=item, why=why, arrived=int(desk.now), due=due)])
    return desk.book.waiting()[-1]


def _given(target: Signed | None) -> Signed:
    if target is None:
        raise AgencyError("this is done to an item: say which")
    return target


def _next_version(deed: Deed, manuscript: Manuscript, desk: Desk, target: Signed) -> Item:
    if target.act is Act.RETRACT:
        raise AgencyError(f"{target.sub} was retracted, and that is final", hint="Publish another item.")
    if deed is Deed.LIFT and target.act is not Act.WITHHOLD:
        raise AgencyError(f"{target.sub} is not withheld: there is nothing to lift")
    note = manuscript.need("note")
    standing = recall(target.token)
    text = last_text(target.sub, desk.book) if deed in (Deed.CORRECT, Deed.LIFT) else _without_text(standing)
    item = replace(
        text,
        ver=target.ver + 1,
        act=_ACTS[deed],
        note=note,
        published=target.published,
        updated=max(rfc3339(desk.now), standing.updated),
    )
    return _corrected(item, manuscript, desk.config) if deed is Deed.CORRECT else item


def _corrected(item: Item, manuscript: Manuscript, config: AgencyConfig) -> Item:
    corrected = _written(item, manuscript, config)
    if _as_read(corrected) == _as_read(item):
        raise AgencyError(
            "this correction corrects nothing: everything reads as it did",
            hint="Say how it reads now, not only what was wrong. At a terminal, leave the options away:"
            " your editor opens with the text. If nothing was wrong, nothing needs a correction.",
        )
    return corrected


def _as_read(item: Item) -> object:
    """What readers get of it; how the text is laid out in lines makes no difference."""
    body = item.content.body if item.content is not None and item.content.body is not None else ""
    pictures = tuple((each.url, each.alt) for each in item.media)
    return replace(item, content=None, media=()), " ".join(body.split()), pictures


def _without_text(item: Item) -> Item:
    return replace(
        item, summary=None, content=None, expires=None, byline=None, media=(), alert=None, claim=None
    )


def _new_item(deed: Deed, manuscript: Manuscript, desk: Desk, target: Signed | None) -> Item:
    own = manuscript.get("id") or f"newsdesk {secrets.token_hex(16)}"
    sub = item_id(desk.config.id, own)
    if desk.book.latest([sub]):
        raise AgencyError(f"{own!r} is published already, as {sub}", hint="`syndicate agency correct` it.")
    now = rfc3339(desk.now)
    item = Item(
        aud=desk.config.federation,
        iss=desk.config.id,
        sub=sub,
        ver=1,
        stream=desk.config.stream,
        seq=1,
        prev=None,
        iat=UnixTime(int(desk.now)),
        act=Act.PUBLISH,
        kind=_KINDS.get(deed, Kind.STORY),
        lang=desk.config.language,
        title=manuscript.need("title"),
        url=manuscript.need("url"),
        published=now,
        updated=now,
        credit=desk.config.credit,
        rights=desk.config.rights,
    )
    if deed is Deed.TRANSLATE:
        item = _translation(item, manuscript, last_text(_given(target).sub, desk.book))
    item = _written(item, manuscript, desk.config)
    if deed is Deed.ALERT:
        return replace(item, alert=_alert(manuscript))
    return replace(item, claim=_claim(manuscript)) if deed is Deed.REBUT else item


def _translation(item: Item, manuscript: Manuscript, original: Item) -> Item:
    if manuscript.need("lang") == original.lang:
        raise AgencyError(f"the original is in {original.lang} too: say with 'lang' what this one is in")
    relation = Relation(type=RelationType.TRANSLATES, sub=ItemId(original.sub))
    return replace(
        item,
        kind=original.kind if original.kind not in _SEALED else Kind.STORY,
        categories=original.categories,
        relations=(relation,),
    )


def _written(item: Item, manuscript: Manuscript, config: AgencyConfig) -> Item:
    """``item`` with what the manuscript says, and as it was where that says nothing."""
    said: dict[str, object] = {
        name: value
        for name in ("title", "url", "lang", "summary", "byline")
        if (value := manuscript.get(name))
    }
    if (urgency := manuscript.get("urgency")) is not None:
        said["urgency"] = _number(urgency)
    if (expires := manuscript.get("expires")) is not None and item.kind is not Kind.ALERT:
        said["expires"] = expires
    if categories := manuscript.fields.get("category"):
        said["categories"] = categories
    if manuscript.html is not None:
        said |= _body(manuscript.html, config, str(said.get("url", item.url)))
    return replace(item, **said)  # type: ignore[arg-type]  # names and types are those of Item


def _number(written: str) -> int:
    if not (written.isascii() and written.isdecimal()):
        raise AgencyError(f"'urgency' is {written!r}, not a number from 1 to 9")
    return int(written)


def _body(markup: str, config: AgencyConfig, url: str) -> Mapping[str, object]:
    made = convert(markup, base=url, media_hosts=config.picture_hosts, furniture=config.furniture)
    media = tuple(Media(url=each.url, type="image/x-unknown", alt=each.alt) for each in made.pictures)
    return {"content": Content(type="text/html", body=made.body) if made.body else None, "media": media}


def _alert(manuscript: Manuscript) -> Alert:
    return Alert(
        event=manuscript.need("event"),
        category=manuscript.need("alert-category"),
        urgency=manuscript.need("alert-urgency"),
        severity=manuscript.need("severity"),
        certainty=manuscript.need("certainty"),
        area=tuple(AlertArea(desc=each) for each in manuscript.fields.get("area", ()))
        or (AlertArea(desc=manuscript.need("area")),),
        expires=manuscript.need("expires"),
        effective=manuscript.get("effective"),
        onset=manuscript.get("onset"),
        instruction=manuscript.get("instruction"),
    )


def _claim(manuscript: Manuscript) -> Claim:
    records = (each.partition(" ") for each in manuscript.fields.get("evidence", ()))
    return Claim(
        text=manuscript.need("claim"),
        lang=manuscript.need("claim-lang"),
        label=manuscript.need("label"),
        label_lang=manuscript.need("label-lang"),
        competence=manuscript.need("competence"),
        first_seen=manuscript.need("first-seen"),
        evidence=tuple(Evidence(url=url, title=title.strip() or url) for url, _, title in records),
    )


_KINDS: Final = {Deed.REBUT: Kind.REBUTTAL, Deed.ALERT: Kind.ALERT}
