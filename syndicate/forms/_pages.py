"""The pages, written: what they show, in plain HTML."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

import jinja2

from syndicate.forms._form import Field
from syndicate.news import Act, Item
from syndicate.newsdesk import Deed, in_words, may_release, needs_second, until_when
from syndicate.ports import Waiting, Why

_STYLE: Final = files("syndicate.forms").joinpath("templates/style.css").read_text(encoding="utf-8")
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# No script, no picture, nothing from elsewhere; a form goes nowhere but here, no frame shows the page.
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NAMES: Final[Mapping[Deed, str]] = {
    Deed.PUBLISH: "Publish an item",
    Deed.ALERT: "Warn: an alert",
    Deed.REBUT: "Answer a claim",
    Deed.CORRECT: "Correct",
    Deed.WITHHOLD: "Withhold for now",
    Deed.LIFT: "Lift the withholding",
    Deed.RETRACT: "Retract for good",
    Deed.TRANSLATE: "Add a translation",
}
_NEW: Final = (Deed.PUBLISH, Deed.ALERT, Deed.REBUT)
_IN_THE_ARTICLE: Final = ("act", "language", "title", "note", "summary", "text")
_WHY: Final = {
    Why.SECOND: "it needs the second person, who releases it at a terminal",
    Why.HALTED: "signing was halted",
    Why.EMBARGO: "it has a time of its own",
}


class Pages:
    """Writes the pages under one address; ``base`` begins and ends with a slash."""

    def __init__(self, base: str, agency: str, lang: str) -> None:
        self._surroundings = jinja2.Environment(
            loader=jinja2.PackageLoader("syndicate.forms"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        self._common = {"base": base, "agency": agency, "lang": lang, "style": _STYLE}

    def home(
        self,
        items: Sequence[tuple[Item, Sequence[Deed]]],
        waiting: Sequence[Waiting],
        halted: str | None,
        now: float,
    ) -> bytes:
        """What can be done: new items, those that stand, and those that wait."""
        return self._write(
            "home.html",
            new=[(deed.value, NAMES[deed]) for deed in _NEW],
            items=[(item, [(deed.value, NAMES[deed]) for deed in deeds]) for item, deeds in items],
            waiting=[(each, _told(each), may_release(each, now)) for each in waiting],
            halted=halted,
        )

    def form(self, deed: Deed, target: Item | None, fields: Sequence[Field], fault: str) -> bytes:
        """The form for ``deed``, with what was filled in."""
        beside = any(field.fault for field in fields)
        return self._write(
            "form.html",
            deed=deed.value,
            name=NAMES[deed],
            target=target,
            fields=fields,
            fault=fault,
            beside=beside,
        )

    def preview(self, deed: Deed, item: Item, said: Mapping[str, str], word: str, fault: str) -> bytes:
        """What would be signed; a retraction asks for a word to be typed."""
        kept = {name: value for name, value in said.items() if value and name != "word"}
        return self._write(
            "preview.html",
            deed=deed.value,
            name=NAMES[deed],
            item=item,
            told=[(name, value) for name, value in in_words(item) if name not in _IN_THE_ARTICLE],
            second=needs_second(item),
            said=kept,
            word=word,
            fault=fault,
        )

    def told(self, title: str, lines: Sequence[str]) -> bytes:
        """What was done, or why it was not."""
        return self._write("told.html", title=title, lines=lines)

    def _write(self, template: str, **told: Any) -> bytes:  # noqa: ANN401 - whatever the template shows
        return self._surroundings.get_template(template).render(self._common | told).encode()


def deeds_for(item: Item) -> tuple[Deed, ...]:
    """What can be done to an item as it stands."""
    if item.act is Act.RETRACT:
        return ()
    if item.act is Act.WITHHOLD:
        return (Deed.LIFT, Deed.CORRECT, Deed.RETRACT)
    return (Deed.CORRECT, Deed.WITHHOLD, Deed.RETRACT, Deed.TRANSLATE)


def _told(waiting: Waiting) -> str:
    why = _WHY.get(waiting.why, "the brake holds what the CMS publishes")
    return f"{why}; {until_when(waiting)}"
