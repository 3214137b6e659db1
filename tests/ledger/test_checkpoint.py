"""Checkpoints, beside one that a public log and its witnesses signed."""
# ruff: noqa: E501 - signatures and rows stand on one line

import pytest
from checkpoints import ARCHE, ARCHE_KEY, COACH, NAVIGLI, PUBLIC_WITNESSES
from logroom import MemoryLog

from syndicate.errors import LedgerError
from syndicate.ledger import EMPTY_ROOT, Checkpoint, read_checkpoint, read_checkpoint_text, read_vkey

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="  # the example of C2SP tlog-checkpoint
EXAMPLE = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"


def test_a_public_checkpoint_verifies_with_its_log_and_four_witnesses() -> None:
    checkpoint, note = read_checkpoint(ARCHE.encode())
    assert (checkpoint.origin, checkpoint.size) == ("arche2025h1.staging.ct.transparency.dev", 1_432_088_532)
    log, *witnesses = [read_vkey(told) for told in (ARCHE_KEY, *PUBLIC_WITNESSES)]
    assert note.signed_by([log, *witnesses]) == {log: None, **dict.fromkeys(witnesses, 0x6A122120)}
    assert (checkpoint.text, note.raw) == (note.text, ARCHE.encode())


@pytest.mark.parametrize(("raw", "key"), [(ARCHE, ARCHE_KEY), (ARCHE, PUBLIC_WITNESSES[0]), (COACH, NAVIGLI)])
def test_a_public_checkpoint_with_another_size_does_not(raw: str, key: str) -> None:
    assert read_vkey(key) in read_checkpoint(raw.encode())[1].signed_by([read_vkey(key)])
    with pytest.raises(LedgerError, match="not theirs"):
        read_checkpoint(raw.replace("2\n", "3\n", 1).encode())[1].signed_by([read_vkey(key)])


def test_the_example_of_the_standard_is_read_and_written() -> None:
    checkpoint = read_checkpoint_text(EXAMPLE.encode())
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text == EXAMPLE.encode()


def test_extension_lines_are_carried() -> None:
    extended = f"{EXAMPLE}one\ntwo three\n"
    checkpoint = read_checkpoint_text(extended.encode())
    assert checkpoint.extensions == ("one", "two three")
    assert checkpoint.text == extended.encode()


def test_the_empty_log_has_one_checkpoint() -> None:
    empty = MemoryLog().checkpoint()
    assert read_checkpoint_text(empty.text) == empty == Checkpoint(empty.origin, 0, EMPTY_ROOT)
    with pytest.raises(LedgerError, match="empty log"):
        Checkpoint(empty.origin, 0, bytes(32))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(f"a\n1\n{ROOT}", id="the last line is not ended"),
        pytest.param("a\n1\n", id="two lines"),
        pytest.param(f"\n1\n{ROOT}\n", id="no name"),
        pytest.param(f"a\n\n{ROOT}\n", id="no size"),
        pytest.param(f"a\n1\n{ROOT}\nextension", id="an extension that is not ended"),
        pytest.param(f"a\n1\n{ROOT}\n\n", id="an empty extension"),
        pytest.param(f"a\n1\n{ROOT}\n\nb\n", id="an empty line among extensions"),
        pytest.param(f"a\n01\n{ROOT}\n", id="a leading zero"),
        pytest.param(f"a\n+1\n{ROOT}\n", id="a sign"),
        pytest.param(f"a\n1 \n{ROOT}\n", id="a space"),
        pytest.param(f"a\n1_0\n{ROOT}\n", id="an underscore"),
        pytest.param(f"a\n\u0661\n{ROOT}\n", id="another script's digit"),
        pytest.param(f"a\n-1\n{ROOT}\n", id="less than nothing"),
        pytest.param(f"a\n9223372036854775808\n{ROOT}\n", id="2^63"),
        pytest.param(f"a\n{'1' * 5000}\n{ROOT}\n", id="5,000 digits"),
        pytest.param("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n", id="31 bytes"),
        pytest.param("a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2Jh\n", id="33 bytes"),
        pytest.param(f"a\n1\n{ROOT[:-1]}\n", id="no padding"),
        pytest.param(f"a\n1\n{ROOT[:-2]}J=\n", id="unused bits that are set"),
        pytest.param(f"a\n1\n{ROOT.replace('/', '_')}\n", id="base64url"),
        pytest.param(f"a\n1\n é{ROOT[2:]}\n", id="not ASCII"),
        pytest.param(f"a\n0\n{ROOT}\n", id="an empty log with a root"),
        pytest.param(f"{'a' * 256}\n1\n{ROOT}\n", id="a name of 256 characters"),
        pytest.param(f"a\r\n1\n{ROOT}\n", id="a carriage return"),
    ],
)
def test_no_other_text_is_a_checkpoint(text: str) -> None:
    with pytest.raises(LedgerError) as caught:
        read_checkpoint_text(text.encode())
    assert caught.value.code == "log-malformed"


def test_the_longest_name_and_the_largest_size_are_read() -> None:
    assert read_checkpoint_text(f"{'a' * 255}\n9223372036854775807\n{ROOT}\n".encode()).size == 2**63 - 1


def test_a_checkpoint_of_16_kb_is_the_largest() -> None:
    room = 16_384 - len(EXAMPLE) - 1
    assert read_checkpoint_text(f"{EXAMPLE}{'x' * room}\n".encode()).extensions == ("x" * room,)
    with pytest.raises(LedgerError) as caught:
        read_checkpoint_text(f"{EXAMPLE}{'x' * (room + 1)}\n".encode())
    assert caught.value.code == "log-too-large"


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 1, bytes(32), ()), ("a\nb", 1, bytes(32), ()), ("a", -1, bytes(32), ()), ("a", 2**63, bytes(32), ()),
        ("a", 1, bytes(31), ()), ("a", 1, bytes(32), ("",)), ("a", 1, bytes(32), ("b\nc",)),
    ],
)  # fmt: skip
def test_none_is_made_that_nobody_could_read(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    with pytest.raises(LedgerError):
        Checkpoint(origin, size, root, extensions)
