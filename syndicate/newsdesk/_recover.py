"""A new laptop: the stream's memory, rebuilt from what hubs logged of it.

Nothing is believed because a hub said it: every token is verified with the agency's own keys. A hub may
hide tokens, never make one; so the stream goes on far above the highest number that was found anywhere, and
every item some versions above the highest that was found of it.
"""

import asyncio
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from syndicate.agency import (
    AgencyConfig,
    Recovery,
    as_signed,
    publish,
    read_answer,
    remember_recovery,
    remember_run,
)
from syndicate.errors import AgencyError, TrustError, WireError
from syndicate.news import Envelope, ItemId, Registry, TokenDigest
from syndicate.newsdesk._acts import Desk
from syndicate.newsdesk._find import newest_first
from syndicate.ports import Fetched, Fetcher, Signed, Waiting, Why
from syndicate.trust import Verified, recall, verify
from syndicate.wire import take_out

GAP: Final = 1_000  # numbers left free at least: what was signed and reached no hub has one of them
# Two recoveries that found the same must not go on at the same number and version, so both move with the
# time since the newest token. Hubs take numbers up to 10,000, and versions up to 100 above what they know.
_MORE_NUMBERS: Final = 8_000
_LEAST_STEP: Final = 10  # versions of each item left free
_MORE_STEPS: Final = 80
_PAGE: Final = 100
MOST_SECONDS: Final = 300.0  # of one hub; an honest one gives a thousand pages in that time
_MOST_STRANGE: Final = 64_000_000  # characters of one hub's tokens that no key of the agency signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was found, and where the stream goes on."""

    found: int  # own tokens that hubs gave
    new: int  # those that this book did not have
    believed_not: int  # what hubs gave that no key of this agency signed
    highest: int  # the highest number found anywhere
    next: int  # the number that is signed next
    step: int  # versions of each item that are left free
    forked: bool  # another token was found under a number, or version, of this book
    takes_floor: bool  # the next token begins a new chain, under a key that never signed here


async def fetch_own(
    hub: str, config: AgencyConfig, fetcher: Fetcher, *, seconds: float = MOST_SECONDS
) -> tuple[str, ...]:
    """Every token of the agency that ``hub`` has logged, once, in its order; what it forged is among them.

    Raises:
        AgencyError: the hub does not answer, not as a hub does, or does not come to an end.
    """
    try:
        async with asyncio.timeout(seconds):
            return await _all_pages(hub.rstrip("/"), config, fetcher)
    except TimeoutError as exc:
        raise AgencyError(
            f"{hub} has not come to its end in {seconds:.0f} seconds", hint="Try another hub."
        ) from exc


async def _all_pages(hub: str, config: AgencyConfig, fetcher: Fetcher) -> tuple[str, ...]:
    # What the agency itself signed needs no other bound: all of it once stood in its own book.
    found: dict[str, None] = {}
    after, strange = -1, 0
    while True:
        asked = urlencode({"after": after, "limit": _PAGE, "agency": config.id})
        tokens, last = await _page(f"{hub}/v1/items?{asked}", fetcher)
        new = [token for token in dict.fromkeys(tokens) if token not in found]
        found.update(dict.fromkeys(new))
        strange += sum(len(token) for token in new if not _known_here(token, config))
        if strange > _MOST_STRANGE:
            raise AgencyError(
                f"{hub} gives more and more that no key of {config.id} signed", hint="Try another hub."
            )
        if not new or last <= after:
            return tuple(found)
        after = last


def _known_here(token: str, config: AgencyConfig) -> bool:
    return bool(config.keys) and _own(token, config.own_registry(config.keys[0].kid, b"")) is not None


async def _page(url: str, fetcher: Fetcher) -> tuple[list[str], int]:
    answer = await fetcher.fetch(url)
    if not isinstance(answer, Fetched):
        raise AgencyError(f"{url}: {getattr(answer, 'detail', 'gave no answer')}", hint="Try another hub.")
    try:
        told = read_answer(answer.body)
        return [each.text("token", most=None) for each in told.records("items")], told.number("last")
    except AgencyError as exc:
        raise AgencyError(f"{url}: {exc}", hint="Try another hub.") from exc


