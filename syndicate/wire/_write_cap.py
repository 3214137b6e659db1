"""CAP 1.2 (OASIS) out: one message, and an Atom feed that lists messages."""

from typing import Any, Final

from lxml import etree

from syndicate.news import Alert, AlertArea, AlertMessage, Feed, offset
from syndicate.wire._inert import address, printable
from syndicate.wire._names import ATOM, CAP, CAP_TYPE, TOKEN_REL, XML
from syndicate.wire._set_xml import add, cut

_NAMESPACES: Final[Any] = {None: CAP}
_LISTING: Final[Any] = {None: ATOM}  # as in the head of every Atom feed
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def cap(message: AlertMessage) -> bytes:
    """``message`` as a CAP 1.2 document; the order of its elements is the schema's."""
    clean = printable(message)
    root = etree.Element(f"{{{CAP}}}alert", nsmap=_NAMESPACES)
    _add(root, "identifier", clean.identifier)
    _add(root, "sender", clean.sender)
    _add(root, "sent", offset(clean.sent))
    _add(root, "status", clean.status)
    _add(root, "msgType", clean.msg_type)
    _add(root, "scope", "Public")
    _add(root, "note", clean.note)
    _add(root, "references", " ".join(clean.references) or None)
    if clean.alert is not None:
        _add_info(root, clean, clean.alert)
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def _add_info(root: etree._Element, message: AlertMessage, alert: Alert) -> None:
    info = etree.SubElement(root, f"{{{CAP}}}info")
    _add(info, "language", message.lang)
    _add(info, "category", alert.category)
    _add(info, "event", alert.event)
    _add(info, "urgency", alert.urgency)
    _add(info, "severity", alert.severity)
    _add(info, "certainty", alert.certainty)
    for name, when in (("effective", alert.effective), ("onset", alert.onset), ("expires", alert.expires)):
        _add(info, name, None if when is None else offset(when))
    _add(info, "senderName", message.sender_name)
    _add(info, "headline", message.headline)
    _add(info, "description", message.description)
    _add(info, "instruction", alert.instruction)
    _add(info, "web", address(message.web))
    token = etree.SubElement(info, f"{{{CAP}}}parameter")  # so that whoever has the message can check it
    _add(token, "valueName", TOKEN_REL)
    _add(token, "value", message.token_url)
    for area in alert.area:
        _add_area(info, area)


def _add_area(info: etree._Element, area: AlertArea) -> None:
    made = etree.SubElement(info, f"{{{CAP}}}area")
    _add(made, "areaDesc", area.desc)
    _add(made, "polygon", area.polygon)


def _add(into: etree._Element, name: str, text: str | None) -> None:
    if text is not None:
        etree.SubElement(into, f"{{{CAP}}}{name}").text = text


def cap_index(feed: Feed, messages: tuple[AlertMessage, ...]) -> bytes:
    """An Atom feed with the head of ``feed`` and an entry for each message, which leads to the CAP file."""
    # feedgen is slow to import, and whoever only verifies never writes a feed.
    from syndicate.wire import _write_atom as atom  # noqa: PLC0415 - see above

    return b"".join((atom.head(feed), *(_listed(printable(each)) for each in messages), atom.CLOSE))


def _listed(message: AlertMessage) -> bytes:
    root = etree.Element(f"{{{ATOM}}}feed", nsmap=_LISTING)
    entry = etree.SubElement(root, f"{{{ATOM}}}entry", {f"{{{XML}}}lang": message.lang})
    add(entry, f"{{{ATOM}}}id", message.identifier)
    add(entry, f"{{{ATOM}}}title", message.headline)
    add(entry, f"{{{ATOM}}}updated", message.sent)
    add(add(entry, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", message.sender_name)
    add(entry, f"{{{ATOM}}}link", rel="alternate", type=CAP_TYPE, href=address(message.url))
    add(entry, f"{{{ATOM}}}category", term=message.msg_type)
    return cut(root)
