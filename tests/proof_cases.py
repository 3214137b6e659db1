"""Token, proof, policy and keys as files, and the answer that they deserve: one table for every language.

``CASES`` is for each verifier in docs/examples; ``STRICT`` is what the one in Node leaves to a whole verifier.
"""
# ruff: noqa: E501 - a row stands on one line

import base64
import hashlib
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from log_vectors import QUORUM, TIMES
from logroom import OPERATOR, WITNESSES, MemoryLog, Party
from press import NOON, PressRoom

from syndicate.ledger import (
    KeyKind,
    NoteSignature,
    ProofFile,
    Proven,
    compose_note,
    leaf_of,
    read_policy,
    verify_proof,
    write_policy,
)
from syndicate.news import Heartbeat, Item, b64url, compose_token, digest_of, encode, thumbprint
from syndicate.signing import ephemeral_signer

VECTORS: Final = Path(__file__).parent / "vectors"
LOG: Final[dict[str, Any]] = json.loads((VECTORS / "log.json").read_text(encoding="utf-8"))
KEYS: Final = (VECTORS / "registry.json").read_text(encoding="utf-8")
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493  # L of RFC 8032

UNKNOWN: Final = "the token names no key that is known here"
UNSIGNED: Final = "the signature does not fit"
FOREIGN: Final = "the key is another agency's"
ELSEWHERE: Final = "the token is not in this log"
NO_LOG: Final = "the log did not sign this"
SPELLING: Final = "base64 in another than its one spelling"
TOO_FEW: Final = "too few witnesses stand behind it so far"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Four files. ``answer`` is what must be printed; None: a refusal, in whatever words."""

    name: str
    token: bytes
    proof: bytes
    policy: bytes
    keys: str = KEYS
    answer: str | None

    def written(self, folder: Path) -> list[str]:
        """The files below ``folder``, in the order in which they are named."""
        told = {"keys.json": self.keys.encode(), "policy.txt": self.policy, "token.jws": self.token}
        told["token.tlog-proof"] = self.proof
        for name, raw in told.items():
            (folder / name).write_bytes(raw)
        return [str(folder / name) for name in told]

    def fits(self, ran: subprocess.CompletedProcess[str]) -> bool:
        """Whether a verifier gave the answer, with the code that goes with it."""
        if self.answer is None:
            return ran.returncode == 1 and ran.stdout.startswith("refused: ")
        return (ran.returncode, ran.stdout) == (int(self.answer.startswith("refused: ")), self.answer)


def refused(why: str) -> str:
    return f"refused: {why}\n"


def proven(item: Item, leaf: bytes, proof: bytes, policy: bytes) -> str:
    """What a verifier says of a proof that we find good."""
    told = verify_proof(proof, leaf, read_policy(policy))
    assert isinstance(told, Proven)
    alone = told.operator_only or told.at is None
    since = (
        "by the operator's word alone" if alone else f"{datetime.fromtimestamp(told.at or 0, UTC):%FT%T}.000Z"
    )
    names = ", ".join(sorted(told.by.witnesses, key=lambda name: told.by.witnesses[name])) or "nobody"
    return (
        f"{item.act} by {item.iss}: {item.title}\nleaf {told.by.index}, public {since}; cosigned by {names}\n"
    )


ROOM: Final = PressRoom("vn.demo", seed=1)
OTHER: Final = PressRoom("tl.demo", seed=2)
ITEM: Final = ROOM.item()
TOKEN: Final = ROOM.token(ITEM)
POLICY: Final = write_policy([OPERATOR.key], {each.name: each.key for each in WITNESSES}, QUORUM)
ALONE: Final = write_policy([OPERATOR.key], {}, 0)
BY_DIGEST: Final = {digest_of(token): token for token in LOG["tokens"]}


def log_with(
    token: str, item: Item = ITEM, others: Sequence[bytes] = (b"one\n", b"two\n", b"three\n")
) -> MemoryLog:
    """A log that took the token, right or wrong, as its last leaf."""
    log = MemoryLog()
    log.seal([*others, leaf_of(item, digest_of(token)).raw])
    return log


def logged(name: str, token: str, why: str | None, *, item: Item = ITEM, **changes: Any) -> Case:
    """A token that the log took although it is to be refused."""
    log = log_with(token, item)
    proof = log.proof(log.edge.size - 1, log.cosigned(TIMES)).raw
    answer = None if why is None else refused(why)
    return replace(
        Case(name=name, token=token.encode(), proof=proof, policy=POLICY, answer=answer), **changes
    )


GOOD_LOG: Final = log_with(TOKEN)
NOTE: Final = GOOD_LOG.cosigned(TIMES)
TEXT: Final = GOOD_LOG.checkpoint().text
PROOF: Final = GOOD_LOG.proof(GOOD_LOG.edge.size - 1, NOTE)
GOOD: Final = Case(
    name="all in order",
    token=TOKEN.encode(),
    proof=PROOF.raw,
    policy=POLICY,
    answer=proven(ITEM, GOOD_LOG.leaves[-1], PROOF.raw, POLICY),
)


def sent(name: str, why: str | None, **changes: Any) -> Case:
    """The good case with other files."""
    return replace(GOOD, name=name, answer=None if why is None else refused(why), **changes)


def edited(old: str, new: str) -> str:
    """A token that its agency signed, with another payload."""
    return ROOM.token(encode(ITEM).decode().replace(old, new).encode("utf-8", "surrogatepass"))


def noted(*lines: NoteSignature) -> bytes:
    return replace(PROOF, checkpoint=compose_note(TEXT, lines)).raw


def with_signature(change: Callable[[bytes], bytes]) -> str:
    header, payload, signature = TOKEN.split(".")
    return f"{header}.{payload}.{b64url(change(base64.urlsafe_b64decode(signature + '==')))}"


def _plus_order(signature: bytes) -> bytes:
    """S + L instead of S: the same equation, another spelling (RFC 8032, 5.1.7)."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + GROUP_ORDER).to_bytes(32, "little")


