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

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def exists(self) -> bool:
        """Whether something was ever published here."""
        return self._path("timestamp", None).exists()

    def root(self) -> Metadata[Root]:
        """The newest root. Raises RegistryError: there is none, or it cannot be read."""
        # A mirror holds the roots from its owner's trusted one on, which need not be the first.
        found = (self.folder / names.METADATA).glob(f"*.{ROOT}.json")
        numbers = [int(each.name.partition(".")[0]) for each in found if each.name[0].isdecimal()]
        return self._read(ROOT, max(numbers, default=1))

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
        version = None if role == "timestamp" else metadata.signed.version
        replace_file(self._path(role, version), metadata.to_bytes())

    def put_file(self, path: str, raw: bytes) -> None:
        """Write a listed file under its hash."""
        info = TargetFile.from_data(path, raw, ["sha256"])
        replace_file(self.folder / names.TARGETS / info.get_prefixed_paths()[0], raw)

    def _path(self, role: str, version: int | None) -> Path:
        name = f"{quote(role, '')}.json"
        return self.folder / names.METADATA / (name if version is None else f"{version}.{name}")

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
