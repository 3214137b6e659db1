"""Documents of pieces: one gzip member, the same for everybody, whatever the pieces are."""

import gc
import gzip
import zlib
from random import Random

import pytest

from syndicate.wire import Frame, Gzipped, Plain, Wholes, in_frame, name_of, piece_of
from syndicate.wire._crc import combined, narrow, shift_of, wide
from syndicate.wire._pieces import Runs

RANDOM = Random(58)
BODIES = [RANDOM.randbytes(RANDOM.choice((0, 1, 2, 255, 256, 13_000))) for _ in range(60)]


@pytest.mark.parametrize("count", [0, 1, 2, 60])
def test_pieces_in_a_row_are_one_gzip_member(count: int) -> None:
    pieces = [piece_of(body) for body in BODIES[:count]]
    whole = b"".join(BODIES[:count])
    zipped = Gzipped(pieces, Wholes(0))
    inflating = zlib.decompressobj(31)
    assert inflating.decompress(bytes(zipped)) == whole
    assert inflating.eof
    assert inflating.unused_data == b"", "one member"
    assert len(zipped) == len(bytes(zipped))
    plain = Plain(pieces, Wholes(0))
    assert bytes(plain) == whole
    assert len(plain) == len(whole)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 31, 1_000, 65_537])
def test_a_crc_of_two_follows_from_those_of_each(length: int) -> None:
    for first in (b"", b"\0", b"tin", RANDOM.randbytes(500)):
        second = RANDOM.randbytes(length)
        parts = [(wide(zlib.crc32(each)), shift_of(len(each))) for each in (first, second)]
        assert narrow(combined(parts)) == zlib.crc32(first + second)


def test_runs_that_two_documents_share_are_added_up_once_and_come_to_the_same() -> None:
    pieces = [piece_of(b"%d" % n) for n in range(700)]
    runs = Runs()
    for shown in (pieces, pieces[1:], [*pieces[500:], *pieces[:650]], [pieces[0]] * 90, []):
        whole = b"".join(b"%d" % pieces.index(piece) for piece in shown)
        totals = runs.total(shown)
        assert (totals.number, totals.length, narrow(totals.crc)) == (
            len(shown),
            len(whole),
            zlib.crc32(whole),
        )
        assert totals.deflated_length == sum(len(piece.deflated) for piece in shown)


def test_the_same_bytes_are_the_same_piece_and_other_bytes_are_another() -> None:
    one, same, other = piece_of(b"one"), piece_of(b"one"), piece_of(b"other")
    assert (one.name, one.deflated) == (same.name, same.deflated)
    assert name_of([one, other]) == name_of([same, other])
    assert len({name_of(each) for each in ([one], [other], [one, other], [other, one], [])}) == 5


def test_entries_stand_in_their_frame_with_commas_only_between_them() -> None:
    for bodies, json in (([], b"[]"), ([b"1"], b"[1]"), ([b"1", b"2", b"3"], b"[1,2,3]")):
        entries = [piece_of(body) for body in bodies]
        framed = in_frame(Frame(b"[", b",", b"]", None), entries)
        assert Plain(framed, Wholes(0)).__bytes__() == json
        framed = in_frame(Frame(b"[", b"", b"]", None), entries)
        assert gzip.decompress(bytes(Gzipped(framed, Wholes(0)))) == json.replace(b",", b"")


def test_what_was_sent_last_stands_and_no_more_than_fits() -> None:
    wholes = Wholes(3_000)
    plains = [Plain([piece_of(bytes([n]) * 1_400)], wholes) for n in range(3)]
    assert plains[0].standing is None
    first = plains[0].whole()
    assert first.body == bytes(plains[0])
    assert plains[0].whole() is first is plains[0].standing
    for plain in plains[1:]:
        plain.whole()
    assert plains[0].whole() is first, "while it is held there is no other"
    del first
    gc.collect()
    assert [plain.standing is None for plain in plains] == [True, False, False]
    plains[1].let_go()
    plains[1].let_go()
    assert [plain.standing is None for plain in plains] == [True, True, False]
