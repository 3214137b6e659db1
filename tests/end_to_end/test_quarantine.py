"""The operator's brake against a hub that runs: what one agency signs waits, and comes in when it ends."""

import json
import resource
import time
from pathlib import Path

import pytest
from hub_folder import AGENCY, Place, Served, hub_at_work
from press import DAY, NOON
from selling import Seller
from signed_registry import Office

from syndicate.assembly import begin_quarantine, lift_quarantine, quarantine_file, quarantines
from syndicate.cli import main
from syndicate.errors import SettingsError
from syndicate.news import AgencyId

OTHER = AgencyId("bb.gov")
HOUR = 3_600


@pytest.fixture
def acts(tmp_path: Path) -> Path:
    return tmp_path / "acts"


async def state(served: Served) -> object:
    told = await served.json("/v1/sources")
    members = told["members"].values()
    return next(each for one in members for each in one["agencies"] if each["id"] == AGENCY)["quarantined"]


async def test_what_it_signs_waits_and_comes_in_by_itself_after_72_hours(here: Place, tmp_path: Path) -> None:
    seller = Seller(tmp_path)
    async with hub_at_work(here) as served:
        path = quarantine_file(here.settings().database)
        (before,) = (each.token for each in seller.sign("one"))
        assert [each["outcome"] for each in await served.submit(before)] == ["admitted"]
        begin_quarantine(path, AGENCY, "it denies on the telephone what it signs", NOON)
        await served.hub.look_again()
        (during,) = (each.token for each in seller.sign("two"))
        (answer,) = await served.submit(during)
        assert (answer["outcome"], answer["reason"]) == ("held", "agency-quarantined")
        assert "it denies on the telephone" in answer["detail"]
        assert await state(served) == {
            "since": "2026-11-23T12:00:00Z",
            "until": "2026-11-26T12:00:00Z",
            "reason": "it denies on the telephone what it signs",
        }
        assert "in quarantine until" in (await served.get("/sources")).body.decode()
        shown = (await served.json("/feeds/all.json"))["items"]
        assert len(shown) == 1, "what stands is not touched"

        served.clock.time = NOON + 72 * HOUR
        here.signed.publish(NOON + 72 * HOUR)
        await served.hub.look_again()
        await served.hub.sealer.seal_once()
        assert await state(served) is None
        told = (await served.json("/v1/items"))["items"]
        assert [each["token"] for each in told] == [before, during]


async def test_lifted_early_it_comes_in_at_once(here: Place, tmp_path: Path) -> None:
    seller = Seller(tmp_path)
    async with hub_at_work(here) as served:
        path = quarantine_file(here.settings().database)
        begin_quarantine(path, AGENCY, "a look", NOON)
        await served.hub.look_again()
        (token,) = (each.token for each in seller.sign("one"))
        assert (await served.submit(token))[0]["outcome"] == "held"
        lift_quarantine(path, AGENCY, NOON)
        await served.hub.look_again()
        await served.hub.sealer.seal_once()
        assert [each["token"] for each in (await served.json("/v1/items"))["items"]] == [token]


async def test_a_file_that_is_damaged_changes_nothing(here: Place) -> None:
    async with hub_at_work(here) as served:
        path = quarantine_file(here.settings().database)
        begin_quarantine(path, AGENCY, "a look", NOON)
        await served.hub.look_again()
        path.write_text("not json\n")
        await served.hub.look_again()
        assert AGENCY in served.hub.registry.quarantined


async def test_a_hub_does_not_start_without_knowing_whom_it_holds(here: Place) -> None:
    quarantine_file(here.settings().database).write_text("not json\n")
    with pytest.raises(SettingsError, match="is no act of an operator"):
        async with hub_at_work(here):
            pytest.fail("it started, and would have heard everybody")


def test_half_a_line_is_taken_back(acts: Path) -> None:
    begin_quarantine(acts, AGENCY, "once", NOON)
    before = acts.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))  # as on a full disk
    try:
        with pytest.raises(SettingsError, match="cannot write"):
            begin_quarantine(acts, OTHER, "no room", NOON)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert acts.read_bytes() == before
    begin_quarantine(acts, OTHER, "room again", NOON)
    assert set(quarantines(acts, NOON)) == {AGENCY, OTHER}


def test_it_is_not_repeated_within_30_days_by_whatever_way(acts: Path) -> None:
    begin_quarantine(acts, AGENCY, "once", NOON)
    with pytest.raises(SettingsError, match="is in quarantine already"):
        begin_quarantine(acts, AGENCY, "twice", NOON + HOUR)
    lift_quarantine(acts, AGENCY, NOON + 2 * HOUR)
    for later in (NOON + 3 * HOUR, NOON + 30 * DAY - 1):
        with pytest.raises(SettingsError, match="not again within 30 days") as refused:
            begin_quarantine(acts, AGENCY, "again", later)
        assert "Its member decides" in refused.value.hint
    begin_quarantine(acts, OTHER, "another agency", NOON + 3 * HOUR)
    # A line that somebody wrote by hand is no way around it.
    line = {"at": NOON + 4 * HOUR, "act": "begin", "agency": AGENCY, "reason": "by hand"}
    with acts.open("a") as file:
        file.write(json.dumps(line) + "\n")
    assert set(quarantines(acts, NOON + 5 * HOUR)) == {OTHER}
    begin_quarantine(acts, AGENCY, "a month later", NOON + 30 * DAY)
    assert set(quarantines(acts, NOON + 30 * DAY)) == {AGENCY}


@pytest.mark.parametrize("line", ["x", "[]", '{"at": "x"}', '{"at": 1, "act": "kill", "agency": "aa.news"}'])
def test_a_line_that_is_no_act_is_named(acts: Path, line: str) -> None:
    begin_quarantine(acts, AGENCY, "once", NOON)
    with acts.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(SettingsError, match=r"acts:2: "):
        quarantines(acts, NOON)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "hub.sqlite3"
    asked = ["--db", str(database)]
    assert main(["quarantine", "list", *asked]) == 2
    assert "there is no hub's database" in capsys.readouterr().err
    database.touch()
    begin = ["quarantine", "begin", AGENCY, "--reason", "odd\x1b[2J", *asked]
    assert main(begin) == 2
    assert "cannot be read, so nobody can tell" in capsys.readouterr().err
    assert main([*begin, "--yes"]) == 0
    assert main(["quarantine", "list", *asked]) == 0
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "1 in quarantine." in told
    assert main(["quarantine", "lift", AGENCY, *asked]) == 0
    assert main(["quarantine", "lift", AGENCY, *asked]) == 2
    assert "is not in quarantine" in capsys.readouterr().err


@pytest.mark.parametrize(
    "agency", ["aa.nosuch", "AA.NEWS", "aa.news ", "aa", "", "aa.news\x1b[2J", "bb.news\n"]
)
def test_an_agency_that_the_hub_does_not_know_is_never_said_to_be_held(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], agency: str
) -> None:
    office = Office(tmp_path)
    office.publish()
    office.look(office.client("hub.sqlite3.registry"))
    database = tmp_path / "hub.sqlite3"
    database.touch()
    asked = ["--reason", "odd", "--db", str(database)]
    assert main(["quarantine", "begin", agency, *asked]) == 2
    told = capsys.readouterr()
    assert "nothing would be held" in told.err
    assert "\x1b" not in told.err
    assert told.out == ""
    assert quarantines(quarantine_file(database), time.time()) == {}
    assert main(["quarantine", "begin", "aa.news", *asked]) == 0
