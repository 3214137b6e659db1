"""``keys/roles/``: whose keys sign the registry itself, and how many of them it takes."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from syndicate.news import MemberCode
from syndicate.papers import _limits as limits
from syndicate.papers._claims import Claims
from syndicate.papers._document import Document
from syndicate.papers._table import Table
from syndicate.trust import WeakKeyError, check_key

ED25519: Final = "ed25519"
# By scheme, how the one DER of its keys begins (RFC 5480, the point uncompressed), and the bytes that follow.
_CURVES: Final = {
    "ecdsa-sha2-nistp256": (bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"), 64),
    "ecdsa-sha2-nistp384": (bytes.fromhex("3076301006072a8648ce3d020106052b8104002203620004"), 96),
}
_SCHEMES: Final = frozenset({ED25519, *_CURVES})
_PEM_COLUMNS: Final = 64
_STAGES: Final = frozenset({"pilot", "rehearsal"})
_FEDERATION: Final = "federation"
_PEM: Final = re.compile(
    r"-----BEGIN PUBLIC KEY-----\n(?:[A-Za-z0-9+/=]{1,64}\n)+-----END PUBLIC KEY-----\n?"
)
_MAKE: Final = "Make one with `syndicate registry key` and copy what it prints."


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleKey:
    """A key that signs metadata of the registry, and who holds it."""

    name: str
    scheme: str
    public: str  # Ed25519: 64 hex digits; ECDSA (from an HSM): PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRoles:
    """A state's own keys: they sign its manifest together, and each alone its revocations."""

    keys: tuple[RoleKey, ...]
    threshold: int
    root: RoleKey | None = None  # its seat in the federation's root; None: it does not take part there


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Who signs what in the registry."""

    threshold: int  # of the states' root keys, for the root and for what all agree on
    snapshot: RoleKey
    timestamp: RoleKey
    members: Mapping[MemberCode, MemberRoles] = field(default_factory=dict)
    stage: str = ""

    @property
    def root(self) -> Mapping[MemberCode, RoleKey]:
        """The states' keys for the root: one a state, since a threshold counts keys."""
        return {code: own.root for code, own in self.members.items() if own.root is not None}


def read_roles(documents: Mapping[str, Document], members: frozenset[str]) -> Roles | None:
    """The roles of ``keys/roles/*.toml``; of use only if nothing was written down. None without any file."""
    if not documents:
        return None
    claims = Claims()
    head = documents.get(_FEDERATION)
    if head is None:
        first = next(iter(documents.values())).table
        first.note("there is no federation.toml beside it", "It holds the threshold and the operator's keys.")
        return None
    own = {
        MemberCode(stem): _read_member(document.table, stem, members, claims)
        for stem, document in documents.items()
        if stem != _FEDERATION
    }
    return _read_federation(head.table, own, claims)


def _read_federation(table: Table, members: Mapping[MemberCode, MemberRoles], claims: Claims) -> Roles:
    threshold = table.number("threshold", need=True)
    stage = table.word("stage", _STAGES, need=False) or ""
    snapshot, timestamp = (
        _read_key(table.table(name, need=True), claims) for name in ("snapshot", "timestamp")
    )
    table.close()
    roles = Roles(
        threshold=threshold or 0, stage=stage, members=members, snapshot=snapshot, timestamp=timestamp
    )
    _check_threshold(table, threshold, len(roles.root), "root keys")
    return roles


def _read_member(table: Table, stem: str, members: frozenset[str], claims: Claims) -> MemberRoles:
    if table.text("member", need=True) != stem:
        table.note(f"the file is named {stem}.toml", "Name the file after the member.", "member")
    elif stem not in members:
        table.note(f"{stem!r} is not a member of the federation", "Add it to sources/ first.", "member")
    threshold = table.number("threshold", need=True)
    root = table.table("root")
    own = MemberRoles(
        threshold=threshold or 0,
        root=None if root is None else _read_key(root, claims),
        keys=tuple(_read_key(row, claims) for row in table.tables("key", need=True)),
    )
    table.close()
    _check_threshold(table, threshold, len(own.keys), "keys")
    if threshold == 1 and len(own.keys) > 1:
        table.note("one person alone could change the manifest", "Ask for two.", "threshold")
    return own


def _check_threshold(table: Table, threshold: int | None, keys: int, what: str) -> None:
    if threshold is not None and not 1 <= threshold <= keys:
        table.note(f"{threshold} of {keys} {what} can never sign", f"From 1 to {keys}.", "threshold")


def _read_key(table: Table | None, claims: Claims) -> RoleKey:
    if table is None:
        return RoleKey(name="", scheme=ED25519, public="")
    key = RoleKey(
        name=table.text("name", need=True, most=limits.NAME) or "",
        scheme=table.word("scheme", _SCHEMES) or ED25519,
        public=table.block("public", need=True) or "",
    )
    table.close()
    fault = fault_of_role_key(key) if key.public else ""
    if fault:
        table.note(fault, _MAKE, "public")
    elif key.public:
        claims.claim("the key", key.public.strip(), key.name, table, "public")
    return key


def fault_of_role_key(key: RoleKey) -> str:
    """Why a key can sign nothing, or is not in the one spelling that it has; empty if it is good."""
    if key.scheme == ED25519:
        return _fault_of_ed25519(key.public)
    if key.scheme not in _CURVES or not _PEM.fullmatch(key.public):
        return "not a public key in PEM"
    begin, length = _CURVES[key.scheme]
    try:
        der = base64.b64decode("".join(key.public.strip().split("\n")[1:-1]), validate=True)
    except binascii.Error:
        return "not a public key in PEM"
    if len(der) != len(begin) + length or not der.startswith(begin):
        return f"not a public key of {key.scheme}"
    if key.public.strip() != _pem(der):
        return "not the one spelling of this key: else it could count as two"
    return ""


def _pem(der: bytes) -> str:
    text = base64.b64encode(der).decode("ascii")
    lines = [text[at : at + _PEM_COLUMNS] for at in range(0, len(text), _PEM_COLUMNS)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----"])


def _fault_of_ed25519(public: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", public):
        return "not 64 hexadecimal digits"
    try:
        check_key(bytes.fromhex(public))
    except WeakKeyError as exc:
        return str(exc)
    return ""
