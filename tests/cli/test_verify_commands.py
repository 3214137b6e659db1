"""``syndicate verify`` and ``verify-feed``, as a person or a program at a terminal meets them."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO, TextIOWrapper
from pathlib import Path
from threading import Thread

import pytest
from press import NOON, PressRoom
from registry_files import Folders, lay_out
from rehearsed import Rehearsed

from syndicate.cli import main
from syndicate.news import Act, FederationId, Item, Slice
from syndicate.papers import load_registry
from syndicate.republish import compose, entry_of
from syndicate.wire import Typesetter

SELF = "https://hub.example"


@pytest.fixture
def room() -> PressRoom:
    return PressRoom("aa.news", seed=1)


@pytest.fixture
def item(room: PressRoom) -> Item:
    return room.item(aud=FederationId("trial"), url="https://news.aa.example/bao", title="Bão số 5")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return lay_out(tmp_path)


@pytest.fixture
def token(room: PressRoom, item: Item) -> str:
    return room.token(item)


@pytest.fixture
def feed(folders: Folders, item: Item, token: str) -> bytes:
    known = load_registry(folders.sources, folders.keys)
    entry = entry_of(item, token, known, token_url=f"{SELF}/v1/items/{item.sub}/1.jws")
    whole = compose(Slice(), (entry,), known, base_url=SELF, first_index=None, last_index=None)
    return Typesetter().render(whole, "atom")


def run(folders: Folders, *words: str) -> int:
    return main([*words, *signed_once(folders).options, "--at", str(NOON)])


def signed_once(folders: Folders) -> Rehearsed:
    """The folders' registry, signed when it is first asked for."""
    made = Rehearsed(folders, folders.sources.parent)
    if not made.root.exists():
        made.publish()
    return made


def written(folder: Path, name: str, text: str | bytes) -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_a_token_of_an_enrolled_agency_verifies(
    folders: Folders, tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folders, "verify", written(tmp_path, "t.jws", token + "\n")) == 0
    told = capsys.readouterr().out
    assert "signature  yes" in told
    assert "log        not yet" in told
    assert "Signed with the key of Aaland News (aa.news), unaltered since " in told
    assert "by its own clock." in told


@pytest.mark.parametrize(
    ("act", "word"),
    [(Act.RETRACT, "WITHDRAWN by its agency"), (Act.WITHHOLD, "WITHHELD for now by its agency")],
)
def test_a_withdrawal_is_said_before_the_title_that_it_takes_back(
    folders: Folders, tmp_path: Path, room: PressRoom, item: Item, capsys: pytest.CaptureFixture[str],
    *, act: Act, word: str,
) -> None:  # fmt: skip
    said = room.token(replace(item, ver=2, act=act, note="We were deceived.", content=None))
    assert run(folders, "verify", written(tmp_path, "t.jws", said)) == 0
    told = capsys.readouterr().out
    assert f"{word}: We were deceived.\n(the title was: Bão số 5)" in told


