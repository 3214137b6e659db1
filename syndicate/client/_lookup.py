"""Asking a hub or mirror whether an official source said something, and checking what it answers.

The question goes out as the body of one request. What comes back is the hub's word: ``checked`` takes the
token that it names, judges it with the registry that you trust, and looks whether the question stands in it.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from syndicate import fetch
from syndicate.client._log import Get
from syndicate.client._token import Proof, TokenReport, verify_token
from syndicate.client._version import Evidence, fetch_evidence
from syndicate.errors import ClientError, FetchError
from syndicate.fetch import Allowed, CallLimits
from syndicate.ledger import Policy
from syndicate.news import Item, ItemId, Registry, normalized, paragraphs
from syndicate.ports import Answered, Call, FetchFailed

ANSWERS: Final = frozenset({"published", "amended", "similar", "not-found"})
_ANSWER_BYTES: Final = 2_000_000
_KEPT: Final = "LMN"  # first letters of the categories that words and numbers are made of
_SIGNS: Final = ("Sc", "Sm")  # currencies, more and less
_OF_A_HUNDRED: Final = "%\u2030\u2031"
_APART: Final = re.compile(r" (?!\d)|(?<!\d) ")  # a space that parts no two numbers
_POINTS: Final = ".,:/'-"
_ALIKE: Final = str.maketrans("\u066a\u066b\u066c\u2019\u2010\u2011\u2013\u2212", "%.,'----")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a verifier says of the version that an answer names, and whether the question stands in it."""

    report: TokenReport
    stands: bool  # letter by letter, spaces and punctuation apart


async def ask_hub(hub: str, text: str, *, allow: Allowed = (), user_agent: str) -> dict[str, Any]:
    """What the hub or mirror at ``hub`` answers to a passage, a headline or an address.

    Raises:
        ClientError: it refuses the question; the message is its own.
        FetchError: it does not answer, or with something else.
    """
    call = Call(
        url=f"{hub.rstrip('/')}/v1/lookup", body=text.encode(), media_type="text/plain; charset=utf-8"
    )
    limits = CallLimits(answer_bytes=_ANSWER_BYTES)
    async with fetch.open_caller(allow=allow, user_agent=user_agent, limits=limits) as caller:
        answer = await caller.call(call)
    if isinstance(answer, FetchFailed):
        raise FetchError(f"{hub}: {answer.detail}")
    return _read(hub, answer)


def _read(hub: str, answer: Answered) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
        if answer.status == 200 and told["answer"] in ANSWERS:
            return dict(told)
        why = str(told["detail"])
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        hint = "Is it a hub's or a mirror's address?"
        raise FetchError(f"{hub}/v1/lookup gave no answer to a question", hint=hint) from exc
    raise ClientError(f"{hub} did not take the question: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Whom you trust, and when it is (Unix seconds)."""

    registry: Registry
    policy: Policy
    now: int


async def checked(answer: dict[str, Any], text: str, get: Get, trusted: Trusted) -> Checked | None:
    """Judge the version that an answer names, without relying on the hub; None if it names none.

    Raises:
        ClientError, FetchError: its token or its proof is not to be had.
    """
    item = answer.get("item")
    if not isinstance(item, dict):
        return None
    evidence = await fetch_evidence(get, ItemId(str(item.get("sub"))), _whole(item.get("ver")))
    return _judged(evidence, text, trusted)


def _judged(evidence: Evidence, text: str, trusted: Trusted) -> Checked:
    token = evidence.token.decode("ascii", "replace")
    proof = Proof(raw=evidence.proof, policy=trusted.policy)
    report = verify_token(token, trusted.registry, now=trusted.now, proof=proof)
    return Checked(report=report, stands=report.item is not None and _stands(text, report.item))


def _whole(told: object) -> int:
    if type(told) is not int or told < 1:
        raise FetchError("its answer names no version of an item")
    return told


def _stands(text: str, item: Item) -> bool:
    """Whether a text stands in an item, or is its address."""
    wanted = _letters(text)
    body = "\n".join(paragraphs(item.content))
    places = (f"{item.title}\n{item.summary or ''}\n{body}", f"{item.title}\n{body}")
    return text.strip() == item.url or (
        bool(wanted) and any(_is_in(wanted, _letters(each)) for each in places)
    )


def _is_in(wanted: str, letters: str) -> bool:
    """Whether letters stand among others, and no number was cut: 12 is not in 12,400, nor 5 in -5 or 5%."""
    begin = r"(?<![\d-])(?<!\d[.,:/'])" if wanted[0].isdigit() else ""
    end = r"(?![.,:/'-]?\d|[%\u2030])" if wanted[-1].isdigit() else ""
    return re.search(f"{begin}{re.escape(wanted)}{end}", letters) is not None


def _letters(text: str) -> str:
    """The letters and digits of a text, whichever way they are written, and the signs of its numbers."""
    seen = (each for each in text.translate(_ALIKE) if unicodedata.category(each) != "Cf")
    plain = normalized("NFD", "".join(map(_plain, seen)))
    said = "".join(each if _says(plain, at) else " " for at, each in enumerate(plain))
    return _APART.sub("", " ".join(said.split()))


def _plain(character: str) -> str:
    if unicodedata.category(character) == "No":
        return character  # raised, encircled or a fraction: another one than the same digits in a row
    apart = unicodedata.normalize("NFKD", character).casefold()
    return "".join(str(unicodedata.digit(each, each)) for each in apart)


def _says(text: str, at: int) -> bool:
    """Whether a character is part of what a text says: a point only in a number, a minus only before one."""
    here, before, behind = text[at], text[at - 1 : at], text[at + 1 : at + 2]
    if here in _POINTS:
        if here == "-" and not before.isalnum() and behind and unicodedata.category(behind) == "Sc":
            return True
        return behind.isdigit() and (before.isdigit() or (here == "-" and not before.isalnum()))
    kind = unicodedata.category(here)
    return kind[0] in _KEPT or kind in _SIGNS or here in _OF_A_HUNDRED
