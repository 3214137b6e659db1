"""The sketches of a batch are made at once, and a text on which that fails costs the others nothing."""

from collections.abc import Sequence

import pytest
from press import PressRoom
from telling import JOINT, OTHER, body

from syndicate.dedupe import Sketch, matter_of, sketch, sketch_each
from syndicate.journey import _kin
from syndicate.journey._kin import sketches_made
from syndicate.news import Item


@pytest.fixture
def items() -> list[Item]:
    room = PressRoom("sg.demo", seed=1)
    return [room.item(name, content=body(lines)) for name, lines in (("one", JOINT), ("other", OTHER))]


def test_a_batch_has_the_sketch_of_each(items: list[Item]) -> None:
    assert sketches_made(items) == [sketch(matter_of(item)) for item in items]
    assert all(made.bands for made in sketches_made(items))


def test_a_text_that_cannot_be_sketched_costs_the_others_nothing(
    items: list[Item], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails_on_the_first(texts: Sequence[str]) -> list[Sketch]:
        if matter_of(items[0]) in texts:
            raise ZeroDivisionError
        return sketch_each(texts)

    monkeypatch.setattr(_kin, "sketch_each", fails_on_the_first)
    monkeypatch.setattr(_kin, "sketch", lambda text: fails_on_the_first([text])[0])
    nothing, other = sketches_made(items)
    assert (nothing.bands, other) == ((), sketch(matter_of(items[1])))
    assert f"{items[0].sub} version 1 could not be sketched" in caplog.text
