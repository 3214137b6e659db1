"""The other first leg: tokens that an agency pushes instead of waiting to be polled (POST /v1/submit).

A token proves itself, so there is no account; what must be bounded is what one key can make us keep. An
key has an allowance, and is charged for a token once its signature has proved to be that key's: junk that
merely names a key costs its agency nothing. For the same reason a known token is free, and a refused one
is charged once: both can be copied from public feeds by anybody. Whose allowance is used up is turned
away by the key that a token names, before any cryptography: that harms no one who could still send.
Allowances are by key and not by agency, so that whoever stole one cannot keep its successor from being heard.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from syndicate.journey._arrive import Admits
from syndicate.last_used import LastUsed
from syndicate.news import (
    UNPROVED,
    Admitted,
    AgencyId,
    Envelope,
    Held,
    Outcome,
    Reason,
    Refused,
    Registry,
    TokenDigest,
    compose_token,
    digest_of,
    limits,
)
from syndicate.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitLimits:
    """How much may be pushed; the same for every key."""

    tokens: int = limits.FEED_ENTRIES  # in one submission
    burst: int = 300  # tokens under one key at once
    per_second: float = 2.0  # tokens under one key, lastingly
    at_once: int = 4  # submissions being judged; polls go on beside them
    charged: int = 10_000  # digests remembered as charged


class SubmissionDesk:
    """Takes pushed tokens to admission, and keeps each key's allowance."""

    def __init__(
        self,
        admission: Admits,
        registry_source: Callable[[], Registry],
        clock: Clock,
        bounds: SubmitLimits | None = None,
    ) -> None:
        self._admission = admission
        self._registry_source = registry_source
        self._clock = clock
        self._bounds = bounds or SubmitLimits()
        self._places = asyncio.Semaphore(self._bounds.at_once)
        self._allowances: dict[str, _Allowance] = {}  # by the header that names the key
        self._charged: LastUsed[TokenDigest, None] = LastUsed(self._bounds.charged)
        self._owners: tuple[str, dict[str, AgencyId]] = ("", {})

    async def submit(self, tokens: Sequence[str]) -> tuple[Outcome, ...] | Refused:
        """What became of each token, in order, or why the submission as a whole was not looked at.

        When it returns, what was admitted is on the disk: it will be in the feed whatever happens next.

        Raises:
            StorageError: nothing of it was kept; it may be sent again.
        """
        if len(tokens) > self._bounds.tokens:
            return Refused(
                reason=Reason.WIRE_TOO_MANY, detail=f"more than {self._bounds.tokens} tokens in a submission"
            )
        async with self._places:
            turned_away = [self._turned_away(token) for token in tokens]
            judged = iter(
                await self._judge([t for t, away in zip(tokens, turned_away, strict=True) if away is None])
            )
        return tuple(next(judged) if away is None else away for away in turned_away)

    async def _judge(self, tokens: Sequence[str]) -> tuple[Outcome, ...]:
        if not tokens:
            return ()
        outcomes = await self._admission.admit([Envelope(token=token, source="submit") for token in tokens])
        for token, outcome in zip(tokens, outcomes, strict=True):
            self._charge(_header(token), outcome)
        return outcomes

    def _turned_away(self, token: str) -> Refused | None:
        """The refusal for a token that names a key whose agency has used up its allowance."""
        header = _header(token)
        agency = self._owner(header)
        if agency is None or (wait := self._allowance(header).seconds_to_wait(self._clock.now())) <= 0:
            return None
        return Refused(
            reason=Reason.RATE_LIMITED,
            detail=f"{agency} has sent more than its share under this key; again in {int(wait) + 1} seconds",
            agency=agency,
            digest=digest_of(token) if token.isascii() else None,
        )

    def _charge(self, header: str, outcome: Outcome) -> None:
        if not _proved(outcome) or (digest := outcome.digest) is None or digest in self._charged:
            return
        self._charged.put(digest, None)
        self._allowance(header).take(self._clock.now())

    def _allowance(self, header: str) -> "_Allowance":
        if (found := self._allowances.get(header)) is None:  # as many as the registry has keys
            found = self._allowances[header] = _Allowance(self._bounds)
        return found

    def _owner(self, header: str) -> AgencyId | None:
        """Whose key the header names. A header has one spelling, so nothing needs to be decoded."""
        registry = self._registry_source()
        if self._owners[0] != registry.version:
            self._owners = (registry.version, _headers(registry))
        return self._owners[1].get(header)


def _proved(outcome: Outcome) -> TypeGuard[Admitted | Held | Refused]:
    """Whether this token, not seen before, was shown to be its agency's own."""
    if isinstance(outcome, Refused):
        return outcome.reason not in UNPROVED
    return isinstance(outcome, Admitted | Held)


class _Allowance:
    """A token bucket that is paid afterwards: it may end below nothing, and then waits until it is above."""

    def __init__(self, bounds: SubmitLimits) -> None:
        self._burst = float(bounds.burst)
        self._per_second = bounds.per_second
        self._left = self._burst
        self._at: float | None = None

    def seconds_to_wait(self, now: float) -> float:
        """How long until a token may be sent, 0 for at once."""
        self._fill(now)
        return 0.0 if self._left >= 1 else (1 - self._left) / self._per_second

    def take(self, now: float) -> None:
        """Charge one token. A debt is never larger than a full allowance."""
        self._fill(now)
        self._left = max(self._left - 1, -self._burst)

    def _fill(self, now: float) -> None:
        if self._at is not None and now > self._at:  # a clock set back gives nothing, and takes nothing
            self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now


def _header(token: str) -> str:
    """A token's first part, as far as it could be the one header there is."""
    return token[:200].partition(".")[0]


def _headers(registry: Registry) -> dict[str, AgencyId]:
    """The first part that a token under each key of the registry begins with."""
    return {
        compose_token(b"", key.kid, lambda _: b"").partition(".")[0]: key.agency
        for key in registry.keys.values()
    }
