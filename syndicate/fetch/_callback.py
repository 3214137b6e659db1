"""Whether an address that somebody named may ever be called back: what can be said before it is dialled."""

from ipaddress import ip_address
from typing import Final

from yarl import URL

from syndicate.errors import ForbiddenAddress
from syndicate.fetch._addresses import why_special
from syndicate.fetch._limits import Allowed
from syndicate.fetch._trouble import BadUrl
from syndicate.fetch._urls import fetchable
from syndicate.news import HostError, host_of, limits

_PORTS: Final = (80, 443)
_HINT: Final = "A callback is an http or https address of a public host, on port 80 or 443."


def check_callback(address: str, allow: Allowed = ()) -> None:
    """Refuse what the guarded dialer would refuse anyway, and what no callback needs.

    The dialer judges again what the host's name leads to, at each connection.

    Raises:
        ForbiddenAddress: it is too long, no plain http(s) address, has a user or a fragment, another port
            than 80 or 443, a host that is no dotted name, or an IP address that is not public.
    """
    if len(address) > limits.URL:
        raise ForbiddenAddress(f"a callback has at most {limits.URL:,} characters", hint=_HINT)
    try:
        url = fetchable(address)
    except BadUrl as exc:
        raise ForbiddenAddress(f"this cannot be called back: {exc}", hint=_HINT) from exc
    if "#" in address:
        raise ForbiddenAddress("this cannot be called back: it has a fragment", hint=_HINT)
    if (url.host, url.port) in frozenset(allow):
        return
    if url.port not in _PORTS:
        raise ForbiddenAddress(f"this cannot be called back: port {url.port}", hint=_HINT)
    if (why := _why_no_host(url)) is not None:
        raise ForbiddenAddress(f"this cannot be called back: {why}", hint=_HINT)


def _why_no_host(url: URL) -> str | None:
    host = url.host or ""
    try:
        special = why_special(ip_address(host.partition("%")[0]))
    except ValueError:  # a name
        try:
            host_of(f"https://{url.raw_host}/")
        except HostError:  # also "2130706433", "0x7f.1", "localhost"
            return "its host is no dotted name"
        return None
    return None if special is None else f"{host} is a {special} address"
