"""A citizen asks the hub whether an official source said something; among it a copy on another host."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from syndicate.demo._forgery import claims_of
from syndicate.demo._hostile import Town
from syndicate.demo._visitor import Visitor

Asked = Iterator[tuple[str, str, str]]  # its name among the answers, what is told of it, the answer


def ask_around(town: Town) -> Asked:
    """Ask four things; blocks, and raises DemoError when no answer comes."""
    lamps = claims_of(town.victim("bn.demo").token_of("lampu-suria"))
    yield (
        "lookup: a passage from the middle",
        "somebody pastes sixty characters of a story of bn.demo",
        _told(town.hub.ask(_text(lamps)[40:100])),
    )
    yield (
        "lookup: an altered copy on a look-alike host",
        "the same story from a chat, with its address: 310 lamps have become 130",
        _told(town.hub.ask(f"{_elsewhere(lamps)}\n{_text(lamps).replace('310', '130')}")),
    )
    bridge = next(
        claims
        for claims in map(claims_of, _tokens(town.hub))
        if claims["url"].endswith("/ponte") and claims["ver"] == 1
    )
    yield (
        "lookup: a story that was withdrawn since",
        "the story that tl.demo took back is still passed on",
        _told(town.hub.ask(_text(bridge))),
    )
    yield (
        "lookup: what no agency said",
        "words that stand in no item",
        _told(
            town.hub.ask("Three comets will land in the harbour tonight, so everybody has to leave the city.")
        ),
    )


def _told(answer: dict[str, Any]) -> str:
    if answer["item"] is None:
        return str(answer["says"])
    told = [f"{answer['answer']}: {answer['item']['agency']}"]
    told += [f"{run['official']} was {run['asked']}" for run in answer["differences"] if run["number"]]
    told += ["another host"] if answer["other_host"] else []
    told += [each["act"] for each in answer["later"]]
    return ", ".join(told)


def _text(claims: dict[str, Any]) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", claims["content"]["body"])).strip()


def _elsewhere(claims: dict[str, Any]) -> str:
    parts = urlsplit(claims["url"])
    return f"https://{(parts.hostname or '').replace('.', '-')}.example{parts.path}"


def _tokens(hub: Visitor) -> list[str]:
    return [item["token"] for item in hub.items()]
