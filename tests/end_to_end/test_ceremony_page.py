"""The rehearsal in docs/ceremony.md, typed as it stands there; only digests are given, not typed."""

import asyncio
import os
import re
from pathlib import Path

import pytest
from nursery import nursery

pytestmark = pytest.mark.long
PAGE = Path(__file__).parent.parent.parent / "docs" / "ceremony.md"
DIGEST = """\
digest() { syndicate registry review "$@" --json | sed -n 's/.*"digest": "\\(.*\\)".*/\\1/p'; }
"""


def blocks() -> list[str]:
    """What stands on the page, with the digest told to each `sign` in place of the typing."""
    text = re.sub(
        r"registry sign (\S+)( --founding)?",
        r'registry sign \1\2 --digest "$(digest \1\2)"',
        PAGE.read_text(),
    )
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


async def told(script: str, folder: Path, path: Path) -> str:
    around = {"PATH": f"{path}:{os.environ['PATH']}"}
    process = await asyncio.create_subprocess_exec(
        "bash", "-e", "-c", script, cwd=folder,
        env=os.environ | around | {"XDG_CACHE_HOME": str(folder / "cache")},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out = (await asyncio.wait_for(process.communicate(), 300))[0].decode()
    assert process.returncode == 0, out
    return out


@pytest.mark.timeout(330)  # some sixty commands, each a process; the script itself may take 240 s
async def test_the_rehearsal_leads_through_a_founding_an_enrolment_and_a_theft(tmp_path: Path) -> None:
    path = tmp_path / "bin"
    path.mkdir()
    with nursery(path):
        script = DIGEST + "\n".join(blocks()) + "\nsyndicate registry status --json\n"
        out = await told(script, tmp_path, path)
    assert "Nothing is wrong in 3 members, 3 agencies, 0 keys." in out
    assert "It can be published." in out
    assert "one more is needed" in out
    assert "cc.news: a new item key" in out
    assert "The laptop was stolen" not in out.rpartition("Published: cc-revocations 2.")[0]
    assert "the manifest of aa: no longer signed by aa, person 3" in out
    assert "the manifest of aa: signed by aa, person 3, since today" in out
    assert '"problems": []' in out.rpartition("Published:")[2]
