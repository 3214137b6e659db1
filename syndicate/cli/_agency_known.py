"""``syndicate agency status`` and ``doctor``: what a hub sees, and what is wrong here, in plain words."""

import argparse
import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

from syndicate import fetch
from syndicate.agency import (
    CMS_BYTES,
    NOTHING_SHOWS_IT,
    AgencyConfig,
    HubView,
    ask_status,
    concerns,
    details,
    load_config,
    nothing_shows_it,
)
from syndicate.agency import doctor as look
from syndicate.cli._agency_desk import book_of
from syndicate.cli._agency_out import agent, allowed, hub_address
from syndicate.cli._passphrase import passphrase
from syndicate.cli._shown import shown
from syndicate.errors import SigningError, StorageError
from syndicate.fetch import FetchLimits
from syndicate.ports import Signer
from syndicate.signing import open_key


class _WallClock:
    def now(self) -> float:
        return time.time()


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``status`` and ``doctor``."""
    status = verbs.add_parser("status", help="what hubs see of this agency; told to it alone")
    doctor = verbs.add_parser("doctor", help="check clock, keys, files, CMS and hubs")
    for verb, hubs in ((status, "+"), (doctor, "*")):
        verb.add_argument("config", type=Path, help="the configuration that `agency init` made")
        verb.add_argument("hub", nargs=hubs, type=hub_address, help="a hub's address, https://hub.example")
        verb.add_argument("--passphrase-file", type=Path, help="file whose first line is the passphrase")
    status.add_argument("--json", action="store_true", help="print what the hubs answered as JSON")
    status.set_defaults(run=run_status)
    doctor.set_defaults(run=run_doctor)


def run_status(args: argparse.Namespace) -> int:
    """Ask hubs: 0 all well, 1 something wants looking at, 2 a hub did not tell."""
    config = load_config(args.config)
    signer = open_key(config.key_file, passphrase(args.passphrase_file))
    with book_of(config) as book:
        head, _ = book.head()
    views = asyncio.run(_ask(config, args.hub, signer))
    found = {view.hub: concerns(view, head=head, stream=config.stream) for view in views}
    if args.json:
        told = {
            view.hub: {"trouble": view.trouble, "concerns": found[view.hub], "told": view.told}
            for view in views
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        print("\n".join(shown(line) for view in views for line in _lines(view, found[view.hub])))
    if any(view.trouble for view in views):
        return 2
    return 1 if any(found.values()) else 0


async def _ask(config: AgencyConfig, hubs: list[str], signer: Signer) -> list[HubView]:
    async with fetch.open_caller(allow=allowed(config, hubs), user_agent=agent(config)) as caller:
        asked = (ask_status(hub, signer=signer, caller=caller, clock=_WallClock()) for hub in hubs)
        return list(await asyncio.gather(*asked))


def _lines(view: HubView, found: tuple[str, ...]) -> Iterator[str]:
    yield f"{view.hub}: {'all is well' if not found else 'to look at:'}"
    yield from (f"  ! {each}" for each in found)
    if view.remedy:
        yield f"    {view.remedy}"
    if view.trouble is not None:
        return
    yield from (f"  {each}" for each in details(view))


def run_doctor(args: argparse.Namespace) -> int:
    """Look at everything: 0 all well, 1 something will not last, 2 something is wrong."""
    config = load_config(args.config)
    findings = [look.look_at_key_file(config.key_file), *_keys(config, args.passphrase_file), *_book(config)]
    findings += [look.look_at_folder(config), *asyncio.run(_outside(config, args.hub))]
    for each in findings:
        print(f"{each.health:>4}  {each.what}: {shown(each.said)}")
        if each.remedy:
            print(f"      {shown(each.remedy)}")
    if any(each.health is look.Health.ILL for each in findings):
        return 2
    return 1 if any(each.health is look.Health.SOON for each in findings) else 0


def _keys(config: AgencyConfig, words: Path | None) -> Iterator[look.Finding]:
    try:
        signer = open_key(config.key_file, passphrase(words))
    except SigningError as exc:
        yield look.Finding(what="key", health=look.Health.ILL, said=str(exc), remedy=exc.hint or None)
        return
    yield look.look_at_key(config, signer.kid, time.time())


def _book(config: AgencyConfig) -> Iterator[look.Finding]:
    try:
        with book_of(config) as book:
            said = f"{config.book_file} holds the stream up to number {book.head()[0]}"
            unknown = nothing_shows_it(config, book)
            signing = look.look_at_waiting(config, book)
    except StorageError as exc:
        yield look.Finding(what="book", health=look.Health.ILL, said=str(exc), remedy=exc.hint or None)
        return
    if unknown is not None:
        yield look.Finding(what="book", health=look.Health.ILL, said=unknown, remedy=NOTHING_SHOWS_IT)
    else:
        yield look.Finding(what="book", health=look.Health.WELL, said=said)
    yield signing


async def _outside(config: AgencyConfig, hubs: list[str]) -> list[look.Finding]:
    caps = FetchLimits(encoded_bytes=CMS_BYTES, decoded_bytes=CMS_BYTES)
    async with (
        fetch.open_caller(allow=allowed(config, hubs), user_agent=agent(config)) as caller,
        fetch.open_fetcher(caps, allow=config.allow, user_agent=agent(config)) as fetcher,
    ):
        findings = [await look.look_at_served(config, caller), await look.look_at_cms(config, fetcher)]
        for hub in hubs:
            findings += await look.look_at_hub(hub, caller, _WallClock())
    return findings
