"""What every page is printed on: the frame around it, the style, and the header fields that go with both."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Final

import jinja2
from aiohttp import web
from markupsafe import Markup

from syndicate.news import Agency, Member, Registry, rfc3339
from syndicate.web._answer import NEVER, send_page
from syndicate.web._operation import HTML
from syndicate.web._pages._tongues import OWN_NAMES, direction
from syndicate.web._pages._words import Words

# No script runs, no picture loads, nothing comes from elsewhere; a form goes nowhere but here.
_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action {form}; "
    "frame-ancestors 'none'"
)
_BUSY_SECONDS: Final = 5


class Paper:
    """Prints pages in one language; the same values give the same bytes."""

    def __init__(self, words: Words) -> None:
        self.words = words
        style = files("syndicate.web").joinpath("templates/style.css").read_text(encoding="utf-8")
        self._style_hash = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
        self._surroundings = jinja2.Environment(
            loader=jinja2.PackageLoader("syndicate.web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._surroundings.globals.update(
            t=words,
            when=self.when,
            when_said=self.when_said,
            dir_of=direction,
            tongue=lambda lang: OWN_NAMES.get(lang, lang),
            style=Markup(style),  # noqa: S704 - our own file
        )

    def print(self, template: str, registry: Registry, place: str, /, **values: object) -> bytes:
        """One page; ``place`` is the word for it in the navigation, "" for none of them."""
        stage = f"site.{registry.stage}"
        site = {"name": registry.name, "stage": stage if self.words.knows(stage) else None, "here": place}
        return self._surroundings.get_template(template).render(site=site, **values).encode()

    def part(self, template: str, **values: object) -> Markup:
        """A piece of a page, with nothing around it."""
        return Markup(self._surroundings.get_template(template).render(**values))  # noqa: S704 - escaped there

    def headers(self, *, form: bool = False) -> Mapping[str, str]:
        """The fields of an answer with a page; ``form``: it may send one, to this very host."""
        policy = _POLICY.format(style=self._style_hash, form="'self'" if form else "'none'")
        return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}

    def refuse(self, status: int, why: str, registry: Registry) -> web.Response:
        """A page that says why there is no other; ``why`` is a key of the catalogue."""
        body = self.print("missing.html", registry, "", why=why)
        retry = {"Retry-After": str(_BUSY_SECONDS)} if status == 503 else {}
        return send_page(status, body, HTML, {**self.headers(), **retry}, cache=NEVER)

    def when(self, moment: float) -> Markup:
        """A moment (Unix seconds) as an element for people and programs."""
        return Markup('<time datetime="{}">{}</time>').format(rfc3339(moment), self.words.spoken(moment))

    def when_said(self, moment: str) -> Markup:
        """The same of a moment as an agency signed it (RFC 3339)."""
        spoken = self.words.spoken(datetime.fromisoformat(moment).timestamp())
        return Markup('<time datetime="{}">{}</time>').format(moment, spoken)


def called(named: Agency | Member | None, otherwise: str, lang: str | None = None) -> Markup:
    """An agency's or a member state's name, apart from the language and direction of the text around it."""
    if named is None:
        return Markup("<bdi>{}</bdi>").format(otherwise)
    names = named.names
    tag = next((one for one in (lang, lang and lang.partition("-")[0]) if one in names), next(iter(names)))
    return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(tag, direction(str(tag)), names[str(tag)])
