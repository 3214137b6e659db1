"""The text room: what a text is made of, whatever script, keyboard or typist it came from. Pure.

Bring a text. Leave with its matching text (``fold``), in which two spellings of the same words are equal;
with where each letter of it stood (``fold_with_offsets``); or with the letters as numbers, for who counts
many of them (``fold_codes``). ``FOLDING`` is the version of the folding: whatever is stored that was made
with it names this number, and what names another one is made again before it is compared.
"""

from syndicate.text._fold import FOLDING, Folded, fold, fold_codes, fold_with_offsets

__all__ = ["FOLDING", "Folded", "fold", "fold_codes", "fold_with_offsets"]
