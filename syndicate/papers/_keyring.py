"""A file of keys: an agency's public keys, each proven to be held by who enrolled it."""

import base64
import binascii
from typing import Final

from syndicate.news import AgencyId, AgencyKey, KeyStatus, b64url, spelling
from syndicate.papers import _limits as limits
from syndicate.papers._claims import Claims
from syndicate.papers._table import Table
from syndicate.trust import WeakKeyError, check_key, proves_possession, thumbprint

_BASE64URL: Final = r"[A-Za-z0-9_-]+"
_STATUSES: Final = frozenset(status.value for status in KeyStatus)
_USES: Final = frozenset({"in use", "sealed successor"})
_ENROL: Final = "Enrol the key again with the file that `syndicate agency init` wrote."


def read_keys(table: Table, stem: str, claims: Claims) -> tuple[AgencyKey, ...]:
    """The keys of the file ``<stem>.toml``; what is wrong is written down and left out."""
    agency = AgencyId(table.text("agency", need=True, pattern=spelling.AGENCY_ID, like='"vn.news"') or stem)
    if agency != stem:
        table.note(f"the file is named {stem}.toml", "Name the file after the agency.", "agency")
    elif claims.owner("the id", agency) is None:
        table.note(f"no agency {agency!r} stands in sources/", "Add the agency there first.", "agency")
    rows = table.tables("key", need=True)
    table.close()
    active: set[str] = set()
    keys = [_read_key(row, agency, claims, active) for row in rows]
    return tuple(key for key in keys if key is not None)


def _read_key(row: Table, agency: AgencyId, claims: Claims, active: set[str]) -> AgencyKey | None:
    public, proof = _read_public(row, agency, claims)
    status = row.word("status", _STATUSES)
    _read_use(row, status, active)
    nbf, exp = row.moment("nbf", need=True), row.moment("exp", need=True)
    revoked_at, reason = row.moment("revoked_at"), row.text("reason")
    reinstated_at = row.moment("reinstated_at")
    row.close()
    if public is None or status is None or nbf is None or exp is None:
        return None
    key = AgencyKey(
        kid=thumbprint(public),
        agency=agency,
        public=public,
        status=KeyStatus(status),
        nbf=nbf,
        exp=exp,
        revoked_at=revoked_at,
        reason=reason,
        reinstated_at=reinstated_at,
        proof=proof,
    )
    _check_window(row, key)
    _check_revocation(row, key)
    return key


def _read_public(row: Table, agency: AgencyId, claims: Claims) -> tuple[bytes | None, bytes]:
    """The public key, if it is strong, named right, new to the federation and proven; and the proof."""
    public, kid = (
        _read_bytes(row, "x", 32),
        row.text("kid", need=True, pattern=_BASE64URL, like="43 characters"),
    )
    proof = _read_bytes(row, "proof", 64)
    if public is None:
        return None, b""
    try:
        check_key(public)
    except WeakKeyError as exc:
        row.note(str(exc), "Make a new key with `syndicate agency init`.", "x")
        return None, b""
    if kid is not None and kid != thumbprint(public):
        row.note(f"not the thumbprint of x, which is {thumbprint(public)}", _ENROL, "kid")
    if proof is not None and not proves_possession(public, agency, proof):
        row.note(f"not this key's signature for {agency}", _ENROL, "proof")
    claims.claim("the key", thumbprint(public), agency, row, "kid")
    return public, proof or b""


def _read_bytes(row: Table, name: str, length: int) -> bytes | None:
    text = row.text(name, need=True, pattern=_BASE64URL, like="base64url without =")
    if text is None:
        return None
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != length or b64url(value) != text:
        row.note(f"not {length} bytes in base64url's one canonical form", _ENROL, name)
        return None
    return value


def _read_use(row: Table, status: str | None, active: set[str]) -> None:
    """An agency signs with one key and keeps one successor: a third would only be one more to lose."""
    use = row.word("use", _USES)
    if use is None or status != KeyStatus.ACTIVE:
        return
    if use in active:
        row.note(f"a second active key {use!r}", "Retire or revoke the former one.", "use")
    active.add(use)


def _check_window(row: Table, key: AgencyKey) -> None:
    if key.exp <= key.nbf:
        row.note("the window ends before it begins", "Put exp after nbf.", "exp")
    elif key.exp - key.nbf > limits.KEY_DAYS * 86_400:
        row.note(f"the window is longer than {limits.KEY_DAYS} days", "End it earlier.", "exp")


def _check_revocation(row: Table, key: AgencyKey) -> None:
    revoked = key.status is KeyStatus.REVOKED
    for name, value in (("revoked_at", key.revoked_at), ("reason", key.reason)):
        if revoked and value is None:
            row.note(f"a revoked key without {name}", f"Say {name}.", "status")
        if not revoked and value is not None:
            row.note(f"{name} of a key that is not revoked", 'Set status = "revoked", or remove it.', name)
