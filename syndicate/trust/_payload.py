"""A payload as JSON: strict (RFC 8259, and no more), and read quickly where that makes no difference."""

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import msgspec

from syndicate.news import Reason, limits


class ClaimsError(ValueError):
    """A payload that says something the protocol does not allow, with its reason code."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fault:
    """What a ``ClaimsError`` says, as a value: an exception that is kept keeps all that its frames held."""

    reason: Reason
    detail: str


def plain_json(payload: bytes) -> dict[str, Any] | None:
    """The claims of a payload that a quick reader writes back byte for byte; None for all others.

    What comes back as it was holds no name twice, no mark, no white space and no odd escape: each of those
    would be gone. What can still be odd in it, numbers and depth, the claims' own shapes refuse; `ext` has
    no shape, so a payload with one is not read here (decision 6).
    """
    try:
        claims = _quick.decode(payload)
        if type(claims) is not dict or "ext" in claims or _quick_writer.encode(claims) != payload:
            return None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return claims


def strict_json(payload: bytes) -> dict[str, Any]:
    """The claims of a payload.

    Raises:
        ClaimsError: it is not strict JSON, nests too deep, or is no object.
    """
    try:
        text = payload.decode("utf-8")
        claims = _decoder.decode(text)
    except UnicodeDecodeError as exc:
        raise ClaimsError(Reason.JSON_INVALID, "the payload is not UTF-8") from exc
    except RecursionError as exc:
        raise ClaimsError(Reason.JSON_DEPTH, "the payload nests without end") from exc
    except json.JSONDecodeError as exc:
        raise ClaimsError(Reason.JSON_INVALID, f"the payload is not JSON at {exc.pos}") from exc
    if not isinstance(claims, dict):
        raise ClaimsError(Reason.JSON_INVALID, "the payload is not a JSON object")
    if _deeper_than(limits.JSON_DEPTH, claims):
        raise ClaimsError(Reason.JSON_DEPTH, f"the payload nests more than {limits.JSON_DEPTH} deep")
    if _ESCAPE.search(text):  # without escapes strict UTF-8 cannot hold an unpaired surrogate
        _refuse_surrogates(claims)
    return claims


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ClaimsError(Reason.JSON_DUPLICATE_KEY, "a name stands twice in one object")
    return told


def _integer(digits: str) -> int:
    if len(digits) <= 17 and -limits.LARGEST_INTEGER <= (number := int(digits)) <= limits.LARGEST_INTEGER:
        return number
    raise ClaimsError(Reason.JSON_NUMBER, "a number is beyond 2^53-1")


def _no_float(_: str) -> NoReturn:
    raise ClaimsError(Reason.JSON_NUMBER, "a number is not whole")


_quick = msgspec.json.Decoder()
_quick_writer = msgspec.json.Encoder()
_CONTAINERS: Final = (dict, list)
_ESCAPE = re.compile(r"\\u")
_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
)


def _deeper_than(levels: int, claims: dict[str, Any]) -> bool:
    level: list[Any] = [claims]
    while level and levels:
        inner = (value for each in level for value in (each.values() if type(each) is dict else each))
        level = [value for value in inner if type(value) in _CONTAINERS]
        levels -= 1
    return bool(level)


def _refuse_surrogates(claims: dict[str, Any]) -> None:
    try:
        json.dumps(claims, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise ClaimsError(Reason.JSON_INVALID, "an escape is half of a surrogate pair") from exc
