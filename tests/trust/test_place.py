"""Step 12: the lives of an item and of a stream, told token by token."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from press import NOON, PressRoom, envelope, registry

from syndicate.news import Act, Held, ItemId, Known, Mark, Reason, Refused, TokenDigest, digest_of, limits
from syndicate.ports import Signer
from syndicate.signing import ephemeral_signer
from syndicate.trust import ItemState, Neighbours, Placed, StreamState, Verified, place, verify

NO_MARKS: frozenset[Mark] = frozenset()


class Ledger:
    """A hub's memory of one stream, in four dictionaries."""

    def __init__(self, room: PressRoom) -> None:
        self.room = room
        self.items: dict[ItemId, ItemState] = {}
        self.versions: dict[tuple[ItemId, int], TokenDigest] = {}
        self.numbers: dict[int, tuple[TokenDigest, TokenDigest | None]] = {}
        self.stream = StreamState()

    def take(self, token: str) -> Placed | Known | Refused | Held:
        verified = verify(envelope(token), registry(self.room), NOON)
        assert isinstance(verified, Verified), verified
        said = verified.item
        after = self.numbers.get(said.seq + 1)
        outcome = place(
            verified,
            item=self.items.get(said.sub, ItemState()),
            stream=self.stream,
            standing=self.versions.get((said.sub, said.ver)),
            around=Neighbours(
                here=self.numbers.get(said.seq, (None, None))[0],
                before=self.numbers.get(said.seq - 1, (None, None))[0],
                after=after is not None,
                after_prev=after[1] if after else None,
            ),
        )
        if isinstance(outcome, Placed):
            self.items[said.sub], self.stream = outcome.item, outcome.stream
            self.versions[said.sub, said.ver] = verified.digest
            self.numbers[said.seq] = verified.digest, said.prev
        elif isinstance(outcome, Held) and outcome.reason is Reason.STREAM_FORKED:
            self.stream = replace(self.stream, forked=True)
        return outcome

    def marks(self, token: str) -> frozenset[Mark]:
        outcome = self.take(token)
        assert isinstance(outcome, Placed), outcome
        return outcome.marks

    def reason(self, token: str) -> Reason:
        outcome = self.take(token)
        assert isinstance(outcome, Refused | Held), outcome
        assert outcome.detail
        assert (outcome.agency, outcome.digest) == (self.room.id, digest_of(token))
        return outcome.reason


@pytest.fixture
def room() -> PressRoom:
    return PressRoom()


@pytest.fixture
def ledger(room: PressRoom) -> Ledger:
    return Ledger(room)


def chain(room: PressRoom, count: int, *, signer: Signer | None = None, prefix: str = "item") -> list[str]:
    return [room.publish(prefix + "abcdefghijklmnop"[n], signer=signer) for n in range(count)]


# --- The life of an item -------------------------------------------------------------------------------


def version(room: PressRoom, ver: int, act: Act, note: str | None = None) -> str:
    content = None if act in (Act.WITHHOLD, Act.RETRACT) else room.item().content
    return room.publish(ver=ver, act=act, note=note, content=content)


NOTE = "Vì sao."
LIVES: list[Any] = [
    pytest.param([(Act.PUBLISH, None), (Act.UPDATE, None), (Act.CORRECT, NOTE)], None, id="edited"),
    pytest.param(
        [(Act.PUBLISH, None), (Act.WITHHOLD, NOTE), (Act.UPDATE, NOTE)], None, id="lifted with a note"
    ),
    pytest.param(
        [(Act.PUBLISH, None), (Act.WITHHOLD, NOTE), (Act.UPDATE, None)],
        Reason.NOTE_MISSING,
        id="lifted without",
    ),
    pytest.param(
        [(Act.PUBLISH, None), (Act.WITHHOLD, NOTE), (Act.CORRECT, NOTE)], None, id="lifted by correction"
    ),
    pytest.param([(Act.PUBLISH, None), (Act.WITHHOLD, NOTE), (Act.RETRACT, NOTE)], None, id="then retracted"),
    *[
        pytest.param(
            [(Act.PUBLISH, None), (Act.RETRACT, NOTE), (act, NOTE)], Reason.ITEM_RETRACTED, id=f"no {act}"
        )
        for act in (Act.UPDATE, Act.CORRECT, Act.WITHHOLD, Act.RETRACT)
    ],
]


