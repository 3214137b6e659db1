"""The keys that sign webhooks for everybody (``v1a``): files beside the database, two while the key changes.

The first is called as the database and ``.webhook-key``, the next ``.webhook-key.2``, and so on, each with
its passphrase beside it: nothing is ever renamed, so a crash at any moment leaves keys that open.
"""

import re
from pathlib import Path
from typing import Final

from syndicate.assembly._backup import WEBHOOK_KEY
from syndicate.assembly._log import own_key
from syndicate.errors import DeliverError
from syndicate.ports import Signer

_NAME: Final = re.compile(r"(?:\.([1-9][0-9]{0,8}))?", re.ASCII)
_MOST: Final = 2


class WebhookKeys:
    """The keys of one hub, the newest first."""

    def __init__(self, database: Path) -> None:
        """Open them; the first is made if there is none.

        Raises:
            SigningError, SettingsError: a key cannot be opened or made.
        """
        self._first = database.with_name(f"{database.name}{WEBHOOK_KEY}")
        numbers = [*_numbers(self._first)] or [1]
        self._keys: tuple[tuple[int, Signer], ...] = tuple(
            (number, own_key(self._path(number))) for number in sorted(numbers, reverse=True)
        )

    def signers(self) -> tuple[Signer, ...]:
        """Those that sign now."""
        return tuple(signer for _, signer in self._keys)

    def renew(self) -> None:
        """Make another one, which signs beside the one before.

        Raises:
            DeliverError: two sign already.
            SigningError, SettingsError: it cannot be made.
        """
        if len(self._keys) >= _MOST:
            raise DeliverError(
                "two keys sign already", hint="`syndicate subscribers keys --drop` takes the older one away."
            )
        number = self._keys[0][0] + 1
        self._keys = ((number, own_key(self._path(number))), *self._keys)

    def drop(self) -> None:
        """Take the older of two away, for good. Raises DeliverError: there is but one."""
        if len(self._keys) < _MOST:
            raise DeliverError(
                "there is one key, and it has to stay",
                hint="`syndicate subscribers keys --new` makes its successor.",
            )
        self._keys, dropped = self._keys[:1], self._keys[1:]
        for number, _ in dropped:
            path = self._path(number)
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}.words").unlink(missing_ok=True)

    def _path(self, number: int) -> Path:
        return self._first if number == 1 else self._first.with_name(f"{self._first.name}.{number}")


def _numbers(first: Path) -> list[int]:
    found = (
        (_NAME.fullmatch(path.name.removeprefix(first.name)))
        for path in first.parent.iterdir()
        if path.name.startswith(first.name)
    )
    return [int(named[1] or 1) for named in found if named is not None]
