"""Webhooks as Standard Webhooks 1.0.0 has them: what is sent, and what signs it."""

import base64
import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from syndicate.deliver._plain import plain_text
from syndicate.deliver._recent import Piece
from syndicate.deliver._voice import Message
from syndicate.last_used import LastUsed
from syndicate.news import Act, Item, Kind, Mark, Registry, rfc3339
from syndicate.ports import Call, PublicLog, Signer, Subscriber
from syndicate.republish import token_address
from syndicate.trust import marks_since

_TYPES: Final[Mapping[Act, str]] = {
    Act.PUBLISH: "item.published",
    Act.UPDATE: "item.updated",
    Act.CORRECT: "item.corrected",
    Act.WITHHOLD: "item.withheld",
    Act.RETRACT: "item.retracted",
}
_TEST: Final = "test"
_SECRET: Final = "whsec_"  # noqa: S105 - what every secret begins with
_PUBLIC: Final = "whpk_"
_SECRET_BYTES: Final = 32
_BODIES: Final = 8_000_000  # bytes of bodies kept
_LETTERS: Final = 200  # kept: of the messages under way
_JSON: Final = "application/json"


def new_secret() -> str:
    """A secret for one subscriber: "whsec_" and 32 random bytes in base64."""
    return _SECRET + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def public_key(signer: Signer) -> str:
    """A public key as receivers write it: "whpk_" and its 32 bytes in base64."""
    return _PUBLIC + base64.b64encode(signer.public).decode("ascii")


class Webhooks:
    """The ``Voice`` of webhooks: a small JSON body, signed with every secret and key that counts now."""

    def __init__(
        self,
        registry: Callable[[], Registry],
        log: PublicLog,
        signers: Callable[[], Sequence[Signer]],
        base_url: str,
    ) -> None:
        self._registry = registry
        self._log = log
        self._signers = signers
        self._base_url = base_url.rstrip("/")
        self._bodies: LastUsed[tuple[int, str], bytes] = LastUsed(_BODIES, len)
        self._letters: LastUsed[tuple[int, str, int], _Letter] = LastUsed(_LETTERS)

    async def message(self, subscriber: Subscriber, piece: Piece, now: int) -> Message:
        """One message for each version."""
        return Message(call=await self.call(subscriber, piece, now), upto=piece.logged.index, pieces=(piece,))

    async def call(self, subscriber: Subscriber, piece: Piece, now: int) -> Call:
        """The request that tells a subscriber of a version; its ``webhook-id`` is the version's own."""
        index, lang = piece.logged.index, subscriber.lang
        # A letter is the same for all who are told in one second in one language: it is signed once.
        letter = self._letters.get((index, lang, now))
        if letter is None:
            body = self._bodies.get((index, lang)) or self._bodies.put((index, lang), self._body(piece, lang))
            letter = self._letter(f"{piece.logged.digest}_{index}", body, now)
            self._letters.put((index, lang, now), letter)
        return letter.to(subscriber)

    def test(self, subscriber: Subscriber, now: int) -> Call:
        """A request that tells of nothing, to try a callback with."""
        told = {"type": _TEST, "timestamp": rfc3339(now), "data": {"slice": subscriber.slice.path}}
        return self._letter(f"{subscriber.id}_test_{secrets.token_hex(8)}", _json(told), now).to(subscriber)

    def _letter(self, message: str, body: bytes, now: int) -> "_Letter":
        signed = f"{message}.{now}.".encode("ascii") + body
        public = [f"v1a,{_base64(signer.sign(signed))}" for signer in self._signers()]
        return _Letter(message, str(now), body, signed, public)

    def _body(self, piece: Piece, lang: str) -> bytes:
        logged, item, registry = piece.logged, piece.item, self._registry()
        agency = registry.agencies.get(item.iss)
        name = item.iss if agency is None else agency.name(item.lang)
        token_url = token_address(self._base_url, item)
        since = marks_since(logged.token, registry, logged.received_at)
        pending = frozenset() if logged.index < self._log.proven else {Mark.LOG_PENDING}
        data = {
            "index": logged.index,
            "sub": item.sub,
            "ver": item.ver,
            "agency": item.iss,
            "lang": item.lang,
            "kind": item.kind,
            "alert": item.kind is Kind.ALERT,
            "title": item.title,
            "url": item.url,
            "digest": logged.digest,
            "token_url": token_url,
            "proof_url": f"{token_url.removesuffix('.jws')}.tlog-proof",
            "marks": sorted(logged.marks | since | pending),
            "text": plain_text(item, name, lang, revoked=Mark.KEY_REVOKED in since),
        }
        return _json({"type": type_of(item), "timestamp": rfc3339(logged.sealed_at), "data": data})


class _Letter(NamedTuple):
    """What all are sent who are told of one version in one second in one language."""

    message: str
    time: str
    body: bytes
    signed: bytes  # over what every signature goes
    public: Sequence[str]  # signatures that anybody can check

    def to(self, subscriber: Subscriber) -> Call:
        """The request to one of them, signed with its own secrets, too."""
        signatures = [f"v1,{_mac(secret, self.signed)}" for secret in subscriber.secrets]
        headers = {
            "webhook-id": self.message,
            "webhook-timestamp": self.time,
            "webhook-signature": " ".join((*signatures, *self.public)),
        }
        return Call(url=subscriber.callback, body=self.body, media_type=_JSON, headers=headers)


def type_of(item: Item) -> str:
    """What a webhook calls what this version does."""
    return _TYPES[item.act]


def _json(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _mac(secret: str, content: bytes) -> str:
    mac = _keyed(secret).copy()
    mac.update(content)
    return _base64(mac.digest())


@lru_cache(1_000)
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(base64.b64decode(secret.removeprefix(_SECRET)), digestmod="sha256")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
