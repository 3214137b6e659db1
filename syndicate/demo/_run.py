"""The two ways to run the demo: once, compared with what should happen, or on and on."""

import asyncio
import json
import logging
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from syndicate.demo import _expected as expected
from syndicate.demo._bad_nights import play_bad_nights
from syndicate.demo._ceremonies import play_ceremonies
from syndicate.demo._federation import Federation, open_federation
from syndicate.demo._live import live_on
from syndicate.demo._log_nights import copy_the_hub, play_log_nights
from syndicate.demo._look import look
from syndicate.demo._night import play_night
from syndicate.demo._platform import open_platform
from syndicate.demo._play import play_day
from syndicate.demo._stories import Newsroom, load_newsrooms
from syndicate.demo._street import LOOPBACK
from syndicate.demo._table import Row, all_agree, as_json, compare, print_table
from syndicate.demo._telling import Teller
from syndicate.errors import DemoError

_STOPS = (signal.SIGINT, signal.SIGTERM)


def check_demo(*, as_json_text: bool = False) -> int:
    """Play the story once on free ports and print expected against seen; 0 if all agree, else 1.

    Raises:
        SyndicateError: the federation could not be started.
    """
    began = time.monotonic()
    with _folder(None) as folder, _log_in(folder):
        rows = asyncio.run(play_once(load_newsrooms(), folder, Teller(silent=as_json_text)))
    seconds = round(time.monotonic() - began, 1)
    if as_json_text:
        told = {"agrees": all_agree(rows), "seconds": seconds, "rows": as_json(rows)}
        print(json.dumps(told, ensure_ascii=False))
    else:
        print()
        print_table(rows)
        print(f"played in {seconds} s")
    return 0 if all_agree(rows) else 1


async def play_once(newsrooms: Sequence[Newsroom], folder: Path, teller: Teller) -> list[Row]:
    """The whole story, and every row of the comparison."""
    async with (
        open_federation(newsrooms, folder, began=time.time()) as federation,
        open_platform(federation) as platform,
    ):
        await play_day(federation, teller)
        answers = await play_night(federation, teller)
        rows = await asyncio.to_thread(look, federation.hub)
        rows += await platform.report(teller)
        copy = await copy_the_hub(federation)
        answers |= await play_bad_nights(federation, teller)
        answers |= await play_log_nights(federation, copy, teller)
        answers |= await asyncio.to_thread(play_ceremonies, federation, teller)
    told = expected.ANSWERS.items()
    return [*rows, *(compare(name, answer, answers.get(name, "nothing")) for name, answer in told)]


def run_demo(*, port: int, keep: Path | None) -> int:
    """Play the story, then keep publishing until Ctrl-C or SIGTERM; 0 when stopped like that.

    Raises:
        SyndicateError: the federation could not be started.
    """
    teller = Teller()
    with _folder(keep) as folder, _log_in(folder):
        asyncio.run(_run(teller, folder, _free(port, teller)))
    teller.say(f"Stopped. Everything is still in {keep}." if keep else "Stopped, and tidied up.")
    return 0


async def _run(teller: Teller, folder: Path, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stop.set)
    await _unless(stop, _play_on(teller, folder, port))


async def _play_on(teller: Teller, folder: Path, port: int) -> None:
    began = time.time()
    async with (
        open_federation(load_newsrooms(), folder, began=began, port=port) as federation,
        open_platform(federation) as platform,
    ):
        await play_day(federation, teller)
        await play_night(federation, teller)
        await platform.report(teller)
        copy = await copy_the_hub(federation)
        await play_bad_nights(federation, teller)
        await play_log_nights(federation, copy, teller)
        await asyncio.to_thread(play_ceremonies, federation, teller)
        _point_the_way(federation, teller)
        await live_on(federation, teller, began=began)


async def _unless(stop: asyncio.Event, work: Coroutine[None, None, None]) -> None:
    """Do ``work`` until it is done or ``stop`` is set; what it opened is closed either way."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        working.cancel()
        stopping.cancel()
        await asyncio.wait((working, stopping))
    if not working.cancelled():
        working.result()


def _point_the_way(federation: Federation, teller: Teller) -> None:
    base = federation.hub.base_url
    teller.scene("Now look for yourself; Ctrl-C ends it")
    teller.say(f"a page for people          {base}/")
    teller.say(f"for your feed reader       {base}/feeds/all.rss   (or .atom, .json)")
    teller.say(f"one member, one language   {base}/feeds/tl.rss   {base}/feeds/lang/ms-Arab.rss")
    teller.say(f"each story once            {base}/stories   {base}/feeds/stories.rss")
    teller.say(f"a search, in any script    {base}/search?q=ho+vi+du")
    teller.say(f"did a source say this?     {base}/lookup")
    teller.say(f"the one order, as an API   {base}/v1/items")
    teller.say("check, without trusting this hub, that its feed says what the agencies signed:")
    syndicate = sys.argv[0] if Path(sys.argv[0]).name == "syndicate" else "syndicate"
    papers = f"--registry {federation.hub.base_url}/registry --root {federation.chamber.root}"
    teller.say(f"  {syndicate} verify-feed {base}/feeds/all.atom {papers}")
    teller.say("ask it about a passage, and have the answer checked here:")
    teller.say(
        f'  {syndicate} lookup --hub {base} {papers} "Otters of Sample Pier get a crossing of their own"'
    )
    teller.say("and what it refused, with the reason and what the agency could do about it:")
    teller.say(f"  {syndicate} refusals --db {federation.database}")
    teller.say("and which items it found to be copies, or kept apart, and why:")
    teller.say(f"  {syndicate} relations list --db {federation.database}")
    teller.say("a new bulletin follows every 20 seconds:")


def _free(port: int, teller: Teller) -> int:
    """``port`` if nobody listens there, else 0, which lets the machine choose."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            teller.say(f"Port {port} is taken, so the hub takes a free one.")
            return 0
    return port


@contextmanager
def _log_in(folder: Path) -> Iterator[None]:
    """Let the hub write its log into ``folder``: on the terminal the demo tells the story."""
    log = logging.getLogger("syndicate")
    pen = logging.FileHandler(folder / "hub.log", encoding="utf-8")
    pen.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    log.addHandler(pen)
    try:
        yield
    finally:
        log.removeHandler(pen)
        pen.close()


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where the federation keeps its files: a temporary folder, or ``keep``, which must be new or empty."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="syndicate-demo-") as made:
            yield Path(made)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
        occupied = any(keep.iterdir())
    except OSError as exc:
        raise DemoError(f"cannot use the folder {keep}: {exc.strerror}") from exc
    if occupied:
        raise DemoError(f"the folder {keep} is not empty", hint="Name a new folder: nothing is overwritten.")
    yield keep.resolve()
