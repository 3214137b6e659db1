"""Who may speak: what states, thieves and mirrors try with the registry, and what a reader makes of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from syndicate.ceremony import Papers, RoleSigner, draft, draft_files, publish, tick
from syndicate.client import check_fresh
from syndicate.demo._federation import Federation
from syndicate.demo._telling import Teller
from syndicate.errors import RegistryError
from syndicate.news import AgencyId, MemberCode, Registry
from syndicate.ports import Signer
from syndicate.registry import Refreshed, RegistryClient, folder_dial, manifest_file, names
from syndicate.signing import ephemeral_signer

Answers = dict[str, str]
_DAY: Final = 86_400


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody who verifies the registry for themselves, and remembers what they saw."""

    client: RegistryClient
    now: int

    def look(self, repository: Path, *, later: int = 0) -> Refreshed:
        return self.client.refresh(folder_dial(repository), self.now + later)


def play_ceremonies(federation: Federation, teller: Teller) -> Answers:
    """Play each; what came of it, by its name."""
    teller.scene("And who decides who may speak? Eleven states, none of them alone")
    chamber = federation.chamber
    folder = federation.folder / "reader"
    now = int(federation.clock.now())
    reader = _Reader(RegistryClient(chamber.root.read_bytes(), folder), now)
    old = Path(shutil.copytree(chamber.repository.folder, federation.folder / "mirror of this morning"))
    answers = _foreign_key(federation, reader)
    answers["a mirror that froze three days ago"] = _refusal(lambda: _frozen(reader, old))
    answers["a mirror rolled back to this morning"] = _refusal(lambda: reader.look(old))
    for lost in (5, 4):
        answers[f"{lost} of 11 root keys lost"] = _new_root(federation, reader, lost)
    for name, answer in answers.items():
        teller.checked(name, "what a reader makes of it", answer)
    return answers


def _foreign_key(federation: Federation, reader: _Reader) -> Answers:
    """my.demo's state, with all its signatures in order, lists sg.demo's key under my.demo."""
    chamber, member = federation.chamber, MemberCode("my")
    honest = chamber.papers
    victim = next(key for key in honest.keys.values() if key.agency == "sg.demo")
    grabbed = replace(victim, agency=AgencyId("my.demo"))
    listed = replace(honest, keys={**honest.keys, victim.kid: grabbed})
    try:
        _publish_manifest(federation, member, listed)
    except RegistryError:
        refused = "refused"
    else:
        refused = "published"
    _publish_manifest(federation, member, listed, blindly=True)
    seen = reader.look(chamber.repository.folder)
    told = any("my.demo" in problem and "left out" in problem for problem in seen.problems)
    owner = seen.registry.keys[victim.kid].agency
    _publish_manifest(federation, member, honest)
    reader.look(chamber.repository.folder)
    read = f"ignored and told, it stays {owner}'s" if told else f"it is {owner}'s, and nobody is told"
    return {"a state lists another's key": refused, "the same, published by whoever checks nothing": read}


def _publish_manifest(
    federation: Federation, member: MemberCode, papers: Registry, *, blindly: bool = False
) -> None:
    chamber, role = federation.chamber, names.manifest_role(member)
    when = datetime.fromtimestamp(federation.clock.now(), UTC)
    files = {names.manifest_path(member): manifest_file(papers, member)}
    drafted = draft_files(role, files, chamber.repository, when)
    for signer in chamber.people.signers(role):
        drafted.metadata[role].sign(RoleSigner(signer), append=True)
    if not blindly:
        publish(drafted, chamber.repository, chamber.people.operator, when)
        return
    for path, raw in drafted.files.items():
        chamber.repository.put_file(path, raw)
    chamber.repository.put(role, drafted.metadata[role])
    versions = {role: drafted.metadata[role].signed.version}
    tick(chamber.repository, chamber.people.operator, when, versions)


def _frozen(reader: _Reader, old: Path) -> None:
    """A newcomer who meets the frozen mirror first, three days from now."""
    newcomer = RegistryClient(reader.client.root, old.with_name("newcomer"))
    later = reader.now + 3 * _DAY
    check_fresh(newcomer.refresh(folder_dial(old), later), "the frozen mirror", later)


def _new_root(federation: Federation, reader: _Reader, lost: int) -> str:
    """So many states lost their root keys; the others sign a root with new ones."""
    chamber = federation.chamber
    codes = list(chamber.people.roots)
    left: dict[MemberCode, Signer] = {code: chamber.people.roots[code] for code in codes[lost:]}
    renewed = {code: left.get(code) or ephemeral_signer() for code in codes}
    people = replace(chamber.people, roots=renewed)
    papers = Papers(
        registry=replace(chamber.papers, stage=people.roles.stage), roles=people.roles, policy=chamber.policy
    )
    when = datetime.fromtimestamp(federation.clock.now(), UTC)
    drafted = draft(papers, chamber.repository, when)
    for role in ("root", "targets"):
        for signer in left.values():
            drafted.metadata[role].sign(RoleSigner(signer), append=True)
    try:
        publish(drafted, chamber.repository, people.operator, when)
    except RegistryError:
        return f"{len(left)} signatures: no new root"
    seen = reader.look(chamber.repository.folder)
    return f"{len(left)} signatures: root version {seen.root.version}"


def _refusal(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except RegistryError as exc:
        return "refused: stale" if "is stale" in str(exc) else "refused: it goes back"
    return "believed"
