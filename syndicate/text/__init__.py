"""The text room: what a text is made of, whatever script, keyboard or typist it came from. Pure.

Bring a text. Leave with its matching text (``fold``), in which two spellings of the same words are equal;
with where each letter of it stood (``fold_with_offsets``); or with the letters as numbers, for who counts
many of them (``fold_codes``). ``FOLDING`` is the version of the folding: whatever is stored that was made
with it names this number, and what names another one is made again before it is compared.

For searching: ``terms`` gives what an index holds of a text (``TERMS`` is their version), ``seek`` makes of a
query what such an index is asked (``Sought``), or says why it cannot (``Unfit``); ``mark``, ``excerpt`` and
``clip`` show what was found, and never cut a letter.

Many texts are read faster together than one by one: ``fold_codes_each``, ``terms_each``.
"""

from syndicate.text._excerpt import Excerpt, clip, excerpt, mark
from syndicate.text._fold import FOLDING, Folded, fold, fold_codes, fold_codes_each, fold_with_offsets
from syndicate.text._query import CHARACTERS, Sought, Unfit, Way, seek
from syndicate.text._terms import TERMS, Terms, terms, terms_each

__all__ = [
    "CHARACTERS",
    "FOLDING",
    "TERMS",
    "Excerpt",
    "Folded",
    "Sought",
    "Terms",
    "Unfit",
    "Way",
    "clip",
    "excerpt",
    "fold",
    "fold_codes",
    "fold_codes_each",
    "fold_with_offsets",
    "mark",
    "seek",
    "terms",
    "terms_each",
]
