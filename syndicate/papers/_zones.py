"""Time zones, by their names in the IANA database."""

from functools import cache
from zoneinfo import available_timezones

from syndicate.papers._table import Table


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def read_zone(table: Table, name: str) -> str:
    """The needed name of a time zone; "UTC" where it is no good."""
    zone = table.text(name, need=True)
    if zone is not None and zone not in _zones():
        table.note(
            f"unknown time zone {zone!r}", "Write it like Asia/Jakarta (IANA time zone database).", name
        )
    return zone or "UTC"
