"""C2SP tlog-policy: which logs count, which witnesses there are, and how many of them are enough."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from syndicate.errors import LedgerError
from syndicate.ledger._note import KeyKind, NoteKey, read_vkey
from syndicate.news import Reason

POLICY_BYTES: Final = 65_536
POLICY_NAMES: Final = 64  # logs; witnesses; groups (C2SP asks for at least 32 of each)
_NOBODY: Final = "none"
_FORBIDDEN: Final = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_THRESHOLD: Final = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class Group:
    """At least ``least`` of these witnesses and groups."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When a checkpoint counts. ``quorum`` None: the log's own word is enough, and everything must say so."""

    logs: tuple[NoteKey, ...] = ()
    witnesses: Mapping[str, NoteKey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str | None = None
    addresses: Mapping[str, str] = field(default_factory=dict)  # of witnesses, where the policy gives one

    @property
    def spoken(self) -> str:
        """How many must stand behind a checkpoint, for people: "4 of 5 witnesses", "the operator alone"."""
        if self.quorum is None:
            return "the operator alone"
        group = self.groups.get(self.quorum)
        if group is None or not set(group.members) <= set(self.witnesses):
            return f"{self.quorum!r} of {len(self.witnesses)} witnesses"
        return f"{group.least} of {len(group.members)} witnesses"

    def log_named(self, origin: str) -> tuple[NoteKey, ...]:
        """The keys of the log with this name: several while a log changes its key."""
        return tuple(key for key in self.logs if key.name == origin)

    def satisfied_by(self, cosigners: Collection[NoteKey]) -> bool:
        """Whether cosignatures by these keys are enough."""
        have = {name for name, key in self.witnesses.items() if key in cosigners}
        for name, group in self.groups.items():  # a group names earlier ones only
            if len(have.intersection(group.members)) >= group.least:
                have.add(name)
        return self.quorum is None or self.quorum in have


def quorum_size(witnesses: int, faulty: int | None = None) -> int:
    """The smallest quorum q > (n + f) / 2. Two of them share an honest witness: no split view has both.

    ``faulty`` is how many of the witnesses may lie; left out, as many as leave a quorum among the honest.

    Raises:
        LedgerError: so many could lie that the honest ones are no quorum.
    """
    lying = (witnesses - 1) // 3 if faulty is None else faulty
    least = (witnesses + lying) // 2 + 1
    if lying < 0 or least > witnesses - lying:
        raise LedgerError(
            f"no quorum of {witnesses} witnesses stands if {lying} of them lie",
            code=Reason.LOG_POLICY_INVALID,
        )
    return least


def write_policy(
    logs: Sequence[NoteKey],
    witnesses: Mapping[str, NoteKey],
    least: int,
    addresses: Mapping[str, str] | None = None,
) -> bytes:
    """A policy in which any ``least`` of the witnesses are enough; 0: nobody is asked.

    ``addresses`` says where a witness is asked for its cosignature.

    Raises:
        LedgerError: ``log-policy-invalid``: it could not be read again.
    """
    lines = [f"log {key.vkey}" for key in logs]
    known = addresses or {}
    lines += [f"witness {name} {key.vkey} {known.get(name, '')}".rstrip() for name, key in witnesses.items()]
    if least:
        lines.append(f"group witnesses {least} {' '.join(witnesses)}")
    lines.append(f"quorum {'witnesses' if least else _NOBODY}")
    raw = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    read_policy(raw)
    return raw


def read_policy(raw: bytes) -> Policy:
    """The policy that a file states.

    Raises:
        LedgerError: ``log-policy-invalid``, with the number of the line.
    """
    if len(raw) > POLICY_BYTES:
        raise LedgerError(f"more than {POLICY_BYTES} bytes", code=Reason.LOG_TOO_LARGE)
    if _FORBIDDEN.search(raw) or not raw.endswith(b"\n"):
        raise _invalid("lines of a policy are ended and hold no control characters but tabs")
    reading = _Reading()
    for number, line in enumerate(raw.split(b"\n"), 1):
        # Names are octets: what is not UTF-8 is carried through and compared as it is.
        words = line.decode("utf-8", "surrogateescape").replace("\t", " ").split(" ")
        try:
            reading.take([word for word in words if word])
        except LedgerError as exc:
            raise _invalid(f"line {number}: {exc}") from exc
    return reading.done()


class _Reading:
    """A policy while its lines are read; every name stands for what earlier lines said."""

    def __init__(self) -> None:
        self.logs: list[NoteKey] = []
        self.witnesses: dict[str, NoteKey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self.addresses: dict[str, str] = {}
        self.members: set[str] = set()
        self.ended = False
        self.kinds: Mapping[str, Callable[[list[str]], None]] = {
            "log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum
        }  # fmt: skip

    def take(self, words: list[str]) -> None:
        if not words or words[0].startswith("#"):
            return
        take = self.kinds.get(words[0])
        if take is None:
            raise _invalid("it begins with none of log, witness, group, quorum")
        take(words[1:])

    def done(self) -> Policy:
        if not self.ended:
            raise _invalid("there is no quorum line")
        return Policy(
            logs=tuple(self.logs),
            witnesses=self.witnesses,
            groups=self.groups,
            quorum=self.quorum,
            addresses=self.addresses,
        )

    def _log(self, words: list[str]) -> None:
        if len(words) not in {1, 2}:
            raise _invalid("log, key, and perhaps an address")
        key = _key(words[0], KeyKind.LOG)
        self._check_key(key, len(self.logs))
        self.logs.append(key)

    def _witness(self, words: list[str]) -> None:
        if len(words) not in {2, 3}:
            raise _invalid("witness, name, key, and perhaps an address")
        key = _key(words[1], KeyKind.COSIGNER)
        self._check_name(words[0], len(self.witnesses))
        self._check_key(key, len(self.witnesses))
        self.witnesses[words[0]] = key
        if len(words) == 3:
            self.addresses[words[0]] = words[2]

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise _invalid("group, name, number, and members")
        name, least, *members = words
        self._check_name(name, len(self.groups))
        for member in members:
            self._check_known(member)
            if member in self.members:
                raise _invalid("a member stands in a group already")
            self.members.add(member)
        self.groups[name] = Group(_threshold(least, len(members)), tuple(members))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.ended:
            raise _invalid("one quorum line, with one name")
        self.ended = True
        if words[0] != _NOBODY:
            self._check_known(words[0])
            self.quorum = words[0]

    def _check_known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise _invalid("no earlier line defines this name")

    def _check_name(self, name: str, count: int) -> None:
        if name == _NOBODY or name in self.witnesses or name in self.groups:
            raise _invalid("the name is taken")
        if count >= POLICY_NAMES:
            raise _invalid(f"more than {POLICY_NAMES} of a kind")

    def _check_key(self, key: NoteKey, count: int) -> None:
        # Stricter than C2SP: a log that witnesses itself would count towards its own quorum.
        if any(key.public == each.public for each in (*self.logs, *self.witnesses.values())):
            raise _invalid("the key stands in the policy already")
        if count >= POLICY_NAMES:
            raise _invalid(f"more than {POLICY_NAMES} of a kind")


def _key(told: str, kind: KeyKind) -> NoteKey:
    key = read_vkey(told)
    if key.kind is not kind:
        raise _invalid(f"a {'log' if kind is KeyKind.LOG else 'witness'} has a key of kind 0x{kind:02x}")
    return key


def _threshold(told: str, members: int) -> int:
    if told in {"all", "any"}:
        return members if told == "all" else 1
    if not _THRESHOLD.fullmatch(told) or int(told) > members:
        raise _invalid("a group needs all, any, or a number from 1 to that of its members")
    return int(told)


def _invalid(why: str) -> LedgerError:
    return LedgerError(why, code=Reason.LOG_POLICY_INVALID)
