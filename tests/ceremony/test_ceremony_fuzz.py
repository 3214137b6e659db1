"""A proposal or a signature from a hostile hand: told in plain words, and nothing is published."""

import copy
import json
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from signed_registry import AA, Office, at

from syndicate.ceremony import (
    Books,
    Papers,
    RoleSigner,
    changes,
    collect,
    draft,
    publish,
    read_proposal,
    read_signatures,
    sign_draft,
    terms,
    write_proposal,
)
from syndicate.errors import RegistryError
from syndicate.news import AgencyId

ROUNDS = int(os.environ.get("SYNDICATE_ROUNDS", "150"))
HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1.5, "", "x" * 70_000, "\u202egnp.exe", "\x1b[2Jfine",
    "\ud800",
    "../../etc/passwd", "targets", "root", [], {}, [[[]]], {"keyids": [], "threshold": 0},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield from places(each, (*path, name))


def spoilt(value: Any, chance: random.Random) -> Any:
    """A copy with one thing replaced, taken out, doubled under another name, or nested deeply."""
    made = copy.deepcopy(value)
    *way, last = chance.choice(list(places(made)))
    at_place = made
    for step in way:
        at_place = at_place[step]
    what = chance.randrange(5)
    if what == 0:
        del at_place[last]
    elif what == 1 and isinstance(at_place, dict):
        at_place[str(chance.choice(HOSTILE))] = at_place[last]
    elif what == 2:
        for _ in range(900):
            at_place[last] = {"a": at_place[last]}
    else:
        at_place[last] = chance.choice(HOSTILE)
    return made


def proposal(office: Office) -> bytes:
    news = AgencyId("aa.news")
    agency = replace(office.papers.agencies[news], names={"en": "Renamed"})
    papers = replace(office.papers, agencies={**office.papers.agencies, news: agency}, stage="rehearsal")
    return write_proposal(
        draft(Papers(registry=papers, roles=office.people.roles), office.published, at(office.now))
    )


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def state_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def follow(office: Office, raw: bytes) -> None:
    """The whole way of a proposal: reviewed, signed by whoever may, collected and published."""
    made = read_proposal(raw)
    before, after = Books(office.published), Books(office.published, made)
    after.check(at(office.now))
    for line in (*changes(made, before, after), *terms(made, after)):
        assert line.isprintable(), f"what a signer reads steers the terminal: {line!r}"
    signers = [signer for keys in office.people.states.values() for signer in keys]
    given = []
    for number, signer in enumerate([*signers, *office.people.roots.values()]):
        try:
            signatures = sign_draft(made, RoleSigner(signer), before, after)
        except RegistryError:
            continue
        given.append((f"{number}.json", read_signatures(signatures.to_bytes())))
    found = collect(made, given, before, after)
    publish(found.draft, office.published, office.people.operator, at(office.now))


@pytest.mark.parametrize("seed", range(4))
def test_attack_32_a_spoilt_proposal_is_refused_in_plain_words_and_changes_nothing(
    office: Office, seed: int
) -> None:
    chance = random.Random(seed)
    honest = json.loads(proposal(office))
    before = state_of(office.published.folder)
    refused = 0
    for _ in range(ROUNDS // 4):
        try:
            follow(office, as_bytes(spoilt(honest, chance)))
        except RegistryError as exc:
            refused += 1
            assert str(exc)
            assert state_of(office.published.folder) == before
        else:
            before = state_of(office.published.folder)  # what was spoilt did not matter, or was signed by all
    assert refused


@pytest.mark.parametrize("seed", range(4))
def test_a_spoilt_signature_file_is_refused_in_plain_words(office: Office, seed: int) -> None:
    chance = random.Random(seed)
    made = read_proposal(proposal(office))
    before, after = Books(office.published), Books(office.published, made)
    signer = office.people.states[AA][0]
    honest = json.loads(sign_draft(made, RoleSigner(signer), before, after).to_bytes())
    for _ in range(ROUNDS // 4):
        try:
            given = [("one.json", read_signatures(as_bytes(spoilt(honest, chance))))]
            found = collect(made, given, before, after)
        except RegistryError as exc:
            assert str(exc)
        else:
            assert found is not None


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[]", b"1" * 10_000, b'{"kind":' * 9_000, b"[" * 100_000])
def test_what_is_no_json_is_no_proposal_and_no_signature(raw: bytes) -> None:
    for read in (read_proposal, read_signatures):
        with pytest.raises(RegistryError):
            read(raw)