@pytest.mark.parametrize(("acts", "ends"), LIVES)
def test_an_item_lives_as_the_protocol_says(
    room: PressRoom, ledger: Ledger, acts: list[tuple[Act, str | None]], ends: Reason | None
) -> None:
    *before, last = [version(room, ver, act, note) for ver, (act, note) in enumerate(acts, start=1)]
    for token in before:
        assert ledger.marks(token) == NO_MARKS
    if ends is None:
        assert ledger.marks(last) == NO_MARKS
    else:
        assert ledger.reason(last) is ends


def test_the_same_token_twice_is_known(room: PressRoom, ledger: Ledger) -> None:
    token = room.publish()
    ledger.marks(token)
    assert ledger.take(token) == Known(digest=digest_of(token))


def test_attack_16_a_reused_version_is_refused_and_the_first_stands(room: PressRoom, ledger: Ledger) -> None:
    first = room.publish(title="Thật")
    ledger.marks(first)
    assert ledger.reason(room.token(room.item(title="Giả"))) is Reason.VERSION_TAKEN
    assert not ledger.stream.forked  # a thief cannot hold the stream by signing an item again
    assert isinstance(ledger.take(first), Known)


def test_a_thief_cannot_exhaust_the_versions(room: PressRoom, ledger: Ledger) -> None:
    ledger.marks(room.publish())
    assert ledger.reason(room.token(room.item(ver=102, act=Act.UPDATE))) is Reason.VERSION_JUMP
    assert ledger.marks(room.token(room.item(ver=101, act=Act.UPDATE))) == NO_MARKS


def test_a_lower_version_that_comes_late_is_history(room: PressRoom, ledger: Ledger) -> None:
    tokens = [version(room, 2, Act.UPDATE), version(room, 3, Act.WITHHOLD, NOTE)]
    ledger.marks(tokens[1])
    ledger.marks(tokens[0])  # without a note: it lifts nothing
    (state,) = ledger.items.values()
    assert (state.highest, state.act, state.retracted_at) == (3, Act.WITHHOLD, None)


def test_a_retraction_retracts_whenever_it_arrives(room: PressRoom, ledger: Ledger) -> None:
    lower, retraction, higher = (
        version(room, ver, act, NOTE) for ver, act in ((2, Act.UPDATE), (3, Act.RETRACT), (4, Act.RETRACT))
    )
    ledger.marks(higher)
    ledger.marks(retraction)
    ledger.marks(lower)
    (state,) = ledger.items.values()
    assert (state.highest, state.retracted_at) == (4, 3)


def test_a_retraction_known_by_its_number_is_known(room: PressRoom, ledger: Ledger) -> None:
    tokens = [version(room, 1, Act.PUBLISH), version(room, 2, Act.RETRACT, NOTE)]
    for token in tokens:
        ledger.marks(token)
    ledger.versions.clear()
    assert isinstance(ledger.take(tokens[1]), Known)


# --- The life of a stream ------------------------------------------------------------------------------


def test_a_stream_in_order_has_no_marks(room: PressRoom, ledger: Ledger) -> None:
    assert [ledger.marks(token) for token in chain(room, 4)] == [NO_MARKS] * 4
    assert (ledger.stream.seq, ledger.stream.digest) == (4, room.prev)
    assert (ledger.stream.kids, ledger.stream.starts) == ((room.signer.kid,), (1,))


def test_a_gap_is_marked_and_back_filled(room: PressRoom, ledger: Ledger) -> None:
    one, two, three, four = chain(room, 4)
    ledger.marks(one)
    assert ledger.marks(four) == {Mark.GAP}
    assert ledger.marks(three) == {Mark.BACKFILLED}
    assert ledger.marks(two) == {Mark.BACKFILLED}
    assert ledger.stream.seq == 4


def test_whatever_order_an_honest_chain_arrives_in_it_all_gets_in(room: PressRoom) -> None:
    tokens = chain(room, 4)
    for order in permutations(tokens):
        ledger = Ledger(room)
        assert all(isinstance(ledger.take(token), Placed) for token in order)
        assert not ledger.stream.forked


def test_a_hub_that_joins_late_takes_the_stream_from_where_it_is(room: PressRoom, ledger: Ledger) -> None:
    tokens = chain(room, 3)
    assert ledger.marks(tokens[2]) == {Mark.GAP}


def test_attack_17_a_restored_backup_forks_and_holds_only_its_stream(room: PressRoom, ledger: Ledger) -> None:
    one, two = chain(room, 2)
    other = room.token(room.item("other", seq=2, prev=None))
    for token in (one, two):
        ledger.marks(token)
    assert ledger.reason(other) is Reason.STREAM_FORKED
    assert ledger.reason(room.publish("next")) is Reason.STREAM_FORKED  # honest, but nobody can tell


