"""Bad nights against hubs that run: the commands as they are typed, and a thief."""

import argparse
import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from bad_night import STREAM, of
from hub_folder import AGENCY, Place, Served, hub_at_work
from patience import PATIENCE
from press import NOON
from raw_server import raw_server, response
from registry_files import key_table
from selling import SIGNER, Seller

from syndicate.agency import load_config
from syndicate.assembly import AgencyOrders, open_agency, open_hub
from syndicate.cli import _agency as cli
from syndicate.errors import AgencyError
from syndicate.news import Act, Item, KeyId, StreamName, compose_token, encode
from syndicate.newsdesk import Desk, panic, reissue
from syndicate.ports import Signed
from syndicate.settings import Address
from syndicate.signing import ephemeral_signer, open_key
from syndicate.storage import open_streambook
from syndicate.trust import recall

SUCCESSOR = ephemeral_signer(bytes([2]) * 32)  # sealed, of aa.news in tests/registry_files.py


@pytest.fixture
def seller(tmp_path: Path) -> Seller:
    return Seller(tmp_path)


# The commands, as they are typed.


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    args = parser.parse_args(["agency", *map(str, words)])
    code: int = args.run(args)
    return code


async def typed(*words: object) -> int:
    """A command beside the hub, as in another terminal."""
    return await asyncio.to_thread(run, *words)


def cms(folder: Path, *stories: str) -> None:
    items = "".join(
        f"<item><title>{each}</title><link>https://news.aa.example/{each}</link><guid>{each}</guid>"
        f"<description>Of {each}.</description></item>"
        for each in reversed(stories)
    )
    (folder / "cms.xml").write_text(
        '<rss version="2.0"><channel><title>News</title><link>https://news.aa.example/</link>'
        f"{items}</channel></rss>"
    )


@dataclass(frozen=True)
class Night:
    """An agency's folder as `agency init` made it, and a hub that has enrolled it."""

    folder: Path
    served: Served

    @property
    def config(self) -> Path:
        return self.folder / "agency.toml"

    @property
    def hub(self) -> str:
        return self.served.hub.url

    async def sign_and_push(self, *stories: str) -> int:
        cms(self.folder, *stories)
        assert await typed("sign", self.config) == 0
        code = await typed("push", self.config, self.hub)
        await self.served.hub.sealer.seal_once()
        return code

    async def items(self) -> list[Item]:
        await self.served.hub.sealer.seal_once()
        told = await self.served.json("/v1/items?limit=200")
        return [recall(each["token"]) for each in told["items"]]

    async def forked(self) -> bool:
        return (await self.served.hub.storage.stream_states(STREAM[0]))[STREAM].forked


@pytest.fixture
async def night(here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Night]:
    words = tmp_path / "words"
    words.write_text("a few plain words")
    words.chmod(0o600)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setenv("SYNDICATE_PASSPHRASE_FILE", str(words))
    folder = tmp_path / "agency"
    run("init", AGENCY, "--dir", folder, "--federation", "trial", "--name", "Aaland News", "--language", "en",
        "--domain", "news.aa.example", "--feed", "cms.xml",
        "--base-url", "https://news.aa.example/signed/")  # fmt: skip
    config = folder / "agency.toml"
    config.write_text(config.read_text().replace("release_seconds = 120", "release_seconds = 0"))
    here.folders.write("aa.news.toml", (folder / "aa.news.toml").read_text())
    here.signed.publish()
    async with open_hub(here.settings()) as hub:
        port = urlsplit(hub.url).port or 0
        yield Night(folder, Served(hub, here, None, port))  # type: ignore[arg-type]  # this hub has the true clock


