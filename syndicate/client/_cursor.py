"""How far a hub was followed: kept in a file, so that a stop costs nothing and a fork is noticed after it."""

import base64
import json
from pathlib import Path
from typing import Any, Final

from syndicate.errors import ClientError

_FORM: Final = "syndicate-cursor/v1"


class Cursor:
    """The last item that was done, the leaves that were read, and the checkpoint that they stand under."""

    def __init__(self, path: Path | None, after: int) -> None:
        """``after`` is where to begin if there is no file. Raises ClientError: it cannot be read."""
        self._path = path
        self.after = after
        self.note = b""  # of the checkpoint seen last
        self._read()

    def done(self, index: int) -> None:
        """Whoever follows has done with this item. Raises ClientError: it cannot be kept."""
        self.after = index
        self._keep()

    def read_to(self, end: int, note: bytes) -> None:
        """All leaves below ``end`` are read, under this checkpoint. Raises ClientError: it cannot be kept."""
        if (end - 1, note) != (self.after, self.note):
            self.after, self.note = max(self.after, end - 1), note
            self._keep()

    def _read(self) -> None:
        if self._path is None:
            return
        try:
            told: Any = json.loads(self._path.read_bytes())
            if told["form"] != _FORM:
                raise ValueError("another form")  # noqa: TRY301 - told like every other damage
            self.after, self.note = int(told["after"]), base64.b64decode(told["note"], validate=True)
        except FileNotFoundError:
            return
        except OSError as exc:
            raise ClientError(f"cannot read the cursor {self._path}: {exc.strerror}") from exc
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as exc:
            raise ClientError(
                f"the cursor {self._path} is damaged ({type(exc).__name__})",
                hint="Remove it to begin again, or name another file.",
            ) from exc

    def _keep(self) -> None:
        if self._path is None:
            return
        told = {"form": _FORM, "after": self.after, "note": base64.b64encode(self.note).decode()}
        new = self._path.with_name(f".{self._path.name}.new")
        try:
            new.write_text(json.dumps(told), encoding="ascii")
            new.replace(self._path)
        except OSError as exc:
            raise ClientError(f"cannot keep the cursor {self._path}: {exc.strerror}") from exc
