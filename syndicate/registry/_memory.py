"""What a client remembers of revocations, in a file: nothing of it is ever lost to what it fetches later."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syndicate.errors import RegistryError
from syndicate.news import KeyId, MemberCode, UnixTime
from syndicate.registry._explain import UNREADABLE
from syndicate.registry._replace import replace_file
from syndicate.registry._revocations import Known, Revocation


def read_known(path: Path) -> tuple[dict[MemberCode, Known], UnixTime | None]:
    """What stands in the file, and when the last look was; nothing and None where there is no file.

    Raises:
        RegistryError: it is damaged.
    """
    try:
        told = json.loads(path.read_bytes())
        known = {MemberCode(code): _known(rows) for code, rows in told["members"].items()}
        return known, UnixTime(int(told["looked_at"]))
    except FileNotFoundError:
        return {}, None
    except (OSError, *UNREADABLE) as exc:
        raise RegistryError(
            f"{path} is damaged ({type(exc).__name__})",
            hint="It remembers revocations: put it back from a back-up. Without one, remove it, look "
            "again, and compare `syndicate registry status` with another machine's.",
        ) from exc


def keep_known(path: Path, known: Mapping[MemberCode, Known], looked_at: int) -> None:
    """Write it down, on the disk when this returns. Raises RegistryError: it cannot be written."""
    rows = {
        code: [
            [each.kid, each.revoked_at, each.entered_at, each.reason, at] for each, at in one.entries.items()
        ]
        for code, one in known.items()
    }
    replace_file(path, json.dumps({"looked_at": looked_at, "members": rows}).encode())


def _known(rows: list[list[Any]]) -> Known:
    return Known(
        entries={
            Revocation(
                kid=KeyId(kid),
                revoked_at=UnixTime(revoked_at),
                entered_at=UnixTime(entered_at),
                reason=reason,
            ): UnixTime(at)
            for kid, revoked_at, entered_at, reason, at in rows
        }
    )
