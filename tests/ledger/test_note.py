"""Signed notes and keys, beside the vectors of Go, of C2SP, and of logs in use."""
# ruff: noqa: E501 - signatures and rows stand on one line

import base64

import pytest
from logroom import OPERATOR, WITNESSES, Party

from syndicate.errors import LedgerError
from syndicate.ledger import (
    KeyKind,
    Note,
    NoteKey,
    NoteSignature,
    compose_note,
    read_note,
    read_signatures,
    read_vkey,
    sign_note,
)
from syndicate.news import UnixTime
from syndicate.signing import ephemeral_signer

# golang.org/x/mod/sumdb/note, its tests; the private seed is theirs and public.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
# The test vector of C2SP signed-note.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# Two heads of the Go checksum database.
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
SUMDB_FIRST = (
    "go.sum database tree\n65209736\n5+uGFjx6xBZG8ip1+wi77v+grwbhhukIrxEUS8PXvRo=\n\n"
    "— sum.golang.org Az3grnbssgK7ubgFX36gVETtNv0U23qxyAhAMai2QUfeGa3nB/akvkMdlUErfcZz7l/R3cVtYspg3dxXABkGZZKdsQ8=\n"
)
SUMDB_SECOND = (
    "go.sum database tree\n31700353\nqINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=\n\n"
    "— sum.golang.org Az3grnmrIUEDFqHzAElIQCPNoRFRAAdFo47fooyWKMHb89k11GJh5zHIfNCOBmwn/C3YI8oW9/C8DJ87F61QqspBYwM=\n"
)


def by(raw: str, *vkeys: str) -> set[str]:
    return {key.name for key in read_note(raw.encode()).signed_by([read_vkey(told) for told in vkeys])}


def refused(code: str, raw: str, *vkeys: str) -> None:
    with pytest.raises(LedgerError) as caught:
        by(raw, *vkeys)
    assert caught.value.code == code


@pytest.mark.parametrize("vkey", [PETER, ENOCH, FOO, SUMDB])
def test_public_keys_are_spelled_as_others_spell_them(vkey: str) -> None:
    key = read_vkey(vkey)
    assert key.vkey == vkey
    assert (key.name, key.id.hex()) == tuple(vkey.split("+")[:2])
    assert key.kind is KeyKind.LOG


def test_a_note_that_we_sign_is_gos_byte_for_byte() -> None:
    signer = ephemeral_signer(PETER_SEED)
    key = NoteKey("PeterNeumann", KeyKind.LOG, signer.public)
    assert key.vkey == PETER
    signed = compose_note(TEXT.encode(), [sign_note(TEXT.encode(), key, signer.sign)])
    assert signed.decode() == f"{TEXT}\n{PETER_LINE}"


@pytest.mark.parametrize(("raw", "vkey"), [(FOO_NOTE, FOO), (SUMDB_FIRST, SUMDB), (SUMDB_SECOND, SUMDB)])
def test_public_notes_verify(raw: str, vkey: str) -> None:
    assert by(raw, vkey) == {vkey.split("+", maxsplit=1)[0]}
    assert read_note(raw.encode()).raw == raw.encode()


def test_lines_of_keys_that_nobody_asked_about_are_skipped() -> None:
    raw = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    assert by(raw, PETER) == {"PeterNeumann"}
    assert by(raw, PETER, ENOCH) == {"PeterNeumann", "EnochRoot"}
    assert by(raw, FOO) == by(raw) == set()
    renamed = raw.replace("PeterNeumann", "CarmenSandiego")
    assert by(renamed, PETER, ENOCH) == {"EnochRoot"}


