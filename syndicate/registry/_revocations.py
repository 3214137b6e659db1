"""Revocations that one person of a state entered: they accumulate, and reach back no more than 30 days.

Whoever holds one of a state's keys can stop an item key within minutes, and nothing else. Two rules keep a
stolen state key from doing more: an entry counts at most 30 days before it was entered, and one that a
client has not seen before was not entered before that client's last look, whatever it says itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from syndicate.news import AgencyKey, KeyId, KeyStatus, UnixTime

BACK_SECONDS: Final = 30 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Revocation:
    """An entry of a member's ``revocations.json``."""

    kid: KeyId
    revoked_at: UnixTime
    entered_at: UnixTime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A member's revocations as a client knows them: each with the moment at which it counts as entered."""

    entries: Mapping[Revocation, UnixTime]

    def met(self, listed: Iterable[Revocation], looked_at: UnixTime | None) -> "Known":
        """With what the file lists now; ``looked_at`` is the last look before, None at the first one.

        Nothing that was known is ever lost, whatever the file leaves out.
        """
        new = {
            each: each.entered_at if looked_at is None else max(each.entered_at, looked_at)
            for each in listed
            if each not in self.entries
        }
        return Known(entries={**self.entries, **new})


def bears(revocation: Revocation, entered_at: UnixTime) -> UnixTime:
    """From when on this entry makes its key count no more."""
    return UnixTime(max(revocation.revoked_at, entered_at - BACK_SECONDS))


def revoked(key: AgencyKey, known: Known) -> AgencyKey:
    """The key with what one person's entries do to it; its state's own manifest may reach back further.

    Entries that were made before the manifest reinstated the key count no more.
    """
    reinstated = key.reinstated_at if key.reinstated_at is not None else -1
    counted = [
        (bears(each, entered_at), each.reason)
        for each, entered_at in known.entries.items()
        if each.kid == key.kid and entered_at > reinstated
    ]
    if not counted:
        return key
    since, reason = min(counted)
    if key.status is KeyStatus.REVOKED and (key.revoked_at is None or key.revoked_at <= since):
        return key
    return replace(key, status=KeyStatus.REVOKED, revoked_at=since, reason=reason)
