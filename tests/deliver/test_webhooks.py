"""What is sent: Standard Webhooks, checked by others' code, and nothing in it that must not be."""

import base64
import json
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from delivering import HOOK_KEY, subscriber
from kept import keep, next_version, verified
from press import NOON, PressRoom, registry
from standardwebhooks import Webhook, WebhookVerificationError

from syndicate.deliver import Piece, Webhooks, public_key
from syndicate.deliver._webhook import new_secret
from syndicate.news import Act, Claim, Evidence, Kind, Relation, RelationType, Slice
from syndicate.ports import Call, Notable, Storage, Subscriber
from syndicate.signing import ephemeral_signer

OLD, NEW = new_secret(), new_secret()
SEEN = "c2Vlbi" + "A" * 37
NEXT_KEY = ephemeral_signer(b"n" * 32)
DESK = subscriber("https://desk.example/hook", secrets=(NEW, OLD))
Signers = Iterable[Any]


async def piece_of(storage: Storage, *tokens: Any) -> Piece:
    """These versions kept and sealed; the last of them as a piece."""
    await keep(storage, *tokens)
    await storage.seal(NOON + 5)
    return Piece((await storage.page(Slice(), -1, 100))[-1])


def webhooks(storage: Storage, room: PressRoom, *signers: Any) -> Webhooks:
    known = registry(room)
    return Webhooks(lambda: known, storage.log, lambda: signers or (HOOK_KEY,), "https://hub.example/")


async def called(storage: Storage, room: PressRoom, to: Subscriber = DESK, **changes: Any) -> Call:
    piece = await piece_of(storage, verified(room, room.publish(**changes)))
    return await webhooks(storage, room).call(to, piece, int(time.time()))


def body_of(call: Call) -> bytes:
    assert call.body is not None
    return call.body


def data_of(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body_of(call))["data"]
    return found


@pytest.mark.parametrize("secret", [NEW, OLD], ids=["the new one", "the old one"])
async def test_the_official_library_accepts_it_under_either_secret(
    storage: Storage, vn: PressRoom, secret: str
) -> None:
    call = await called(storage, vn)
    told = Webhook(secret).verify(body_of(call), dict(call.headers))
    assert told["type"] == "item.published"


async def test_the_official_library_refuses_another_secret_and_another_body(
    storage: Storage, vn: PressRoom
) -> None:
    call = await called(storage, vn)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body_of(call), dict(call.headers))
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(body_of(call).replace(b"vn.demo", b"th.demo"), dict(call.headers))


