"""One item as readers see it, derived from what was signed and from the registry, and from nothing else."""

from collections.abc import Iterable
from dataclasses import replace
from html import escape
from typing import Final
from urllib.parse import quote

from syndicate.news import Act, Agency, Also, Entry, Item, ItemId, Mark, Registry, digest_of, rfc3339

# A withdrawn item is replaced in place: an entry that vanishes stays on readers' screens.
_WITHDRAWN: Final = {Act.RETRACT: "[WITHDRAWN] ", Act.WITHHOLD: "[WITHHELD] "}

_REVOKED: Final = "[KEY REVOKED] "


def token_address(base_url: str, item: Item) -> str:
    """Where the hub at ``base_url`` serves this version's token by itself."""
    return f"{base_url.rstrip('/')}/v1/items/{quote(item.sub, safe=':')}/{item.ver}.jws"


def entry_of(
    item: Item,
    token: str,
    registry: Registry,
    *,
    token_url: str,
    marks: frozenset[Mark] = frozenset(),
) -> Entry:
    """``item`` as an entry: the same item, registry and marks give the same entry, at any time, anywhere.

    A withdrawn item shows its agency's note and nothing of its old text. Any other note (of a
    correction, or of an update that lifts a withholding) stands before the text. One that was received after
    the moment as of which its key was revoked says so before its title, to every reader.
    """
    agency = registry.agencies.get(item.iss)
    text, html = _body(item)
    return Entry(
        id=f"urn:syndicate:{item.sub}",
        sub=item.sub,
        ver=item.ver,
        act=item.act,
        kind=item.kind,
        lang=item.lang,
        title=(_REVOKED if Mark.KEY_REVOKED in marks else "") + _WITHDRAWN.get(item.act, "") + item.title,
        url=item.url,
        published=item.published,
        updated=item.updated,
        agency=item.iss,
        agency_name=item.iss if agency is None else agency.name(item.lang),
        token=token,
        digest=digest_of(token),
        token_url=token_url,
        source_url=_source(item, agency),
        summary=None if item.withdrawn else item.summary,
        text=text,
        html=html,
        note=item.note,
        byline=item.byline,
        credit=item.credit or (agency.credit if agency else None),
        rights=item.rights or (agency.rights if agency else None),
        urgency=item.urgency,
        categories=item.categories,
        media=() if item.withdrawn else item.media,
        relations=item.relations,
        expires=item.expires,
    )


def also_of(entry: Entry, joined_as: str, *, base_url: str) -> Also:
    """``entry`` as it stands beside another that tells the same story."""
    return Also(
        sub=entry.sub,
        ver=entry.ver,
        agency=entry.agency,
        agency_name=entry.agency_name,
        lang=entry.lang,
        title=entry.title,
        url=f"{base_url.rstrip('/')}/item/{entry.sub}",
        token_url=entry.token_url,
        digest=entry.digest,
        joined_as=joined_as,
    )


def story_of(origin: Entry, also: tuple[Also, ...], changed_at: float) -> Entry:
    """A story: the origin as it stands, who else published it, and when somebody joined or changed last.

    What is derived is the list and the time; all the rest is what the origin's agency signed.
    """
    return replace(origin, also=also, updated=max(origin.updated, rfc3339(changed_at)))


def with_notices(entries: Iterable[Entry], *, base_url: str) -> tuple[Entry, ...]:
    """``entries``, with a notice of its own before each that shows a withdrawal.

    A reader that never looks again at an id it knows would not learn of the withdrawal: a notice has an id
    of its own (decision 0054).
    """
    told: list[Entry] = []
    for entry in entries:
        if entry.withdrawn:
            told.append(notice_of(entry, base_url=base_url))
        told.append(entry)
    return tuple(told)


def notice_of(entry: Entry, *, base_url: str) -> Entry:
    """The notice that ``entry``, which shows a withdrawal, was withdrawn; derived from the same token.

    It is dated by the withdrawal and leads to that version's page at the hub at ``base_url``.
    """
    return replace(
        entry,
        id=notice_id(entry.sub, entry.ver),
        about=entry.id,
        url=f"{base_url.rstrip('/')}/item/{entry.sub}/{entry.ver}",
        published=entry.updated,
        relations=(),
    )


def notice_id(sub: ItemId, ver: int) -> str:
    """What a notice is known by: no item has such an id, and each withdrawal has one of its own."""
    return f"urn:syndicate:{sub}:withdrawal:{ver}"


def light(entry: Entry) -> Entry:
    """``entry`` as it stands behind the newest of a long document: without its body and its token.

    The token is still named, by its digest and its address.
    """
    return replace(entry, text=None, html=None, token="")


def _body(item: Item) -> tuple[str | None, str | None]:
    """The text and the HTML of the body; at most one of them is there."""
    content = None if item.withdrawn else item.content
    if content is None or content.body is None:
        return item.note, None
    note = item.note
    if content.type == "text/html":
        # Built to stay within the content profile: a paragraph of escaped text.
        shown = "" if note is None else f"<p><strong>{_escaped(note)}</strong></p>"
        return None, shown + content.body
    return content.body if note is None else f"{note}\n\n{content.body}", None


def _escaped(note: str) -> str:
    # escape() writes ' as &#x27;, which the content profile does not know.
    return escape(note).replace("&#x27;", "&#39;").replace("\n", "<br>")


def _source(item: Item, agency: Agency | None) -> str:
    """The signed feed that carries the item's stream, or the agency's site."""
    if agency is None:
        return item.url
    for feed in agency.feeds:
        if feed.stream == item.stream:
            return feed.url
    return home_of(agency)


def home_of(agency: Agency) -> str:
    """The agency's site, as the registry names it."""
    if agency.home is not None:
        return agency.home
    return (
        f"https://{agency.domains[0].removeprefix('*.')}/" if agency.domains else f"urn:syndicate:{agency.id}"
    )
