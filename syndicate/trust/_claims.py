"""Step 6: from signed bytes to an ``Item`` or a ``Heartbeat``, or a reason why not.

The tables below are the claim table of docs/protocol.md; nothing is taken that they do not name.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeVar

from syndicate.news import (
    Act,
    Alert,
    AlertArea,
    Claim,
    Content,
    ContentError,
    Evidence,
    Heartbeat,
    Item,
    Kind,
    Media,
    Reason,
    Relation,
    RelationType,
    check_content,
    limits,
    spelling,
)
from syndicate.trust._payload import ClaimsError, Fault, plain_json, strict_json
from syndicate.trust._shapes import (
    AddressError,
    Shape,
    ShapeError,
    address,
    line,
    lines,
    list_of,
    matching,
    one_of,
    or_null,
    polygon,
    record,
    refuse,
    time,
    whole,
    word_of,
)

T = TypeVar("T")


# --- The shapes of single claims -------------------------------------------------------------------

_HASH = matching(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", "a base64url SHA-256")
_LANG = matching(spelling.LANGUAGE, "a BCP 47 language tag")
_MEDIA_TYPE = matching(spelling.MEDIA_TYPE, "a media type")
_SUB = matching(spelling.ITEM_ID, "an item id")

_MEDIUM = record(
    lambda len=None, **told: Media(**told, length=len),  # noqa: A006 - the claim's own name
    {"url": address, "type": _MEDIA_TYPE, "alt": lines(limits.ALT, least=0)},
    {"credit": line(limits.CREDIT), "sha256": _HASH, "len": whole(1)},
)
_RELATION = record(
    Relation,
    {"type": one_of(RelationType)},
    {"sub": _SUB, "url": address, "sha256": _HASH},
)
_AREA = record(
    AlertArea,
    {"desc": lines(500)},
    {"polygon": polygon},
)
_ALERT = record(
    Alert,
    {
        "event": line(200),
        "category": word_of(
            "Geo", "Met", "Safety", "Security", "Rescue", "Fire",
            "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
        ),
        "urgency": word_of("Immediate", "Expected", "Future", "Past", "Unknown"),
        "severity": word_of("Extreme", "Severe", "Moderate", "Minor", "Unknown"),
        "certainty": word_of("Observed", "Likely", "Possible", "Unlikely", "Unknown"),
        "area": list_of(_AREA, limits.AREAS),
        "expires": time,
    },
    {"effective": time, "onset": time, "instruction": lines(limits.SUMMARY)},
)  # fmt: skip
_EVIDENCE = record(Evidence, {"url": address, "title": line(limits.TITLE)}, {})
_CLAIM = record(
    Claim,
    {
        "text": lines(limits.SUMMARY),
        "lang": _LANG,
        "label": line(100),
        "label_lang": _LANG,
        "competence": lines(limits.NOTE),
        "first_seen": time,
    },
    {"seen": list_of(_HASH, limits.EVIDENCE), "evidence": list_of(_EVIDENCE, limits.EVIDENCE)},
)
_CONTENT_TYPE = word_of("text/html", "text/plain")
_EMBEDDED = record(
    Content,
    {"type": _CONTENT_TYPE, "body": lines(limits.TOKEN_CHARACTERS, least=0)},
    {},
)
_LARGE = record(
    lambda len, **told: Content(**told, length=len),  # noqa: A006 - the claim's own name
    {"type": _CONTENT_TYPE, "url": address, "sha256": _HASH, "len": whole(1)},
    {},
)


def _content(value: Any) -> Content:  # noqa: ANN401 - whatever the JSON held
    content: Content
    if not isinstance(value, dict) or "body" not in value:
        content = _LARGE(value)
        return content
    body = value["body"]
    if value.keys() != {"type", "body"} or not isinstance(body, str):
        _EMBEDDED(value)  # says what is wrong
    # The grammar of each type refuses every unsafe character itself: one pass over the body, not two.
    return Content(type=_CONTENT_TYPE(value["type"]), body=body)


def _ext(value: Any) -> Mapping[str, object]:  # noqa: ANN401 - whatever the JSON held
    if not isinstance(value, dict):
        refuse("is not an object")
    if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()) > limits.EXT_BYTES:
        refuse(f"has more than {limits.EXT_BYTES} bytes")
    return value


# --- The claim table: claim → (name in Item, shape) -------------------------------------------------

_CLAIMS: Final[dict[str, tuple[str, Shape]]] = {
    "v": ("v", whole(1, 1)),
    "aud": ("aud", matching(spelling.FEDERATION_ID, "a federation id")),
    "iss": ("iss", matching(spelling.AGENCY_ID, "an agency id")),
    "sub": ("sub", _SUB),
    "ver": ("ver", whole(1)),
    "str": ("stream", matching(spelling.STREAM_NAME, "a stream name")),
    "seq": ("seq", whole(0)),
    "prev": ("prev", or_null(_HASH)),
    "iat": ("iat", whole(0)),
    "act": ("act", one_of(Act)),
    "note": ("note", lines(limits.NOTE)),
    "kind": ("kind", one_of(Kind)),
    "lang": ("lang", _LANG),
    "title": ("title", line(limits.TITLE)),
    "summary": ("summary", lines(limits.SUMMARY)),
    "content": ("content", _content),
    "url": ("url", address),
    "published": ("published", time),
    "updated": ("updated", time),
    "expires": ("expires", time),
    "byline": ("byline", line(limits.BYLINE)),
    "credit": ("credit", line(limits.CREDIT)),
    "rights": ("rights", lines(limits.RIGHTS)),
    "urgency": ("urgency", whole(1, 9)),
    "cat": ("categories", list_of(matching(spelling.MEDIA_TOPIC, "a Media Topic code"), limits.CATEGORIES)),
    "media": ("media", list_of(_MEDIUM, limits.MEDIA)),
    "alert": ("alert", _ALERT),
    "rel": ("relations", list_of(_RELATION, limits.RELATIONS)),
    "claim": ("claim", _CLAIM),
    "ext": ("ext", _ext),
}
_STREAM = frozenset({"v", "aud", "iss", "str", "seq", "prev", "iat", "act"})
_NEEDED = _STREAM | {"sub", "ver", "kind", "lang", "title", "url", "published", "updated"}
_FREE = frozenset({"credit", "rights", "urgency", "cat", "rel", "ext"})
_TEXT = frozenset({"summary", "content", "expires", "byline", "media", "alert", "claim"})
_NOTE = frozenset({"note"})
# act → (claims it needs, claims it may have, those included)
_ACTS: Final[dict[Act, tuple[frozenset[str], frozenset[str]]]] = {
    Act.PUBLISH: (_NEEDED, _NEEDED | _FREE | _TEXT),
    Act.UPDATE: (_NEEDED, _NEEDED | _FREE | _TEXT | _NOTE),
    Act.CORRECT: (_NEEDED | _NOTE, _NEEDED | _FREE | _TEXT | _NOTE),
    Act.WITHHOLD: (_NEEDED | _NOTE, _NEEDED | _FREE | _NOTE),
    Act.RETRACT: (_NEEDED | _NOTE, _NEEDED | _FREE | _NOTE),
    Act.HEARTBEAT: (_STREAM, _STREAM),
}
# Who made a claim is never named: no address, no handle, no host (S3, S13).
_TARGET = re.compile(r"[a-z][a-z0-9+.-]*://|\bwww\.|(?:^|\W)@\w", re.IGNORECASE)


def read_claims(payload: bytes) -> Item | Heartbeat:
    """What ``payload``, whose signature fits, says.

    Raises:
        ClaimsError: it is not strict JSON, or says something the claim table does not allow.
    """
    [said] = read_claims_each([payload])
    if isinstance(said, Fault):
        raise ClaimsError(said.reason, said.detail)
    return said


def read_claims_each(payloads: Sequence[bytes]) -> list[Item | Heartbeat | Fault]:
    """What each says, or what is wrong with it; every step for all of them, and then the next."""
    plain = [plain_json(payload) for payload in payloads]
    shaped = [None if claims is None else _or_none(_shaped, claims) for claims in plain]
    whole = [None if said is None else _or_none(_together, said) for said in shaped]
    # The strict reader sees more than the quick one: it is the one that says why.
    return [said or _strictly(payload) for payload, said in zip(payloads, whole, strict=True)]


def _or_none(step: Callable[[T], Item | Heartbeat], given: T) -> Item | Heartbeat | None:
    try:
        return step(given)
    except ClaimsError:
        return None


def _strictly(payload: bytes) -> Item | Heartbeat | Fault:
    try:
        return _together(_shaped(strict_json(payload)))
    except ClaimsError as exc:
        return Fault(exc.reason, str(exc))


def _shaped(claims: dict[str, Any]) -> Item | Heartbeat:
    if claims.get("v") != 1 or claims["v"] is True:  # first, since the tables are version 1's
        raise ClaimsError(Reason.VERSION_UNKNOWN, "this is version 1 of the protocol")
    act = _act(claims)
    needed, allowed = _ACTS[act]
    if not claims.keys() <= allowed:
        name = next(name for name in claims if name not in allowed)
        reason = Reason.CLAIM_FORBIDDEN if name in _CLAIMS else Reason.CLAIM_UNKNOWN
        raise ClaimsError(reason, f"{act} does not allow {name[:32]!r}")
    if not claims.keys() >= needed:
        raise ClaimsError(Reason.CLAIM_MISSING, f"{act} needs {min(needed - claims.keys())!r}")
    told = {}
    for name, value in claims.items():
        field, shape = _CLAIMS[name]
        try:
            told[field] = shape(value)
        except ShapeError as exc:
            wrong = Reason.URL_INVALID if isinstance(exc, AddressError) else Reason.CLAIM_INVALID
            raise ClaimsError(wrong, f"{name!r} {exc}") from exc
    del told["v"]
    if act is Act.HEARTBEAT:
        del told["act"]
        return Heartbeat(**told)
    return Item(**told)


def _act(claims: dict[str, Any]) -> Act:
    if "act" not in claims:
        raise ClaimsError(Reason.CLAIM_MISSING, "every token needs 'act'")
    try:
        act: Act = _CLAIMS["act"][1](claims["act"])
    except ShapeError as exc:
        raise ClaimsError(Reason.CLAIM_INVALID, f"'act' {exc}") from exc
    return act


# --- Rules over several claims ----------------------------------------------------------------------


def _together(said: Item | Heartbeat) -> Item | Heartbeat:
    """The same, if its claims may stand beside each other."""
    if isinstance(said, Item):
        _check_together(said)
    # Only an empty stream has no head: else a beat that forgot `prev` would read as a fork.
    elif (said.seq == 0) != (said.prev is None):
        _invalid("'prev' names the head, and is null for an empty stream only")
    return said


def _check_together(item: Item) -> None:
    """The rules that one claim alone cannot show."""
    if (item.ver == 1) != (item.act is Act.PUBLISH):
        _invalid("'act' is publish at version 1, and only there")
    if item.seq == 0 or (item.seq == 1 and item.prev is not None):
        _invalid("'seq' begins at 1, and 'prev' is null there")
    for relation in item.relations:
        if (relation.sub is None) == (relation.url is None):
            _invalid("'rel' names its target by exactly one of sub and url")
    _check_kind(item)
    if item.content is not None and item.content.body is not None:
        _check_body(item, item.content.type, item.content.body)


def _check_kind(item: Item) -> None:
    answers = item.kind in (Kind.REBUTTAL, Kind.CHECKING)
    _check_pair(item, "alert", present=item.alert is not None, wanted=item.kind is Kind.ALERT)
    _check_pair(item, "claim", present=item.claim is not None, wanted=answers)
    if answers and item.ext is not None:
        raise ClaimsError(Reason.CLAIM_FORBIDDEN, f"{item.kind} does not allow 'ext'")
    if item.claim is not None:
        told = (item.claim.text, item.claim.label, item.claim.competence)
        if any(_TARGET.search(text) for text in told):
            raise ClaimsError(Reason.TARGET_NAMED, "'claim' names an address, host or handle")
    declared = {relation.type for relation in item.relations}
    if item.kind is Kind.DISPUTE and RelationType.DISPUTES not in declared:
        _invalid("a dispute states in 'rel' what it disputes")
    if item.kind is Kind.ENDORSE and RelationType.ENDORSES not in declared:
        _invalid("an endorsement states in 'rel' what it endorses")


def _check_pair(item: Item, name: str, *, present: bool, wanted: bool) -> None:
    if present and not wanted:
        raise ClaimsError(Reason.CLAIM_FORBIDDEN, f"kind {item.kind} does not allow {name!r}")
    if wanted and not present and not item.withdrawn:
        raise ClaimsError(Reason.CLAIM_MISSING, f"kind {item.kind} needs {name!r}")


def _check_body(item: Item, type_: str, body: str) -> None:
    try:
        pictures = check_content(type_, body)
    except ContentError as exc:
        raise ClaimsError(Reason.CONTENT_OUTSIDE_PROFILE, str(exc)) from exc
    if not {medium.url for medium in item.media}.issuperset(pictures):
        raise ClaimsError(Reason.MEDIA_UNDECLARED, "a picture of the body does not stand in 'media'")


def _invalid(detail: str) -> NoReturn:
    raise ClaimsError(Reason.CLAIM_INVALID, detail)