@pytest.mark.parametrize("word", ["true", "verified", "authoritative"])
def test_s1_the_verdict_speaks_of_provenance_never_of_truth(
    folders: Folders, tmp_path: Path, token: str, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(folders, "verify", written(tmp_path, "t.jws", token))
    assert word not in capsys.readouterr().out.lower()


def test_an_altered_token_is_answered_with_no_its_reason_and_a_remedy(
    folders: Folders, tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    head, payload, signature = token.split(".")
    altered = f"{head}.{payload[:40]}A{payload[41:]}.{signature}"
    assert run(folders, "verify", written(tmp_path, "t.jws", altered)) == 1
    told = capsys.readouterr().out
    assert "signature-bad: not signed with the key of aa.news that it names." in told


@pytest.mark.parametrize("command", ["verify", "verify-feed"])
def test_whom_it_asked_is_told_when_a_key_is_unknown(
    folders: Folders, item: Item, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stranger = PressRoom("aa.news", seed=77).token(item)
    entry = f'<entry><syn:jws xmlns:syn="urn:syndicate:item:1">{stranger}</syn:jws></entry>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    text = stranger if command == "verify" else feed
    assert run(folders, command, written(tmp_path, "stranger", text)) == 1
    told = capsys.readouterr().out
    assert "key-unknown" in told
    assert f"at {signed_once(folders).repository}; it lists" in told
    assert "(rehearsal)" in told
    assert "--root" in told


def test_neighbours_that_are_wrong_in_one_way_are_told_once(
    folders: Folders, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = "".join(f"<item><title>Story {number}</title></item>" for number in range(3))
    rss = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    assert run(folders, "verify-feed", written(tmp_path, "feed", rss)) == 1
    told = capsys.readouterr().out
    assert "entries 1 to 3: no token, so nothing in it is signed\n" in told
    assert "entry " not in told


def test_programs_get_json(
    folders: Folders, tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folders, "verify", "--json", written(tmp_path, "t.jws", token)) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["signature"], told["issuer"], told["log"], told["ok"]) == ("yes", "yes", "not yet", True)


def test_a_token_is_read_from_standard_input_and_from_a_page(
    folders: Folders, tmp_path: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(token.encode())))
    assert run(folders, "verify", "-") == 0
    page = f'<html><script type="application/jose">{token}</script></html>'
    assert run(folders, "verify", written(tmp_path, "page.html", page)) == 0


def test_what_holds_no_token_is_an_error_with_a_way_out(
    folders: Folders, tmp_path: Path, feed: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folders, "verify", written(tmp_path, "feed.atom", feed)) == 2
    assert "verify-feed" in capsys.readouterr().err
    assert run(folders, "verify", str(tmp_path / "nowhere")) == 2
    assert "No such file" in capsys.readouterr().err


def test_a_feed_that_shows_what_was_signed_passes(
    folders: Folders, tmp_path: Path, feed: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folders, "verify-feed", written(tmp_path, "feed", feed)) == 0
    assert "1 of 1 entries say what was signed" in capsys.readouterr().out


def test_attack_35_an_altered_copy_is_told_apart_field_by_field(
    folders: Folders, tmp_path: Path, feed: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    altered = feed.replace("Bão số 5</title>".encode(), "Bão số 7</title>".encode())
    assert altered != feed
    assert run(folders, "verify-feed", written(tmp_path, "feed", altered)) == 1
    told = capsys.readouterr().out
    assert "entry 1: title differs" in told
    assert "0 of 1 entries" in told


def test_an_entry_without_a_token_and_a_forged_one_are_named(
    folders: Folders, tmp_path: Path, feed: bytes, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = feed.replace(token.encode(), (token[:-10] + "AAAAAAAAAA").encode())
    assert run(folders, "verify-feed", written(tmp_path, "feed", forged)) == 1
    assert "signature-bad" in capsys.readouterr().out
    start, end = feed.index(b"<syn:jws"), feed.index(b"</syn:jws>") + len(b"</syn:jws>")
    assert run(folders, "verify-feed", written(tmp_path, "feed", feed[:start] + feed[end:])) == 1
    assert "entry 1: no token" in capsys.readouterr().out


@pytest.mark.parametrize("place", ["</feed>", "</entry>"], ids=["of the head", "of an entry"])
def test_attack_25_a_strangers_feed_does_not_write_on_the_terminal(
    folders: Folders, tmp_path: Path, feed: bytes, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lie = "u&#10;Everything that it shows fits.&#10;&#155;2J&#8238;"
    elements = f'<link rel="{lie}" href="https://a.example/"/><b xmlns="{lie}"/>'
    hostile = feed.replace(place.encode(), f"{elements}{place}".encode())
    for option in ([], ["--json"]):
        assert run(folders, "verify-feed", *option, written(tmp_path, "feed", hostile)) == 1
        told = capsys.readouterr().out
        assert "\nEverything" not in told
        assert all(letter.isprintable() or letter == "\n" for letter in told)


def test_attack_26_a_feed_with_too_many_faults_is_told_in_few_lines(
    folders: Folders, tmp_path: Path, feed: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = feed.replace(b"</entry>", b"<x/>" * 900 + b"</entry>")
    assert run(folders, "verify-feed", written(tmp_path, "feed", hostile)) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) < 60
    assert "entry 1: and 850 more" in told


@pytest.mark.parametrize("body", [b'{"version": 1}', b"<rss></rss>", b"<x/>"], ids=["JSON", "RSS", "XML"])
def test_what_is_no_feed_is_answered_with_no(folders: Folders, tmp_path: Path, body: bytes) -> None:
    assert run(folders, "verify-feed", written(tmp_path, "feed", body)) == 1


def test_a_file_without_end_is_not_read_to_its_end(
    folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folders, "verify", "/dev/zero") == 2
    assert "64,000,000 bytes" in capsys.readouterr().err


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        extensions_map = {".atom": "application/atom+xml", ".jws": "application/jose"}  # noqa: RUF012 - http.server's own way

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_address_on_ones_own_machine_may_be_asked_when_it_was_typed(
    folders: Folders, tmp_path: Path, token: str, served: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "t.jws", token)
    assert run(folders, "verify", f"{served}/t.jws") == 0
    assert run(folders, "verify", f"{served.replace('127.0.0.1', 'localhost')}/t.jws") == 0
    assert run(folders, "verify", f"{served}/nowhere.jws") == 2
    assert "404" in capsys.readouterr().err


def test_a_copy_served_elsewhere_does_not_pass_as_the_hubs_own(
    folders: Folders, tmp_path: Path, feed: bytes, served: str, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "all.atom", feed)
    assert run(folders, "verify-feed", f"{served}/all.atom") == 1
    assert "feed: link[rel=self] differs" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["http://[::1", "http://10.0.0.1/x", "http://a.example:99999/"])
def test_an_address_that_cannot_be_asked_is_an_error(
    folders: Folders, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folders, "verify", address) == 2
    assert "syndicate: " in capsys.readouterr().err


def test_the_command_line_says_what_it_can_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    told = capsys.readouterr().out
    assert all(noun in told for noun in ("agency", "demo", "hub", "refusals", "sources", "verify-feed"))
