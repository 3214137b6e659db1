"""The list of an item's versions."""

from collections.abc import Mapping

from syndicate.ports import Logged
from syndicate.trust import recall


def version_values(logged: Logged, shown: Logged, stands: Logged, act: str | None) -> Mapping[str, object]:
    """One version in the list; ``act`` is the digest of what erased it, if something did."""
    item = None if logged.erased else recall(logged.token)
    return {
        "ver": logged.ver,
        "address": f"/item/{logged.sub}/{logged.ver}",
        "label": None if item is None else f"act.{item.act}",
        "note": None if item is None else item.note,
        "lang": None if item is None else item.lang,
        "since": logged.received_at,
        "shown": logged.ver == shown.ver,
        "stands": logged.ver == stands.ver,
        "erased_by": act,
    }
