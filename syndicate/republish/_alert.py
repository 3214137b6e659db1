"""Alerts as CAP messages, from nothing but their signed claims."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from syndicate.news import AlertMessage, Feed, Item, Kind, Registry, Slice, rfc3339
from syndicate.republish._compose import compose
from syndicate.republish._entry import token_address

CAP_INDEX: Final = "cap/index.atom"
REFERENCES_MOST: Final = 50  # earlier messages that one refers to, the newest of them
_REHEARSAL: Final = "rehearsal"


def message_of(versions: Sequence[Item], registry: Registry, *, base_url: str) -> AlertMessage | None:
    """The last of an item's ``versions``, which ascend, as a CAP message; None if it is none.

    Whatever replaces an earlier message is an Update of it, a withdrawal its Cancel; a withdrawal of what was
    no alert is no message. In a federation that rehearses, messages are exercises.
    """
    message = None
    said: list[AlertMessage] = []
    for item in versions:
        message = _message(item, said, registry, base_url)
        if message is not None:
            said.append(message)
    return message


def is_alert(item: Item) -> bool:
    """Whether a version can be a message: an alert, or a withdrawal of what may have been one."""
    return item.kind is Kind.ALERT


def in_force(versions: Sequence[Item], as_of: str) -> bool:
    """Whether the last message among ``versions`` still concerns anybody at ``as_of`` (RFC 3339, in Z).

    That is until the newest alert that was said expires; its cancellation is told as long.
    """
    alerts = [item.alert for item in versions if item.alert is not None]
    return bool(alerts) and alerts[-1].expires > as_of


def compose_alerts(messages: Sequence[AlertMessage], registry: Registry, *, base_url: str) -> Feed:
    """The head of the index of alerts in force: what ``messages``, newest first, are listed under."""
    base = base_url.rstrip("/")
    feed = compose(Slice(kind=Kind.ALERT), (), registry, base_url=base, first_index=None, last_index=None)
    url = f"{base}/{CAP_INDEX}"
    updated = max((each.sent for each in messages), default=feed.updated)
    return replace(feed, id=url, self_urls=(("atom", url),), continue_url=None, updated=updated)


def _message(
    item: Item, said: Sequence[AlertMessage], registry: Registry, base_url: str
) -> AlertMessage | None:
    cancels = item.withdrawn and is_alert(item) and bool(said)
    if item.alert is None and not cancels:
        return None
    agency = registry.agencies.get(item.iss)
    rehearsed = registry.stage == _REHEARSAL
    token_url = token_address(base_url, item)
    return AlertMessage(
        identifier=f"urn:syndicate:{item.sub}:{item.ver}",
        sender=f"urn:syndicate:{item.iss}",
        sent=rfc3339(item.iat),
        status="Exercise" if rehearsed else "Actual",
        note=registry.name if rehearsed and item.note is None else item.note,
        msg_type="Cancel" if cancels else "Update" if said else "Alert",
        references=tuple(each.reference for each in said[-REFERENCES_MOST:]),
        lang=item.lang,
        sender_name=item.iss if agency is None else agency.name(item.lang),
        headline=item.title,
        description=_description(item),
        web=item.url,
        alert=item.alert,
        token_url=token_url,
        url=f"{token_url.removesuffix('.jws')}.cap",
    )


def _description(item: Item) -> str | None:
    if item.summary is not None or item.content is None or item.content.type != "text/plain":
        return item.summary
    return item.content.body
