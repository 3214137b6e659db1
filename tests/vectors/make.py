"""Make the public test vectors again, byte for byte: fixed key seeds, fixed times, Ed25519 is deterministic.

python tests/vectors/make.py            writes registry.json, valid.json, refused.json, log.json beside itself
python tests/vectors/make.py FOLDER     writes them there
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from log_vectors import log_as_json
from press import DAY, NOON, PressRoom, registry

from syndicate.news import (
    Act,
    Alert,
    AlertArea,
    Claim,
    Content,
    FederationId,
    Heartbeat,
    KeyStatus,
    Kind,
    Media,
    Registry,
    Relation,
    RelationType,
    StreamName,
    UnixTime,
    b64url,
    compose_token,
    encode,
)
from syndicate.signing import ephemeral_signer

HERE = Path(__file__).resolve().parent
AT = NOON + 60
HEADER = '{"alg":"Ed25519","kid":"%s","typ":"syndicate-item+jws"}'


def federation() -> tuple[PressRoom, PressRoom, Registry]:
    """Two agencies; the second one's successor key has been revoked."""
    vn, tl = PressRoom("vn.demo", seed=1), PressRoom("tl.demo", seed=2)
    tl.change_key(tl.successor, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON - DAY))
    return vn, tl, registry(vn, tl)


def registry_as_json(known: Registry) -> dict[str, Any]:
    return {
        "federation": known.federation,
        "agencies": [
            {"id": a.id, "domains": a.domains, "media_hosts": a.media_hosts,
             "states": [{"state": s.state, "since": s.since} for s in a.states]}
            for a in known.agencies.values()
        ],
        "keys": [
            {"kid": k.kid, "agency": k.agency, "x": b64url(k.public), "status": k.status,
             "nbf": k.nbf, "exp": k.exp, "revoked_at": k.revoked_at}
            for k in known.keys.values()
        ],
    }  # fmt: skip


ALERT = Alert(
    event="Bão",
    category="Met",
    urgency="Immediate",
    severity="Severe",
    certainty="Likely",
    area=(AlertArea(desc="Quảng Ninh", polygon="21.0,107.0 21.5,107.0 21.5,107.5 21.0,107.0"),),
    expires="2026-11-24T12:00:00Z",
    instruction="Ở trong nhà.",
)
CLAIM = Claim(
    text="Estrada taka tiha.",
    lang="tet",
    label="La loos",
    label_lang="tet",
    competence="Ministériu mak jere estrada.",
    first_seen="2026-11-22T12:00:00Z",
    seen=(b64url(bytes(32)),),
)


def valid(vn: PressRoom, tl: PressRoom) -> dict[str, str]:
    """Tokens that every verifier must accept at ``AT``."""
    picture = f"https://{vn.host}/1.jpg"
    lao = Content(type="text/plain", body="ຂ່າວ\u200bດີ\n\tແຖວສອງ")
    table = "<table><thead><tr><th>ຖ</th></tr></thead><tbody><tr><td>&lt;5</td></tr></tbody></table>"
    rel = (Relation(type=RelationType.TRANSLATES, sub=vn.item().sub),)
    return {
        "a story": vn.token(vn.item()),
        "plain text with zero-width spaces": vn.token(vn.item(lang="lo", content=lao)),
        "a table with references": vn.token(vn.item(content=Content(type="text/html", body=table))),
        "a picture that stands in media": vn.token(
            vn.item(
                content=Content(type="text/html", body=f'<figure><img src="{picture}" alt="Bão"></figure>'),
                media=(Media(url=picture, type="image/jpeg", alt="Bão"),),
            )
        ),
        "a translation of another agency's item": tl.token(tl.item(lang="tet", relations=rel)),
        "a correction": vn.token(vn.item(ver=2, act=Act.CORRECT, note="Ngày sai.", seq=2, prev="A" * 43)),
        "a retraction": vn.token(
            vn.item(ver=2, act=Act.RETRACT, note="Sai.", content=None, seq=2, prev="A" * 43)
        ),
        "an alert": vn.token(vn.item(kind=Kind.ALERT, alert=ALERT, urgency=1)),
        "a rebuttal": tl.token(tl.item(kind=Kind.REBUTTAL, lang="tet", claim=CLAIM)),
        "an opaque extension": vn.token(vn.item(ext={"desk": [1, {"a": None}]})),
        "a heartbeat": vn.token(
            Heartbeat(
                aud=FederationId("demo"),
                iss=vn.id,
                stream=StreamName("main"),
                seq=0,
                prev=None,
                iat=UnixTime(NOON),
            )
        ),
    }


