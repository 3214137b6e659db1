"""What a hub answered, read strictly: a hub may lie, break or be none, and the agency's side goes on.

Nothing of an answer is used but through here, and nothing comes out of here that is of another kind, or
larger, than was asked for.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Final, NoReturn

from syndicate.errors import AgencyError

_RECORDS: Final = 1_000  # of one list: a hub gives at most 100 items or tokens, and 100 streams
_CHARACTERS: Final = 500  # of a text that a person reads; what follows is cut off
_HIGHEST: Final = 2**53 - 1  # of numbers, up or down: what every reader of JSON can hold


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """One JSON object of an answer: each look into it gives what it promises, or raises AgencyError."""

    said: Mapping[str, object]

    def __contains__(self, name: str) -> bool:
        return self.said.get(name) is not None

    def text(self, name: str, *, most: int | None = _CHARACTERS) -> str:
        """The text ``name``, no longer than ``most`` characters."""
        found = self.said.get(name)
        if not isinstance(found, str):
            raise _no_hub(f"'{name}' is no text")
        return found[:most]

    def number(self, name: str) -> int:
        """The whole number ``name``."""
        return _number(self.said.get(name), name)

    def flag(self, name: str) -> bool:
        """Whether ``name`` is so."""
        found = self.said.get(name)
        if not isinstance(found, bool):
            raise _no_hub(f"'{name}' is no yes or no")
        return found

    def counts(self, name: str) -> Mapping[str, int]:
        """How many there are of each, under ``name``."""
        found = self.said.get(name)
        if not isinstance(found, dict) or len(found) > _RECORDS:
            raise _no_hub(f"'{name}' counts nothing")
        return {str(each)[:_CHARACTERS]: _number(count, name) for each, count in found.items()}

    def records(self, name: str) -> tuple["HubAnswer", ...]:
        """The objects of the list ``name``."""
        found = self.said.get(name)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise _no_hub(f"'{name}' is no list of objects")
        if len(found) > _RECORDS:
            raise _no_hub(f"'{name}' has more than {_RECORDS} entries")
        return tuple(HubAnswer(each) for each in found)


def read_answer(body: bytes) -> HubAnswer:
    """The JSON object that a hub answered with.

    Raises:
        AgencyError: it is none, or holds a number or a text that JSON has no room for.
    """
    try:
        told = json.loads(body, parse_constant=_no_number, parse_float=_finite)
        json.dumps(told, ensure_ascii=False).encode()  # half a character can be neither kept nor shown
    except (ValueError, RecursionError) as exc:
        raise _no_hub("its answer is no JSON") from exc
    if not isinstance(told, dict):
        raise _no_hub("its answer is no JSON object")
    return HubAnswer(told)


def _number(found: object, name: str) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not -_HIGHEST <= found <= _HIGHEST:
        raise _no_hub(f"'{name}' is no whole number")
    return found


def _finite(written: str) -> float:
    number = float(written)
    if not isfinite(number):
        _no_number(written)
    return number


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written[:20]} is no number of JSON")


def _no_hub(why: str) -> AgencyError:
    return AgencyError(f"it does not speak as a hub does: {why}", hint="Is the address a hub's?")
