"""One version as a page to send: the story, and all that it takes to check it, in one file without addresses.

The page checks itself in a browser, off-line, and prints. Who trusts no page takes the token and the proof
out of it: ``syndicate verify`` does.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from syndicate.client._token import TokenReport
from syndicate.client._version import Evidence
from syndicate.errors import ClientError
from syndicate.ledger import read_checkpoint, read_proof
from syndicate.news import AgencyKey, Item, KeyId, Registry, b64url, rfc3339

_PARTS: Final = files("syndicate.client") / "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What the page quotes: whose keys and which witnesses counted when it was made, and when that was."""

    registry: Registry
    policy_file: bytes
    made: int  # Unix seconds


def evidence_page(evidence: Evidence, report: TokenReport, quoted: Quoted) -> bytes:
    """The page, UTF-8. ``report`` is what a verifier said of this very evidence.

    Raises:
        ClientError: it said no: there is nothing to show.
    """
    item, place = report.item, report.logged
    if not report.ok or item is None or place is None:
        raise ClientError("only what verifies, signature and log, is made into a page")
    if b"<" in evidence.proof:
        raise ClientError("the proof holds what does not belong in a page")
    key = quoted.registry.keys[_kid(evidence.token)]
    style, script = _part("page.css"), _script()
    at = "a time that nobody gave" if place.at is None else rfc3339(place.at)
    fields = {
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "made": rfc3339(quoted.made),
        **_story(item, report),
        "federation": escape(quoted.registry.federation),
        "logged": at,
        "witnesses": escape(_witnesses(place.witnesses, alone=place.operator_only)),
        "digest": escape(report.digest or ""),
        "kid": key.kid,
        "origin": escape(read_checkpoint(read_proof(evidence.proof).checkpoint)[0].origin),
        "index": f"{place.index:,}",
        "registry": escape(quoted.registry.version),
        "token": evidence.token.decode(),
        "proof": evidence.proof.decode().rstrip("\n"),
        "excerpt": _excerpt(key, quoted.policy_file),
    }
    return Template(_part("page.html")).substitute(fields).encode()


def _story(item: Item, report: TokenReport) -> dict[str, str]:
    body = item.content.body if item.content is not None and item.content.body is not None else ""
    if item.content is None or item.content.type != "text/html":
        body = f"<p>{escape(body)}</p>" if body else ""
    return {
        "lang": escape(item.lang),
        "title": escape(item.title),
        "agency": escape(item.iss),
        "agency_name": escape(report.agency_name or item.iss),
        "act": item.act,
        "ver": str(item.ver),
        "published": escape(item.published),
        "note": "" if item.note is None else f'<p class="note">{escape(item.note)}</p>',
        "body": body,  # within the content profile, which verification checked
        "url": escape(item.url),
        "sub": escape(item.sub),
    }


def _witnesses(names: tuple[str, ...], *, alone: bool) -> str:
    return ", by its operator's word alone" if alone else f", before the witnesses {', '.join(names)}"


def _excerpt(key: AgencyKey, policy: bytes) -> str:
    told = {
        "keys": [{"kid": key.kid, "agency": key.agency, "x": b64url(key.public)}],
        "policy": policy.decode("utf-8", "replace"),
    }
    return json.dumps(told).replace("<", "\\u003c")


def _kid(token: bytes) -> KeyId:
    header = token.partition(b".")[0]
    return KeyId(json.loads(base64.urlsafe_b64decode(header + b"=" * (-len(header) % 4)))["kid"])


def _script() -> str:
    check = _part("check.mjs").replace("export async function", "async function")
    return check + _part("page.mjs")


def _part(name: str) -> str:
    return _PARTS.joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