def _edited(room: PressRoom, old: str, new: str) -> str:
    return room.token(encode(room.item()).decode().replace(old, new).encode("utf-8", "surrogatepass"))


def _headed(room: PressRoom, header: str) -> str:
    signed = f"{b64url((header % room.signer.kid).encode())}.{b64url(encode(room.item()))}"
    return f"{signed}.{b64url(room.signer.sign(signed.encode()))}"


def refused(vn: PressRoom, tl: PressRoom) -> dict[str, tuple[str, str]]:
    """Tokens that every verifier must refuse at ``AT``, with the reason."""
    good = vn.token(vn.item())
    header, _, signature = good.split(".")
    forger = ephemeral_signer(bytes([9]) * 32)
    edit: Callable[[str, str], str] = lambda old, new: _edited(vn, old, new)  # noqa: E731 - a short name for rows
    return {
        "two parts": ("token-malformed", good.rpartition(".")[0]),
        "padding": ("base64-not-canonical", good + "="),
        "alg none": ("header-unknown", _headed(vn, HEADER.replace("Ed25519", "none"))),
        "a space in the header": ("header-unknown", _headed(vn, HEADER.replace('alg":', 'alg": '))),
        "a key nobody enrolled": ("key-unknown", vn.token(vn.item(), signer=forger)),
        "another text under the signature": (
            "signature-bad",
            f"{header}.{b64url(encode(vn.item(title='Giả')))}.{signature}",
        ),
        "a forger names the agency's key": (
            "signature-bad",
            compose_token(encode(vn.item()), vn.signer.kid, forger.sign),
        ),
        "a claim twice": ("json-duplicate-key", edit('"v":1', '"v":1,"v":1')),
        "a float": ("json-number", edit('"seq":1', '"seq":1.0')),
        "half a surrogate pair": ("json-invalid", edit("Bão", "\\ud800")),
        "an unknown claim": ("claim-unknown", edit('"v":1', '"v":1,"colour":1')),
        "no title": ("claim-missing", edit('"title":"Bão số 5 đổ bộ",', "")),
        "a note when publishing": ("claim-forbidden", edit('"v":1', '"v":1,"note":"x"')),
        "a direction override in the title": ("claim-invalid", edit("Bão", "\u202eBão")),
        "a script in the body": ("content-outside-profile", edit("<p>", "<script>")),
        "a port in the address": ("url-invalid", edit(vn.host, vn.host + ":443")),
        "version 2": ("version-unknown", edit('"v":1', '"v":2')),
        "another federation": ("audience-wrong", edit('"aud":"demo"', '"aud":"other"')),
        "one agency signs as another": ("issuer-not-key-owner", tl.token(vn.item(), signer=tl.signer)),
        "another agency's item": ("subject-foreign", vn.token(vn.item(sub=tl.item().sub))),
        "a look-alike host": ("host-not-listed", edit(vn.host, vn.host + ".example")),
        "a clock that is ahead": ("clock-ahead", vn.token(vn.item(iat=AT + 301))),
        "a revoked key": ("key-revoked", tl.token(tl.item(), signer=tl.successor)),
    }


def main(folder: Path) -> None:
    vn, tl, known = federation()
    files: dict[str, Any] = {
        "registry.json": registry_as_json(known),
        "valid.json": [{"name": name, "at": AT, "token": token} for name, token in valid(vn, tl).items()],
        "refused.json": [
            {"name": n, "at": AT, "reason": r, "token": t} for n, (r, t) in refused(vn, tl).items()
        ],
        "log.json": log_as_json(vn),
    }
    for name, told in files.items():
        (folder / name).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