def recover(tokens: Iterable[str], desk: Desk) -> Recovered:
    """Put what hubs logged into the book, and let the stream go on above all of it: a gap, never a fork.

    Raises:
        AgencyError: nothing was found and the book is empty; or the stream is forked, and the key in use
            has signed in it, so that only the sealed successor can go on.
        StorageError: the book could not be written; nothing has changed.
    """
    given = list(dict.fromkeys(tokens))
    believed = [each for token in given if (each := _own(token, desk.registry)) is not None]
    own = [each for each in believed if each.item.stream == desk.config.stream]
    kept = tuple(newest_first(desk.book))
    # What the agency's own feed shows may be ahead of every hub, and of a book that was lost.
    mine = [*kept, *_lacking(_shown(desk), kept)]
    if not own and not mine:
        raise AgencyError(
            "no token of this agency was found: there is nothing to recover",
            hint="Check the hub's address and [agency] id; a new agency simply signs.",
        )
    displaced = _displaced(own, mine)
    stays = [each for each in mine if each not in displaced]
    new = [*_lacking(own, stays), *(each for each in stays if each not in kept)]
    forked = bool(displaced)
    highest = max([each.item.seq for each in own] + [each.seq for each in mine])
    kids = {each.kid for each in own} | {each.kid for each in mine}
    takes_floor = desk.signer.kid not in kids
    if forked and not takes_floor:
        raise AgencyError(
            "this stream is forked: two tokens have one number or version, and hubs hold what follows",
            hint="Run `syndicate agency rotate` first: the sealed successor takes the floor.",
        )
    prev = None if takes_floor else _at(highest, own, mine)
    recovery = _go_on(highest, max(_times(highest, own, mine)), desk.now)
    remember_recovery(recovery, desk.book)  # first: without it, what is restored must not be signed from
    desk.book.restore(
        new,
        goes_on_after=recovery.after,
        prev=prev,
        displaced=[each.digest for each in displaced],
        waiting=[_said_again(each, desk.now) for each in sorted(displaced, key=lambda one: one.seq)],
    )
    publish(desk.config, desk.book, desk.registry)
    remember_run(desk.config, desk.book, desk.now)
    return Recovered(
        found=len(own),
        new=len(new),
        believed_not=len(given) - len(believed),
        highest=highest,
        next=desk.book.head()[0] + 1,
        step=recovery.step,
        forked=forked,
        takes_floor=takes_floor,
    )


def _go_on(highest: int, signed_at: int, now: float) -> Recovery:
    """Where numbers and versions go on, above all that may have been signed and was not shown."""
    since = max(0, int(now) - signed_at)
    return Recovery(
        at=int(now),
        after=highest + GAP - 1 + since % _MORE_NUMBERS,
        step=_LEAST_STEP + min(int(4 * math.log2(1 + since)), _MORE_STEPS),  # only ever more
    )


def _times(number: int, own: Sequence[Verified], mine: Sequence[Signed]) -> Iterator[int]:
    yield from (each.item.iat for each in own if each.item.seq == number)
    yield from (each.iat for each in mine if each.seq == number)


def _own(token: str, registry: Registry) -> Verified | None:
    try:
        signed_at = recall(token).iat
    except TrustError:
        return None
    # Judged at its own time of signing: a key that ran out since does not unsay what it signed.
    judged = verify(Envelope(token=token, source="a hub"), registry, signed_at)
    return judged if isinstance(judged, Verified) else None


def _shown(desk: Desk) -> list[Verified]:
    try:
        body = (desk.config.folder / desk.config.atom_name).read_bytes()
        carried = take_out(body, "atom").carried
    except (OSError, WireError):
        return []
    judged = (_own(each.token, desk.registry) for each in carried)
    return [each for each in judged if each is not None and each.item.stream == desk.config.stream]


def _displaced(own: Sequence[Verified], mine: Sequence[Signed]) -> list[Signed]:
    """Own tokens from the fork on that hubs do not hold: there, others have their places."""
    digests = {each.digest for each in own}
    numbers = {each.item.seq for each in own}
    versions = {(each.item.sub, each.item.ver) for each in own}
    lost = [each for each in mine if each.digest not in digests]
    clashes = [each.seq for each in lost if each.seq in numbers or (each.sub, each.ver) in versions]
    return [each for each in lost if each.seq >= min(clashes)] if clashes else []


def _said_again(signed: Signed, now: float) -> Waiting:
    """What a displaced token said, to be signed by the next run as the next version of its item."""
    item = recall(signed.token)
    return Waiting(
        item=item,
        cms_id=signed.cms_id,
        fingerprint=signed.fingerprint,
        why=Why.DELAY,
        arrived=int(now),
        due=int(now),
    )


def _lacking(own: Sequence[Verified], mine: Sequence[Signed]) -> list[Signed]:
    """The tokens that the book does not have, as it would have kept them."""
    known = {each.digest for each in mine}
    versions = {(each.sub, each.ver): each for each in mine}
    new: list[Signed] = []
    for each in sorted(own, key=lambda one: (one.item.ver, one.item.seq)):
        if each.digest not in known:
            signed = as_signed(each, _before(versions, each.item.sub, each.item.ver))
            versions[signed.sub, signed.ver] = signed
            new.append(signed)
    return sorted(new, key=lambda signed: signed.seq)


def _before(versions: Mapping[tuple[ItemId, int], Signed], sub: ItemId, ver: int) -> Signed | None:
    return next((versions[sub, each] for each in range(ver - 1, 0, -1) if (sub, each) in versions), None)


def _at(number: int, own: Sequence[Verified], mine: Sequence[Signed]) -> TokenDigest:
    digests = {each.seq: each.digest for each in mine} | {each.item.seq: each.digest for each in own}
    return digests[number]
