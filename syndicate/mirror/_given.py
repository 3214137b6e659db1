"""What a hub's cursor API says of a version beside its token; only the token proves itself."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from syndicate.errors import MirrorError
from syndicate.news import Mark

# Said anew by whoever shows the version: they are no part of what was kept.
_SHOWN: Final = frozenset({Mark.KEY_REVOKED, Mark.LOG_PENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One version as the hub gives it. Times in Unix seconds."""

    index: int
    token: str
    received_at: int
    sealed_at: int
    marks: frozenset[Mark]


def read_page(raw: bytes) -> tuple[Given, ...]:
    """The versions on one page of ``/v1/items``.

    Raises:
        MirrorError: it is no such page.
    """
    try:
        return tuple(_given(each) for each in json.loads(raw)["items"])
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise MirrorError(f"its /v1/items gave no page of versions ({type(exc).__name__}: {exc})") from exc


def _given(told: Any) -> Given:  # noqa: ANN401 - JSON
    return Given(
        index=int(told["index"]),
        token=str(told["token"]),
        received_at=_moment(told["received_at"]),
        sealed_at=_moment(told["logged_at"]),
        marks=frozenset(map(Mark, told["marks"])) - _SHOWN,
    )


def _moment(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp())