def vectors() -> list[Case]:
    """The public vectors about an item; an act has no token."""
    said = {"log-not-included": ELSEWHERE, "log-origin-unknown": NO_LOG, "log-signature-bad": NO_LOG}
    own = {"a cosignature with its time moved": "a line in the name of witness0.example is not theirs"}
    items = {
        ROOM.token(ROOM.item(name)): ROOM.item(name)
        for name in ("storm", "market", "harvest", "school", "river")
    }
    made = []
    for row in (*LOG["proofs"], *LOG["refused"]):
        token = BY_DIGEST.get(row["leaf"].splitlines()[-1])
        if token is None:
            continue
        proof, policy = row["proof"].encode(), row["policy"].encode()
        why = TOO_FEW if "verdict" in row else own.get(row["name"], said.get(row["reason"]))
        answer = None if why is None else refused(why)
        if row.get("verdict") == "proven":
            answer = proven(items[token], row["leaf"].encode(), proof, policy)
        made.append(Case(name=row["name"], token=token.encode(), proof=proof, policy=policy, answer=answer))
    return made


def good() -> list[Case]:
    """What is proven, in shapes that the vectors have not."""
    names = [each.name for each in WITNESSES]
    nested = POLICY.decode().split("group")[0] + (
        f"# two countries\n\ngroup north any {names[0]} {names[1]}\ngroup south\tall {names[2]} {names[3]}\n"
        "group both 2 north south\nquorum both\n"
    )
    alone = log_with(TOKEN, others=())
    large = log_with(TOKEN, others=[f"{number}\n".encode() for number in range(300)])
    lone, big = alone.proof(0, alone.cosigned(TIMES)), large.proof(300, large.cosigned(TIMES))
    twice = noted(
        OPERATOR.signs(TEXT),
        *(WITNESSES[at].signs(TEXT, NOON + after) for at, after in ((0, 9), (1, 2), (2, 5), (0, 1))),
    )
    stranger = Party("stranger.example", 98)
    strange = noted(
        OPERATOR.signs(TEXT), stranger.signs(TEXT, NOON), *(each.signs(TEXT, NOON + 3) for each in WITNESSES)
    )
    rows: list[tuple[str, bytes, bytes]] = [
        ("a log of one leaf", lone.raw, POLICY),
        ("a log of 301 leaves", big.raw, POLICY),
        ("groups of groups", PROOF.raw, nested.encode()),
        ("a line by a stranger", strange, POLICY),
        ("only the log is asked, witnesses came", PROOF.raw, POLICY.split(b"group")[0] + b"quorum none\n"),
    ]
    made = [
        replace(
            GOOD,
            name=name,
            proof=proof,
            policy=policy,
            answer=proven(ITEM, GOOD_LOG.leaves[-1], proof, policy),
        )
        for name, proof, policy in rows
    ]
    return [
        GOOD,
        replace(GOOD, name="a line end behind the token", token=GOOD.token + b"\n"),
        *made,
        _twice(twice),
    ]


