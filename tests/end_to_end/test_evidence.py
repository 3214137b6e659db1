"""A page that a journalist sends: it checks itself in a real browser, off-line."""

import asyncio
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hub_folder import Place
from press import NOON
from witnessed import witnessed

from syndicate.cli import main
from syndicate.news import Content

BROWSER = shutil.which("chromium") or shutil.which("chromium-headless-shell")
BODY = "<p>Nước dâng <strong>hai mét</strong>.</p><ul><li>Chợ đóng cửa &amp; trường nghỉ.</li></ul>"


@pytest.fixture
async def page(here: Place, tmp_path: Path) -> Path:
    """A page of an item whose hub is gone by now."""
    path = tmp_path / "evidence.html"
    async with witnessed(here) as there:
        content = Content(type="text/html", body=BODY)
        token = here.newsroom.release("flood", title="Lũ <lớn> & chợ đóng", content=content, lang="vi")
        assert (await there.served.send(token.encode())).status == 200
        await there.until_shown(1)
        words = [
            "evidence",
            here.newsroom.item("flood").sub,
            "--from",
            there.served.hub.url,
            "--out",
            str(path),
        ]
        assert await asyncio.to_thread(main, [*words, "--at", str(NOON + 9), *here.signed.options]) == 0
    return path


def opened(page: Path, profile: Path) -> str:
    """What a real browser shows, scripts run, without a network."""
    assert BROWSER is not None
    ran = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--proxy-server=127.0.0.1:9", f"--user-data-dir={profile}", "--virtual-time-budget=5000",
         "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=200, check=True,
    )  # fmt: skip
    found = re.search(r'<p id="verdict"[^>]*class="(yes|no)"[^>]*>(.*?)</p>', ran.stdout, re.DOTALL)
    assert found is not None, ran.stdout[:2_000] + ran.stderr[-500:]
    return f"{found[1]}: {found[2]}"


def test_the_page_is_whole_and_any_verifier_takes_token_and_proof_out_of_it(
    page: Path, here: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    text = page.read_text(encoding="utf-8")
    assert "Lũ &lt;lớn&gt; &amp; chợ đóng" in text
    assert BODY in text
    assert not re.search(r"(?:src|import|fetch)\s*[=(]", text.partition("<article")[0])
    words = [
        "verify",
        str(page),
        "--proof",
        str(page),
        "--at",
        str(NOON + 3_650 * 86_400),
        *here.signed.options,
    ]
    assert main(words) == 0
    assert "cosigned by w0.example" in capsys.readouterr().out


if BROWSER is not None:  # `.ci/run` brings one; on a machine without, this one test is not there

    def test_a_browser_says_yes_to_the_page_and_no_to_every_altered_one(page: Path, tmp_path: Path) -> None:
        assert opened(page, tmp_path / "p0").startswith(
            "yes: Checked in this page, off-line: signed by aa.news"
        )
        text = page.read_text(encoding="utf-8")
        token = re.search(r'application/jose">\s*(\S+)', text)
        assert token is not None
        altered = {
            "the text": text.replace("hai mét", "chín mét"),
            "the title": text.replace('id="title">Lũ', 'id="title">Không Lũ'),
            "the token": text.replace(token[1], token[1][:-8] + ("A" * 8)),
            "the proof": text.replace("index 1", "index 0"),
            "the witnesses": re.sub(r"— w[0-3]\.example \S+\n", "", text),
        }
        for number, (what, lie) in enumerate(altered.items(), 1):
            assert lie != text, what
            path = tmp_path / f"altered{number}.html"
            path.write_text(lie, encoding="utf-8")
            assert opened(path, tmp_path / f"p{number}").startswith("no: This page does not hold"), what
