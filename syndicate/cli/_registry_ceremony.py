"""``syndicate registry`` ``key``, ``build``, ``propose``, ``review``, ``sign``, ``collect``: to agree."""

import argparse
import json
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from syndicate import signing
from syndicate.ceremony import (
    PROPOSAL_BYTES,
    SIGNATURES_BYTES,
    Books,
    Collected,
    Draft,
    Papers,
    Repository,
    RoleSigner,
    Signatures,
    Tally,
    called,
    changes,
    collect,
    draft,
    proposal_digest,
    read_proposal,
    read_signatures,
    role_key,
    sign_draft,
    spoken,
    terms,
    write_proposal,
)
from syndicate.cli._asked import add_registry, copy_of, look_of
from syndicate.cli._passphrase import new_passphrase, passphrase
from syndicate.cli._shown import harmless, shown
from syndicate.errors import RegistryError
from syndicate.papers import RoleKey, bundled, load_registry, survey
from syndicate.registry import federation_file, manifest_file, names, replace_file
from syndicate.signing import create_key, open_key

_TYPED_GROUPS = 2  # of four digits each, as they are heard
_HSM = "hsm:"
_HEX = re.compile(r"[0-9a-f]+")


def add(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs of a ceremony."""
    _add_key(verbs)
    _add_build(verbs)
    _add_propose(verbs)
    for name, run, does in (
        ("review", _review, "show in plain words what a proposal would change, and its digest"),
        ("sign", _sign, "review a proposal, and sign what your key may sign of it"),
        ("collect", _collect, "say who has signed a proposal, and who is missing"),
    ):
        parser = verbs.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
        parser.add_argument("proposal", type=Path, help="the file that `propose` wrote")
        parser.set_defaults(run=run)
        add_copy(parser)
        if name == "sign":
            add_role_key(parser, "--key", "your key")
            add_passphrase(parser)
            parser.add_argument("--out", type=Path, help="the file of signatures (default: beside it)")
            parser.add_argument(
                "--digest", help="the whole digest, as you have it from another way: asks nothing"
            )
        if name == "collect":
            parser.add_argument("signatures", type=Path, nargs="*", help="files that `sign` wrote")


def add_copy(parser: argparse.ArgumentParser) -> None:
    """Add the options that name one's own copy of the registry."""
    add_registry(parser)
    parser.add_argument(
        "--founding", action="store_true", help="there is no registry yet: this proposal begins it"
    )


def add_role_key(parser: argparse.ArgumentParser, option: str, whose: str) -> None:
    """Add an option that names a key of the registry."""
    parser.add_argument(
        option, required=True, metavar="FILE|hsm:NUMBER?label=TOKEN",
        help=f"{whose}: a file that `registry key` made, or a key in a hardware module (see PYKCS11LIB)",
    )  # fmt: skip


def role_signer(key: str, words: Path | None) -> "RoleSigner | signing.HsmSigner":
    """The signer that such an option names. Raises SigningError."""
    if key.startswith(_HSM):
        return signing.open_hsm(key, cache(lambda: passphrase(words).decode("utf-8", "replace")))
    return RoleSigner(open_key(Path(key), passphrase(words)))


def add_passphrase(parser: argparse.ArgumentParser) -> None:
    """Add the option for the passphrase of the keys."""
    parser.add_argument(
        "--passphrase-file", type=Path, help="file whose first line is the passphrase, or the module's PIN"
    )


def _add_key(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "key",
        help="make a key that signs the registry, and print its entry for keys/roles/",
        description="Make a role key (Ed25519, under a passphrase) in FILE, and print the public entry for "
        "keys/roles/. For a FILE that exists, or a key in a hardware module, the entry is printed again.",
    )
    parser.add_argument("file", metavar="FILE|hsm:NUMBER?label=TOKEN")
    parser.add_argument("--name", required=True, help="who holds it: read out in a ceremony")
    add_passphrase(parser)
    parser.set_defaults(run=_key)


def _add_build(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "build",
        help="compile the two folders to the files that the states sign",
        description="Compile sources/ and keys/ to federation.json and one manifest a state, in FOLDER. The "
        "same folders give the same bytes. Nothing is signed; `propose` does all of this by itself.",
    )
    parser.add_argument("out", metavar="FOLDER", type=Path)
    add_folders(parser)
    parser.set_defaults(run=_build)


def _add_propose(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = verbs.add_parser(
        "propose",
        help="write down a change for people to sign",
        description="Compare what the two folders say with your copy of the registry, and write what has to "
        "be signed into FILE. Any change is an edit of the folders first: a member, an agency, a key, a "
        "threshold, the log's policy. Exit 1 when nothing has to be signed.",
    )
    parser.add_argument("out", metavar="FILE", type=Path, help="gets the proposal")
    add_folders(parser)
    add_copy(parser)
    parser.add_argument("--policy", metavar="FILE", type=Path, help="the log's policy, log/policy.txt")
    parser.add_argument(
        "--renew",
        metavar="ROLE",
        action="append",
        default=[],
        help='have a role signed again as it is, for another year; "all" for all of them',
    )
    parser.set_defaults(run=_propose)


def add_folders(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the two folders."""
    sources, keys = bundled()
    parser.add_argument(
        "--sources", metavar="FOLDER", type=Path, default=sources, help="who the agencies are"
    )
    parser.add_argument("--keys", metavar="FOLDER", type=Path, default=keys, help="their public keys")


def _key(args: argparse.Namespace) -> int:
    name = shown(args.name).strip()
    if not name:
        raise RegistryError("a key without a name is nobody's", hint='Like this: --name "aa, person 1".')
    print(_entry(_role_key(args.file, name, args.passphrase_file)))
    return 0


def _role_key(key: str, name: str, words: Path | None) -> RoleKey:
    if key.startswith(_HSM):
        module = signing.open_hsm(key, lambda: passphrase(words).decode("utf-8", "replace"))
        return RoleKey(name=name, scheme=module.scheme, public=module.pem)
    if Path(key).exists():
        return role_key(name, open_key(Path(key), passphrase(words)))
    signer = create_key(Path(key), new_passphrase(words))
    print(f"{key} is the key: it stays with you. The entry below is for keys/roles/.\n", file=sys.stderr)
    return role_key(name, signer)


def _entry(key: RoleKey) -> str:
    public = f'"{key.public}"' if "\n" not in key.public else f'"""\n{key.public}\n"""'
    name = json.dumps(key.name, ensure_ascii=False)
    return f'name = {name}\nscheme = "{key.scheme}"\npublic = {public}'


def _build(args: argparse.Namespace) -> int:
    registry = load_registry(args.sources, args.keys)
    files = {names.FEDERATION: federation_file(registry)}
    files |= {names.manifest_path(code): manifest_file(registry, code) for code in registry.members}
    for path, raw in files.items():
        replace_file(args.out / path, raw)
        print(f"{args.out / path}: {len(raw):,} bytes")
    return 0


def _propose(args: argparse.Namespace) -> int:
    found = survey(args.sources, args.keys)
    if found.registry is None or found.roles is None:
        load_registry(args.sources, args.keys)  # says what is wrong in them
        raise RegistryError(
            f"{args.keys / 'roles'} does not say who signs the registry",
            hint='See keys/README.md, "Role keys"; `syndicate registry key` makes one.',
        )
    base = _base(args)
    papers = Papers(registry=found.registry, roles=found.roles, policy=_policy(args, base))
    everything = ["root", "targets", *(role for code in found.roles.members for role in _own(code))]
    renew = everything if "all" in args.renew else args.renew
    if unknown := set(renew) - set(everything):
        raise RegistryError(f"there is no role {', '.join(sorted(unknown))} that people sign")
    made = draft(papers, base or Repository(args.out.parent / ".nothing"), datetime.now(UTC), renew=renew)
    if not made.metadata:
        print("Nothing has to be signed: the registry says already what the folders say.")
        return 1
    before, after = _books(made, base)
    replace_file(args.out, write_proposal(made))
    _tell(made, before, after)
    print(f"\n{args.out} goes to everybody who signs: the same file to all, with the digest told by voice.")
    return 0


def _own(code: str) -> tuple[str, str]:
    return str(code), f"{code}-revocations"


def _policy(args: argparse.Namespace, base: Repository | None) -> bytes | None:
    if args.policy is not None:
        return read_file(args.policy, PROPOSAL_BYTES)
    return None if base is None else Books(base).file("targets", names.POLICY)


def _review(args: argparse.Namespace) -> int:
    made = read_proposal(read_file(args.proposal, PROPOSAL_BYTES))
    before, after = _books(made, _base(args))
    if args.json:
        told = {
            "digest": proposal_digest(made),
            "roles": {role: each.signed.version for role, each in made.metadata.items()},
            "changes": changes(made, before, after),
        }
        print(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _tell(made, before, after)
    return 0


def _sign(args: argparse.Namespace) -> int:
    made = read_proposal(read_file(args.proposal, PROPOSAL_BYTES))
    before, after = _books(made, _base(args))
    _tell(made, before, after)
    _confirm(proposal_digest(made), args.digest)
    signer = role_signer(args.key, args.passphrase_file)
    given = sign_draft(made, signer, before, after)
    out = args.out or args.proposal.with_name(
        f"{args.proposal.stem}.{signer.public_key.keyid[:8]}.signatures.json"
    )
    replace_file(out, given.to_bytes())
    print(f"\nSigned: {', '.join(given.by_role)}. Send {out} to whoever collects.")
    return 0


def _confirm(digest: str, given: str | None) -> None:
    """Have the person compare the digest with what they were told by voice.

    Raises:
        RegistryError: it is another one, or nobody is there to ask.
    """
    wanted = digest if given is not None else digest[: 4 * _TYPED_GROUPS]
    if given is None:
        if not sys.stdin.isatty():
            raise RegistryError(
                "nobody is there to compare the digest", hint="Give the whole of it with --digest."
            )
        print("\nCall whoever proposes, at a number that you know, and let them read the digest out to you.")
        given = input(f"Type its first {_TYPED_GROUPS} groups as you hear them, to sign: ")
    typed = given.replace(" ", "").lower()
    if _HEX.fullmatch(typed) is None or typed != wanted:
        raise RegistryError(
            "that is not the digest of this file: nothing was signed",
            hint="You and they may hold different proposals. Have it sent again, and find out why.",
        )


def _collect(args: argparse.Namespace) -> int:
    made = read_proposal(read_file(args.proposal, PROPOSAL_BYTES))
    before, after = _books(made, _base(args))
    signatures, unread = given(args.signatures)
    found = collect(made, signatures, before, after)
    found = replace(found, refused=(*unread, *found.refused))
    if args.json:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_standing(found)))
    if found.refused:
        return 2
    return 0 if found.complete else 1


def given(paths: list[Path]) -> tuple[list[tuple[str, Signatures]], list[str]]:
    """The files of signatures, each with its name; and a sentence for each that is none."""
    found: list[tuple[str, Signatures]] = []
    unread: list[str] = []
    for path in paths:
        try:
            found.append((path.name, read_signatures(read_file(path, SIGNATURES_BYTES))))
        except RegistryError as exc:
            unread.append(f"{path.name}: {exc}")
    return found, unread


def _standing(found: Collected) -> list[str]:
    lines = [f"digest: {spoken(proposal_digest(found.draft))}"]
    for each in found.tallies:
        lines.append(f"{_called(each)}: {len(each.signed)} of {each.threshold}")
        lines += [f"  signed   {shown(holder)}" for holder in each.signed]
        if not each.complete:
            lines.append(f"  missing  {each.threshold - len(each.signed)} more, of:")
            lines += [f"             {shown(holder)}" for holder in each.missing]
    lines += [f"NOT COUNTED: {shown(why)}" for why in found.refused]
    done = "It can be published." if found.complete else "It cannot be published yet."
    return [*lines, done]


def _called(each: Tally) -> str:
    held = ", by those who hold it now" if each.as_it == "stands" else ""
    return f"{each.role}{held} ({called(each.role)})"


def _as_json(found: Collected) -> dict[str, object]:
    return {
        "digest": proposal_digest(found.draft),
        "complete": found.complete,
        "roles": [
            {
                "role": each.role,
                "as_it": each.as_it,
                "threshold": each.threshold,
                "signed": each.signed,
                "missing": each.missing,
            }
            for each in found.tallies
        ],
        "refused": found.refused,
    }


def _base(args: argparse.Namespace) -> Repository | None:
    """One's own copy of the registry, verified now; None for a founding."""
    if args.founding:
        return None
    seen = look_of(args)
    for problem in seen.problems:
        print(f"registry: {problem}", file=sys.stderr)
    return Repository(copy_of(args))


def _books(made: Draft, base: Repository | None) -> tuple[Books | None, Books]:
    after = Books(base, made)
    after.check(datetime.now(UTC))
    return None if base is None else Books(base), after


def _tell(made: Draft, before: Books | None, after: Books) -> None:
    print("What would change:")
    print("\n".join(f"  {_whole(line)}" for line in changes(made, before, after)))
    print("\nWhat is to be signed:")
    print("\n".join(f"  {_whole(line)}" for line in terms(made, after)))
    print(f"\ndigest: {spoken(proposal_digest(made))}")


def _whole(line: str) -> str:
    """A sentence on one line, not cut: what a signer does not see, they would sign unseen."""
    return harmless(line).replace("\n", " ")


def read_file(path: Path, most: int) -> bytes:
    """A file's bytes, at most one more than ``most``. Raises RegistryError."""
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as exc:
        raise RegistryError(
            f"cannot read {path}: {exc.strerror}", hint="Is the name right, and this the folder it lies in?"
        ) from exc
