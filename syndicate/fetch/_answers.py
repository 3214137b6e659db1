"""How many answers one request may get: one, and a few interim ones before it (RFC 9110, section 15.2).

aiohttp reads every answer that came with one packet train before anybody else has a turn, and waits for a
final one however many interim ones come. Four callbacks that said "100 Continue" for ever held up the whole
process for seconds.
"""

from typing import Any, Final

from aiohttp.client_proto import ResponseHandler

_ANSWERS: Final = 16  # to one request
_STEP: Final = 4_096  # bytes looked at between two looks at their number, and
_BODY_STEP: Final = 65_536  # of a body, which is one answer


class FewAnswers(ResponseHandler):
    """A connection that is given up when it says more than it was asked for."""

    _said = 0

    def set_response_params(self, **params: Any) -> None:  # noqa: ANN401 - as aiohttp has them
        """Another request begins."""
        self._said = 0
        super().set_response_params(**params)

    def feed_data(self, data: Any, size: int = 0) -> None:  # noqa: ANN401 - as aiohttp has it
        """The header of one answer is there."""
        self._said += 1
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """What came over the wire, piece by piece."""
        at = 0
        while True:
            payload = self._payload
            step = _STEP if payload is None or payload.is_eof() else _BODY_STEP
            super().data_received(data[at : at + step])
            at += step
            if at >= len(data):
                return
            if self._said > _ANSWERS:
                if self.transport is not None:
                    self.transport.abort()
                return
