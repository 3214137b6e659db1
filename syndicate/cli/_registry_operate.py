"""``syndicate registry publish``, ``tick``, ``revoke``: the operator's part; one person's, on a bad day."""

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path

from syndicate.ceremony import (
    PROPOSAL_BYTES,
    Books,
    Operator,
    Repository,
    collect,
    publish,
    read_proposal,
    revocation,
    sign_draft,
    tick,
    write_proposal,
)
from syndicate.cli._asked import add_registry, copy_of, look_of
from syndicate.cli._registry_ceremony import add_passphrase, add_role_key, given, read_file, role_signer
from syndicate.cli._shown import shown
from syndicate.errors import RegistryError
from syndicate.news import KeyId, UnixTime, rfc3339
from syndicate.registry import BACK_SECONDS, Revocation, replace_file

_YEARS = (2000, 2200)  # in which a revocation may begin


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the operator's verbs, and ``revoke``."""
    out = verbs.add_parser(
        "publish",
        help="put a signed proposal in place",
        description="Put a proposal that enough people signed into the repository. Readers see all of it "
        "or nothing.",
    )
    out.add_argument("proposal", type=Path, help="the file that `propose` or `revoke` wrote")
    out.add_argument("signatures", type=Path, nargs="*", help="files that `sign` or `revoke` wrote")
    out.set_defaults(run=_publish)
    again = verbs.add_parser(
        "tick",
        help="say that the newest is the newest: sign the timestamp again",
        description="Sign the timestamp, and the snapshot when it is due. Every hour will do; after a day "
        "without it readers stop trusting that nothing was revoked.",
    )
    again.add_argument("--every", metavar="SECONDS", type=int, help="go on for ever, once in so many seconds")
    again.set_defaults(run=_tick)
    for parser in (out, again):
        parser.add_argument(
            "--repository", metavar="FOLDER", type=Path, required=True, help="what is published"
        )
        add_role_key(parser, "--snapshot-key", "the operator's key for the snapshot")
        add_role_key(parser, "--timestamp-key", "the operator's key for the timestamp")
        add_passphrase(parser)
    _add_revoke(verbs)


def _add_revoke(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "revoke",
        help="one person of a state stops an item key, at once",
        description="Write and sign the revocation of an item key with one key of its state. It counts from "
        "SINCE on, but no more than 30 days back; further takes the state's manifest and two people.",
    )
    parser.add_argument("kid", help="the item key, 43 characters")
    parser.add_argument(
        "out", metavar="FILE", type=Path, help="gets the proposal; its signature stands beside"
    )
    parser.add_argument("--since", metavar="TIME", required=True, help="2026-11-23T20:00:00Z, or now")
    parser.add_argument("--reason", required=True, help="one line, for everybody to read")
    add_role_key(parser, "--key", "one of the state's keys")
    add_registry(parser)
    add_passphrase(parser)
    parser.set_defaults(run=_revoke)


def _operator(args: argparse.Namespace) -> Operator:
    snapshot, timestamp = (
        role_signer(key, args.passphrase_file) for key in (args.snapshot_key, args.timestamp_key)
    )
    return Operator(snapshot=snapshot, timestamp=timestamp)


def _publish(args: argparse.Namespace) -> int:
    repository = Repository(args.repository)
    made = read_proposal(read_file(args.proposal, PROPOSAL_BYTES))
    repository = repository.before(made.metadata.get("root"))  # if it ended half-way the last time
    base = repository if repository.exists else None
    after = Books(base, made)
    after.check(datetime.now(UTC))
    signatures, unread = given(args.signatures)
    found = collect(made, signatures, None if base is None else Books(base), after)
    for why in (*unread, *found.refused):
        print(f"NOT COUNTED: {shown(why)}")
    publish(found.draft, repository, _operator(args), datetime.now(UTC))
    told = ", ".join(f"{role} {each.signed.version}" for role, each in made.metadata.items())
    print(f"Published: {told}.")
    if base is None:
        root = args.repository / "root.json"
        replace_file(root, repository.first_root())
        print(f"{root} is the root that everybody has to get from people they trust.")
    return 0


def _tick(args: argparse.Namespace) -> int:
    repository, operator = Repository(args.repository), _operator(args)
    while True:
        tick(repository, operator, datetime.now(UTC))
        until = int(repository.timestamp().signed.expires.timestamp())
        print(f"The timestamp counts until {rfc3339(until)}.", flush=True)
        if args.every is None:
            return 0
        time.sleep(max(1, args.every))


def _revoke(args: argparse.Namespace) -> int:
    seen = look_of(args)
    key = seen.registry.keys.get(KeyId(args.kid))
    if key is None:
        raise RegistryError(f"no agency has the key {shown(args.kid)}", hint="See `syndicate sources list`.")
    now = int(time.time())
    since = _moment(args.since, now)
    reason = shown(args.reason).strip()
    if not reason:
        raise RegistryError("a revocation needs a reason", hint='One line, for everybody: --reason "Stolen".')
    code = seen.registry.agencies[key.agency].member
    entry = Revocation(kid=key.kid, revoked_at=UnixTime(since), entered_at=UnixTime(now), reason=reason)
    base = Repository(copy_of(args))
    made = revocation(code, entry, base, datetime.fromtimestamp(now, UTC))
    after = Books(base, made)
    after.check(datetime.now(UTC))
    signer = role_signer(args.key, args.passphrase_file)
    signed = sign_draft(made, signer, Books(base), after)
    beside = args.out.with_name(f"{args.out.stem}.{signer.public_key.keyid[:8]}.signatures.json")
    replace_file(args.out, write_proposal(made))
    replace_file(beside, signed.to_bytes())
    print(f"{key.agency}: the item key {key.kid} counts no more from {rfc3339(since)} on.")
    if since < now - BACK_SECONDS:
        print(
            f"One person reaches back to {rfc3339(now - BACK_SECONDS)}; further takes the state's manifest."
        )
    print(f"Send {args.out} and {beside} to the operator, who publishes them: no one else has to sign.")
    return 0


def _moment(written: str, now: int) -> int:
    if written == "now":
        return now
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as exc:
        raise RegistryError(f"{shown(written)} is no moment", hint="Like this: 2026-11-23T20:00:00Z") from exc
    if moment.tzinfo is None:
        raise RegistryError(f"{shown(written)} names no time zone", hint="Put a Z behind it: it means UTC.")
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise RegistryError(f"{shown(written)} is no moment that a key was in use", hint="Is the year right?")
    return int(moment.timestamp())
