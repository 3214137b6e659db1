"""``syndicate verify``: one token, three verdicts."""

import argparse
import json
import re

from syndicate.cli._asked import add_registry, consulted, moment, policy_of, read, seen_by
from syndicate.cli._shown import shown
from syndicate.client import Logging, Proof, TokenReport, verify_token
from syndicate.errors import ClientError
from syndicate.news import Act, Item, Reason, limits, rfc3339

_EMBEDDED_PROOF = re.compile(rb'<script type="text/x-tlog-proof">\s*([^<]+?)\s*</script>')
_EMBEDDED = re.compile(r'<script type="application/jose">\s*([A-Za-z0-9_.-]+)\s*</script>')


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate verify`` to the command line."""
    parser = nouns.add_parser(
        "verify",
        help="check one token with its agency's own signature",
        description="Check one token (.jws) with its agency's own signature. No hub is asked or trusted. "
        "It proves who published these words, unaltered; it does not prove that they are true.",
    )
    parser.add_argument("token", metavar="FILE|URL|-", help="the token, or an HTML page that carries one")
    parser.add_argument(
        "--proof",
        metavar="FILE|URL",
        help="its proof (.tlog-proof): shows that it stands in the public log, and since when",
    )
    add_registry(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    body, _ = read(args.token)
    proof = None if args.proof is None else _proof(read(args.proof)[0])
    seen = seen_by(args)
    registry = seen.registry
    report = verify_token(
        _token(body, args.token),
        registry,
        now=moment(args),
        proof=None if proof is None else Proof(raw=proof, policy=policy_of(args, seen)),
    )
    if args.json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        print(told_of(report))
        if Reason.KEY_UNKNOWN in report.reasons:
            print(consulted(args, registry))
    return 0 if report.ok else 1


def _proof(body: bytes) -> bytes:
    """The proof itself, or the one in a page that `syndicate evidence` made."""
    found = _EMBEDDED_PROOF.search(body)
    return body if found is None else found[1] + b"\n"


def _withdrawn(item: Item) -> str:
    """What is left of a withdrawn item: that it is, and why; its old title only behind that."""
    word = "WITHDRAWN" if item.act is Act.RETRACT else "WITHHELD for now"
    note = shown(item.note or "no note")
    return f"{word} by its agency: {note}\n(the title was: {shown(item.title)})"


def _token(body: bytes, asked: str) -> str:
    if len(body) <= limits.TOKEN_CHARACTERS + 2:
        text = body.decode("utf-8", "replace").strip()
        if not text.startswith("<"):
            return text
    found = _EMBEDDED.findall(body.decode("utf-8", "replace"))
    if len(found) != 1:
        raise ClientError(
            f"{asked} holds {len(found) or 'no'} tokens, where one is wanted",
            hint="For a feed, use `syndicate verify-feed`.",
        )
    return str(found[0])


def _logged(place: Logging) -> str:
    when = "no time given" if place.at is None else rfc3339(place.at)
    who = ", ".join(place.witnesses)
    stands = "by the operator's word alone" if place.operator_only else f"cosigned by {who}"
    return f"\nLeaf {place.index:,} of the public log, public at {when}: {stands}."


def told_of(report: TokenReport) -> str:
    """A report for people."""
    lines = [f"{name:<10} {getattr(report, name)}" for name in ("signature", "issuer", "log")]
    if report.item is not None:
        item = report.item
        lines.append(f"\n{item.act} · version {item.ver} · {item.lang} · first published {item.published}")
        lines.append(_withdrawn(item) if item.withdrawn else shown(item.title))
    if report.ok:
        whose = f"{report.agency_name} ({report.agency})"
        since = "it was signed" if report.item is None else f"{rfc3339(report.item.iat)} by its own clock"
        lines.append(f"\nSigned with the key of {whose}, unaltered since {since}.")
    if report.logged is not None:
        lines.append(_logged(report.logged))
    for reason, detail in zip(report.reasons, report.details, strict=True):
        lines.append(f"\n{reason}: {detail}.\n  {Reason(reason).remedy}")
    lines += [f"marked: {mark}" for mark in sorted(report.marks)]
    return "\n".join(lines)
