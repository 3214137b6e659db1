"""What a subscriber asks of the WebSub hub: a form, read strictly (WebSub, section 5.1)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from syndicate.news import limits
from syndicate.websub._topic import Topic, decoded, read_topic

FORM: Final = "application/x-www-form-urlencoded"
_FIELDS_MOST: Final = 20  # parameters that we do not know must be passed over, but not without end
_NUMBER: Final = re.compile(r"[0-9]{1,20}", re.ASCII)
_SECRET_BYTES: Final = 199  # "less than 200 bytes"
_NO_CALLBACK: Final = (
    f"hub.callback must be an address of at most {limits.URL} characters of ASCII, percent-encoded, "
    "without a fragment"
)
_CALLBACK: Final = re.compile(rf"[!$-;=?-\[\]_a-z~]{{1,{limits.URL}}}", re.ASCII)  # RFC 3986, no "#"


class Mode(StrEnum):
    """What is asked for."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class Declining(StrEnum):
    """Why a request is not taken; the same word in the answer and in docs/push.md."""

    MALFORMED = "websub-malformed"
    TOPIC = "websub-topic"
    CALLBACK = "websub-callback"
    TOO_MANY = "websub-too-many"
    FULL = "websub-full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A request that is not taken, and what to do about it."""

    reason: Declining
    detail: str
    retry_after: int | None = None  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that says something this hub can do; nobody has confirmed it so far."""

    mode: Mode
    topic: Topic
    topic_url: str  # as written: it is told back so
    callback: str
    lease_seconds: int | None = None
    secret: str | None = field(default=None, repr=False)

    @property
    def key(self) -> tuple[Topic, str]:
        """What a subscription is known by: who asks for the same again renews it."""
        return self.topic, self.callback


def read_asked(body: bytes, base_url: str) -> Asked | Declined:
    """What the form in ``body`` asks of the hub at ``base_url``, or what is wrong with it.

    Whether the callback may ever be dialled is for the caller to judge. Parameters that WebSub does not name
    are passed over, as it says; each that it names stands once.
    """
    try:
        told = _once(_pairs(body))
        mode, topic_url = _mode(told), _needed(told, "hub.topic")
        callback = _needed(told, "hub.callback")
        lease = _lease(told) if mode is Mode.SUBSCRIBE else None  # it must be ignored otherwise
        secret = _secret(told) if mode is Mode.SUBSCRIBE else None
    except _MalformedError as exc:
        return Declined(reason=Declining.MALFORMED, detail=str(exc))
    topic = read_topic(topic_url, base_url)
    if topic is None:
        return Declined(reason=Declining.TOPIC, detail=not_a_topic(base_url))
    if not _CALLBACK.fullmatch(callback):
        return Declined(reason=Declining.CALLBACK, detail=_NO_CALLBACK)
    return Asked(
        mode=mode,
        topic=topic,
        topic_url=topic_url,
        callback=decoded(callback),
        lease_seconds=lease,
        secret=secret,
    )


def not_a_topic(base_url: str) -> str:
    """What to tell who asks for a feed that is not here."""
    return (
        f"hub.topic must be the address of a feed of this hub, as its own self link says it: "
        f"{base_url}/feeds/ and a slice, ending in .atom, .rss or .json"
    )


class _MalformedError(ValueError):
    """One sentence about the form."""


def _pairs(body: bytes) -> Iterable[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=_FIELDS_MOST,
            errors="strict",
        )
    except ValueError as exc:
        raise _MalformedError(
            f"the body must be name=value pairs in UTF-8, percent-encoded, at most {_FIELDS_MOST} of them"
        ) from exc


def _once(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith("hub.") and name in told:
            raise _MalformedError("a hub parameter is given more than once")
        told[name] = value
    return told


def _needed(told: Mapping[str, str], name: str) -> str:
    if not told.get(name):
        raise _MalformedError(f"{name} is missing")
    return told[name]


def _mode(told: Mapping[str, str]) -> Mode:
    asked = _needed(told, "hub.mode")
    try:
        return Mode(asked)
    except ValueError as exc:
        raise _MalformedError(
            "hub.mode must be subscribe or unsubscribe; this hub knows by itself when a feed changes"
        ) from exc


def _lease(told: Mapping[str, str]) -> int | None:
    asked = told.get("hub.lease_seconds")
    if asked is None:
        return None
    if not _NUMBER.fullmatch(asked) or not int(asked):
        raise _MalformedError("hub.lease_seconds must be a whole number of seconds, 1 or more")
    return int(asked)


def _secret(told: Mapping[str, str]) -> str | None:
    secret = told.get("hub.secret")
    if secret is not None and not 0 < len(secret.encode()) <= _SECRET_BYTES:
        raise _MalformedError("hub.secret must have 1 to 199 bytes; leave it out to have nothing signed")
    return secret