def _twice(proof: bytes) -> Case:
    """Names are left to each language here; that one witness is not two is not."""
    policy = POLICY.replace(b"group witnesses 3", b"group witnesses 4")
    return sent("one witness twice is one witness", TOO_FEW, proof=proof, policy=policy)


def tampered() -> list[Case]:
    """What somebody changed on the way, or signed without the right."""
    header, _, signature = TOKEN.split(".")
    forger = ephemeral_signer(bytes([9]) * 32)
    none = b64url(b'{"alg":"none","kid":"%s","typ":"syndicate-item+jws"}' % ROOM.signer.kid.encode())
    first, second, *rest = PROOF.hashes
    foreign = ROOM.item(sub=OTHER.item().sub)
    longer = f"{header}.{b64url(encode(ROOM.item(title='Giả')))}.{signature}"
    return [
        logged("another text under the signature", longer, UNSIGNED),
        logged("a forger names the agency's key", compose_token(encode(ITEM), ROOM.signer.kid, forger.sign), UNSIGNED),
        logged("a key nobody enrolled", ROOM.token(ITEM, signer=forger), UNKNOWN),
        logged("alg none", f"{none}.{TOKEN.split('.', 1)[1]}", UNKNOWN),
        logged("one agency signs as another", OTHER.token(ITEM, signer=OTHER.signer), FOREIGN),
        logged("another agency's item", ROOM.token(foreign), FOREIGN, item=foreign),
        logged("a signature of 65 bytes", with_signature(lambda raw: raw + b"\0"), UNSIGNED),
        logged("a signature of 63 bytes", with_signature(lambda raw: raw[:-1]), UNSIGNED),
        logged("S beyond the order", with_signature(_plus_order), UNSIGNED),
        logged("no signature", f"{TOKEN.rpartition('.')[0]}.", None),
        logged("two parts", TOKEN.rpartition(".")[0], None),
        sent("a token cut short", None, token=GOOD.token[:-9]),
        sent("no token", None, token=b""),
        sent("hashes in another order", ELSEWHERE, proof=replace(PROOF, hashes=(second, first, *rest)).raw),
        sent("a hash too many", ELSEWHERE, proof=replace(PROOF, hashes=(*PROOF.hashes, bytes(32))).raw),
        sent("one bit of a hash", ELSEWHERE, proof=replace(PROOF, hashes=(bytes([first[0] ^ 1]) + first[1:], second, *rest)).raw),
        sent("a root that was not signed", None, proof=_rooted(PROOF, bytes(32))),
        sent("a line added to the checkpoint", "a line in the name of log.demo.example is not theirs", proof=PROOF.raw.replace(b"\n\n\xe2", b"\nmore\n\n\xe2")),
        sent("another cosignature in a witness's name", "a line in the name of witness2.example is not theirs", proof=_forged_line()),
        sent("a proof of nothing", None, proof=b""),
        sent("another kind of file", None, proof=PROOF.raw.replace(b"@v1", b"@v2")),
        sent("a proof without its index", None, proof=PROOF.raw.replace(b"index 3\n", b"")),
        sent("a proof cut within its hashes", None, proof=PROOF.raw[:60]),
        sent("a proof without its checkpoint", None, proof=PROOF.raw.split(b"\n\n")[0] + b"\n\n"),
        sent("a proof without its signatures", None, proof=PROOF.raw.rpartition(b"\n\n")[0] + b"\n"),
        sent("a proof cut within a signature", None, proof=PROOF.raw[:-30]),
        sent("no keys", UNKNOWN, keys='{"keys": []}'),
        sent("too few of a group within a group", TOO_FEW, policy=_unmet()),
    ]  # fmt: skip


def _rooted(proof: ProofFile, root: bytes) -> bytes:
    origin, size, _, rest = proof.checkpoint.split(b"\n", 3)
    return replace(proof, checkpoint=b"\n".join([origin, size, base64.b64encode(root), rest])).raw


