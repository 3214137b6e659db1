"""What every server of ours stands on: the clock, a socket, whom it may dial, the signals that stop it."""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from syndicate.errors import SettingsError
from syndicate.settings import Address, Settings

_STOPS: Final = (signal.SIGTERM, signal.SIGINT)
_UNNAMED_VERSION: Final = "0"


def user_agent(contact: str) -> str:
    """How the hub names itself to the servers it asks (RFC 9110, section 10.1.5), with whom to write to."""
    try:
        number = version("asean-syndicate")
    except PackageNotFoundError:  # run from a checkout
        number = _UNNAMED_VERSION
    return f"syndicate/{number}" + (f" (+{contact})" if contact else "")


def allowed(settings: Settings) -> tuple[tuple[str, int], ...]:
    """The private addresses that may be dialled."""
    return tuple((place.host, place.port) for place in settings.allow)


class SystemClock:
    """The machine's clock."""

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00Z."""
        return time.time()


@contextmanager
def stopping(
    stop: asyncio.Event, others: Mapping[signal.Signals, asyncio.Event] | None = None
) -> Iterator[None]:
    """While in the block, SIGTERM and SIGINT set ``stop``, and each of the ``others`` sets its own event."""
    loop = asyncio.get_running_loop()
    wired = dict.fromkeys(_STOPS, stop) | dict(others or {})
    for number, event in wired.items():
        loop.add_signal_handler(number, event.set)
    try:
        yield
    finally:
        for number in wired:
            loop.remove_signal_handler(number)


def listen_on(place: Address) -> socket.socket:
    """A socket bound to ``place`` and to nobody else's."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            place.host, place.port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise SettingsError(f"cannot listen on {place}: {exc.strerror}") from exc
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        # Binding alone does not always say that another process listens there already.
        listener.listen(1_024)
    except OSError as exc:
        listener.close()
        raise SettingsError(
            f"cannot listen on {place}: {exc.strerror}",
            hint="Choose another address with --listen HOST:PORT.",
        ) from exc
    return listener


def url_of(listener: socket.socket) -> str:
    """The address that a bound socket answers at."""
    host, port, *_ = listener.getsockname()
    return f"http://{Address(host, port)}"
