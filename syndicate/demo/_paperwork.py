"""The federation's papers: real ``sources/`` and ``keys/`` folders for the fictional members."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicate.agency import write_enrolment
from syndicate.ceremony import Rehearsal, Repository, RoleSigner, draft_files, publish
from syndicate.demo._stories import Newsroom
from syndicate.news import FederationId, MemberCode, Registry, StreamName
from syndicate.papers import load_registry
from syndicate.ports import Signer
from syndicate.registry import RegistryClient, Revocation, folder_dial, names, revocations_file
from syndicate.signing import ephemeral_signer

FEDERATION = FederationId("demo")
CADENCE = "1 second"  # nobody wants to wait for the news of a demonstration

# Language tags that the demo's registry files may use, with what they mean.
_LANGUAGES = {
    "en": "English",
    "fil": "Filipino",
    "id": "Indonesian",
    "km": "Khmer",
    "lo": "Lao",
    "ms": "Malay",
    "ms-Arab": "Malay, in Jawi script",
    "my": "Burmese",
    "pt": "Portuguese",
    "ta": "Tamil",
    "tet": "Tetum",
    "th": "Thai",
    "vi": "Vietnamese",
    "zh-Hans": "Chinese, simplified characters",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLine:
    """A signed feed as the registry lists it."""

    name: str
    url: str
    stream: StreamName
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What an agency hands to the federation: its keys, and where its signed feeds are."""

    newsroom: Newsroom
    in_use: Signer
    successor: Signer
    feeds: tuple[FeedLine, ...]


def write_papers(folder: Path, enrolled: Sequence[Enrolled]) -> tuple[Path, Path]:
    """Write the two folders of the registry below ``folder``; where they are: (sources, keys)."""
    sources, keys = folder / "sources", folder / "keys"
    sources.mkdir()
    keys.mkdir()
    (sources / "federation.toml").write_text(_federation(enrolled), encoding="utf-8")
    for agency in enrolled:
        newsroom = agency.newsroom
        (sources / f"{newsroom.member}.toml").write_text(_member(agency), encoding="utf-8")
        papers = write_enrolment(newsroom.id, agency.in_use, agency.successor, time.time())
        (keys / f"{newsroom.id}.toml").write_text(papers, encoding="utf-8")
    return sources, keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Chamber:
    """Where the member states meet: everybody's keys, and what they have published together."""

    people: Rehearsal
    papers: Registry
    policy: bytes  # of the log
    repository: Repository
    root: Path

    def look(self, folder: Path, now: int) -> Registry:
        """The registry as a newcomer sees it, who remembers it in ``folder``."""
        client = RegistryClient(self.root.read_bytes(), folder)
        return client.refresh(folder_dial(self.repository.folder), now).registry

    def revoke(self, code: MemberCode, entry: Revocation, now: float) -> None:
        """One person of a state revokes a key of its agency, and the operator publishes that."""
        role, path = names.revocations_role(code), names.revocations_path(code)
        when = datetime.fromtimestamp(now, UTC)
        drafted = draft_files(role, {path: revocations_file(code, [entry])}, self.repository, when)
        drafted.metadata[role].sign(RoleSigner(self.people.states[code][0]))
        publish(drafted, self.repository, self.people.operator, when)


def hold_ceremony(folder: Path, sources: Path, keys: Path, policy: bytes) -> Chamber:
    """Have the states sign what the two folders say, and the log's policy."""
    papers = load_registry(sources, keys)
    people = Rehearsal.begin(papers.members, ephemeral_signer)
    repository = Repository(folder / "repository")
    people.publish(papers, repository, datetime.now(UTC), policy=policy)
    root = folder / "root.json"
    root.write_bytes(repository.first_root())
    return Chamber(people=people, papers=papers, policy=policy, repository=repository, root=root)


def _federation(enrolled: Sequence[Enrolled]) -> str:
    members = sorted(agency.newsroom.member for agency in enrolled)
    return (
        f'id = "{FEDERATION}"\nname = "Demonstration federation (all of it fiction)"\n'
        f"members = {_text(members)}\n\n[languages]\n"
        + "".join(f"{tag} = {_text(meaning)}\n" for tag, meaning in _LANGUAGES.items())
    )


def _member(agency: Enrolled) -> str:
    newsroom = agency.newsroom
    return (
        f'member = "{newsroom.member}"\nnames = {_table(newsroom.state_names)}\n\n[[agency]]\n'
        f'id = "{newsroom.id}"\nnames = {_table(newsroom.names)}\n'
        f"domains = {_text([newsroom.host])}\nmedia_hosts = {_text([newsroom.media_host])}\n"
        f"languages = {_text(list(newsroom.languages))}\ntimezone = {_text(newsroom.timezone)}\n"
        f"home = {_text(f'https://{newsroom.host}/')}\n"
        f"rights = {_text(newsroom.rights)}\ncredit = {_text(newsroom.credit)}\n"
        'ownership = { form = "Fiction", funding = "Nobody", editor_appointed_by = "The demo" }\n'
        'evidence = { source = "written for the demonstration", confirmed = true }\n'
        f'status = [{{ state = "active", since = {_day(-30)} }}]\n'
        + "".join(_feed(feed) for feed in agency.feeds)
    )


def _feed(feed: FeedLine) -> str:
    return (
        f'\n[[agency.signed_feed]]\nid = "{feed.name}"\nurl = "{feed.url}"\nformat = "atom"\n'
        f'stream = "{feed.stream}"\nlang = "{feed.lang}"\ncadence = "{CADENCE}"\n'
    )


def _day(days_from_now: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days_from_now):%Y-%m-%d}"


def _table(names: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{tag} = {_text(name)}" for tag, name in names.items()) + " }"


def _text(value: object) -> str:
    # A JSON string or list of strings is a TOML one too.
    return json.dumps(value, ensure_ascii=False)