def check_v1a(public: str, call: Call) -> None:
    """As docs/push.md has it."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + body_of(call)
    for each in call.headers["webhook-signature"].split(" "):
        version, _, signature = each.partition(",")
        if version == "v1a":
            try:
                key.verify(base64.b64decode(signature), signed)
            except InvalidSignature:
                continue
            return
    raise InvalidSignature


async def test_the_public_key_verifies_it_too(storage: Storage, vn: PressRoom) -> None:
    call = await called(storage, vn)
    check_v1a(public_key(HOOK_KEY), call)
    with pytest.raises(InvalidSignature):
        check_v1a(public_key(NEXT_KEY), call)


async def test_while_keys_change_both_sign(storage: Storage, vn: PressRoom) -> None:
    piece = await piece_of(storage, verified(vn, vn.publish()))
    call = await webhooks(storage, vn, HOOK_KEY, NEXT_KEY).call(DESK, piece, int(time.time()))
    check_v1a(public_key(HOOK_KEY), call)
    check_v1a(public_key(NEXT_KEY), call)


async def test_the_id_stays_and_the_time_moves_from_attempt_to_attempt(
    storage: Storage, vn: PressRoom
) -> None:
    piece = await piece_of(storage, verified(vn, vn.publish()))
    voice = webhooks(storage, vn)
    first, second = [await voice.call(DESK, piece, NOON + after) for after in (0, 60)]
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == f"{piece.logged.digest}_0"
    assert first.body == second.body
    assert (first.headers["webhook-timestamp"], second.headers["webhook-timestamp"]) == (
        str(NOON),
        str(NOON + 60),
    )


async def test_no_two_versions_have_one_id_and_none_has_a_full_stop(storage: Storage, vn: PressRoom) -> None:
    first = verified(vn, vn.publish())
    await keep(storage, first, next_version(vn, first.item))
    await storage.seal(NOON + 5)
    voice = webhooks(storage, vn)
    pieces = [Piece(logged) for logged in await storage.page(Slice(), -1, 100)]
    ids = {(await voice.call(DESK, piece, NOON)).headers["webhook-id"] for piece in pieces}
    assert len(ids) == 2
    assert not any("." in each for each in ids)


async def test_each_subscribers_secret_signs_though_the_public_key_signs_once_for_all(
    storage: Storage, vn: PressRoom
) -> None:
    class Counting:
        kid, public, signed = HOOK_KEY.kid, HOOK_KEY.public, 0

        def sign(self, message: bytes) -> bytes:
            self.signed += 1
            return HOOK_KEY.sign(message)

    counting = Counting()
    piece = await piece_of(storage, verified(vn, vn.publish()))
    voice, now = webhooks(storage, vn, counting), int(time.time())
    secrets = [new_secret() for _ in range(5)]
    for number, secret in enumerate(secrets):
        to = subscriber(f"https://{number}.example/", f"{number}", secrets=(secret,))
        call = await voice.call(to, piece, now)
        Webhook(secret).verify(body_of(call), dict(call.headers))
        check_v1a(public_key(HOOK_KEY), call)
    assert counting.signed == 1


async def test_the_body_says_what_is_there_and_where_its_proof_is(storage: Storage, vn: PressRoom) -> None:
    call = await called(storage, vn)
    item = vn.item()
    (logged,) = await storage.page(Slice(), -1, 1)
    assert (call.url, call.media_type) == ("https://desk.example/hook", "application/json")
    assert json.loads(body_of(call)) == {
        "type": "item.published",
        "timestamp": "2026-11-23T12:00:05Z",
        "data": {
            "index": 0,
            "sub": item.sub,
            "ver": 1,
            "agency": "vn.demo",
            "lang": "vi",
            "kind": "story",
            "alert": False,
            "title": item.title,
            "url": item.url,
            "digest": logged.digest,
            "token_url": f"https://hub.example/v1/items/{item.sub}/1.jws",
            "proof_url": f"https://hub.example/v1/items/{item.sub}/1.tlog-proof",
            "marks": ["log-pending"],
            "text": "Demo News of vn: Bão số 5 đổ bộ",
        },
    }


@pytest.mark.parametrize(
    ("act", "type_", "notable"),
    [
        (Act.UPDATE, "item.updated", None),
        (Act.CORRECT, "item.corrected", Notable.CORRECT),
        (Act.WITHHOLD, "item.withheld", Notable.WITHHOLD),
        (Act.RETRACT, "item.retracted", Notable.RETRACT),
    ],
)
async def test_every_act_has_its_type(
    storage: Storage, vn: PressRoom, act: Act, type_: str, notable: Notable | None
) -> None:
    first = verified(vn, vn.publish())
    piece = await piece_of(storage, first, next_version(vn, first.item, act))
    call = await webhooks(storage, vn).call(DESK, piece, NOON)
    assert json.loads(body_of(call))["type"] == type_
    assert piece.notable is notable


async def test_s3_a_rebuttal_is_told_without_the_address_of_what_it_answers_and_counted_nowhere(
    storage: Storage, vn: PressRoom
) -> None:
    claim = Claim(
        text="The dam has burst",
        lang="en",
        label="False",
        label_lang="en",
        competence="The dam is run by the ministry",
        first_seen="2026-11-23T10:00:00Z",
        seen=(SEEN,),
        evidence=(Evidence(url="https://dam.example/level", title="Level"),),
    )
    relation = Relation(type=RelationType.REBUTS, url="https://rumour.example/post/1")
    token = vn.token(vn.item(kind=Kind.REBUTTAL, claim=claim, relations=(relation,)))
    shown = (await piece_of(storage, verified(vn, vn.publish()))).logged
    logged = Piece(replace(shown, token=token))
    call = await webhooks(storage, vn).call(DESK, logged, NOON)
    for hidden in (b"rumour", b"dam.example", b"burst", b"False", SEEN.encode()):
        assert hidden not in body_of(call)
    assert logged.notable is None


async def test_the_longest_payload_is_small(storage: Storage, vn: PressRoom) -> None:
    long = "ကြ" * 150
    url = f"https://{vn.host}/" + "a" * (1_990 - len(vn.host) - 9)
    call = await called(storage, vn, title=long, url=url, lang="my")
    assert len(body_of(call)) < 20_000  # what Standard Webhooks recommends


async def test_a_test_message_tells_of_nothing_and_is_signed_like_any_other(
    storage: Storage, vn: PressRoom
) -> None:
    call = webhooks(storage, vn).test(DESK, int(time.time()))
    told = Webhook(NEW).verify(body_of(call), dict(call.headers))
    assert (told["type"], told["data"]) == ("test", {"slice": "all"})
    check_v1a(public_key(HOOK_KEY), call)
    assert call.headers["webhook-id"].startswith("ZGVzaw_test_")


def test_a_secret_is_of_the_length_and_form_that_the_specification_wants() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert "." not in DESK.id
