"""Who listens: 500 readers of one stream, one item, and when the last of them has it; what each holds."""

import json
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ._measure import Goal, Result, Scale, told
from ._newsroom import Press
from ._visitor import Child, Visitor, child, request

LAST_GOAL: Final = Goal(at_most=250.0)
HELD_GOAL: Final = Goal(at_most=60.0)
_MILLI: Final = 1e3
_PATIENCE_SECONDS: Final = 30.0


def measure(scale: Scale) -> list[Result]:
    """From an item's admission until the last listener has it, and the hub's memory for a listener."""
    count = scale.of(500, 20)
    with TemporaryDirectory(prefix="syndicate-bench-") as made, ExitStack() as opened:
        folder = Path(made)
        press = Press(folder)
        tokens = iter([press.rooms[0].publish()[1] for _ in range(scale.turns + 2)])
        hub = opened.enter_context(child(folder / "hub.db", press.repository, press.root))
        visitor = opened.enter_context(closing(Visitor(hub.port)))
        with _listeners(hub.port, 20) as few:  # what the first ones need is there for all
            _turn(visitor, few, next(tokens))
        before = _resident(hub)
        listeners = opened.enter_context(_listeners(hub.port, count))
        _turn(visitor, listeners, next(tokens))
        held = (_resident(hub) - before) / count
        times = [_turn(visitor, listeners, token) for token in tokens]
        return [_last(count, times), _held(count, held)]


def _last(count: int, times: Sequence[tuple[float, float]]) -> Result:
    first, last = ([each[which] * _MILLI for each in times] for which in (0, 1))
    return Result(
        section="stream",
        what=f"ms from the answer to a submission until the last of {count} listeners has the item",
        figure=sorted(last)[len(last) // 2],
        spread=(min(last), max(last)),
        goal=LAST_GOAL,
        unit="ms",
        behind=(
            told("until the first has it (the sealer's window is 100 ms)", first, "ms"),
            told("from the first to the last", [b - a for a, b in zip(first, last, strict=True)], "ms"),
        ),
    )


def _held(count: int, held: float) -> Result:
    return Result(
        section="stream",
        what=f"kB of the hub's memory for each of {count} listeners",
        figure=held,
        spread=(held, held),
        goal=HELD_GOAL,
        unit="kB",
    )


def _resident(hub: Child) -> float:
    kilobytes: int = hub.ask()["resident"]
    return kilobytes * 1024 / 1e3


@contextmanager
def _listeners(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many open streams, each past its beginning."""
    with ExitStack() as stack:
        opened = []
        for _ in range(count):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            one.sendall(request("/v1/stream"))
            opened.append(one)
        for one in opened:
            head = b""
            while b"retry:" not in head:
                head += one.recv(4_096)
        yield opened


def _turn(visitor: Visitor, listeners: Sequence[socket.socket], token: str) -> tuple[float, float]:
    """Seconds from a submission's answer until the first, and until the last, has the whole item."""
    status, _, body = visitor.post("/v1/submit", token.encode("ascii"))
    began = time.perf_counter()
    if status != 200 or json.loads(body)["results"][0]["outcome"] != "admitted":
        raise AssertionError("the item was not admitted: nothing to measure")
    first = 0.0
    with selectors.DefaultSelector() as waiting:
        for one in listeners:
            waiting.register(one, selectors.EVENT_READ, bytearray())
        while waiting.get_map():
            ready = waiting.select(_PATIENCE_SECONDS)
            if not ready:
                raise AssertionError("a listener never got the item")
            for key, _ in ready:
                heard: bytearray = key.data
                heard += socket.socket.recv(key.fileobj, 1 << 20)  # type: ignore[arg-type] # it is one
                if b"data: " in heard and heard.endswith(b"\n\n\r\n"):
                    first = first or time.perf_counter() - began
                    waiting.unregister(key.fileobj)
    return first, time.perf_counter() - began
