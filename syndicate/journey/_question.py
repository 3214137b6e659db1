"""What somebody asks: words, addresses, or both, taken apart.

It is in memory while it is answered, and nowhere else. Nothing of it shows in a ``repr``: a text that
somebody pasted must not get into a log by accident (S17).
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from syndicate.dedupe import normal_url
from syndicate.journey._address import address_keys, title_key
from syndicate.news import UNSAFE_CHARACTERS, HostError
from syndicate.text import fold

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'\u2018-\u201d\u300c-\u300f]{1,2000}", re.IGNORECASE)
_BARE: Final = re.compile(r"(?:[\w-]{1,63}\.){1,8}\w{2,63}/[^\s]{0,2000}")
_ADDRESSES: Final = 4  # of one question that are looked at
_BEHIND: Final = re.compile(r"[^\w/=&%~+-]+$")  # the end of a sentence, not of the address in it
_UNSEEN: Final = re.compile(f"[{UNSAFE_CHARACTERS}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is looked for."""

    text: str = field(repr=False)  # without its addresses, and without what nobody can see
    folded: str = field(repr=False)
    addresses: tuple[str, ...] = field(repr=False)  # in their normal form

    @property
    def keys(self) -> tuple[int, ...]:
        """The numbers of the headline and of the addresses that it may be."""
        addresses = (key for each in self.addresses for key in address_keys(each))
        return (*((title_key(self.folded),) if self.folded else ()), *addresses)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it that could be looked for: neither letter, nor digit, nor address."""
        return not self.folded and not self.addresses


def read_question(asked: str) -> Question:
    """Take a question apart."""
    seen = _UNSEEN.sub("", asked)
    if _BARE.fullmatch(seen.strip()):
        seen = f"https://{seen.strip()}"
    addresses = dict.fromkeys(islice(filter(None, map(_address, _ADDRESS.finditer(seen))), _ADDRESSES))
    text = _ADDRESS.sub(lambda each: " " if _address(each) else each[0], seen).strip()
    return Question(text=text, folded=fold(text), addresses=tuple(addresses))


def _address(found: re.Match[str]) -> str:
    """An address in its normal form; "" of what only looks like one, as with a user before its host."""
    return _normal(_BEHIND.sub("", found[0]))


def _normal(url: str) -> str:
    try:
        return normal_url(url)
    except HostError:
        return ""
