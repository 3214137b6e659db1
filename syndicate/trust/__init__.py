"""The trust room: whose words these are, and whether they were theirs to say. No clock, disk or socket.

Bring an ``Envelope`` (bytes a stranger sent), a ``Registry`` (who may speak) and the time of its first
receipt. Leave with a ``Verified`` item, a ``VerifiedHeartbeat``, or a ``Refused`` that says why; then
bring what storage knows (``ItemState``, ``StreamState``, ``Neighbours``) and ``place`` says whether the
item may stand where it wants to. Only this room can make a ``Verified``. ``verify_each`` judges many.

``verify_logged``, and ``stand`` or ``item_after``, are their counterparts for what another's log holds.
``recall`` reads a token that our own storage kept after it was verified; it checks nothing. ``marks_since``
says what the registry of today adds to it.
``verify_request`` says which agency asks a hub something (``compose_request`` is its other half).
``check_key`` refuses the weak keys before any signature is looked at; ``proves_possession`` says whether
who enrols a key holds its private half.
"""

from syndicate.trust._again import marks_since
from syndicate.trust._enrolment import enrolment_message, proves_possession
from syndicate.trust._keys import WeakKeyError, check_key, thumbprint
from syndicate.trust._place import Placed, item_after, place, stand
from syndicate.trust._request import REQUEST_SECONDS, Asking, compose_request, verify_request
from syndicate.trust._states import ItemState, Neighbours, Numbered, StreamState
from syndicate.trust._verify import Verified, VerifiedHeartbeat, recall, verify, verify_each, verify_logged

__all__ = [
    "REQUEST_SECONDS",
    "Asking",
    "ItemState",
    "Neighbours",
    "Numbered",
    "Placed",
    "StreamState",
    "Verified",
    "VerifiedHeartbeat",
    "WeakKeyError",
    "check_key",
    "compose_request",
    "enrolment_message",
    "item_after",
    "marks_since",
    "place",
    "proves_possession",
    "recall",
    "stand",
    "thumbprint",
    "verify",
    "verify_each",
    "verify_logged",
    "verify_request",
]
