"""``syndicate case``: one item's timeline, read beside the running hub."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hub_folder import Place, Served, hub_at_work, place
from press import NOON
from witnessed import witnessed

from syndicate.cli import main
from syndicate.cli._case import named
from syndicate.cli._case_checks import STEPS
from syndicate.errors import ClientError
from syndicate.news import Act, FederationId, Index, Reason, Slice, digest_of
from syndicate.ports import Notable, Subscriber, SubscriberKind, Told

THEIRS = {"aud": FederationId("trial"), "url": "https://news.aa.example/x", "lang": "en", "seq": 1}
PROTOCOL = Path(__file__).parent.parent.parent / "docs" / "protocol.md"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


def asked(here: Place, item: str, *words: str, checks: bool = True) -> list[str]:
    options = here.signed.options if checks else []
    return ["case", item, "--db", str(here.folder / "hub.sqlite3"), *options, *words]


def told(here: Place, item: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> Any:
    assert main(asked(here, item, "--json")) == code
    return json.loads(capsys.readouterr().out)


def sub_of(here: Place, name: str) -> str:
    return here.newsroom.item(name).sub


def outcomes(version: Any) -> dict[int, str]:
    return {check["step"]: check["outcome"] for check in version["checks"]}


async def corrected(here: Place, served: Served) -> list[str]:
    """A story and its correction, both shown."""
    first = await served.release("one")
    second = here.newsroom.release("one", ver=2, act=Act.CORRECT, note="The year was wrong.")
    assert [each["outcome"] for each in await served.submit(second)] == ["admitted"]
    return [*first, second]


async def test_a_case_tells_an_item_from_its_signature_to_those_who_stand_behind_it(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with witnessed(here) as there:
        tokens = await corrected(here, there.served)
        await there.until_proven()
        case = told(here, sub_of(here, "one"), capsys)  # the hub is running

        assert [each["digest"] for each in case["versions"]] == [digest_of(token) for token in tokens]
        assert [outcomes(each) for each in case["versions"]] == [dict.fromkeys(range(1, 14), "passed")] * 2
        kinds = [(each["kind"], each["ver"]) for each in case["events"]]
        for ver in (1, 2):
            mine = [kind for kind, which in kinds if which == ver]
            assert sorted(mine) == ["proven", "received", "sealed", "signed"]
        assert main(asked(here, sub_of(here, "one"))) == 0
        said = capsys.readouterr().out
    assert "correct, signed by aa.news (by its own clock), number 2 of stream main" in said
    assert "note: The year was wrong." in said
    assert "which satisfied the policy" in said
    assert re.search(r"cosigned by w\d\.example, w\d\.example", said)
    assert re.search(r"13  passed  its place in the public log: leaf \d+, behind it: w\d\.example", said)


async def test_one_version_is_named_by_number_digest_or_address(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        tokens = await corrected(here, served)
    sub = sub_of(here, "one")
    addresses = (f"https://hub.example/item/{sub}/2", f"https://hub.example/v1/items/{sub}/2.jws")
    for name in (f"{sub}/2", f"urn:syndicate:{sub}/2", digest_of(tokens[1]), *addresses):
        assert [each["ver"] for each in told(here, name, capsys)["versions"]] == [2], name
    assert len(told(here, f"https://hub.example/item/{sub}", capsys)["versions"]) == 2


async def test_refused_and_held_tokens_of_an_item_are_told_with_their_source(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        other = here.newsroom.release("one", title="Another story")
        fork = here.newsroom.token(here.newsroom.item("two", prev=None, **THEIRS))
        forged = f"{other[:-4]}AAAA"
        results = await served.submit(other, fork, forged)
        assert [each["outcome"] for each in results] == ["refused", "held", "refused"]
        case = told(here, sub_of(here, "one"), capsys)
        seen = {each["kind"]: each["what"] for each in case["events"]}
        assert seen["refused"] == "refused: version-taken, from submit"
        for name in (sub_of(here, "two"), digest_of(fork)):
            [held] = told(here, name, capsys)["events"]
            assert held["what"] == "held until it can be judged again: stream-forked, from submit"
        assert digest_of(forged) not in json.dumps(case["events"])  # nobody's word is read
        alone = told(here, digest_of(forged), capsys)
        assert alone["item"] is None
        assert [each["kind"] for each in alone["events"]] == ["refused"]


async def test_what_was_erased_says_by_which_act_and_is_not_checked(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
    database = str(here.folder / "hub.sqlite3")
    sub = sub_of(here, "one")
    order = ["erase", sub, "--reason", "Order 7 of the court", "--yes", "--db", database]
    assert await asyncio.to_thread(main, order) == 0
    capsys.readouterr()
    assert main(asked(here, sub)) == 0
    said = capsys.readouterr().out
    assert "taken back by the operator" in said
    assert "Order 7 of the court" in said
    assert "not run: its text is gone" in said
    assert "Story one" not in said


async def test_who_was_told_is_counted_and_nobody_named(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await corrected(here, served)
        newest = await served.hub.storage.newest(Slice())
        subscribers = served.hub.storage.subscribers
        await subscribers.put(
            Subscriber(
                id="one", kind=SubscriberKind.WEBHOOK, callback="https://reader.example/in",
                slice=Slice(), reached=newest,
            )
        )  # fmt: skip
        await subscribers.put(
            Subscriber(
                id="two", kind=SubscriberKind.WEBHOOK, callback="https://slow.example/in", slice=Slice()
            )
        )
        figure = Told(index=Index(newest), what=Notable.CORRECT, at=NOON + 5, first=True, acknowledged=True)
        await subscribers.record([], [figure])
    case = told(here, sub_of(here, "one"), capsys)
    told_events = [each["what"] for each in case["events"] if each["kind"] == "told" and each["ver"] == 2]
    assert told_events == [
        "told to 1 subscribers, as a public figure",
        "acknowledged by 1 of the 2 subscribers that want it",
    ]
    assert "example/in" not in json.dumps(case)


async def test_a_check_that_fails_by_now_is_named_and_ends_with_1(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
    here.folders.edit("aa.toml", '["news.aa.example", ', '["other.aa.example", ')
    here.signed.publish()
    [version] = told(here, sub_of(here, "one"), capsys, code=1)["versions"]
    assert outcomes(version)[9] == "failed"
    assert outcomes(version)[10] == "open"
    assert main(asked(here, sub_of(here, "one"))) == 1
    assert "9  failed  hosts: host-not-listed" in capsys.readouterr().out


async def test_without_a_registry_the_timeline_stands_and_says_how_to_check(
    here: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNDICATE_REGISTRY", raising=False)
    async with hub_at_work(here) as served:
        await served.release("one")
    assert main(asked(here, sub_of(here, "one"), checks=False)) == 0
    assert "name a registry to run them by" in capsys.readouterr().out


async def test_an_unknown_item_a_wrong_name_and_no_database_are_told_apart(
    here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
    nobody = f"aa.news:{'b' * 26}"
    unknown = (nobody, f"{sub_of(here, 'one')}/7", "A" * 43)
    told_apart = [(name, "nothing is known here of") for name in unknown]
    for item, words in [*told_apart, ("tomorrow", "names no item"), ("https://[", "names no item")]:
        assert main(asked(here, item)) == 2
        assert words in capsys.readouterr().err
    assert main(["case", nobody, "--db", str(here.folder / "none.sqlite3")]) == 2
    assert "there is no hub's database" in capsys.readouterr().err


def test_what_names_no_item_is_refused_in_one_line() -> None:
    with pytest.raises(ClientError, match="names no item") as caught:
        named("\x1b[31m" + "x" * 10_000)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 1_000


def test_the_checks_are_those_of_the_protocol_with_their_reasons() -> None:
    table = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", PROTOCOL.read_text(), re.MULTILINE)
    written = {int(step): re.findall(r"`([a-z0-9-]+)(…?)`", reasons) for step, reasons in table}
    for step, _, reasons in STEPS:
        names = {
            str(reason) for word, more in written[step] for reason in Reason
            if reason == word or (more and reason.startswith(word))
        }  # fmt: skip
        assert names - {Reason.AGENCY_NOT_ENROLLED} == reasons - {Reason.AGENCY_NOT_ENROLLED}, step
