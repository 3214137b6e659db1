"""What stands in the log: hashes and opaque ids, never a text that anybody might have to take back.

A leaf is a few ended lines of ASCII; its first line says which kind it is, so none passes as another.
"""

import re
from dataclasses import dataclass
from typing import Final

from syndicate.errors import LedgerError
from syndicate.news import Act, AgencyId, Item, ItemId, StreamName, TokenDigest, limits, spelling

LEAF_BYTES: Final = 512
_ITEM: Final = "syndicate-leaf/v1"
_ACT: Final = "syndicate-act/v1"
_DIGEST: Final = r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"  # 32 bytes in their one spelling
_NUMBER: Final = r"[1-9][0-9]{0,15}"
_ITEM_LEAF: Final = re.compile(
    rf"{_ITEM}\n({spelling.AGENCY_ID})\n(\1:[a-z2-7]{{26}})\n({_NUMBER})\n"
    rf"({spelling.STREAM_NAME}):({_NUMBER}) ({'|'.join(act for act in Act if act is not Act.HEARTBEAT)})\n"
    rf"({_DIGEST})\n"
)
_ACT_LEAF: Final = re.compile(rf"{_ACT}\n({_DIGEST})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLeaf:
    """One version of one item: what an agency looks for when it watches the log."""

    iss: AgencyId
    sub: ItemId
    ver: int
    stream: StreamName
    seq: int
    act: Act
    digest: TokenDigest

    @property
    def raw(self) -> bytes:
        """The leaf."""
        lines = (
            _ITEM,
            self.iss,
            self.sub,
            str(self.ver),
            f"{self.stream}:{self.seq} {self.act}",
            self.digest,
        )
        return "".join(f"{line}\n" for line in lines).encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLeaf:
    """An act of the operator, the taking over of a registry among them: base64url SHA-256 of its bytes."""

    digest: str

    @property
    def raw(self) -> bytes:
        """The leaf."""
        return f"{_ACT}\n{self.digest}\n".encode("ascii")


def leaf_of(item: Item, digest: TokenDigest) -> ItemLeaf:
    """The leaf of a version, from its token's payload and digest: never taken from whoever brings a proof."""
    return ItemLeaf(
        iss=item.iss,
        sub=item.sub,
        ver=item.ver,
        stream=item.stream,
        seq=item.seq,
        act=item.act,
        digest=digest,
    )


def read_leaf(raw: bytes) -> ItemLeaf | ActLeaf:
    """What a leaf of a log says.

    Raises:
        LedgerError: it is no leaf of ours.
    """
    told = raw[:LEAF_BYTES].decode("latin-1")  # what is cut off here was no leaf: the longest is far shorter
    if acted := _ACT_LEAF.fullmatch(told):
        return ActLeaf(digest=acted[1])
    said = _ITEM_LEAF.fullmatch(told)
    if said is None:
        raise LedgerError("not a leaf of this protocol")
    iss, sub, ver, stream, seq, act, digest = said.groups()
    if max(int(ver), int(seq)) > limits.LARGEST_INTEGER:
        raise LedgerError("a leaf's numbers are those of a token")
    return ItemLeaf(
        iss=AgencyId(iss), sub=ItemId(sub), ver=int(ver), stream=StreamName(stream), seq=int(seq),
        act=Act(act), digest=TokenDigest(digest),
    )  # fmt: skip
