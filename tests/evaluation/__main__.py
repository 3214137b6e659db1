"""``python -m tests.evaluation``, or ``make eval``: the figures of each language, and what was missed."""

import sys

from ._documents import LANGUAGES
from ._measure import measure
from ._translations import propose

HEAD = "language   copies found   unrelated merged   other figures merged   passages found"


def main() -> int:
    """Measure and print; 1 if something was merged that must not be."""
    print(HEAD)
    wrong = 0
    for lang in LANGUAGES:
        found = measure(lang, retold=10)
        merged = (*found.unrelated_merged, *found.refigured_merged)
        wrong += len(merged)
        told = (
            f"{found.copies - len(found.missed)} of {found.copies}",
            f"{len(found.unrelated_merged)} of {found.unrelated}",
            f"{len(found.refigured_merged)} of {found.refigured}",
            f"{found.passages - len(found.lost)} of {found.passages}",
        )
        print(f"{lang:<10} {told[0]:>12}   {told[1]:>16}   {told[2]:>20}   {told[3]:>14}")
        for missing in (*found.missed, *merged, *found.lost):
            print(f"    {missing}")
    proposed = propose(seeds=5)
    wrong += len(proposed.wrong)
    print(
        f"possible translations: {proposed.found:,} of {proposed.pairs:,} pairs found,"
        f" {len(proposed.wrong)} of {proposed.others:,} others proposed"
    )
    for pair in proposed.wrong:
        print(f"    {pair}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