async def test_a_lost_laptop_is_recovered_from_a_running_hub(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await night.sign_and_push("one", "two") == 0
    for lost in ("stream.sqlite", "in-use.key"):
        (night.folder / lost).unlink()
    shutil.rmtree(night.folder / "public")
    assert await typed("rotate", night.config, "--successor", night.folder / "successor.key") == 0
    assert await typed("recover", night.config, "--from", night.hub) == 0
    told = capsys.readouterr().out
    assert "2 tokens with this agency's own signature were found; 2 were new here." in told
    (goes_on,) = re.findall(r"The highest number anywhere is 2; the next is (\d+), and versions", told)
    assert 1_002 <= int(goes_on) < 1_200, "a number more for every second"
    assert "Only http" in told
    assert "run this again with one more --from" in told
    assert await night.sign_and_push("one", "two", "three") == 0
    assert [(item.title, item.seq) for item in await night.items()] == [
        ("one", 1),
        ("two", 2),
        ("three", int(goes_on)),
    ]
    assert not await night.forked()


async def test_panic_from_another_machine_takes_back_what_the_hub_shows(
    night: Night, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await night.sign_and_push("one", "two") == 0
    other = tmp_path / "other"
    other.mkdir()
    for taken_along in ("agency.toml", "aa.news.toml", "successor.key"):
        shutil.copy(night.folder / taken_along, other)
    there = Night(other, night.served)
    assert (
        await typed(
            "panic", there.config, "--since", "2h", "--key", other / "successor.key", "--from", night.hub
        )
        == 0
    )
    assert "Signing is halted. 2 items are withheld" in capsys.readouterr().out
    assert await typed("push", there.config, night.hub) == 0
    newest = {item.sub: item.act for item in await night.items()}
    assert list(newest.values()) == [Act.WITHHOLD, Act.WITHHOLD]
    shown = await night.served.json("/feeds/all.json")
    assert all(each["title"].startswith("[WITHHELD]") for each in shown["items"])
    assert await typed("rotate", there.config, "--successor", other / "successor.key") == 0
    with pytest.raises(AgencyError, match="halted"):
        await typed("sign", there.config)
    # The machine that was left to the burglar signs on with the old key, and gets nothing in.
    before = len(await night.items())
    capsys.readouterr()
    assert await night.sign_and_push("one", "two", "false") == 1
    assert "its first token closed this key" in capsys.readouterr().out
    assert "false" not in [item.title for item in await night.items()][before:]


async def test_a_dead_hub_does_not_keep_the_agency_from_the_others(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await night.sign_and_push("one") == 0
    (night.folder / "stream.sqlite").unlink()
    dead = "http://127.0.0.1:9"
    assert await typed("recover", night.config, "--from", dead, "--from", night.hub) == 0
    told = capsys.readouterr()
    assert "The highest number anywhere is 1;" in told.out
    assert re.search(r"the next is 1[01]\d\d,", told.out)
    assert "Gone on without a hub: http://127.0.0.1:9" in told.err
    with pytest.raises(AgencyError, match=r"127\.0\.0\.1:9"):
        await typed("recover", night.config, "--from", dead)


# What a hub may answer to a panic, and to a recovery.
NO_HUBS: dict[str, bytes] = {
    "a number beyond all": b'{"items":[],"last":1e999}',
    "infinity": b'{"items":[],"last":Infinity}',
    "four thousand digits": b'{"items":[],"last":' + b"9" * 4_000 + b"}",
    "a list": b"[]",
    "nothing but depth": b"[" * 100_000,
    "half a character": b'{"items":[{"token":"\\ud800"}],"last":5}',
    "a token that is none": b'{"items":[{"token":{}}],"last":5}',
    "no items": b'{"items":[null],"last":"1"}',
    "no end": b'{"items":[],"last":null}',
}


async def test_panic_halts_and_takes_back_what_is_known_here_when_no_hub_answers(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await night.sign_and_push("one") == 0
    assert await typed("panic", night.config, "--since", "2h", "--from", "http://127.0.0.1:9") == 1
    told = capsys.readouterr()
    assert "Signing is halted. 1 items are withheld" in told.out
    assert "Only what this machine knew is withheld: http://127.0.0.1:9" in told.err
    with pytest.raises(AgencyError, match="halted"):
        await typed("sign", night.config)
    assert await typed("push", night.config, night.hub) == 0
    await night.served.until_sealed(2)
    assert [item.act for item in await night.items()] == [Act.PUBLISH, Act.WITHHOLD]
    assert not await night.forked()


@pytest.mark.parametrize("said", [pytest.param(said, id=name) for name, said in NO_HUBS.items()])
async def test_a_hub_that_speaks_as_none_stops_neither_panic_nor_the_other_hubs(
    night: Night, capsys: pytest.CaptureFixture[str], said: bytes
) -> None:
    assert await night.sign_and_push("one") == 0
    page = f"/v1/items?after=-1&limit=100&agency={AGENCY}"
    async with raw_server({page: response(said)}) as liar:
        url, _ = of(liar)
        with pytest.raises(AgencyError, match="does not speak as a hub does"):
            await typed("recover", night.config, "--from", url)
        assert await typed("panic", night.config, "--since", "2h", "--from", url, "--from", night.hub) == 0
    assert "Gone on without a hub" in capsys.readouterr().err
    assert await typed("push", night.config, night.hub) == 0
    await night.served.until_sealed(2)
    assert [item.act for item in await night.items()] == [Act.PUBLISH, Act.WITHHOLD]


# The thief.


def revoke(here: Place, at: str) -> None:
    """What the ministry does when it hears of it: the key counts no more, from a moment in the past on."""
    first = key_table(AGENCY, 1, status='"revoked"', revoked_at=at, reason='"stolen"')
    second = key_table(AGENCY, 2)
    here.folders.write("aa.news.toml", f'agency = "{AGENCY}"\n' + first + second)
    here.signed.publish()


async def test_attack_01_a_stolen_item_key_back_dates_and_gets_nothing_in_after_its_revocation(
    here: Place, seller: Seller
) -> None:
    async with hub_at_work(here) as served:
        honest = [each.token for each in seller.sign("one", "two")]
        thief = _Thief(seller.folder.parent / "thief")
        early = thief.token("early", seq=1, stream="loot")
        assert [each["outcome"] for each in await served.submit(*honest, early)] == ["admitted"] * 3
        served.clock.time = NOON + 3_600
        revoke(here, "2026-11-23T11:59:30Z")  # an hour ago, before anything of this was received
        await served.hub.look_again()

        # Whatever time a token gives itself, it is the time of its receipt that counts.
        said = [
            thief.token(f"late{number}", seq=number, stream="loot", iat=iat)
            for number, iat in enumerate((NOON - 86_400, NOON - 3_600, NOON + 1, NOON + 3_600), 2)
        ]
        answers = await served.submit(*said, thief.token("main", seq=3, stream="main"))
        assert {(each["outcome"], each["reason"]) for each in answers} == {("refused", "key-revoked")}

        # The successor takes the stream over where it was; what hubs would refuse by now is said again.
        served.clock.time = seller.now = NOON + 7_200
        with open_streambook(seller.config.book_file, AGENCY, seller.config.stream) as book:
            desk = Desk(config=seller.config, signer=SUCCESSOR, book=book, now=seller.now)
            again = [each for each in reissue(desk, since=NOON - 30) if isinstance(each, Signed)]
        assert [(each.seq, each.ver) for each in again] == [(3, 2), (4, 2)]
        answers = await served.submit(*(each.token for each in again))
        assert [each["outcome"] for each in answers] == ["admitted"] * 2
        state = (await served.hub.storage.stream_states(STREAM[0]))[STREAM]
        assert (state.seq, state.forked) == (4, False)
        shown = (await served.json("/feeds/all.json"))["items"]
        assert {each["title"] for each in shown if "again" not in each["title"]} >= {"Story one", "Story two"}

        # What was in the feed already is judged anew; the order stays as it is.
        revoked = [each["title"] for each in shown if each["title"].startswith("[KEY REVOKED] ")]
        assert revoked == ["[KEY REVOKED] Lie early"], "admitted before anybody knew of the theft"
        await served.hub.sealer.seal_once()
        told = (await served.json("/v1/items?limit=200"))["items"]
        assert [("key-revoked" in each["marks"], each["verdicts"]["issuer"]) for each in told] == [
            *[(True, "no")] * 3,
            *[(False, "yes")] * 2,
        ]
        page = (await served.get("/")).body.decode()
        assert page.count("The key that signed this was revoked") == 1, "the story that was not signed again"
        assert page.count("s key, unaltered since") == 2
        assert "A rehearsal: no state holds its keys" in page


class _Thief(Seller):
    """Has the key, and none of the book: signs what it likes, with any number and any time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder)

    def token(self, name: str, *, seq: int, stream: str, iat: int = NOON) -> str:
        changes: dict[str, Any] = {
            "seq": seq,
            "stream": StreamName(stream),
            "iat": iat,
            "title": f"Lie {name}",
        }
        item = replace(self._item(name), **changes)
        return compose_token(encode(item), KeyId(SIGNER.kid), SIGNER.sign)


async def test_panic_after_a_theft_is_signed_by_the_successor_and_admitted(
    here: Place, seller: Seller
) -> None:
    async with hub_at_work(here) as served:
        signed = [each.token for each in seller.sign("one", "two")]
        await served.submit(*signed)
        served.clock.time = seller.now = NOON + 3_600
        revoke(here, "2026-11-23T12:30:00Z")
        await served.hub.look_again()
        with open_streambook(seller.config.book_file, AGENCY, seller.config.stream) as book:
            desk = Desk(config=seller.config, signer=SUCCESSOR, book=book, now=seller.now)
            notices = [each for each in panic(desk, since=NOON - 60) if isinstance(each, Signed)]
        answers = await served.submit(*(each.token for each in notices))
        assert [each["outcome"] for each in answers] == ["admitted"] * 2


# Who waits for whom.


async def test_panic_does_not_wait_for_a_cms_that_trickles(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    """A burglar in the CMS lets it answer as slowly as he likes; the book is not open meanwhile."""
    assert await night.sign_and_push("one") == 0
    asked, over = asyncio.Event(), asyncio.Event()

    async def trickle(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await over.wait()
        writer.write(response(status="503 Service Unavailable"))

    async with raw_server({"/feed": trickle}) as slow:
        text = night.config.read_text().replace('feed = "cms.xml"', f'feed = "{slow.url("/feed")}"', 1)
        night.config.write_text(
            text.replace('# allow = ["10.0.0.5:80"]', f'allow = ["127.0.0.1:{slow.port}"]', 1)
        )
        config = load_config(night.config)
        signer = open_key(config.key_file, b"a few plain words")
        orders = AgencyOrders(listen=Address("127.0.0.1", 0), cadence_seconds=0.5)
        async with asyncio.timeout(PATIENCE), open_agency(config, signer, orders):
            await asked.wait()
            with open_streambook(config.book_file, config.id, config.stream) as book:
                assert book.head()[0] == 1, "it is free"
            assert await typed("panic", night.config, "--since", "2h") == 0
            assert "Signing is halted. 1 items are withheld" in capsys.readouterr().out
            over.set()


async def test_what_a_person_types_waits_for_the_book(night: Night) -> None:
    assert await night.sign_and_push("one") == 0
    config = load_config(night.config)
    with open_streambook(config.book_file, config.id, config.stream):
        panicking = asyncio.create_task(typed("panic", night.config, "--since", "2h"))
        await asyncio.sleep(1.0)
        assert not panicking.done()
    assert await asyncio.wait_for(panicking, PATIENCE) == 0
