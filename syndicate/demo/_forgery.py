"""What forgers make: tokens and documents that look right, and documents that only want to hurt."""

import base64
import gzip
import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any

from syndicate.demo._street import Page
from syndicate.news import b64url, compose_token
from syndicate.ports import Signer

_BLOWN_UP = 30_000_000  # bytes, from about 30 kB on the wire
_BREATH = b"<!-- " + b"and so on " * 6_500 + b" -->"


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, whoever signed it."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def sign_claims(claims: Mapping[str, object], signer: Signer, kid: str | None = None) -> str:
    """A token that says ``claims``, signed by ``signer`` in the name of the key ``kid`` (or its own)."""
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return compose_token(payload, kid or signer.kid, signer.sign)


def altered(token: str, **claims: object) -> str:
    """``token`` with other claims and its old signature."""
    header, _, signature = token.split(".")
    payload = json.dumps(claims_of(token) | claims, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{header}.{b64url(payload)}.{signature}"


def entity_bomb() -> Page:
    """A feed of a few hundred bytes that would be gigabytes, were its entities resolved."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return Page(
        body=(
            f'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE feed [<!ENTITY l0 "ha">{laughs}]>'
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>&l9;</title></feed>'
        ).encode(),
        media_type="application/atom+xml",
    )


def gzip_bomb() -> Page:
    """A feed that grows a thousandfold when it is unpacked."""
    body = b'<feed xmlns="http://www.w3.org/2005/Atom">' + b" " * _BLOWN_UP
    return Page(body=gzip.compress(body, 9), media_type="application/atom+xml", encoding="gzip")


def endless(visitor: BaseHTTPRequestHandler) -> None:
    """A feed that never ends; it stops when the visitor has gone."""
    visitor.close_connection = True
    visitor.send_response(200)
    visitor.send_header("Content-Type", "application/atom+xml")
    visitor.send_header("Connection", "close")
    visitor.end_headers()
    visitor.wfile.write(b'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">')
    while True:
        visitor.wfile.write(_BREATH)
