"""``syndicate witness``: cosign what a log says, so that nobody is shown another one."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path
from typing import Final

from syndicate.assembly import run_witness
from syndicate.cli._passphrase import new_passphrase, passphrase
from syndicate.errors import LedgerError, SettingsError, WitnessError
from syndicate.ledger import KeyKind, NoteKey
from syndicate.settings import read_address
from syndicate.signing import create_key, open_key
from syndicate.witness import add_log, found_memory

_KEY: Final = "witness.key"
_NAME: Final = "name.txt"


def register(nouns: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``syndicate witness init|run`` to the command line."""
    parser = nouns.add_parser("witness", help="cosign a hub's log, as a member state does")
    verbs = parser.add_subparsers(title="what to do", metavar="VERB", required=True)
    init = verbs.add_parser("init", help="make a witness: its key and its memory, in one folder")
    init.add_argument("folder", type=Path, help="a new folder for it")
    init.add_argument("--name", required=True, help="its name for ever, such as witness.ministry.example/1")
    init.add_argument(
        "--log",
        metavar="VKEY",
        action="append",
        required=True,
        help="the key of a log to witness (again for more)",
    )
    init.set_defaults(run=_init)
    run = verbs.add_parser("run", help="answer the logs that it knows; Ctrl-C or SIGTERM stops it")
    run.add_argument("folder", type=Path, help="the folder that `witness init` made")
    run.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8090", help="(default: %(default)s)")
    run.set_defaults(run=_run)
    know = verbs.add_parser("know", help="know another log, or the new key of one; the witness is stopped")
    know.add_argument("folder", type=Path, help="the folder that `witness init` made")
    know.add_argument("log", metavar="VKEY", help="the log's key")
    know.set_defaults(run=_know)
    for verb in (init, run):
        verb.add_argument("--passphrase-file", type=Path, help="file whose first line is the passphrase")


def _init(args: argparse.Namespace) -> int:
    folder: Path = args.folder
    words = new_passphrase(args.passphrase_file)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=False)
    except OSError as exc:
        raise WitnessError(f"cannot make {folder}: {exc.strerror}", hint="Name a new folder.") from exc
    found_memory(folder, args.log)
    signer = create_key(folder / _KEY, words)
    key = _named(args.name, signer.public)
    (folder / _NAME).write_text(f"{args.name}\n", encoding="utf-8")
    print(f"A witness is made in {folder}. Its line for the policy, log/policy.txt of the registry:\n")
    print(f"witness {key.name} {key.vkey} https://ADDRESS\n")
    print("Key and memory belong together: never put an old copy of this folder back (docs/operating.md).")
    return 0


def _know(args: argparse.Namespace) -> int:
    add_log(args.folder, args.log)
    print("It is known from the next start on; what was cosigned before stays as it is.")
    return 0


def _run(args: argparse.Namespace) -> int:
    folder: Path = args.folder
    try:
        listen = read_address(args.listen)
    except ValueError as exc:
        raise SettingsError(f"--listen: {exc}") from exc
    signer = open_key(folder / _KEY, passphrase(args.passphrase_file))
    try:
        name = (folder / _NAME).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise WitnessError(f"cannot read {folder / _NAME}: {exc.strerror}") from exc
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )
    key = _named(name, signer.public)
    asyncio.run(run_witness(folder, name, signer, listen, lambda url: print(_started(key, url), flush=True)))
    print("The witness has stopped.", flush=True)
    return 0


def _started(key: NoteKey, url: str) -> str:
    return f"The witness is at {url}\nwitness {key.name} {key.vkey} {url}"


def _named(name: str, public: bytes) -> NoteKey:
    try:
        return NoteKey(name, KeyKind.COSIGNER, public)
    except LedgerError as exc:
        raise WitnessError(f"--name: {exc}") from exc