def test_a_false_line_in_the_name_of_a_known_key_refuses_the_whole_note() -> None:
    raw = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"
    refused("log-signature-bad", raw.replace("then", "than"), PETER)
    other = raw.replace("+vAF1aGr", "+vAF1aGs")
    assert by(other, PETER) == {"PeterNeumann"}
    refused("log-signature-bad", other, PETER, ENOCH)
    refused("log-signature-bad", f"{TEXT}\n{PETER_LINE[:60]}ABCD{PETER_LINE[60:]}", PETER)
    refused("log-signature-bad", f"{TEXT}\n{PETER_LINE}— PeterNeumann x08goxxx\n", PETER)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(TEXT, id="no signatures"),
        pytest.param(f"{TEXT}\n", id="an empty line and no signatures"),
        pytest.param("", id="nothing"),
        pytest.param(f"\n\n{PETER_LINE}", id="no text"),
        pytest.param(f"{TEXT}{PETER_LINE}", id="no empty line"),
        pytest.param(f"{TEXT}\n{PETER_LINE[:-1]}", id="the last line is not ended"),
        pytest.param(f"\x01{TEXT}\n{PETER_LINE}", id="a control character"),
        pytest.param(f"\t{TEXT}\n{PETER_LINE}", id="a tab"),
        pytest.param(f"{TEXT}\r\n{PETER_LINE}", id="a carriage return"),
        pytest.param(f"\x1f{TEXT}\n{PETER_LINE}", id="the last control character"),
        pytest.param(f"{TEXT}\n{PETER_LINE}Unexpected line.\n", id="another line"),
        pytest.param(f"{TEXT}\n— Bad Name {PETER_LINE.split()[2]}\n", id="a name with a space"),
        pytest.param(f"{TEXT}\n— Bad\u00a0Name {PETER_LINE.split()[2]}\n", id="a name with a Unicode space"),
        pytest.param(f"{TEXT}\n— Bad+Name {PETER_LINE.split()[2]}\n", id="a name with a plus"),
        pytest.param(f"{TEXT}\n—  {PETER_LINE.split()[2]}\n", id="no name"),
        pytest.param(f"{TEXT}\n- PeterNeumann {PETER_LINE.split()[2]}\n", id="a hyphen"),
        pytest.param(f"{TEXT}\n{PETER_LINE.removeprefix('— ')}", id="no dash"),
        pytest.param(f"{TEXT}\n— PeterNeumann\n", id="no signature"),
        pytest.param(f"{TEXT}\n— PeterNeumann x08gow==\n", id="a key id and nothing"),
        pytest.param(f"{TEXT}\n{PETER_LINE[:-2]}\n", id="no padding"),
        pytest.param(f"{TEXT}\n{PETER_LINE[:-3]}N=\n", id="unused bits that are set"),
        pytest.param(f"{TEXT}\n{PETER_LINE}".replace("x08go/", "x08go_"), id="base64url"),
        pytest.param(f"{TEXT}\n{PETER_LINE[:-1]} \n", id="a space at the end"),
        pytest.param(f"{TEXT}\n{PETER_LINE * 101}", id="101 signatures"),
    ],
)
def test_what_is_no_note_is_refused(raw: str) -> None:
    refused("log-malformed", raw, PETER)


def test_bytes_that_are_not_utf_8_are_no_note() -> None:
    with pytest.raises(LedgerError, match="not UTF-8"):
        read_note(b"\xff" + f"{TEXT}\n{PETER_LINE}".encode())


def test_a_note_is_as_large_as_it_may_be_and_no_larger() -> None:
    room = 131_072 - len(f"\n\n{PETER_LINE}".encode())
    assert read_note(("a" * room + f"\n\n{PETER_LINE}").encode()).text == b"a" * room + b"\n"
    refused("log-too-large", "a" * (room + 1) + f"\n\n{PETER_LINE}")
    assert by(f"{TEXT}\n{PETER_LINE * 100}", PETER) == {"PeterNeumann"}


def test_the_last_empty_line_ends_the_text() -> None:
    text = "one\n\ntwo\n\n"
    raw = compose_note(text.encode(), [OPERATOR.signs(text.encode())])
    assert read_note(raw).text == text.encode()


