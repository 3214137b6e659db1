"""What one version of an alert is as a message of the Common Alerting Protocol (OASIS CAP 1.2)."""

from dataclasses import dataclass

from syndicate.news._item import Alert


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertMessage:
    """A CAP message: only what the version's signed claims say, and the names that the registry has."""

    identifier: str
    sender: str
    sent: str  # RFC 3339, ends in Z: when the agency signed the version
    status: str  # "Actual", or "Exercise" in a federation that rehearses
    note: str | None
    msg_type: str  # "Alert", "Update" or "Cancel"
    references: tuple[str, ...]  # "sender,identifier,sent" of the earlier messages, oldest first
    lang: str
    sender_name: str
    headline: str
    description: str | None
    web: str
    alert: Alert | None  # None where the version cancels: a withdrawal says nothing new
    token_url: str
    url: str  # where a hub serves the message

    @property
    def reference(self) -> str:
        """How a later message refers to this one."""
        return f"{self.sender},{self.identifier},{offset(self.sent)}"


def offset(when: str) -> str:
    """An RFC 3339 time that ends in Z as CAP wants it: in UTC the offset is ``-00:00``, and Z is refused."""
    return when.removesuffix("Z") + "-00:00"
