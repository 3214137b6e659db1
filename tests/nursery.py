"""``syndicate``, started once: each command of a script is a fork of it, and a fresh process all the same.

``nursery(folder)`` puts a ``syndicate`` into ``folder``. What a page tells people to type runs as it stands
there, without the second of start-up that each of its sixty commands would take.
"""

import array
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kept import unmeasured

_MOST: Final = 1_000_000  # bytes of one order
_COMMAND: Final = """\
#!{python} -SE
import array, json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({address!r})
    order = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    told = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
    line.sendmsg([len(order).to_bytes(4, "big")], told)
    line.sendall(order)
    ended = line.recv(1)
sys.exit(ended[0] if ended else 1)
"""


@contextmanager
def nursery(folder: Path) -> Iterator[None]:
    """Have ``folder / "syndicate"`` work while the block runs."""
    address = folder / "nursery"
    command = folder / "syndicate"
    command.write_text(_COMMAND.format(python=sys.executable, address=str(address)))
    command.chmod(0o700)
    with subprocess.Popen(
        [sys.executable, __file__, str(address)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=unmeasured(PYTHONPATH=os.pathsep.join(sys.path)),
    ) as server:  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == b"listening\n"
            yield
        finally:
            server.terminate()


def _serve(address: str) -> None:
    import syndicate.assembly  # noqa: F401, PLC0415 - everything that a command may need is here before the forks
    from syndicate.cli import _agency, _registry, _sources  # noqa: F401, PLC0415 - as above
    from syndicate.signing import _seal  # noqa: PLC0415 - as above

    _seal.ROUNDS = 2_048  # type: ignore[misc]  # keys made in tests are sealed in a moment (conftest)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        os.write(1, b"listening\n")
        while True:
            line, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _do(line)
            line.close()
            os.wait()


def _do(line: socket.socket) -> None:
    from syndicate.cli import main  # noqa: PLC0415 - as above

    files = array.array("i")
    size, told, *_ = line.recvmsg(4, socket.CMSG_SPACE(3 * files.itemsize))
    files.frombytes(told[0][2])
    words, folder, around = json.loads(_whole(line, int.from_bytes(size, "big")))
    for to, file in enumerate(files):
        os.dup2(file, to)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(around)
    try:
        code = main(words)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - shown where the command shows everything
        sys.excepthook(*sys.exc_info())
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    line.sendall(bytes([code]))
    os._exit(0)


def _whole(line: socket.socket, size: int) -> bytes:
    assert size < _MOST
    body = b""
    while len(body) < size:
        body += line.recv(size - len(body))
    return body


if __name__ == "__main__":
    _serve(sys.argv[1])
