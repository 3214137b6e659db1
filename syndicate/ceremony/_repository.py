"""A published repository, as a folder of static files: what its operator and its signers read and replace."""

from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from tuf.api.metadata import Metadata, Root, Snapshot, TargetFile, Targets, Timestamp

from syndicate.errors import RegistryError
from syndicate.registry import explained, names, replace_file

ROOT: Final = "root"
TOP_TARGETS: Final = "targets"


class Repository:
    """The repository in ``folder``, which may not have been published yet.

    It is read as it stands: whoever has to trust it verifies it first (``registry.RegistryClient``).
    """

    def __init__(self, folder: Path, *, newest_root: int | None = None) -> None:
        self.folder = folder
        self._newest_root = newest_root

    @property
    def exists(self) -> bool:
        """Whether something was ever published here."""
        return self._path("timestamp", None).exists()

    def root(self) -> Metadata[Root]:
        """The newest root, as a reader gets to it: from the first one here, each signed by the one before.

        Raises:
            RegistryError: there is none, or it cannot be read, or the next one is not signed.
        """
        # A mirror holds the roots from its owner's trusted one on, which need not be the first.
        numbers = self._root_numbers()
        number = min(numbers, default=1)
        root: Metadata[Root] = self._read(ROOT, number)
        while number + 1 in numbers and number != self._newest_root:
            number += 1
            following: Metadata[Root] = self._read(ROOT, number)
            with explained(f"version {number} of the root"):
                root.signed.verify_delegate(ROOT, following.signed_bytes, following.signatures)
            root = following
        return root

    def before(self, root: Metadata[Root] | None) -> "Repository":
        """This repository as it stood before ``root`` was put here by a publication that did not end."""
        if root is None or not self.exists or root.signed.version not in self._root_numbers():
            return self
        here = self._read(ROOT, root.signed.version)
        if here.signed_bytes != root.signed_bytes:
            return self
        return Repository(self.folder, newest_root=root.signed.version - 1)

    def _root_numbers(self) -> frozenset[int]:
        found = (each.name for each in (self.folder / names.METADATA).glob(f"*.{ROOT}.json"))
        numbers = (name.removesuffix(f".{ROOT}.json") for name in found)
        return frozenset(
            int(each) for each in numbers if each.isascii() and each.isdecimal() and len(each) < 10
        )

    def first_root(self) -> bytes:
        """The root that started it. Raises RegistryError."""
        return self._bytes(self._path(ROOT, 1))

    def timestamp(self) -> Metadata[Timestamp]:
        """The newest timestamp. Raises RegistryError."""
        return self._read("timestamp", None)

    def snapshot(self) -> Metadata[Snapshot]:
        """The snapshot that the timestamp names. Raises RegistryError."""
        return self._read("snapshot", self.timestamp().signed.snapshot_meta.version)

    def targets(self, role: str) -> Metadata[Targets] | None:
        """What a targets role published last; None if it never did. Raises RegistryError."""
        if not self.exists:
            return None
        meta = self.snapshot().signed.meta.get(f"{role}.json")
        return None if meta is None else self._read(role, meta.version)

    def targets_at(self, role: str, version: int) -> Metadata[Targets]:
        """What a targets role published as ``version``. Raises RegistryError: it is not here."""
        return self._read(role, version)

    def file(self, info: TargetFile) -> bytes:
        """A file that some role lists. Raises RegistryError."""
        return self._bytes(self.folder / names.TARGETS / info.get_prefixed_paths()[0])

    def put(self, role: str, metadata: Metadata[Any]) -> None:
        """Write a role's metadata under its version; the timestamp under its name alone."""
        replace_file(self.folder / metadata_path(role, metadata), metadata.to_bytes())

    def put_file(self, path: str, raw: bytes) -> None:
        """Write a listed file under its hash."""
        replace_file(self.folder / file_path(path, raw), raw)

    def _path(self, role: str, version: int | None) -> Path:
        return self.folder / _metadata_path(role, version)

    def _read(self, role: str, version: int | None) -> Metadata[Any]:
        path = self._path(role, version)
        raw = self._bytes(path)
        with explained(str(path)):
            return Metadata.from_bytes(raw)

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as exc:
            raise RegistryError(
                f"cannot read {path}: {exc.strerror}", hint="Name the folder of a published registry."
            ) from exc


def metadata_path(role: str, metadata: Metadata[Any]) -> str:
    """Where a role's metadata stands in a repository."""
    return _metadata_path(role, None if role == "timestamp" else metadata.signed.version)


def file_path(path: str, raw: bytes) -> str:
    """Where a listed file stands in a repository: under its hash."""
    return f"{names.TARGETS}/{TargetFile.from_data(path, raw, ['sha256']).get_prefixed_paths()[0]}"


def _metadata_path(role: str, version: int | None) -> str:
    name = f"{quote(role, '')}.json"
    return f"{names.METADATA}/{name if version is None else f'{version}.{name}'}"
