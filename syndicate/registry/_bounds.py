"""What no honest metadata has, refused before python-tuf remembers it: else one file would stop a reader.

A reader never takes a lower version than it has seen. Whoever holds an on-line key for an hour could sign a
version that nobody can ever exceed, or a timestamp that freezes what was published then for a century.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tuf.api.exceptions import RepositoryError

from syndicate.registry._names import METADATA

_VERSIONS: Final = 1_000_000_000
_DAY: Final = 86_400
# A machine's clock may be a year behind, and is named where it matters. A thief of the timestamp's key alone
# gains less than a week: what is fresh is bounded by the snapshot's expiry, too.
_SPARE_SECONDS: Final = 400 * _DAY
_COUNTS_SECONDS: Final = {"timestamp": _DAY, "snapshot": 7 * _DAY}  # docs/protocol.md, "The registry"


def check_bounds(path: str, body: bytes, now: int) -> None:
    """Look at a file as it was fetched, before anybody vouched for it.

    Raises:
        RepositoryError: it is metadata with a version beyond all bounds, or the operator's and counts for
            longer than it may.
    """
    if not path.startswith(f"{METADATA}/"):
        return
    signed = _signed(body)
    if any(isinstance(each, int) and each > _VERSIONS for each in _versions(signed)):
        raise RepositoryError(f"{path} has a version beyond {_VERSIONS:,}")
    most = _COUNTS_SECONDS.get(str(signed.get("_type")))
    if most is not None and (until := _expiry(signed)) is not None and until > now + most + _SPARE_SECONDS:
        raise RepositoryError(
            f"{path} would count until {str(signed['expires'])[:30]!a}, longer than the operator's files "
            f"may; this machine's clock says {datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}"
        )


def _signed(body: bytes) -> Mapping[str, Any]:
    """The signed part; nothing where there is none, which python-tuf says in its own words."""
    try:
        signed = json.loads(body)["signed"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return signed if isinstance(signed, dict) else {}


def _versions(signed: Mapping[str, Any]) -> Iterator[object]:
    yield signed.get("version")
    meta = signed.get("meta")
    for each in meta.values() if isinstance(meta, dict) else ():
        if isinstance(each, dict):
            yield each.get("version")


def _expiry(signed: Mapping[str, Any]) -> float | None:
    try:
        return (
            datetime.strptime(str(signed.get("expires")), "%Y-%m-%dT%H:%M:%SZ")
            .replace(tzinfo=UTC)
            .timestamp()
        )
    except (ValueError, OverflowError):
        return None
