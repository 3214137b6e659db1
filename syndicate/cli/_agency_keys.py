"""``syndicate agency rotate``, ``recover`` and ``reissue``: another key, a new laptop, a stolen key."""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from syndicate import fetch
from syndicate.agency import AgencyConfig, load_config
from syndicate.cli._agency_desk import add_config, desk_of, moment_of
from syndicate.cli._agency_out import hub_address
from syndicate.cli._passphrase import new_passphrase, passphrase
from syndicate.cli._shown import shown
from syndicate.errors import AgencyError, SigningError
from syndicate.fetch import FetchLimits, own_machine
from syndicate.news import Refused
from syndicate.newsdesk import (
    Recovered,
    check_successor,
    fetch_own,
    next_enrolment,
    put_in_place,
    recover,
    reissue,
)
from syndicate.ports import Fetcher
from syndicate.signing import create_key, open_key, reseal_key

_PAGE_BYTES = 64_000_000


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs of the keys."""
    _add_rotate(verbs)
    found = verbs.add_parser("recover", help="rebuild the stream's memory from what hubs logged")
    add_config(found)
    found.add_argument(
        "--from", dest="hubs", action="append", type=hub_address, required=True, metavar="HUB",
        help="address of a hub (again for more: the more, the less one of them can hide)",
    )  # fmt: skip
    found.set_defaults(run=_recover)
    again = verbs.add_parser("reissue", help="sign again under the key in use what hubs refused")
    add_config(again)
    again.add_argument("--since", required=True, metavar="TIME", help="when the key before was revoked")
    again.set_defaults(run=_reissue)


def _add_rotate(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    rotate = verbs.add_parser("rotate", help="let the sealed successor take over, and seal another one")
    add_config(rotate)
    rotate.add_argument("--successor", type=Path, required=True, help="the sealed successor, from its safe")
    rotate.add_argument("--successor-passphrase-file", type=Path, help="file with its passphrase")
    rotate.add_argument("--next-passphrase-file", type=Path, help="file with the next successor's passphrase")
    rotate.set_defaults(run=_rotate)


def _rotate(args: argparse.Namespace) -> int:
    config = load_config(args.config)
    # The key in use may be lost: the successor alone is enough, and the passphrase is the one to come.
    words, sealed = passphrase(args.passphrase_file), passphrase(args.successor_passphrase_file)
    successor = open_key(args.successor, sealed)
    check_successor(config, _kid_in_use(config, words), successor, time.time())
    following = args.config.parent / f"successor-{successor.kid[:8]}.key"
    fresh = config.key_file.with_name(f"taking-over-{successor.kid[:8]}.key")
    # Each step leaves a state from which this command can be run again; the last one is the rotation.
    fresh.unlink(missing_ok=True)
    reseal_key(args.successor, sealed, fresh, words)
    if following.exists():
        third = open_key(following, passphrase(args.next_passphrase_file))
    else:
        third = create_key(following, new_passphrase(args.next_passphrase_file))
    if third.kid not in {key.kid for key in config.keys}:
        before = config.enrolment_file.read_text(encoding="utf-8")
        text = next_enrolment(before, config, successor.kid, third, time.time())
        put_in_place(config.enrolment_file, text.encode(), 0o644)
    if config.key_file.exists():
        old = config.key_file.with_name(f"{config.key_file.name}.before-{successor.kid[:8]}")
        put_in_place(old, config.key_file.read_bytes(), 0o600)
    fresh.replace(config.key_file)
    print(_rotated(config, successor.kid, following))
    return 0


def _kid_in_use(config: AgencyConfig, words: bytes) -> str | None:
    try:
        return open_key(config.key_file, words).kid
    except SigningError:
        return None  # lost, damaged, or under a passphrase that nobody knows any more


def _rotated(config: AgencyConfig, kid: str, following: Path) -> str:
    return f"""\
The key in use is now {kid}.
  {config.key_file.name}
      It lies here, under the passphrase that you gave. The key before it lies beside it, renamed.
  {following.name}
      The new sealed successor. Move it to a USB stick in a safe NOW, and delete it here.
  {config.enrolment_file.name}
      It has one more key, and says which is in use and which retired. Send it to your ministry, and read
      the new kid line to them. Where they wrote of a key that it is revoked, that stays as they wrote it.
      There is no hurry: hubs know the key in use already. The old stick may be wiped.
Sign as before: the stream goes on. If the old key was stolen, ask the ministry to revoke it as well."""


def _recover(args: argparse.Namespace) -> int:
    config = load_config(args.config)
    tokens = asyncio.run(tokens_from(args.hubs, config))
    with desk_of(args)() as desk:
        found = recover(tokens, desk)
    print(_told(found, args.hubs))
    return 0


def _told(found: Recovered, hubs: Sequence[str]) -> str:
    lines = [f"{found.found} tokens with this agency's own signature were found; {found.new} were new here."]
    if found.believed_not:
        lines.append(f"{found.believed_not} more were given that no key of this agency signed: tell the hub.")
    if found.forked:
        lines.append("The stream had forked; the hub's tokens stand, and the key in use takes the floor.")
    lines.append(
        f"The highest number anywhere is {found.highest}; the next is {found.next}, "
        f"and versions go on {found.step} higher: a gap is no fork."
    )
    if len(set(hubs)) == 1:
        lines.append(_ONE_HUB.format(hub=shown(hubs[0])))
    lines.append("Sign as before.")
    return "\n".join(lines)


_ONE_HUB: Final = (
    "Only {hub} was asked, and it may have left something out. If there is another hub or a mirror, run this"
    " again with one more --from, before you sign."
)


async def tokens_from(hubs: Sequence[str], config: AgencyConfig) -> tuple[str, ...]:
    """What these hubs logged of the agency, one after another; nothing is checked yet.

    A hub that does not answer is told of on the terminal and left out, as long as another one does.

    Raises:
        AgencyError: no hub answers.
    """
    caps = FetchLimits(encoded_bytes=_PAGE_BYTES, decoded_bytes=_PAGE_BYTES)
    reachable = [place for hub in hubs for place in own_machine(hub)]
    user_agent = f"asean-syndicate agency {config.id} (+{config.base_url})"
    async with fetch.open_fetcher(caps, allow=[*config.allow, *reachable], user_agent=user_agent) as fetcher:
        answers = await asyncio.gather(*(_tokens_of(hub, config, fetcher) for hub in hubs))
    failures = [answer for answer in answers if isinstance(answer, AgencyError)]
    if len(failures) == len(hubs):
        raise failures[0]
    for failure in failures:
        print(f"Gone on without a hub: {shown(str(failure))}", file=sys.stderr)
    return tuple([token for answer in answers if not isinstance(answer, AgencyError) for token in answer])


async def _tokens_of(hub: str, config: AgencyConfig, fetcher: Fetcher) -> tuple[str, ...] | AgencyError:
    try:
        return await fetch_own(hub, config, fetcher)
    except AgencyError as failure:
        return failure


def _reissue(args: argparse.Namespace) -> int:
    with desk_of(args)() as desk:
        answers = reissue(desk, since=moment_of(args.since, desk.config, desk.now))
    bad = [answer for answer in answers if isinstance(answer, Refused)]
    print(f"{len(answers) - len(bad)} items were signed again.")
    for each in bad:
        print(f"  one was not: {each.detail}. {each.reason.remedy}")
    return 1 if bad else 0
