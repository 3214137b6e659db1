"""Words of the tests of bad nights."""

from hub_folder import AGENCY
from raw_server import RawServer

from syndicate.news import StreamName

STREAM = (AGENCY, StreamName("main"))


def of(server: RawServer) -> tuple[str, int]:
    """Where it answers, as an agency names a hub to itself: address and port."""
    return server.url("").rstrip("/"), server.port
