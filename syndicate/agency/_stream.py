"""The signed stream: numbering, chaining, signing, and judging one's own tokens before anyone sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from syndicate.agency._recovered import above_what_may_be_lost, recovery_of
from syndicate.news import (
    Envelope,
    Item,
    ItemId,
    KeyId,
    Refused,
    Registry,
    UnixTime,
    compose_token,
    encode,
)
from syndicate.ports import Signed, Signer, StreamBook
from syndicate.trust import verify


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """An item to sign. Its ``seq``, ``prev`` and ``iat`` are whatever they are: the stream gives them."""

    item: Item
    cms_id: str = ""
    fingerprint: str = ""  # "" for an act of a person: what the CMS shows has not changed by it
    waiting: int = 0  # its id on the waiting list, which it leaves once it is signed; 0: it never waited


def sign_items(
    unsigned: Sequence[Unsigned], *, signer: Signer, book: StreamBook, registry: Registry, now: float
) -> tuple[Signed | Refused, ...]:
    """Sign these items at the head of the stream, and keep them; one answer for each, in order.

    After a recovery, versions that may have been signed before are left free.

    What a hub with this registry would refuse takes no number and is not kept. When this returns, what
    was signed is on the disk.

    Raises:
        SigningError: the key cannot sign.
        StorageError: the book could not keep them; none of them is signed.
    """
    seq, prev = book.head()
    standing = book.latest({each.item.sub for each in unsigned})
    recovery = recovery_of(book)
    answers: list[Signed | Refused] = []
    for each in unsigned:
        free = above_what_may_be_lost(each.item, standing.get(each.item.sub), recovery)
        placed = replace(free, seq=seq + 1, prev=prev, iat=UnixTime(int(now)))
        answer = _sign(_as_read(replace(each, item=placed), standing), signer, registry)
        if isinstance(answer, Signed):
            seq, prev = answer.seq, answer.digest
        answers.append(answer)
    done = [
        each.waiting for each, answer in zip(unsigned, answers, strict=True) if isinstance(answer, Signed)
    ]
    book.append([answer for answer in answers if isinstance(answer, Signed)], settled=done)
    return tuple(answers)


def judge(unsigned: Unsigned, *, signer: Signer, registry: Registry, now: float) -> Refused | None:
    """Why a hub with this registry would refuse the item as the first of its stream; None if it would not.

    What is signed for the question is thrown away.
    """
    first = replace(unsigned.item, seq=1, prev=None, iat=UnixTime(int(now)))
    answer = _sign(replace(unsigned, item=first), signer, registry)
    return answer if isinstance(answer, Refused) else None


def _as_read(each: Unsigned, standing: Mapping[ItemId, Signed]) -> Unsigned:
    """A person's act remembers what the CMS shows, or the tool's next run would undo a correction."""
    known = standing.get(each.item.sub)
    if each.fingerprint or known is None:
        return each
    return replace(each, fingerprint=known.fingerprint, cms_id=each.cms_id or known.cms_id)


def _sign(each: Unsigned, signer: Signer, registry: Registry) -> Signed | Refused:
    item = each.item
    token = compose_token(encode(item), signer.kid, signer.sign)
    judged = verify(Envelope(token=token, source="own stream"), registry, item.iat)
    if isinstance(judged, Refused):
        return judged
    return Signed(
        seq=item.seq,
        sub=item.sub,
        ver=item.ver,
        act=item.act,
        token=token,
        digest=judged.digest,
        kid=KeyId(signer.kid),
        iat=item.iat,
        fingerprint=each.fingerprint,
        published=item.published,
        cms_id=each.cms_id,
    )
