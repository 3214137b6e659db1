"""``syndicate refusals``, over a real database, while the hub holds it and after."""

import json
from pathlib import Path

import pytest

from syndicate.cli import main
from syndicate.news import AgencyId, Reason, Refused, TokenDigest
from syndicate.storage import open_storage

NOON = 1_795_435_200


async def refuse(path: Path) -> None:
    forged = Refused(
        reason=Reason.SIGNATURE_BAD,
        detail="not signed with the key of vn.demo that it names",
        agency=AgencyId("vn.demo"),
        digest=TokenDigest("d"),
    )
    broken = Refused(reason=Reason.WIRE_MALFORMED, detail="no XML")
    async with open_storage(path) as storage:
        await storage.write(
            lambda book: book.keep_refused([(forged, "vn.demo/main", "the.\x1b[31mtoken")], NOON)
        )
        await storage.write(
            lambda book: book.keep_refused([(forged, "vn.demo/main", "the token")], NOON + 60)
        )
        await storage.write(lambda book: book.keep_refused([(broken, "th.demo/main", "<rss")], NOON + 90))


@pytest.fixture
async def db(tmp_path: Path) -> str:
    await refuse(tmp_path / "hub.db")
    return str(tmp_path / "hub.db")


async def test_it_says_what_was_refused_why_and_what_to_do(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refusals", "--db", db]) == 0
    assert capsys.readouterr().out == (
        "2026-11-23 12:01:30Z  wire-malformed  claimed by nobody we know, seen in th.demo/main, once\n"
        "    no XML\n"
        f"    {Reason.WIRE_MALFORMED.remedy}\n"
        "\n"
        "2026-11-23 12:01:00Z  signature-bad  claimed by vn.demo, seen in vn.demo/main, 2 times, "
        "first 2026-11-23 12:00:00Z\n"
        "    not signed with the key of vn.demo that it names\n"
        f"    {Reason.SIGNATURE_BAD.remedy}\n"
    )


def test_a_database_that_is_not_there_is_told_with_how_to_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refusals", "--db", str(tmp_path / "none.db")]) == 2
    told = capsys.readouterr().err
    assert "there is no hub's database" in told
    assert "--db FILE" in told
    assert list(tmp_path.iterdir()) == []


async def test_it_can_be_asked_of_one_agency_and_for_a_few(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refusals", "--db", db, "--agency", "vn.demo"]) == 0
    assert "wire-malformed" not in capsys.readouterr().out
    assert main(["refusals", "--db", db, "--limit", "1"]) == 0
    assert "signature-bad" not in capsys.readouterr().out


async def test_it_answers_programs_in_json_with_the_evidence(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refusals", "--db", db, "--json", "--agency", "vn.demo"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out, "nobody who was refused writes on this terminal"
    (told,) = json.loads(out)["refusals"]
    assert told["evidence"] == "the.\x1b[31mtoken"
    assert (told["reason"], told["count"], told["remedy"]) == (
        "signature-bad",
        2,
        Reason.SIGNATURE_BAD.remedy,
    )


async def test_it_works_while_the_hub_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_storage(tmp_path / "hub.db"):
        assert main(["refusals", "--db", str(tmp_path / "hub.db")]) == 0
    assert capsys.readouterr().out == "Nothing was refused.\n"


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["refusals", "--db", str(tmp_path / "none.db")]) == 2
    assert "none.db" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", ["0", "10001", "many"])
def test_a_limit_out_of_reason_is_refused(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["refusals", "--limit", limit])
    assert "--limit" in capsys.readouterr().err