def _forged_line() -> bytes:
    thief = Party(WITNESSES[2].name, 99).signs(TEXT, NOON + 1)
    forged = replace(thief, key_id=WITNESSES[2].key.id)
    return noted(OPERATOR.signs(TEXT), *(WITNESSES[at].signs(TEXT, NOON) for at in (0, 1, 3)), forged)


def _unmet() -> bytes:
    names = [each.name for each in WITNESSES]
    groups = f"group north all {names[0]} {names[4]}\ngroup both all north {names[1]}\nquorum both\n"
    return POLICY.split(b"group")[0] + groups.encode()


def strict() -> list[Case]:
    """Other spellings of the same, weak keys, and rules for files: the log took what it should not have."""
    payload = encode(ITEM).decode()
    loose = TOKEN[:-1] + chr(ord(TOKEN[-1]) + 1)  # the last character of 64 bytes is A, Q, g or w
    beat = ROOM.token(
        Heartbeat(aud=ITEM.aud, iss=ITEM.iss, stream=ITEM.stream, seq=0, prev=None, iat=ITEM.iat)
    )
    return [
        logged("unused bits in base64", loose, SPELLING),
        logged("padding", TOKEN + "==", "not a token"),
        logged("a fourth part", TOKEN + ".AAAA", "not a token"),
        logged("a claim twice", edited('"v":1', '"v":1,"v":1'), "a name without a value, or twice"),
        logged("a claim twice, once by escape", edited('"v":1', '"v":1,"\\u0076":1'), "a name without a value, or twice"),
        logged("a float", edited('"seq":1', '"seq":1.0'), "not strict JSON"),
        logged("an exponent", edited('"seq":1', '"seq":1e0'), "not strict JSON"),
        logged("a number too large", edited('"v":1', '"v":1,"x":9007199254740992'), "a number that is too large"),
        logged("a number with a leading zero", edited('"seq":1', '"seq":01'), "not strict JSON"),
        logged("not a number", edited('"v":1', '"v":1,"x":NaN'), "not strict JSON"),
        logged("half of a surrogate pair", edited("Bão", "\\ud800"), "half of a surrogate pair"),
        logged("seven deep", edited('"v":1', '"v":1,"ext":{"a":[[[[[1]]]]]}'), "JSON nested too deeply"),
        logged("a comma too many", edited('"v":1', '"v":1,'), "not strict JSON"),
        logged("a raw line feed in a text", edited("Bão", "\n"), "not strict JSON"),
        logged("a signed hexadecimal escape", edited("Bão", "\\u+041"), "not strict JSON"),
        logged("text behind the payload", ROOM.token(f"{payload}x".encode()), "not strict JSON"),
        logged("a payload cut short", ROOM.token(payload[:-1].encode()), "not strict JSON"),
        logged("a byte order mark", ROOM.token(f"\ufeff{payload}".encode()), "not strict JSON"),
        logged("a payload that is no object", ROOM.token(b"[1]"), "not the JSON that is expected here"),
        logged("a payload that is not UTF-8", ROOM.token(payload.encode("latin-1", "replace").replace(b"?", b"\xe3")), "not UTF-8"),
        logged("version 2", edited('"v":1', '"v":2'), "another version of the protocol"),
        logged("a title that steers a terminal", edited("Bão", "\\u001b[2J"), "the claim title breaks its rule"),
        logged("no title", edited('"title":"Bão số 5 đổ bộ",', ""), "the claim title breaks its rule"),
        logged("a heartbeat", beat, "a heartbeat has no leaf"),
        logged("a version below one", edited('"ver":1', '"ver":0'), "the claim ver breaks its rule"),
        logged("a number that is a text", edited('"ver":1', '"ver":"1"'), "the claim ver breaks its rule"),
        *_strict_keys(),
        *_strict_files(),
        *_strict_policies(),
    ]  # fmt: skip


def _weak_case(name: str, public: bytes, why: str) -> Case:
    """A key under which this signature fits: R is B times S, whatever was signed, once in so many messages."""
    signature = bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666") + (
        1
    ).to_bytes(32, "little")
    kid = thumbprint(public)
    token = compose_token(encode(ITEM), kid, lambda _: signature)
    keys = json.dumps({"keys": [{"kid": kid, "agency": "vn.demo", "x": b64url(public)}]})
    return logged(name, token, why, keys=keys)


