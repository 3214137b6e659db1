"""The signed stream: numbering, chaining, signing, and judging one's own tokens before anyone sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from syndicate.news import (
    Envelope,
    Item,
    KeyId,
    Refused,
    Registry,
    TokenDigest,
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
    fingerprint: str = ""  # "" for an act of a person


def sign_items(
    unsigned: Sequence[Unsigned], *, signer: Signer, book: StreamBook, registry: Registry, now: float
) -> tuple[Signed | Refused, ...]:
    """Sign these items at the head of the stream, and keep them; one answer for each, in order.

    What a hub with this registry would refuse takes no number and is not kept. When this returns, what
    was signed is on the disk.

    Raises:
        SigningError: the key cannot sign.
        StorageError: the book could not keep them; none of them is signed.
    """
    seq, prev = book.head()
    answers: list[Signed | Refused] = []
    for each in unsigned:
        answer = _sign(each, signer, registry, seq + 1, prev, UnixTime(int(now)))
        if isinstance(answer, Signed):
            seq, prev = answer.seq, answer.digest
        answers.append(answer)
    book.append([answer for answer in answers if isinstance(answer, Signed)])
    return tuple(answers)


def _sign(
    each: Unsigned, signer: Signer, registry: Registry, seq: int, prev: TokenDigest | None, iat: UnixTime
) -> Signed | Refused:
    item = replace(each.item, seq=seq, prev=prev, iat=iat)
    token = compose_token(encode(item), signer.kid, signer.sign)
    judged = verify(Envelope(token=token, source="own stream"), registry, iat)
    if isinstance(judged, Refused):
        return judged
        return judged if isinstance(judged, Refused) else _no_item()
    return Signed(
        seq=seq,
        sub=item.sub,
        ver=item.ver,
        act=item.act,
        token=token,
        digest=judged.digest,
        kid=KeyId(signer.kid),
        iat=iat,
        fingerprint=each.fingerprint,
        published=item.published,
        cms_id=each.cms_id,
    )