@pytest.mark.parametrize("seq", [2, 4], ids=["in a gap", "at the head"])
def test_attack_17_a_wrong_hash_anywhere_is_a_fork(room: PressRoom, ledger: Ledger, seq: int) -> None:
    tokens = chain(room, 5)
    for at in (0, 4) if seq != 4 else (0, 1, 2):
        ledger.marks(tokens[at])
    wrong = TokenDigest("A" * 43)
    assert ledger.reason(room.token(room.item("wrong", seq=seq, prev=wrong))) is Reason.STREAM_FORKED


def test_attack_17_two_tokens_that_begin_a_stream_are_a_fork(room: PressRoom, ledger: Ledger) -> None:
    ledger.marks(room.token(room.item("one")))
    assert ledger.reason(room.token(room.item("another"))) is Reason.STREAM_FORKED


def test_attack_17_a_key_that_was_succeeded_forks_nothing_by_filling_a_gap(
    room: PressRoom, ledger: Ledger
) -> None:
    one, _ = chain(room, 2)
    ledger.marks(one)
    ledger.marks(room.publish("new", signer=room.successor))
    thief = room.token(room.item("thief", seq=2, prev=ledger.numbers[1][0]))
    assert ledger.reason(thief) is Reason.KEY_SUCCEEDED
    assert not ledger.stream.forked


@pytest.mark.parametrize(
    ("seq", "prev"), [(4, TokenDigest("A" * 43)), (2, None)], ids=["another head", "below the head"]
)
def test_attack_17_a_key_takes_the_floor_by_null_above_the_head_and_not_otherwise(
    room: PressRoom, ledger: Ledger, seq: int, prev: TokenDigest | None
) -> None:
    one, _, three = chain(room, 3)
    ledger.marks(one)
    ledger.marks(three)
    floor = room.token(room.item("floor", seq=seq, prev=prev), signer=room.successor)
    assert ledger.reason(floor) is Reason.STREAM_FORKED


def test_a_gap_filled_by_a_token_that_the_next_does_not_follow_is_a_fork(
    room: PressRoom, ledger: Ledger
) -> None:
    one, _, three = chain(room, 3)
    ledger.marks(one)
    assert ledger.marks(three) == {Mark.GAP}
    impostor = room.token(room.item("impostor", seq=2, prev=ledger.numbers[1][0]))
    assert ledger.reason(impostor) is Reason.STREAM_FORKED


def test_the_successor_takes_the_floor_back_and_the_thief_is_out(room: PressRoom, ledger: Ledger) -> None:
    one, two = chain(room, 2)
    thief = room.token(room.item("thief", seq=2, prev=None))
    ledger.marks(one)
    ledger.marks(two)
    assert ledger.reason(thief) is Reason.STREAM_FORKED
    floor = room.publish("floor", signer=room.successor, seq=1_002, prev=None)
    assert ledger.marks(floor) == NO_MARKS
    assert not ledger.stream.forked
    assert ledger.reason(room.publish("again")) is Reason.KEY_SUCCEEDED
    room.seq, room.prev = 1_002, ledger.stream.digest
    assert ledger.marks(room.publish("on", signer=room.successor)) == NO_MARKS


def test_the_head_shows_a_fork_even_where_its_token_is_gone(room: PressRoom, ledger: Ledger) -> None:
    for token in chain(room, 2):
        ledger.marks(token)
    ledger.numbers.clear()
    wrong = room.token(room.item("wrong", seq=3, prev=TokenDigest("A" * 43)))
    assert ledger.reason(wrong) is Reason.STREAM_FORKED


@pytest.mark.parametrize("above", [1, 2, 10_000])
def test_the_floor_may_be_taken_anywhere_above_the_head(room: PressRoom, ledger: Ledger, above: int) -> None:
    for token in chain(room, 2):
        ledger.marks(token)
    floor = room.token(room.item("floor", seq=2 + above, prev=None), signer=room.successor)
    assert ledger.marks(floor) == NO_MARKS
    assert (ledger.stream.seq, ledger.stream.digest) == (2 + above, digest_of(floor))


def test_a_key_that_signed_here_cannot_take_the_floor(room: PressRoom, ledger: Ledger) -> None:
    ledger.marks(room.publish())
    assert ledger.reason(room.token(room.item("b", seq=9, prev=None))) is Reason.STREAM_FORKED