def _strict_keys() -> list[Case]:
    weak = "a key under which signatures prove nothing"
    field = 2**255 - 19
    renamed = json.loads(KEYS)
    renamed["keys"][0]["x"] = renamed["keys"][1]["x"]
    return [
        _weak_case("the key that fits every message", (1).to_bytes(32, "little"), weak),
        _weak_case("the same key with its sign", (1 | 1 << 255).to_bytes(32, "little"), weak),
        _weak_case("a key of order two", (field - 1).to_bytes(32, "little"), weak),
        _weak_case("a key of order four", bytes(32), weak),
        _weak_case("a key of order eight", bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), weak),
        _weak_case("its opposite", bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"), weak),
        _weak_case("a key beyond the field", (field + 3).to_bytes(32, "little"), weak),
        _weak_case("a key off the curve", (2).to_bytes(32, "little"), weak),
        _weak_case("a key of 31 bytes", bytes(31), "a key has 32 bytes"),
        sent("a key under another's name", "the key is not the one of this name", keys=json.dumps(renamed)),
        sent("a list of keys twice", "a name without a value, or twice", keys='{"keys": [],' + KEYS[1:]),
        sent("keys that are no list", "not the JSON that is expected here", keys='{"keys": {}}'),
        sent("no JSON", "not strict JSON", keys=""),
    ]  # fmt: skip


def _strict_files() -> list[Case]:
    kind = "not a proof of this kind"
    number = "not a number without leading zeroes, up to 2^63 - 1"
    own = GOOD_LOG.cosigned(TIMES).splitlines()[5].decode()
    false = own[:-8] + ("A" if own[-8] != "A" else "B") + own[-7:]
    line = PROOF.raw.splitlines(keepends=True)
    return [
        sent("a false cosignature of the log itself", "a line in the name of log.demo.example is not theirs", proof=PROOF.raw.replace(own.encode(), false.encode())),
        sent("an index with a leading zero", number, proof=PROOF.raw.replace(b"index 3", b"index 03")),
        sent("an index below zero", number, proof=PROOF.raw.replace(b"index 3", b"index -1")),
        sent("an index beyond all numbers", number, proof=PROOF.raw.replace(b"index 3", b"index 9223372036854775808")),
        sent("an index in other digits", number, proof=PROOF.raw.replace(b"index 3", "index ٣".encode())),
        sent("extra data twice", kind, proof=PROOF.raw.replace(b"index", b"extra AAAA\nextra AAAA\nindex")),
        sent("extra data behind the index", None, proof=PROOF.raw.replace(b"index 3\n", b"index 3\nextra AAAA\n")),
        sent("64 hashes", kind, proof=replace(PROOF, hashes=(bytes(32),) * 64).raw),
        sent("a hash of 31 bytes", "a hash has 32 bytes", proof=line[0] + line[1] + base64.b64encode(bytes(31)) + b"\n" + b"".join(line[3:])),
        sent("unused bits in a hash", SPELLING, proof=PROOF.raw.replace(line[2], line[2][:-3] + bytes([line[2][-3] + 1]) + line[2][-2:])),
        sent("a carriage return", kind, proof=PROOF.raw.replace(b"\n", b"\r\n")),
        sent("an empty line more", "not a signature line", proof=PROOF.raw.replace(b"\n\n\xe2", b"\n\n\n\xe2")),
        sent("the last line is not ended", kind, proof=PROOF.raw[:-1]),
        sent("a proof that is not UTF-8", "not UTF-8", proof=PROOF.raw.replace(b"\xe2\x80\x94", b"\xe2\x80", 1)),
        sent("a hyphen for a dash", "not a signature line", proof=PROOF.raw.replace("— w".encode(), b"- w", 1)),
        sent("101 signatures", kind, proof=PROOF.raw + PROOF.raw.splitlines(keepends=True)[-1] * 95),
        sent("a signature line without a signature", "not a signature line", proof=PROOF.raw + "— witness0.example AAAAAA==\n".encode()),
        sent("4,097 bytes of extra data", kind, proof=replace(PROOF, extra=bytes(4_097)).raw),
        sent("a log's name of 256 characters", kind, proof=PROOF.raw.replace(b"\n\nlog.demo", b"\n\n" + b"l" * 244 + b".demo")),
        sent("a checkpoint that is too large", kind, proof=PROOF.raw.replace(b"\n\n\xe2", b"\n" + b"x" * 16_384 + b"\n\n\xe2")),
        sent("a note that is too large", kind, proof=PROOF.raw + "— x {}\n".format("A" * 1_400).encode() * 94),
        sent("a proof that is too large", None, proof=PROOF.raw + b"x" * 150_000),
        sent("a token that is too large", None, token=b"A" * 98_307),
    ]  # fmt: skip


