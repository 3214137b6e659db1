"""Folders of papers as a registry that is really signed, by keys made for the test."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from registry_files import Folders

from syndicate.ceremony import Rehearsal, Repository
from syndicate.papers import load_registry
from syndicate.signing import ephemeral_signer

SEED = bytes([77]) * 32


@dataclass(frozen=True)
class Rehearsed:
    """What the folders say, signed and published below ``folder``."""

    folders: Folders
    folder: Path

    @property
    def repository(self) -> Path:
        return self.folder / "repository"

    @property
    def root(self) -> Path:
        return self.folder / "root.json"

    @property
    def options(self) -> list[str]:
        """For a command line."""
        return ["--registry", str(self.repository), "--root", str(self.root)]

    def publish(self, now: float | None = None, policy: bytes | None = None) -> None:
        """Sign what the folders say now, and the log's policy if there is one."""
        when = datetime.now(UTC) if now is None else datetime.fromtimestamp(now, UTC)
        papers = load_registry(self.folders.sources, self.folders.keys)
        published = Repository(self.repository)
        Rehearsal.from_seed(SEED, papers.members, ephemeral_signer).publish(
            papers, published, when, policy=policy
        )
        self.root.write_bytes(published.first_root())


# What was published of the same papers before: signing takes longer than many a test.
_published: dict[tuple[tuple[str, bytes], ...], dict[Path, bytes]] = {}


def rehearsed(folders: Folders, folder: Path) -> Rehearsed:
    """The folders' papers, signed for the first time."""
    made = Rehearsed(folders, folder)
    files = [path for each in (folders.sources, folders.keys) for path in sorted(each.iterdir())]
    papers = tuple((path.name, path.read_bytes()) for path in files)
    if papers in _published:
        for path, raw in _published[papers].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(raw)
        return made
    made.publish()
    files = [made.root, *(path for path in made.repository.rglob("*") if path.is_file())]
    _published[papers] = {path.relative_to(folder): path.read_bytes() for path in files}
    return made