@pytest.mark.parametrize(
    "vkey",
    [
        "", "PeterNeumann", PETER + "=", PETER[:-1], PETER.upper(), PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("c74f20a3", "c74f20a4"), PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER.replace("PeterNeumann", ""), PETER + "\n", "a+" + PETER,
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long, its id its own
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # kind 0x65, its id its own
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(LedgerError):
        read_vkey(vkey)


def test_every_part_of_a_key_counts() -> None:
    for at in range(len(PETER)):
        changed = PETER[:at] + chr(ord(PETER[at]) + 1) + PETER[at + 1 :]
        with pytest.raises(LedgerError):
            read_vkey(changed)


def test_a_key_of_small_order_is_nobodys() -> None:
    # One signature would fit every checkpoint (attack 19).
    with pytest.raises(LedgerError, match="proves nothing"):
        NoteKey("log.example", KeyKind.LOG, bytes([1, *bytes(31)]))


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u2003b", "a\x1fb", "a\x00", "a\ud800"])
def test_no_key_has_such_a_name(name: str) -> None:
    with pytest.raises(LedgerError, match="key's name"):
        NoteKey(name, KeyKind.LOG, OPERATOR.signer.public)


def test_a_name_may_be_in_any_script() -> None:
    key = NoteKey("nhật-ký.example/ຂ່າວ", KeyKind.LOG, OPERATOR.signer.public)
    assert read_vkey(key.vkey) == key


def test_one_key_has_another_id_for_each_kind() -> None:
    assert OPERATOR.key.as_cosigner().kind is KeyKind.COSIGNER
    assert OPERATOR.key.id != OPERATOR.key.as_cosigner().id
    assert OPERATOR.key.as_cosigner().as_cosigner() == OPERATOR.key.as_cosigner()


def test_a_cosigner_says_when_and_the_earliest_counts() -> None:
    witness, text = WITNESSES[0], b"log\n"
    for times in ([7, 5, 9], [5, 7, 9], [9, 7, 5]):
        note = Note(text, tuple(witness.signs(text, at) for at in times))
        assert note.signed_by([witness.key]) == {witness.key: 5}
    assert Note(text, (OPERATOR.signs(text),) * 2).signed_by([OPERATOR.key]) == {OPERATOR.key: None}


def test_the_time_is_signed_too() -> None:
    witness, text = WITNESSES[0], b"log\n"
    line = witness.signs(text, 7)
    moved = NoteSignature(line.name, line.key_id, (8).to_bytes(8, "big") + line.raw[8:])
    with pytest.raises(LedgerError) as caught:
        Note(text, (moved,)).signed_by([witness.key])
    assert caught.value.code == "log-signature-bad"


@pytest.mark.parametrize("at", [0, 2**63 - 1])
def test_the_first_and_the_last_time_can_be_signed(at: int) -> None:
    witness = WITNESSES[0]
    assert Note(b"log\n", (witness.signs(b"log\n", at),)).signed_by([witness.key]) == {witness.key: at}


def test_a_time_beyond_the_last_is_refused() -> None:
    witness = WITNESSES[0]
    message = b"cosignature/v1\ntime 9223372036854775808\nlog\n"
    raw = (2**63).to_bytes(8, "big") + witness.signer.sign(message)
    with pytest.raises(LedgerError) as caught:
        Note(b"log\n", (NoteSignature(witness.name, witness.key.id, raw),)).signed_by([witness.key])
    assert caught.value.code == "log-signature-bad"
    for at in (-1, 2**63):
        with pytest.raises(LedgerError, match="number of seconds"):
            witness.signs(b"log\n", at)


def test_a_cosignature_is_not_a_signature_of_the_text() -> None:
    plain = Party(WITNESSES[0].name, WITNESSES[0].seed, KeyKind.LOG)
    line = plain.signs(b"log\n")
    disguised = NoteSignature(line.name, WITNESSES[0].key.id, bytes(8) + line.raw)
    with pytest.raises(LedgerError, match="not theirs"):
        Note(b"log\n", (disguised,)).signed_by([WITNESSES[0].key])


def test_only_cosigners_and_they_always_say_when() -> None:
    with pytest.raises(LedgerError, match="with the time"):
        WITNESSES[0].signs(b"log\n")
    with pytest.raises(LedgerError, match="with the time"):
        OPERATOR.signs(b"log\n", 1)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_what_signs_gives_64_bytes(length: int) -> None:
    with pytest.raises(LedgerError, match="64 bytes"):
        sign_note(b"log\n", OPERATOR.key, lambda _: bytes(length))
    with pytest.raises(LedgerError, match="64 bytes"):
        sign_note(b"log\n", WITNESSES[0].key, lambda _: bytes(length), at=UnixTime(1))


@pytest.mark.parametrize(
    "text", [b"", b"log", b"\n", b"a\x00\n", b"\xff\n", f"a\n\n{PETER_LINE}"[:-1].encode()]
)
def test_no_note_is_composed_that_nobody_could_read(text: bytes) -> None:
    with pytest.raises(LedgerError):
        compose_note(text, [OPERATOR.signs(text)])


@pytest.mark.parametrize("text", [b"log\n", b"log\n\n\n", f"a\n\n{PETER_LINE}".encode()])
def test_a_text_may_hold_empty_lines_and_what_looks_like_signatures(text: bytes) -> None:
    assert read_note(compose_note(text, [OPERATOR.signs(text)])).text == text


def test_nobody_signs_no_note() -> None:
    with pytest.raises(LedgerError):
        compose_note(b"log\n", [])


def test_a_witness_answers_with_lines_and_nothing_else() -> None:
    lines = [each.signs(b"log\n", 3) for each in WITNESSES]
    assert read_signatures("".join(line.line for line in lines)) == tuple(lines)
    for told in ("", "\n", "error\n", lines[0].line + "\n", lines[0].line + "error"):
        with pytest.raises(LedgerError):
            read_signatures(told)