def _strict_policies() -> list[Case]:
    rule = "line {} of the policy breaks a rule"
    witness, group = WITNESSES[0].key, b"group witnesses 3"
    log_key = OPERATOR.key.vkey.encode()
    weak = _vkey("weak.example", KeyKind.COSIGNER, (1).to_bytes(32, "little"))
    first = f"witness {WITNESSES[0].name} {witness.vkey}\n".encode()
    edit: Callable[[bytes, bytes], bytes] = lambda old, new: POLICY.replace(old, new, 1)  # noqa: E731 - a short name for rows
    rows: list[tuple[str, str | None, bytes]] = [
        ("a quorum of nobody known", rule.format(8), edit(b"quorum witnesses", b"quorum nobody")),
        ("a line of another kind", rule.format(9), POLICY + b"wizard x\n"),
        ("a group of strangers", rule.format(7), edit(group, b"group witnesses 3 stranger")),
        ("one witness in two groups", rule.format(8), edit(b"group", b"group first any witness0.example\ngroup")),
        ("a group named as a witness", rule.format(7), edit(group, b"group witness0.example 3")),
        ("a witness named none", rule.format(2), edit(b"witness witness0.example ", b"witness none ")),
        ("a key twice", "a key stands in the policy twice", edit(first, first + first.replace(b"witness witness0", b"witness again"))),
        ("a log that witnesses itself", "a key stands in the policy twice", edit(b"witness", b"witness own " + OPERATOR.key.as_cosigner().vkey.encode() + b"\nwitness")),
        ("a witness with a log's key", "not a key of a policy", edit(b"witness", b"witness own " + Party("own.example", 97, KeyKind.LOG).key.vkey.encode() + b"\nwitness")),
        ("a key with another's id", "the id of a key is not its own", edit(log_key, log_key.replace(b"+3eed813d+", b"+3eed813e+"))),
        ("a weak key, although nobody signs with it", "a key under which signatures prove nothing", edit(b"witness", f"witness weak {weak}\nwitness".encode())),
        ("65 witnesses", rule.format(66), POLICY.split(b"group")[0] + _many(60) + b"quorum none\n"),
        ("a log line of four words", rule.format(1), edit(b"\nwitness", b" https://log.example and\nwitness")),
        ("a group without members", rule.format(7), edit(group, b"group witnesses all\n#")),
        ("a policy that is too large", None, POLICY + b"#" * 65_536 + b"\n"),
        ("a policy whose last line is not ended", "not a policy", POLICY[:-1]),
        ("a policy with a carriage return", "not a policy", POLICY.replace(b"\n", b"\r\n")),
    ]  # fmt: skip
    return [sent(name, why, policy=policy) for name, why, policy in rows]


def _many(count: int) -> bytes:
    """More witnesses, of whom nobody asks anything."""
    others = [Party(f"other{number}.example", 100 + number) for number in range(count)]
    return "".join(f"witness {each.name} {each.key.vkey}\n" for each in others).encode()


def _vkey(name: str, kind: KeyKind, public: bytes) -> str:
    """A key as one word, however weak: ``NoteKey`` would refuse it."""
    raw = bytes([kind]) + public
    digest = hashlib.sha256(f"{name}\n".encode() + raw).hexdigest()
    return f"{name}+{digest[:8]}+{base64.b64encode(raw).decode()}"


def policies() -> list[Case]:
    """Policies that must not make a proof count for more than it is worth."""
    group = b"group witnesses 3"
    rows = [
        ("a policy without a quorum", "the policy has no quorum line", POLICY.replace(b"quorum witnesses\n", b"")),
        ("a policy that ends before its quorum", None, POLICY[: POLICY.index(b"quorum")]),
        ("two quorums", None, POLICY + b"quorum none\n"),
        ("a group of none", None, POLICY.replace(group, b"group witnesses 0")),
        ("a group larger than it is", None, POLICY.replace(group, b"group witnesses 6")),
    ]  # fmt: skip
    return [sent(name, why, policy=policy) for name, why, policy in rows]


CASES: Final = [*vectors(), *good(), *tampered(), *policies()]
STRICT: Final = strict()
