import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from registry_files import AA, Folders, b64, key_table, lay_out

from syndicate.papers import Problem, _limits, check
from syndicate.signing import ephemeral_signer

IDENTITY_POINT = bytes([1]) + bytes(31)
NOT_CANONICAL = (2**255 - 19).to_bytes(32, "little")


@dataclass(frozen=True)
class Spoilt:
    """In ``file``, ``old`` becomes ``new``; then one problem is told, at the line with ``at``."""

    file: str
    old: str
    new: str
    field: str
    says: str
    at: str = ""


def problems_of(folders: Folders) -> tuple[Problem, ...]:
    return check(folders.sources, folders.keys)


ROWS = {
    "an unknown field": Spoilt(
        "aa.toml", 'rights = "Free', 'righs = "Free', "agency[1].righs", "unknown field"
    ),
    "an unknown field of a member": Spoilt(
        "aa.toml",
        'names = { en = "Aaland" }',
        'names = { en = "Aaland" }\ncolour = 1',
        "colour",
        "unknown field",
        at="colour",
    ),
    "a missing field": Spoilt(
        "bb.toml", 'domains = ["gov.sg"]\n', "", "agency[1]", "'domains' is missing", at="[[agency]]"
    ),
    "a field of the wrong kind": Spoilt(
        "bb.toml", 'domains = ["gov.sg"]', 'domains = "gov.sg"', "agency[1].domains", "not a list"
    ),
    "yes in quotes": Spoilt(
        "aa.toml",
        "confirmed = true",
        'confirmed = "yes"',
        "agency[1].evidence.confirmed",
        "not true or false",
    ),
    "an id of another form": Spoilt("aa.toml", '"aa.radio"', '"aa.Radio"', "agency[2].id", "right form"),
    "an id of another member": Spoilt(
        "aa.toml", '"aa.radio"', '"bb.radio"', "agency[2].id", "not an id of member 'aa'"
    ),
    "two agencies of one id": Spoilt(
        "aa.toml", '"aa.radio"', '"aa.news"', "agency[2].id", "is taken: aa.news has it"
    ),
    "a domain of two agencies": Spoilt(
        "bb.toml", '"gov.sg"', '"RADIO.aa.example"', "agency[1].domains[1]", "is taken: aa.radio has it"
    ),
    "a domain under another agency's wildcard": Spoilt(
        "bb.toml",
        '"gov.sg"',
        '"x.y.press.aa.example"',
        "agency[1].domains[1]",
        "lies under *.press.aa.example",
    ),
    "a wildcard under another agency's wildcard": Spoilt(
        "bb.toml",
        '"gov.sg"',
        '"*.x.press.aa.example"',
        "agency[1].domains[1]",
        "lies under *.press.aa.example",
    ),
    "a wildcard over a public suffix": Spoilt(
        "bb.toml", '"gov.sg"', '"*.gov.sg"', "agency[1].domains[1]", "everybody under a public suffix"
    ),
    "a wildcard over everybody's own pages": Spoilt(
        "bb.toml", '"gov.sg"', '"*.github.io"', "agency[1].domains[1]", "everybody under a public suffix"
    ),
    "an address where a host belongs": Spoilt(
        "bb.toml", '"gov.sg"', '"https://gov.sg/"', "agency[1].domains[1]", "not a host name"
    ),
    "a host with a port": Spoilt("bb.toml", '"gov.sg"', '"gov.sg:80"', "agency[1].domains[1]", "not a"),
    "a media host that is none": Spoilt(
        "aa.toml", '"cdn.example"', '"cdn example"', "agency[1].media_hosts[1]", "not a host name"
    ),
    "a time zone nobody knows": Spoilt(
        "bb.toml", '"Asia/Singapore"', '"Asia/Dilli"', "agency[1].timezone", "unknown time zone"
    ),
    "a country code for a language": Spoilt(
        "aa.toml", 'languages = ["en", "vi"]', 'languages = ["en", "vn"]', "agency[1].languages[2]", "'vn'"
    ),
    "a name in an unknown language": Spoilt(
        "aa.toml", 'vi = "Tin A"', 'vn = "Tin A"', "agency[1].names.vn", "unknown language tag"
    ),
    "no name at all": Spoilt(
        "aa.toml", 'names = { en = "Radio Aaland" }', "names = {}", "agency[2].names", "no name at all"
    ),
    "a language tag of no form": Spoilt(
        "federation.toml",
        "[languages]",
        '[languages]\nEnglish = "English"',
        "languages.English",
        "not a language tag",
        at="English =",
    ),
    "a feed that is neither http nor https": Spoilt(
        "aa.toml",
        '"https://news.aa.example/rss"',
        '"ftp://news.aa.example/rss"',
        "agency[1].public_feed[1].url",
        "not a plain http(s) address",
    ),
    "a signed feed with a port on another machine": Spoilt(
        "aa.toml",
        "127.0.0.1:8001",
        "10.0.0.1:8001",
        "agency[1].signed_feed[1].url",
        "not a plain http(s) address",
    ),
    "a feed without its address": Spoilt(
        "aa.toml",
        'url = "https://news.aa.example/rss"\n',
        "",
        "agency[1].public_feed[1]",
        "'url' is missing",
        at="[[agency.public_feed]]",
    ),
    "a word that means nothing here": Spoilt(
        "aa.toml", '"live check"', '"probably"', "agency[1].public_feed[1].status", "unknown word 'probably'"
    ),
    "a cadence without its unit": Spoilt(
        "aa.toml", '"15 minutes"', '"15"', "agency[1].signed_feed[1].cadence", "right form"
    ),
    "a cadence of a year": Spoilt(
        "aa.toml", '"15 minutes"', '"365 days"', "agency[1].signed_feed[1].cadence", "slower than a month"
    ),
    "a signed feed of somebody only invited": Spoilt(
        "aa.toml",
        '    { state = "active", since = 2026-02-01T07:00:00+07:00 },\n',
        "",
        "agency[1].signed_feed[1]",
        "only invited",
        at="[[agency.signed_feed]]",
    ),
    "a history that goes back": Spoilt(
        "aa.toml",
        "2026-02-01T07:00:00+07:00",
        "2025-12-31",
        "agency[1].status[2].since",
        "not later",
        at="status = [",
    ),
    "a history that stands still": Spoilt(
        "aa.toml",
        "2026-02-01T07:00:00+07:00",
        "2026-01-01",
        "agency[1].status[2].since",
        "not later",
        at="status = [",
    ),
    "a seat state that does not exist": Spoilt(
        "bb.toml", '"contested"', '"disputed"', "agency[1].status[1].state", "unknown word 'disputed'"
    ),
    "a time without its zone": Spoilt(
        "bb.toml",
        "since = 2026-01-01",
        "since = 2026-01-01T00:00:00",
        "agency[1].status[1].since",
        "without its zone",
    ),
    "a date in quotes": Spoilt(
        "bb.toml", "since = 2026-01-01", 'since = "2026-01-01"', "agency[1].status[1].since", "not a date"
    ),
    "a control character in a name": Spoilt(
        "bb.toml", '"Government of', '"Government\\u202e of', "agency[1].names.en", "control characters"
    ),
    "a member that names another": Spoilt(
        "bb.toml", 'member = "bb"', 'member = "bc"', "member", "the file is named bb.toml"
    ),
    "a member without its file": Spoilt(
        "federation.toml", '["aa", "bb"]', '["aa", "bb", "cc"]', "members[3]", "there is no cc.toml"
    ),
    "a member that is no code": Spoilt(
        "federation.toml", '["aa", "bb"]', '["aa", "bb", "AA"]', "members[3]", "not a member's code"
    ),
    "a key file of another agency": Spoilt(
        "aa.news.toml",
        'agency = "aa.news"',
        'agency = "aa.radio"',
        "agency",
        "the file is named aa.news.toml",
    ),
    "a key that is used otherwise": Spoilt(
        "aa.news.toml", '"sealed successor"', '"spare"', "key[2].use", "unknown word 'spare'"
    ),
    "a feed id twice in an agency": Spoilt(
        "aa.toml",
        'cadence = "15 minutes"\n',
        'cadence = "15 minutes"\n[[agency.signed_feed]]\nid = "main"\nurl = "https://news.aa.example/2"\n'
        'format = "json"\nstream = "two"\ncadence = "1 hour"\n',
        "agency[1].signed_feed[2].id",
        "stands twice",
        at='id = "main"\nurl = "https',
    ),
    "a former time that says nothing": Spoilt(
        "aa.toml", ', ministry = "Ministry of Posts"', "", "agency[1].formerly[1]", "says nothing"
    ),
    "a list with something else in it": Spoilt(
        "aa.toml", '["AN"]', '["AN", 1]', "agency[1].aliases[2]", "not text in quotes"
    ),
    "an entry twice in a list": Spoilt(
        "aa.toml", '["AN"]', '["AN", "AN"]', "agency[1].aliases[2]", "stands twice"
    ),
    "a row that is no table": Spoilt(
        "aa.toml",
        '[{ until = "2024-10", ministry = "Ministry of Posts" }]',
        '["2024"]',
        "agency[1].formerly[1]",
        "not a table",
    ),
    "an empty list where one is needed": Spoilt("bb.toml", '["gov.sg"]', "[]", "agency[1].domains", "empty"),
    "an empty text": Spoilt("aa.toml", '"Free with attribution."', '" "', "agency[1].rights", "empty"),
    "a text without end": Spoilt(
        "aa.toml", '"Free with attribution."', f'"{"x" * 1_001}"', "agency[1].rights", "longer than 1000"
    ),
    "a language without a meaning": Spoilt(
        "federation.toml", '"Vietnamese"', "1", "languages.vi", "not text in quotes"
    ),
    "a federation without its languages": Spoilt(
        "federation.toml", "[languages]", "[tongues]", "tongues", "unknown field"
    ),
    "a second key in use": Spoilt(
        "aa.news.toml", '"sealed successor"', '"in use"', "key[2].use", "a second active key"
    ),
}


