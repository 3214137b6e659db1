"""Members and agencies in the words of a review: every field of them, for whoever is new or changed.

What decides who is heard comes first, for all of them: nobody's forty other names come between.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final

from syndicate.ceremony._words import becomes, listed, named, plainly, when
from syndicate.news import Agency, Former, Member, Ownership, Registry, SignedFeed, Since

_HOSTS: Final = {"domains": "host of articles", "media_hosts": "host of pictures"}
_LISTS: Final = {"languages": "language", "aliases": "other name"}
# Each of these has words of its own; whatever else an agency has is told by its name.
_APART: Final = frozenset({"id", "states", "feeds", "names", "ownership", "formerly", *_HOSTS, *_LISTS})


def agencies_heard(old: Registry | None, new: Registry) -> Iterator[str]:
    """Where agencies come from and whether they may speak: seats, hosts, feeds; and the members' seats."""
    for code, member in new.members.items():
        known = None if old is None else old.members.get(code)
        if known is None:
            yield f"{code}: a new member, {plainly(member.name('en'))}"
        yield from _states(str(code), () if known is None else known.states, member.states)
    for was, now in _agencies(old, new):
        if was is None:
            yield f"{now.id}: a new agency, {plainly(now.name('en'))}"
        yield from _states(now.id, () if was is None else was.states, now.states)
        for name, called in _HOSTS.items():
            yield from listed(now.id, called, () if was is None else getattr(was, name), getattr(now, name))
        yield from _feeds(now.id, () if was is None else was.feeds, now.feeds)


def members_told(old: Registry | None, new: Registry) -> Iterator[str]:
    """What the members are called, in every language, and in which order they stand."""
    before: Mapping[str, Member] = (
        {} if old is None else {str(code): each for code, each in old.members.items()}
    )
    for code, member in new.members.items():
        known = before.get(code)
        yield from named(code, "its name in", {} if known is None else known.names, member.names)
    if [code for code in new.members if code in before] != [code for code in before if code in new.members]:
        yield f"the federation lists its members in this order: {', '.join(new.members)}"


def agencies_told(old: Registry | None, new: Registry) -> Iterator[str]:
    """How agencies are described: everything that a reader sees of them beside their items."""
    for was, now in _agencies(old, new):
        yield from named(now.id, "its name in", {} if was is None else was.names, now.names)
        for name, called in _LISTS.items():
            yield from listed(now.id, called, () if was is None else getattr(was, name), getattr(now, name))
        former = () if was is None else tuple(_former(each) for each in was.formerly)
        yield from listed(now.id, "former", former, tuple(_former(each) for each in now.formerly))
        owned = Ownership() if was is None else was.ownership
        for each in fields(Ownership):
            one, other = getattr(owned, each.name), getattr(now.ownership, each.name)
            if one != other:
                yield f"{now.id}: ownership, {each.name}: {becomes(one, other)}"
        yield from _others(was, now)


def _others(was: Agency | None, now: Agency) -> Iterator[str]:
    for each in fields(Agency):
        if each.name not in _APART:
            one, other = None if was is None else getattr(was, each.name), getattr(now, each.name)
            if one != other:
                yield f"{now.id}: {each.name}: {becomes(one, other)}"


def _agencies(old: Registry | None, new: Registry) -> Iterator[tuple[Agency | None, Agency]]:
    for agency in new.agencies.values():
        yield None if old is None else old.agencies.get(agency.id), agency


def _former(former: Former) -> str:
    parts = {"ministry": former.ministry, "name": former.name}
    told = ", ".join(f"{name} {each!r}" for name, each in parts.items() if each is not None)
    return f"until {former.until!r}: {told}"


def _feeds(agency: str, was: tuple[SignedFeed, ...], now: tuple[SignedFeed, ...]) -> Iterator[str]:
    before, after = ({str(feed.id): feed for feed in feeds} for feeds in (was, now))
    for name, feed in after.items():
        known = before.get(name)
        if known is None:
            lang = "" if feed.lang is None else f", in {plainly(feed.lang)}"
            yield (
                f"{agency}: is fetched from {plainly(feed.url)}: the feed {name}, {feed.format}, "
                f"stream {feed.stream}, every {feed.cadence_seconds} seconds{lang}"
            )
            continue
        for each in fields(SignedFeed):
            one, other = getattr(known, each.name), getattr(feed, each.name)
            if one != other:
                yield f"{agency}: the feed {name}: {each.name}: {becomes(one, other)}"
    for name, feed in before.items():
        if name not in after:
            yield f"{agency}: is no longer fetched from {plainly(feed.url)}: the feed {name}"
    kept = [name for name in after if name in before]
    if kept != [name for name in before if name in after]:
        yield f"{agency}: its feeds stand in this order: {', '.join(after)}"


def _states(who: str, was: tuple[Since, ...], now: tuple[Since, ...]) -> Iterator[str]:
    yield from (f"{who}: {each.state} from {when(each.since)} on" for each in now if each not in was)
    for each in was:
        if each not in now:
            yield f"{who}: it is no longer said that it was {each.state} from {when(each.since)} on"
    if [each for each in now if each in was] != [each for each in was if each in now]:
        yield f"{who}: WARNING: its states stand in another order; the last is {now[-1].state}"
