"""A proposal that hides something from its signers, or says what none is told, is refused."""

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from press import DAY
from proposing import collected, proposed, said, signed_by, with_agency
from securesystemslib.signer import SSlibKey
from signed_registry import AA, BB, Office, at
from tuf.api.metadata import TargetFile

from syndicate.ceremony import (
    Draft,
    Papers,
    draft,
    draft_files,
    proposal_digest,
    read_proposal,
    read_signatures,
    spoken,
)
from syndicate.errors import RegistryError
from syndicate.registry import names

Spoil = Callable[[Draft], None]


def _unknown_role(made: Draft) -> None:
    made.metadata["zz"] = deepcopy(made.metadata["aa"])  # type: ignore[index]


def _foreign_file(made: Draft) -> None:
    path = names.manifest_path(BB)
    made.metadata["aa"].signed.targets[path] = TargetFile.from_data(path, b"{}", ["sha256"])


def _stowaway(made: Draft) -> None:
    made.files["members/bb/manifest.json"] = b"{}"  # type: ignore[index]


def _other_bytes(made: Draft) -> None:
    made.files[names.manifest_path(AA)] += b" "  # type: ignore[index]


def _stale(made: Draft) -> None:
    made.metadata["aa"].signed.version += 1


SPOILT: dict[str, tuple[Spoil, str]] = {
    "a role of nobody": (_unknown_role, "zz would list"),
    "another state's file": (_foreign_file, "aa would list members/bb/manifest.json"),
    "a file that nobody signs": (_stowaway, "brings files that nobody signs"),
    "other bytes than listed": (_other_bytes, "is not the file|is not there|cannot read"),
    "a version left out": (_stale, "aa would be version 3, where 2 is next in this copy"),
}


@pytest.mark.parametrize(("spoil", "why"), SPOILT.values(), ids=SPOILT)
def test_attack_32_a_proposal_that_hides_something_is_refused(office: Office, spoil: Spoil, why: str) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    made = Draft(metadata=dict(made.metadata), files=dict(made.files))
    spoil(made)
    with pytest.raises(RegistryError, match=why):
        said(office, made)


def test_attack_32_one_key_under_two_names_is_refused(office: Office) -> None:
    made = proposed(office, renew=("root", "targets"))
    root = made.metadata["root"].signed
    key = next(iter(root.keys.values()))
    root.keys["ab" * 32] = SSlibKey("ab" * 32, key.keytype, key.scheme, key.keyval)
    root.roles["root"].keyids.append("ab" * 32)
    with pytest.raises(RegistryError, match="the key abababab is not what its name says"):
        said(office, made)


def _more_than_known(made: Draft) -> bytes:
    raw = made.files[names.manifest_path(AA)]
    return raw.replace(b'"member":"aa"', b'"member":"aa","x-more":"than is said"')


def _another_states_agency(made: Draft) -> bytes:
    return made.files[names.manifest_path(AA)].replace(b'"id":"aa.news"', b'"id":"bb.news"')


def _twice(made: Draft) -> bytes:
    return made.files[names.manifest_path(AA)].replace(b'"agencies":', b'"agencies":[],"agencies":')


def _reinstated_one_day(made: Draft) -> bytes:
    raw = made.files[names.manifest_path(AA)]
    return raw.replace(b'"proof":', b'"reinstated_at":"2099-01-01T00:00:00Z","proof":')


def _no_moment(made: Draft) -> bytes:
    raw = made.files[names.manifest_path(AA)]
    return re.sub(rb'"nbf":"[^"]*"', b'"nbf":"0001-01-01T00:00:00+14:00"', raw)


SAYS_MORE: dict[str, tuple[Callable[[Draft], bytes], str]] = {
    "a field that nobody knows": (_more_than_known, "cannot put into words"),
    "another state's agency": (_another_states_agency, "readers would leave out what it says"),
    "a list that stands twice": (_twice, "cannot put into words"),
    "a key reinstated as of a day to come": (_reinstated_one_day, "reinstated as of a day to come"),
    "a moment that is none": (_no_moment, "none"),
    "no JSON": (lambda _: b"rubbish", "readers would leave out"),
}


@pytest.mark.parametrize(("bend", "why"), SAYS_MORE.values(), ids=SAYS_MORE)
def test_attack_32_a_manifest_that_says_more_than_is_told_is_refused(
    office: Office, bend: Callable[[Draft], bytes], why: str
) -> None:
    raw = bend(proposed(office, with_agency(office, names={"en": "Renamed"})))
    with pytest.raises(RegistryError, match=why):
        said(office, draft_files("aa", {names.manifest_path(AA): raw}, office.published, at(office.now)))


def test_attack_32_a_policy_that_is_none_is_refused(office: Office) -> None:
    wanted = Papers(
        registry=replace(office.papers, stage="rehearsal"), roles=office.people.roles, policy=b"rubbish\n"
    )
    with pytest.raises(RegistryError, match=r"log/policy\.txt is no policy of a log"):
        said(office, draft(wanted, office.published, at(office.now)))


@pytest.mark.parametrize("days", [-1, 0, 500, 3_000_000])
def test_attack_32_what_counts_for_ever_or_no_more_is_refused(office: Office, days: int) -> None:
    made = proposed(office, renew=("aa",))
    made.metadata["aa"].signed.expires = at(office.now + min(days * DAY, 250_000_000_000))
    with pytest.raises(RegistryError, match=r"aa would count until .* this machine's clock says"):
        said(office, made)


def test_the_digest_names_everything_that_would_be_signed_and_nothing_else(office: Office) -> None:
    made = proposed(office, with_agency(office, names={"en": "Renamed"}))
    digest = proposal_digest(made)
    found = collected(office, made, signed_by(office, made, *office.people.signers("aa")))
    assert proposal_digest(found.draft) == digest
    assert len(spoken(digest).split()) == 16
    for spoil in (_stowaway, _foreign_file, _stale, _unknown_role, _other_bytes):
        other = Draft(metadata=deepcopy(dict(made.metadata)), files=dict(made.files))
        spoil(other)
        assert proposal_digest(other) != digest


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[1]", b'{"kind": "syndicate-proposal/v1", "metadata": 3, "files": {}}', b"\xff" * 9,
     b'{"kind": "syndicate-proposal/v1", "metadata": {"aa": {"signed": {}}}, "files": {}}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_proposal_is_refused(raw: bytes) -> None:
    with pytest.raises(RegistryError, match="this is no proposal"):
        read_proposal(raw)
    with pytest.raises(RegistryError, match="no signatures"):
        read_signatures(raw)
