"""From files to a registry: the federation, its members' agencies, their keys, and all of them compared."""

import hashlib
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Final

from syndicate.news import AgencyId, FederationId, Member, MemberCode, Registry, b64url, spelling
from syndicate.papers import _limits as limits
from syndicate.papers._claims import Claims
from syndicate.papers._document import Document, Report
from syndicate.papers._dossier import Dossier
from syndicate.papers._keyring import read_keys
from syndicate.papers._problem import Problem
from syndicate.papers._seat import Context, Seat, read_seat, read_services, read_states
from syndicate.papers._table import Table
from syndicate.papers._tags import read_tags

_FEDERATION: Final = "federation"
_REAL: Final = "asean"  # any other federation is somebody's trial, and may live on one machine

Documents = Mapping[str, Document]


def compile_files(
    folder: Path, documents: Documents, keyrings: Documents, report: Report
) -> tuple[Registry | None, dict[AgencyId, Dossier]]:
    """The registry and the dossiers; of use only if nothing was reported. None without a federation."""
    if _FEDERATION not in documents:
        report(_missing(folder / f"{_FEDERATION}.toml", "federation.toml says who belongs to it"))
        return None, {}
    head = documents[_FEDERATION].table
    federation, name = _read_name(head)
    context = Context(tags=read_tags(head), claims=Claims(), loopback=federation != _REAL)
    codes = _read_codes(head)
    head.close()
    _compare_files(folder, head, codes, documents)
    read = [_read_member(documents[code], context) for code in codes if code in documents]
    seats = [seat for _, found in read for seat in found]
    _compare_wildcards(seats, context.claims)
    keys = [read_keys(document.table, stem, context.claims) for stem, document in keyrings.items()]
    registry = Registry(
        federation=federation,
        name=name,
        members={member.code: member for member, _ in read},
        agencies={seat.agency.id: seat.agency for seat in seats},
        keys={key.kid: key for key in chain.from_iterable(keys)},
        version=_version(sources=documents, keys=keyrings),
    )
    return registry, {seat.agency.id: seat.dossier for seat in seats}


def _read_name(head: Table) -> tuple[FederationId, str]:
    like = '"asean" (2-32 of a-z, 0-9, -)'
    federation = head.text("id", need=True, pattern=spelling.FEDERATION_ID, like=like)
    return FederationId(federation or ""), head.text("name", need=True, most=limits.NAME) or ""


def _read_codes(head: Table) -> tuple[MemberCode, ...]:
    """The members' codes, in the order in which everything lists them."""
    codes = head.texts("members", need=True)
    for number, code in enumerate(codes):
        if len(code) != 2 or not (code.isascii() and code.islower() and code.isalpha()):
            head.note(f"{code!r} is not a member's code", 'Two letters: "vn".', "members", number)
    return tuple(MemberCode(code) for code in codes)


def _compare_files(folder: Path, head: Table, codes: tuple[MemberCode, ...], documents: Documents) -> None:
    """Every member has its file and every file its member."""
    for number, code in enumerate(codes):
        if code not in documents and not (folder / f"{code}.toml").exists():
            head.note(f"there is no {code}.toml", "Add the file, or take the member out.", "members", number)
    for stem, document in documents.items():
        if stem not in codes and stem != _FEDERATION:
            remedy = "Add it to `members` in federation.toml, or move the file away."
            document.table.note(f"{stem!r} is not a member of the federation", remedy)


def _read_member(document: Document, context: Context) -> tuple[Member, list[Seat]]:
    table = document.table
    code = table.text("member", need=True) or document.stem
    if code != document.stem:
        table.note(f"the file is named {document.stem}.toml", "Name the file after the member.", "member")
    member = Member(
        code=MemberCode(document.stem),
        names=context.tags.names(table),
        states=read_states(table, need=False),
        services=read_services(table, context),
    )
    rows = table.tables("agency", most=limits.AGENCIES)
    seats = [seat for row in rows if (seat := read_seat(row, document.stem, context))]
    table.close()
    return member, seats


def _compare_wildcards(seats: list[Seat], claims: Claims) -> None:
    """No host of one agency lies under the "*." of another."""
    for seat in seats:
        for domain, number in seat.domains.items():
            labels = domain.removeprefix("*.").split(".")
            for above in ("*." + ".".join(labels[cut:]) for cut in range(1, len(labels))):
                owner = claims.owner("the domain", above)
                if owner not in (None, seat.agency.id):
                    remedy = "A host has one owner: name hosts one by one."
                    message = f"{domain} lies under {above} of {owner}"
                    seat.table.note(message, remedy, "domains", number)


def _version(**folders: Documents) -> str:
    """A digest over every byte the registry was compiled from: base64url SHA-256."""
    digest = hashlib.sha256()
    for folder, documents in sorted(folders.items()):
        for stem, document in sorted(documents.items()):
            digest.update(f"{folder}/{stem} {len(document.raw)}\n".encode())
            digest.update(document.raw)
    return b64url(digest.digest())


def _missing(file: Path, message: str) -> Problem:
    remedy = "Name the folder with the federation's files (see sources/README.md)."
    return Problem(file=str(file), line=1, field="", message=f"cannot be used: {message}", remedy=remedy)
