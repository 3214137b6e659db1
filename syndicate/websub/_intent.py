"""Asking a callback whether it means it (WebSub, section 5.3), or telling it that it cannot be (5.2)."""

import hmac
from urllib.parse import urlencode

from syndicate.websub._asked import Asked, Mode


def intent_url(asked: Asked, challenge: str, lease_seconds: int) -> str:
    """The address that asks whether ``asked`` was meant; the callback's own query stays in front as it is."""
    told = {"hub.mode": asked.mode.value, "hub.topic": asked.topic_url, "hub.challenge": challenge}
    if asked.mode is Mode.SUBSCRIBE:
        told["hub.lease_seconds"] = str(lease_seconds)
    return _with(asked.callback, told)


def denied_url(asked: Asked, reason: str) -> str:
    """The address that tells a subscriber that it is not, or no longer, subscribed."""
    return _with(asked.callback, {"hub.mode": "denied", "hub.topic": asked.topic_url, "hub.reason": reason})


def confirms(status: int, body: bytes, challenge: str) -> bool:
    """Whether an answer says yes: any 2xx with the challenge, the whole challenge and nothing else."""
    return 200 <= status < 300 and hmac.compare_digest(body, challenge.encode("ascii"))


def _with(callback: str, told: dict[str, str]) -> str:
    joint = "" if callback.endswith("?") else "&" if "?" in callback else "?"
    return f"{callback}{joint}{urlencode(told)}"
