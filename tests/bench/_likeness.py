"""What likeness costs: a text folded and sketched, beside a bare check of its signature; then the rest of it.

The texts are 4,000 characters each, in fourteen languages of the members: of most scripts here that is three
times the 4 kB that an item is taken to have.
"""

import random
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from evaluation import LANGUAGES, stories

from syndicate.dedupe import compare, sketch_each, winnow
from syndicate.text import fold_codes

from ._measure import MICRO, Goal, Result, Scale, cpu_of, ratio_of, told

MILLI_GOAL: Final = Goal(at_most=0.15)
RATIO_GOAL: Final = Goal(at_most=1.0)
_CHARACTERS: Final = 4_000


def measure(scale: Scale) -> list[Result]:
    """Milliseconds of folding and sketching a text, and how many bare checks that is."""
    texts = [_long(lang) for lang in LANGUAGES]
    key = Ed25519PrivateKey.generate()
    signed = [(text.encode(), key.sign(text.encode())) for text in texts]
    public = key.public_key()

    def check_bare() -> None:
        for said, signature in signed:
            public.verify(signature, said)

    edited = [f"Another headline\n{text[: len(text) // 2]} 77 {text[len(text) // 2 + 9 :]}" for text in texts]
    works: dict[str, Callable[[], object]] = {
        "bare Ed25519 check": check_bare,
        "folded": lambda: [fold_codes(text) for text in texts],
        "folded and sketched": lambda: sketch_each(texts),
        "folded and winnowed (in the background)": lambda: [winnow(text) for text in texts],
        "compared with an edited copy (candidates only)": lambda: [
            compare(*two) for two in zip(texts, edited, strict=True)
        ],
    }
    times = scale.of(20, 1)
    turns = [
        {name: _each(work, times) / len(texts) for name, work in works.items()}
        for _ in range(scale.turns + 1)
    ]
    return _results(turns[1:])  # the first one filled the tables


def _each(work: Callable[[], object], times: int) -> float:
    return cpu_of(lambda: [work() for _ in range(times)]) / times


def _results(turns: Sequence[dict[str, float]]) -> list[Result]:
    behind = [told(name, [turn[name] * MICRO for turn in turns], "µs a text") for name in turns[0]]
    sketched = [turn["folded and sketched"] for turn in turns]
    ratios = [turn["folded and sketched"] / turn["bare Ed25519 check"] for turn in turns]
    return [
        ratio_of(
            "likeness",
            "CPU of folding and sketching a text of 4,000 characters",
            [each * 1e3 for each in sketched],
            MILLI_GOAL,
            behind,
            unit="ms",
        ),
        ratio_of("likeness", "the same ÷ bare signature check", ratios, RATIO_GOAL, []),
    ]


def _long(lang: str) -> str:
    """Stories of a language, with figures, one after the other in an order of its own."""
    found = stories(lang)
    random.Random(lang).shuffle(found)
    return "\n".join(found)[:_CHARACTERS].ljust(_CHARACTERS, "\n")