def test_a_planned_rotation_needs_no_ceremony_and_closes_the_old_key(room: PressRoom, ledger: Ledger) -> None:
    old = chain(room, 3, prefix="old")
    new = chain(room, 1, signer=room.successor, prefix="new")
    ledger.marks(old[0])
    assert ledger.marks(new[0]) == {Mark.GAP}
    # The successor's chain reaches back: what it follows from is honoured, number by number.
    assert ledger.marks(old[2]) == {Mark.BACKFILLED}
    assert ledger.marks(old[1]) == {Mark.BACKFILLED}
    assert ledger.reason(room.publish("late")) is Reason.KEY_SUCCEEDED


def test_an_old_key_seen_only_by_back_filling_stays_behind_the_new_one(
    room: PressRoom, ledger: Ledger
) -> None:
    old = chain(room, 1, prefix="old")
    new = chain(room, 1, signer=room.successor, prefix="new")
    ledger.marks(new[0])
    assert ledger.marks(old[0]) == {Mark.BACKFILLED}
    assert ledger.stream.kids == (room.signer.kid, room.successor.kid)


@pytest.mark.parametrize(
    ("seq", "held"), [(10_001, False), (10_002, True)], ids=["at the limit", "one above"]
)
def test_a_jump_in_numbers_is_held_and_forks_nothing(
    room: PressRoom, ledger: Ledger, seq: int, *, held: bool
) -> None:
    ledger.marks(room.publish())
    token = room.token(room.item("far", seq=seq))
    if held:
        assert ledger.reason(token) is Reason.SEQUENCE_JUMP
    else:
        assert ledger.marks(token) == {Mark.GAP}
    assert not ledger.stream.forked


def test_attack_17_a_thief_who_runs_ahead_does_not_pass_for_the_successors_successor(
    room: PressRoom, ledger: Ledger
) -> None:
    one, two, three = chain(room, 1) + chain(room, 2, signer=room.successor, prefix="new")
    thief = room.token(room.item("thief", seq=9_000, prev=TokenDigest("A" * 43)))
    close = room.token(room.item("close", seq=4))
    ledger.marks(one)
    assert ledger.marks(thief) == {Mark.GAP}
    assert ledger.marks(close) == {Mark.BACKFILLED}  # it even follows from the successor's newest token
    assert ledger.marks(three) == {Mark.BACKFILLED}
    assert ledger.marks(two) == {Mark.BACKFILLED}
    assert ledger.stream.kids == (room.signer.kid, room.successor.kid)
    assert ledger.reason(room.token(room.item("on", seq=9_001, prev=None))) is Reason.KEY_SUCCEEDED
    head = ledger.stream.digest
    assert ledger.marks(room.publish("go", signer=room.successor, seq=9_001, prev=head)) == NO_MARKS


def test_a_floor_that_was_taken_long_ago_is_back_filled_and_no_fork(room: PressRoom, ledger: Ledger) -> None:
    third = ephemeral_signer(b"the third key of the demo agency")
    room.keys[third.kid] = room._key(third)
    first = chain(room, 2, prefix="first")
    floor = room.publish("floor", signer=room.successor, seq=1_002, prev=None)
    after = room.publish("after", signer=room.successor)
    newest = room.publish("newest", signer=third, seq=2_003, prev=None)
    for token in (
        newest,
        after,
        floor,
        *reversed(first),
    ):  # a hub that joins late, or reads an archive backwards
        assert isinstance(ledger.take(token), Placed)
    assert not ledger.stream.forked
    assert ledger.stream.kids == (room.signer.kid, room.successor.kid, third.kid)


def test_attack_17_one_token_cannot_use_up_the_numbers_of_a_new_stream(
    room: PressRoom, ledger: Ledger
) -> None:
    last = room.token(room.item("last", seq=limits.LARGEST_INTEGER))
    assert ledger.reason(last) is Reason.SEQUENCE_JUMP
    assert ledger.marks(room.publish("far", seq=limits.SEQUENCE_START)) == NO_MARKS


def test_a_token_known_by_its_number_is_known(room: PressRoom, ledger: Ledger) -> None:
    token = room.publish()
    ledger.marks(token)
    ledger.versions.clear()
    assert ledger.take(token) == Known(digest=digest_of(token))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_however_tokens_come_twice_and_mixed_the_result_is_the_honest_chain(order: list[int]) -> None:
    room = PressRoom()
    tokens = chain(room, 10)
    ledger = Ledger(room)
    for at in order:
        assert isinstance(ledger.take(tokens[at]), Placed | Known)
    assert len(ledger.numbers) == len(set(order))
    assert ledger.stream.seq == max(order) + 1
