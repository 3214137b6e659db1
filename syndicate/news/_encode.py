"""From values to the bytes that are signed: the payload, and the token around it."""

import json
from collections.abc import Callable
from typing import Any, Final

from syndicate.news._envelope import b64url
from syndicate.news._ids import KeyId
from syndicate.news._item import Alert, Claim, Content, Heartbeat, Item, Media, Relation

PROTOCOL_VERSION: Final = 1


def compose_token(payload: bytes, kid: KeyId | str, sign: Callable[[bytes], bytes]) -> str:
    """The compact JWS over ``payload`` under the one header there is (docs/protocol.md, "Envelope")."""
    header = f'{{"alg":"Ed25519","kid":"{kid}","typ":"syndicate-item+jws"}}'
    signed = f"{b64url(header.encode('ascii'))}.{b64url(payload)}"
    return f"{signed}.{b64url(sign(signed.encode('ascii')))}"


def encode(said: Item | Heartbeat) -> bytes:
    """The payload that says exactly this: UTF-8 JSON, absent claims left out, the same bytes every time."""
    claims = _heartbeat(said) if isinstance(said, Heartbeat) else _item(said)
    return json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()


def _present(**claims: object) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None and value not in ((), [])}


def _heartbeat(beat: Heartbeat) -> dict[str, Any]:
    return {
        "v": PROTOCOL_VERSION,
        "aud": beat.aud,
        "iss": beat.iss,
        "str": beat.stream,
        "seq": beat.seq,
        "prev": beat.prev,
        "iat": beat.iat,
        "act": "heartbeat",
    }


def _item(item: Item) -> dict[str, Any]:
    head = {
        "v": PROTOCOL_VERSION,
        "aud": item.aud,
        "iss": item.iss,
        "sub": item.sub,
        "ver": item.ver,
        "str": item.stream,
        "seq": item.seq,
        "prev": item.prev,
        "iat": item.iat,
        "act": item.act.value,
    }
    return head | _present(
        note=item.note,
        kind=item.kind.value,
        lang=item.lang,
        title=item.title,
        summary=item.summary,
        content=_content(item.content),
        url=item.url,
        published=item.published,
        updated=item.updated,
        expires=item.expires,
        byline=item.byline,
        credit=item.credit,
        rights=item.rights,
        urgency=item.urgency,
        cat=list(item.categories),
        media=[_media(medium) for medium in item.media],
        alert=_alert(item.alert),
        rel=[_relation(relation) for relation in item.relations],
        claim=_claim(item.claim),
        ext=item.ext,
    )


def _content(content: Content | None) -> dict[str, Any] | None:
    if content is None:
        return None
    if content.body is not None:  # an empty body is a body
        return {"type": content.type, "body": content.body}
    return {"type": content.type, "url": content.url, "sha256": content.sha256, "len": content.length}


def _media(medium: Media) -> dict[str, Any]:
    told = {"url": medium.url, "type": medium.type, "alt": medium.alt}
    return told | _present(credit=medium.credit, sha256=medium.sha256, len=medium.length)


def _relation(relation: Relation) -> dict[str, Any]:
    return _present(type=relation.type.value, sub=relation.sub, url=relation.url, sha256=relation.sha256)


def _alert(alert: Alert | None) -> dict[str, Any] | None:
    if alert is None:
        return None
    return _present(
        event=alert.event,
        category=alert.category,
        urgency=alert.urgency,
        severity=alert.severity,
        certainty=alert.certainty,
        area=[_present(desc=area.desc, polygon=area.polygon) for area in alert.area],
        effective=alert.effective,
        onset=alert.onset,
        expires=alert.expires,
        instruction=alert.instruction,
    )


def _claim(claim: Claim | None) -> dict[str, Any] | None:
    if claim is None:
        return None
    told = {"text": claim.text, "lang": claim.lang, "label": claim.label, "label_lang": claim.label_lang}
    return told | _present(
        competence=claim.competence,
        first_seen=claim.first_seen,
        seen=list(claim.seen),
        evidence=[{"url": record.url, "title": record.title} for record in claim.evidence],
    )
