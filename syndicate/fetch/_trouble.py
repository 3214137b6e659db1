"""What can go wrong between us and a stranger's server, in words of ours."""

from typing import ClassVar

from syndicate.ports import FetchFault


class Trouble(Exception):
    """Something of the server's that we do not take; the message says what, in words of ours."""

    fault: ClassVar[FetchFault]


class BadUrl(Trouble):
    """The address, or one that it redirects to, is not one that is ever fetched."""

    fault = FetchFault.BAD_URL


class TooLarge(Trouble):
    """A bound on bytes was reached."""

    fault = FetchFault.TOO_LARGE


class BadCoding(Trouble):
    """The content coding is one that was not asked for, or its bytes are damaged."""

    fault = FetchFault.BAD_ENCODING
