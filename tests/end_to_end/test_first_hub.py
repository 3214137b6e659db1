"""The walk in docs/first-hub.md, typed as it stands there; only the two ports are others."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from patience import PATIENCE
from raw_client import ask, held_port

pytestmark = pytest.mark.long
PAGE = Path(__file__).parent.parent.parent / "docs" / "first-hub.md"
SCRIPT = f"""\
#!/bin/sh
exec {sys.executable} -c "import sys; from syndicate.cli import main; sys.exit(main())" "$@"
"""


def blocks(agency_port: int, hub_port: int) -> list[str]:
    text = PAGE.read_text().replace("8001", str(agency_port)).replace("8080", str(hub_port))
    return re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


async def typed(block: str, folder: Path, path: Path) -> asyncio.subprocess.Process:
    around = {"PATH": f"{path}:{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(sys.path)}
    return await asyncio.create_subprocess_exec(
        "bash", "-e", "-c", block,
        cwd=folder, env=os.environ | around, start_new_session=True,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def told(block: str, folder: Path, path: Path) -> str:
    process = await typed(block, folder, path)
    out = (await asyncio.wait_for(process.communicate(), PATIENCE))[0].decode()
    assert process.returncode == 0, out
    return out


@asynccontextmanager
async def running(block: str, folder: Path, path: Path) -> AsyncIterator[None]:
    process = await typed(block, folder, path)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        await asyncio.wait_for(process.communicate(), PATIENCE)


async def test_the_walk_to_a_first_hub_leads_there(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "syndicate").write_text(SCRIPT)
    (tmp_path / "bin" / "syndicate").chmod(0o700)
    path, folder = tmp_path / "bin", tmp_path / "trial"
    with held_port() as agency_port, held_port() as port:
        agency, federation, hub, reader = blocks(agency_port, port)
        assert "1 signed" in await told(agency, tmp_path, path)
        assert "Nothing is wrong in 1 member, 1 agency, 2 keys." in await told(federation, folder, path)
        async with running(hub, folder, path):
            await asyncio.wait_for(arrival(port), PATIENCE)
            seen = await told(reader, folder, path)
    assert "1 of 1 entries say what was signed" in seen
    assert "Nothing was refused." in seen


async def arrival(port: int) -> None:
    """Wait until the story stands in the hub's feed."""
    while True:
        await asyncio.sleep(0.5)
        try:
            if b"The ferry sails again" in (await ask(port, "/feeds/all.rss")).body:
                return
        except OSError:
            continue  # it does not listen yet
