"""The newsdesk as pages on this machine, put together."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Final

from syndicate.agency import BOOK_SECONDS, AgencyConfig
from syndicate.assembly._ground import SystemClock, listen_on, stopping, url_of
from syndicate.errors import SettingsError
from syndicate.forms import make_forms
from syndicate.newsdesk import Desk
from syndicate.ports import Signer
from syndicate.settings import Address
from syndicate.storage import open_streambook
from syndicate.web import serve

_SECRET_BYTES: Final = 24


async def run_forms(
    config: AgencyConfig, signer: Signer, listen: Address, started: Callable[[str], None] = lambda _: None
) -> None:
    """Show the forms until SIGTERM or SIGINT; ``started`` hears the address that lets one person in.

    Raises:
        SettingsError: ``listen`` is not an address of this machine alone, or taken.
    """
    if not ip_address(listen.host).is_loopback:
        raise SettingsError(
            f"{listen} can be reached from other machines", hint="The desk is for this machine: 127.0.0.1."
        )
    stop, secret = asyncio.Event(), secrets.token_urlsafe(_SECRET_BYTES)
    with stopping(stop), contextlib.closing(listen_on(listen)) as listener:
        url = url_of(listener)
        host, port = listener.getsockname()[:2]
        site = make_forms(
            lambda: _at_desk(config, signer), config, secret=secret,
            hosts={str(Address(host, port)), f"localhost:{port}"},
        )  # fmt: skip
        async with serve(site, listener):
            started(f"{url}/{secret}/")
            await stop.wait()


@contextlib.contextmanager
def _at_desk(config: AgencyConfig, signer: Signer) -> Iterator[Desk]:
    with open_streambook(config.book_file, config.id, config.stream, wait_seconds=BOOK_SECONDS) as book:
        yield Desk(config=config, signer=signer, book=book, now=SystemClock().now())
