"""From a draft to the item that will be signed: its version, its act, its times."""

from syndicate.agency._config import AgencyConfig
from syndicate.agency._draft import Draft
from syndicate.agency._stream import Unsigned
from syndicate.news import Act, Item, UnixTime, rfc3339
from syndicate.ports import Signed
from syndicate.trust import recall


def compose(each: Draft, known: Signed | None, config: AgencyConfig, now: float) -> Unsigned:
    """What is to be signed for ``each`` at ``now``; ``known`` is the item's latest version, if it has one."""
    published, updated = _times(each, known, now)
    item = Item(
        aud=config.federation,
        iss=config.id,
        sub=each.sub,
        ver=1 if known is None else known.ver + 1,
        stream=config.stream,
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
        credit=config.credit,
        rights=config.rights,
        categories=each.categories,
        media=each.media,
    )
    return Unsigned(item=item, cms_id=each.cms_id, fingerprint=each.fingerprint)


def _times(each: Draft, known: Signed | None, at: float) -> tuple[str, str]:
    """`published` and `updated`: the first stays as first signed, the second only moves forward.

    A CMS that dates a story ahead (a zone it does not name, a slip of the hand) is not believed: hubs
    refuse what is dated after they received it.
    """
    now = rfc3339(at)
    stated = None if each.updated is None else min(rfc3339(each.updated), now)
    if known is None:
        published = now if each.published is None else min(rfc3339(each.published), now)
        return published, max(published, stated or published)
    before = recall(known.token).updated
    return known.published, stated if stated is not None and stated > before else max(now, before)