def spoil(folders: Folders, row: Spoilt) -> int:
    """Spoil a file and tell on which line the problem should be told."""
    line = folders.edit(row.file, row.old, row.new)
    return folders.line_of(row.file, row.at) if row.at else line


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_wrong_field_is_told_with_file_line_and_field(row: Spoilt, tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    line = spoil(folders, row)
    told = [problem for problem in problems_of(folders) if row.says in problem.message]
    assert told, [str(problem) for problem in problems_of(folders)]
    assert (told[0].file, told[0].line, told[0].field) == (str(folders.path(row.file)), line, row.field)
    assert told[0].remedy


def key_file(*tables: str) -> str:
    return 'agency = "aa.news"\n' + "".join(tables)


FIRST = ephemeral_signer(bytes([1]) * 32)
KEYS = {
    "a name that is not its thumbprint": (
        key_table("aa.news", 1, kid=f'"{"A" * 43}"'), "kid", f"which is {FIRST.kid}",
    ),
    "a point under which one signature fits everything": (
        key_table("aa.news", 1, x=f'"{b64(IDENTITY_POINT)}"'), "x", "small order",
    ),
    "a key written in a second form": (
        key_table("aa.news", 1, x=f'"{b64(NOT_CANONICAL)}"'), "x", "canonical form",
    ),
    "a key of 41 letters, which no bytes give": (
        key_table("aa.news", 1, x=f'"{"A" * 41}"'), "x", "not 32 bytes",
    ),
    "a key of 31 bytes": (key_table("aa.news", 1, x=f'"{"A" * 42}"'), "x", "not 32 bytes"),
    "base64url with loose bits at its end": (
        key_table("aa.news", 1, x=f'"{b64(FIRST.public)[:-1]}{"B"}"'), "x", "not 32 bytes",
    ),
    "the proof of another agency": (
        key_table("bb.gov", 1), "proof", "not this key's signature for aa.news",
    ),
    "a proof with one bit flipped": (
        key_table("aa.news", 1, proof=f'"{b64(bytes(64))}"'), "proof", "not this key's signature",
    ),
    "no proof": (key_table("aa.news", 1, proof=""), "", "'proof' is missing"),
    "a window that ends as it begins": (
        key_table("aa.news", 1, exp="2026-01-01T00:00:00Z"), "exp", "ends before it begins",
    ),
    "a window one second too long": (
        key_table("aa.news", 1, exp="2027-02-05T00:00:01Z"), "exp", "longer than 400 days",
    ),
    "a revocation without its time": (
        key_table("aa.news", 1, status='"revoked"', reason='"lost"'), "status", "without revoked_at",
    ),
    "a time of revocation of a key that counts": (
        key_table("aa.news", 1, revoked_at="2026-03-01"), "revoked_at", "not revoked",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "field", "says"), KEYS.values(), ids=KEYS)
def test_a_wrong_key_is_told_with_file_line_and_field(
    table: str, field: str, says: str, tmp_path: Path
) -> None:
    folders = lay_out(tmp_path)
    folders.write("aa.news.toml", key_file(key_table("aa.news", 2, use="sealed successor"), table))
    (told,) = problems_of(folders)
    second = 2 + key_file(key_table("aa.news", 2)).count("\n")
    row = [line.split(" ")[0] for line in table.splitlines()].index(field or "[[key]]")
    assert says in told.message
    assert (told.line, told.field) == (second + row - 1, "key[2]" + (f".{field}" if field else ""))


def test_one_key_stands_once_in_the_federation(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    folders.write("bb.gov.toml", 'agency = "bb.gov"\n' + key_table("bb.gov", 1))
    (told,) = problems_of(folders)
    assert told.message.endswith(f"is taken: aa.news has it ({folders.path('aa.news.toml')}:4)")


def test_keys_of_nobody_in_the_sources_are_refused(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    folders.write("aa.gone.toml", 'agency = "aa.gone"\n' + key_table("aa.gone", 5))
    (told,) = problems_of(folders)
    assert (told.line, told.message) == (1, "no agency 'aa.gone' stands in sources/")


def test_the_real_federation_never_polls_this_machine(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    folders.edit("federation.toml", '"trial"', '"asean"')
    (told,) = problems_of(folders)
    assert (told.field, told.message) == ("agency[1].signed_feed[1].url", "not a plain http(s) address")


def test_everything_that_is_wrong_is_told_at_once_in_order(tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    for row in ("a missing field", "a time zone nobody knows", "a second key in use", "a cadence of a year"):
        spoil(folders, ROWS[row])
    found = [(Path(problem.file).name, problem.line) for problem in problems_of(folders)]
    assert len(found) == 4
    assert found == sorted(found, key=lambda place: (place[0] != "aa.news.toml", place))


class TestFilesThatAreNoFiles:
    @pytest.mark.parametrize(
        ("raw", "line", "says"),
        [
            pytest.param(b'member = "aa"\nnames = {\n', 2, "not TOML", id="a table left open"),
            pytest.param(b'member = "aa"\n\nmember = "ab"\n', 3, "not TOML", id="a field twice"),
            pytest.param(b'member = "aa"\nnames = "\xff"\n', 2, "is not UTF-8 here", id="another encoding"),
            pytest.param(b'\xef\xbb\xbfmember = "aa"\n', 1, "byte order mark", id="a byte order mark"),
            pytest.param(b"x = " + b"[" * 60_000, 1, "nests too deeply", id="nests for ever"),
            pytest.param(b"#" * 131_073, 1, "is larger than 131072 bytes", id="one byte too large"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_told(
        self, raw: bytes, line: int, says: str, tmp_path: Path
    ) -> None:
        folders = lay_out(tmp_path)
        folders.path("bb.toml").write_bytes(raw)
        (told,) = problems_of(folders)
        assert says in told.message
        assert (told.file, told.line) == (str(folders.path("bb.toml")), line)

    def test_a_folder_named_like_a_file_is_told(self, tmp_path: Path) -> None:
        folders = lay_out(tmp_path)
        folders.path("aa.gone.toml").mkdir()
        (told,) = problems_of(folders)
        assert "cannot be read" in told.message

    def test_a_folder_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        folders = lay_out(tmp_path)
        found = check(tmp_path / "nowhere", folders.keys)
        assert any("nowhere" in problem.file and "cannot be read" in problem.message for problem in found)

    def test_a_file_of_nobody_is_told(self, tmp_path: Path) -> None:
        folders = lay_out(tmp_path)
        folders.write("cc.toml", 'member = "cc"\nnames = { en = "Ceeland" }\n')
        (told,) = problems_of(folders)
        assert told.message == "'cc' is not a member of the federation"

    def test_a_federation_without_its_file_is_told(self, tmp_path: Path) -> None:
        folders = lay_out(tmp_path)
        folders.path("federation.toml").unlink()
        (told,) = problems_of(folders)
        assert told.file == str(folders.path("federation.toml"))

    def test_a_private_key_among_the_public_ones_is_told(self, tmp_path: Path) -> None:
        folders = lay_out(tmp_path)
        (folders.keys / "aa.news.pem").write_text("-----BEGIN")
        (told,) = problems_of(folders)
        assert "private key" in told.message

    def test_more_files_than_a_federation_can_have_are_told_and_not_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folders = lay_out(tmp_path)
        monkeypatch.setattr(_limits, "FILES", 2)
        (told, *_) = [problem for problem in problems_of(folders) if "more than 2 files" in problem.message]
        assert told.file == str(folders.sources)

    def test_more_agencies_than_a_member_can_have_are_told_and_not_read(self, tmp_path: Path) -> None:
        folders = lay_out(tmp_path)
        folders.write("bb.toml", 'member = "bb"\nnames = { en = "B" }\n' + "[[agency]]\n" * 300)
        found = problems_of(folders)
        assert any(problem.message == "more than 200 entries" for problem in found)
        assert not any(problem.field.startswith("agency[201]") for problem in found)


@pytest.mark.parametrize(("rows", "width"), [(8_000, 10), (1_500, 60)], ids=["short rows", "long rows"])
def test_a_file_that_is_only_wrong_does_not_take_long(rows: int, width: int, tmp_path: Path) -> None:
    folders = lay_out(tmp_path)
    lines = "\n".join(f'  "{number:>{width}}",' for number in range(rows))
    folders.write("aa.toml", AA.replace('aliases = ["AN"]', f"aliases = [\n{lines}\n]\nwrong = 1"))
    before = os.times().user
    found = problems_of(folders)
    assert os.times().user - before < 5
    assert {"agency[1].aliases", "agency[1].wrong"} <= {problem.field for problem in found}
