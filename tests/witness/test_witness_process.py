"""``syndicate witness`` as its keeper meets it: killed while it answers, it has promised nothing twice."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from kept import unmeasured
from logging_hub import log_signer
from patience import PATIENCE
from press import NOON
from raw_client import Reply, ask

from syndicate.cli import main
from syndicate.ledger import AddCheckpoint, Edge, leaf_hash

pytestmark = pytest.mark.long
LOG = log_signer()
COMMAND = "import sys; from syndicate.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_text("a few plain words\n")
    path.chmod(0o600)
    return path


def request(name: str, leaves: int) -> bytes:
    edge, _ = Edge().append([leaf_hash(f"{name} {n}".encode()) for n in range(leaves)])
    return AddCheckpoint(0, (), LOG.checkpoint(edge, NOON)).raw


async def add(port: int, body: bytes) -> Reply:
    return await ask(port, "/add-checkpoint", "Content-Type: text/plain", method="POST", body=body)


async def start(folder: Path, words: Path) -> tuple[asyncio.subprocess.Process, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", COMMAND,
        "witness", "run", str(folder), "--listen", "127.0.0.1:0", "--passphrase-file", str(words),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=unmeasured(PYTHONPATH=os.pathsep.join(sys.path)),
    )  # fmt: skip
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), PATIENCE)).decode()
    assert line.startswith("The witness is at "), line
    return process, urlsplit(line.split()[-1]).port or 0


async def test_a_witness_killed_at_any_moment_has_cosigned_one_history(
    tmp_path: Path, words: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "witness"
    made = ["witness", "init", str(folder), "--name", "w.example", "--log", LOG.key.vkey]
    assert main([*made, "--passphrase-file", str(words)]) == 0
    assert "witness w.example w.example+" in capsys.readouterr().out
    promised: set[str] = set()
    for turn in range(6):
        process, port = await start(folder, words)
        asked = {name: request(name, 4) for name in ("a", "b")}
        tasks = {
            name: asyncio.create_task(add(port, body))
            for name, body in asked.items()
        }  # fmt: skip
        await asyncio.sleep(0.004 * turn)
        process.kill()
        await process.communicate()
        for name, task in tasks.items():
            try:
                if (await task).status == 200:
                    promised.add(name)
            except (OSError, AssertionError, asyncio.IncompleteReadError, ValueError, IndexError):
                pass  # it was killed before it answered
    process, port = await start(folder, words)
    last = {name: (await add(port, body)).status for name, body in asked.items()}
    process.send_signal(signal.SIGTERM)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert (process.returncode, b"The witness has stopped." in out, err) == (0, True, b"")
    # Whoever was promised something is still held to it, and the other history was never cosigned.
    assert len(promised) <= 1
    assert sorted(last.values()) in ([200, 409], [409, 409])
