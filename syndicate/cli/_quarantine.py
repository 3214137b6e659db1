"""``syndicate quarantine``: the operator holds what one agency signs, for 72 hours at most."""

import argparse
import re
import time
from pathlib import Path

from syndicate import client
from syndicate.assembly import begin_quarantine, lift_quarantine, quarantine_file, quarantines
from syndicate.cli._database import add_database
from syndicate.cli._shown import shown
from syndicate.errors import ClientError, FetchError, RegistryError, SettingsError, StorageError
from syndicate.news import AgencyId, rfc3339, spelling


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate quarantine`` to the command line."""
    parser = nouns.add_parser(
        "quarantine",
        help="hold what one agency signs, for 72 hours at most",
        description="The operator's brake: what one agency signs waits, and what stands stays. It ends by "
        "itself after 72 hours; going on is the member's decision. A running hub heeds it within a minute, "
        "or at once on the signal HUP.",
    )
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    for name, does in (
        ("begin", "hold what an agency signs from now on"),
        ("lift", "let it go on, and admit what waited"),
        ("list", "what is held now"),
    ):
        verb = verbs.add_parser(name, help=does)
        if name != "list":
            verb.add_argument("agency", help="the agency's id, such as vn.vna")
        if name == "begin":
            verb.add_argument("--reason", required=True, help="one line, for everybody to read")
            verb.add_argument(
                "--registry-cache",
                metavar="FOLDER",
                type=Path,
                help="where the hub keeps the registry (its setting `registry_cache`; default: beside --db)",
            )
            verb.add_argument(
                "--yes",
                action="store_true",
                help="hold it though the hub's registry cannot be asked about it",
            )
        add_database(verb)
        verb.set_defaults(run={"begin": _begin, "lift": _lift, "list": _list}[name])


def _file(args: argparse.Namespace) -> Path:
    if not args.db.exists():
        raise StorageError(
            f"there is no hub's database {args.db}", hint="Name it: --db FILE (the hub's setting `database`)."
        )
    return quarantine_file(args.db)


def _check_known(args: argparse.Namespace) -> None:
    """Refuse an agency that this hub does not know: to hold nobody would only look like help.

    Raises:
        SettingsError: it is no agency's id, or none of this hub's registry, or that cannot be read.
    """
    if re.fullmatch(spelling.AGENCY_ID, args.agency) is None:
        raise SettingsError(
            f"{shown(args.agency)!r} is no agency's id, so nothing would be held", hint="Like this: vn.vna"
        )
    if args.yes:
        return
    kept = args.registry_cache or args.db.with_name(f"{args.db.name}.registry")
    try:
        # The folder is the hub's; what it remembers is left alone.
        root = client.read_root(kept / "trusted-root.json")
        known = client.look_offline(kept / "mirror", root, int(time.time())).registry.agencies
    except (ClientError, RegistryError, FetchError) as exc:
        raise SettingsError(
            f"the registry that the hub keeps in {kept} cannot be read, so nobody can tell here whether "
            f"{args.agency} is one of its agencies ({exc})",
            hint="Name it with --registry-cache. If you are certain of the id, letter by letter, say --yes.",
        ) from exc
    if AgencyId(args.agency) not in known:
        own = ", ".join(sorted(each for each in known if each[:2] == args.agency[:2])) or "none"
        raise SettingsError(
            f"this hub's registry has no agency {args.agency}, so nothing would be held",
            hint=f"Its agencies of {args.agency[:2]}: {own}.",
        )


def _begin(args: argparse.Namespace) -> int:
    _file(args)
    _check_known(args)
    held = begin_quarantine(_file(args), AgencyId(args.agency), shown(args.reason), int(time.time()))
    print(f"What {args.agency} signs waits until {rfc3339(held.until)}. Nothing that stands is touched.")
    print("Call its ministry now: whether it goes on after that is theirs to decide, and theirs alone.")
    return 0


def _lift(args: argparse.Namespace) -> int:
    lift_quarantine(_file(args), AgencyId(args.agency), int(time.time()))
    print(f"What {args.agency} signs goes on; what waited is judged by the hub's next look.")
    return 0


def _list(args: argparse.Namespace) -> int:
    held = quarantines(_file(args), time.time())
    for agency, each in sorted(held.items()):
        print(f"{agency}: until {rfc3339(each.until)}: {shown(each.reason)}")
    print(f"{len(held)} in quarantine.")
    return 0
