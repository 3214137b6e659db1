"""A token that was signed elsewhere, as this book would have kept it had it been signed here."""

from syndicate.agency._draft import Draft
from syndicate.news import Act, Item
from syndicate.ports import Signed
from syndicate.trust import Verified

_BY_PERSONS = (Act.CORRECT, Act.WITHHOLD, Act.RETRACT)


def as_signed(verified: Verified, before: Signed | None) -> Signed:
    """``verified`` for the book; ``before`` is the item's version before it, if that is known.

    What a person did keeps the fingerprint of what the CMS showed then, or the next run would undo it.
    """
    item = verified.item
    by_person = item.act in _BY_PERSONS or item.note is not None
    kept = before.fingerprint if by_person and before is not None else _fingerprint(item)
    return Signed(
        seq=item.seq,
        sub=item.sub,
        ver=item.ver,
        act=item.act,
        token=verified.envelope.token,
        digest=verified.digest,
        kid=verified.kid,
        iat=item.iat,
        fingerprint=kept,
        published=item.published,
        cms_id="",
    )


def _fingerprint(item: Item) -> str:
    return Draft(
        cms_id="",
        sub=item.sub,
        title=item.title,
        url=item.url,
        lang=item.lang,
        kind=item.kind,
        summary=item.summary,
        content=item.content,
        byline=item.byline,
        categories=item.categories,
        media=item.media,
    ).fingerprint
