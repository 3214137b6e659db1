"""What was signed, as a page shows it: every word of it as it is, in its own language and direction."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from syndicate.news import Act, Alert, Claim, Item, Kind, Mark, Registry, paragraphs, spelling
from syndicate.ports import Logged
from syndicate.republish import article_of, entry_of
from syndicate.trust import marks_since, recall
from syndicate.web._pages._paper import Paper, called
from syndicate.web._pages._plain import without_pictures
from syndicate.web._pages._rows import label_of
from syndicate.web._pages._tongues import direction
from syndicate.web._pages._ways import topic

_BANNERS: Final = {
    Act.UPDATE: "item.updated",
    Act.CORRECT: "item.corrected",
    Act.WITHHOLD: "item.withheld",
    Act.RETRACT: "item.withdrawn",
}
_LATER: Final = {Act.WITHHOLD: "item.withheld_later", Act.RETRACT: "item.withdrawn_later"}
_ALERT: Final = ("event", "category", "urgency", "severity", "certainty")
_TIMES: Final = ("effective", "onset", "expires")


def banner_over(logged: Logged, stands: Logged) -> str | None:
    """The catalogue's key for what stands above a version: what it is, or what has become of it since."""
    act = recall(logged.token).act
    if stands.ver == logged.ver:
        return _BANNERS.get(act)
    # Of an item whose standing version a law took back, only the numbers are left.
    later = None if stands.erased else _LATER.get(recall(stands.token).act)
    return later or "item.superseded"


def article_in(logged: Logged, registry: Registry, base_url: str) -> Mapping[str, Any]:
    """The version for search engines and platforms (schema.org)."""
    item = recall(logged.token)
    address = f"{base_url}/v1/items/{logged.sub}/{logged.ver}.jws"
    marks = logged.marks | marks_since(logged.token, registry, logged.received_at)
    entry = entry_of(item, logged.token, registry, token_url=address, marks=marks)
    return article_of(entry, registry, base_url=base_url)


def signed_values(paper: Paper, logged: Logged, registry: Registry, base_url: str) -> Mapping[str, object]:
    """All that the page says of what was signed."""
    item = recall(logged.token)
    since = marks_since(logged.token, registry, logged.received_at)
    agency = registry.agencies.get(item.iss)
    words = paper.words
    return {
        "item": item,
        "agency": called(agency, item.iss, item.lang),
        "label": label_of(item.act, item.kind),
        "loud": item.withdrawn or item.act is Act.CORRECT or item.kind is Kind.ALERT,
        "dir": direction(item.lang),
        "body": _body(paper, item),
        "topics": [topic(code.removeprefix(spelling.MEDTOP), words) for code in item.categories],
        "credit": item.credit or (agency.credit if agency else None),
        "rights": item.rights or (agency.rights if agency else None),
        "claim": None if item.claim is None or item.withdrawn else _claim(item.claim),
        "alert": None if item.alert is None or item.withdrawn else _alert(item.alert),
        "since": logged.received_at,
        "void": Mark.KEY_REVOKED in since,
        "marks": sorted(f"badge.{mark}" for mark in logged.marks - {Mark.KEY_REVOKED, Mark.LOG_PENDING}),
        "address": f"{base_url}/item/{logged.sub}",
        "digest": logged.digest,
        "base": base_url,
    }


def _body(paper: Paper, item: Item) -> Markup | None:
    content = None if item.withdrawn else item.content
    if content is None or content.body is None:
        return None
    if content.type == "text/html":
        return without_pictures(content.body, paper.words("item.picture_without_words"))
    return Markup().join(Markup("<p>{}</p>").format(one) for one in paragraphs(content))


def _claim(claim: Claim) -> Mapping[str, object]:
    return {
        "text": claim.text,
        "lang": claim.lang,
        "dir": direction(claim.lang),
        "label": claim.label,
        "label_lang": claim.label_lang,
        "label_dir": direction(claim.label_lang),
        "competence": claim.competence,
        "first_seen": claim.first_seen,
        "evidence": claim.evidence,
    }


def _alert(alert: Alert) -> Mapping[str, object]:
    words: Sequence[tuple[str, object]] = [(name, getattr(alert, name)) for name in _ALERT]
    times = [(name, getattr(alert, name)) for name in _TIMES if getattr(alert, name) is not None]
    return {
        "words": words,
        "times": times,
        "areas": [area.desc for area in alert.area],
        "instruction": alert.instruction,
    }
