"""What needs numpy (extra `hub`), which is imported when somebody asks: most who name a relation never do."""

from collections.abc import Sequence

from syndicate.dedupe._likeness import Compared, Fingerprint, Sketch


def sketch(text: str) -> Sketch:
    """The sketch of a text: 128 minima of one permutation over its shingles, in bands of rows.

    At most the first ``LETTERS`` letters count. Needs numpy (extra `hub`).
    """
    return sketch_each([text])[0]


def sketch_each(texts: Sequence[str]) -> list[Sketch]:
    """The sketch of each text; of many at once in half the time that one after the other takes."""
    from syndicate.dedupe._shingles import sketches_of  # noqa: PLC0415 - numpy, for who sketches only

    return sketches_of(texts)


def winnow(text: str) -> tuple[Fingerprint, ...]:
    """The fingerprints of a text, in order: about one for each 17 letters, no value twice (winnowing).

    Two texts that have a passage of ``PASSAGE`` letters in common have a fingerprint in common: so has
    any part of 60 characters, cut out of one of them, with the other. A text shorter than that has
    one, for whatever that finds. They go with ``FOLDING``.
    """
    from syndicate.dedupe._shingles import winnowed  # noqa: PLC0415 - likewise

    return winnowed(text)


def compare(a: str, b: str) -> Compared:
    """Compare two texts. Bounded: what takes longest is 100,000 letters that are nearly alike, 0.2 s.

    Needs numpy (extra `hub`).
    """
    from syndicate.dedupe._judge import judge  # noqa: PLC0415 - numpy, for who compares only

    return judge(a, b)
