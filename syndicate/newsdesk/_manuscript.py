"""What a person hands in: named fields and a text, from options, an editor, a Markdown or a JSON file."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from syndicate.errors import AgencyError

MOST_CHARACTERS: Final = 200_000
# Every field there is, with what belongs there; those with a star may stand more than once.
FIELDS: Final[Mapping[str, str]] = {
    "id": "a name of your own for a new item, so that running it twice cannot publish it twice",
    "title": "the headline",
    "url": "the item's address, on one of your own hosts",
    "lang": "its language: vi, en, ms-Arab ...",
    "summary": "one or two sentences",
    "byline": "who wrote it",
    "category*": "an IPTC Media Topic: medtop:20000002",
    "urgency": "1 (highest) to 9",
    "expires": "when it is no longer meant to be shown, or when the alert ends: 2026-11-23T08:00:00Z",
    "note": "why: what was wrong, or why it is taken back; readers see it",
    "event": "what happens: flood, tsunami ...",
    "alert-category": "CAP: Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    "alert-urgency": "CAP: Immediate Expected Future Past Unknown",
    "severity": "CAP: Extreme Severe Moderate Minor Unknown",
    "certainty": "CAP: Observed Likely Possible Unlikely Unknown",
    "area*": "where it holds, in words",
    "effective": "from when it holds",
    "onset": "when it is expected to begin",
    "instruction": "what people should do",
    "claim": "the claim that is answered: its text, never who made it or where",
    "claim-lang": "the claim's language",
    "label": "your own word for it",
    "label-lang": "that word's language",
    "competence": "why your agency can know",
    "first-seen": "when the claim was first seen: 2026-11-23T08:00:00Z",
    "evidence*": "a public record: its address, a space, its title",
}
_KNOWN: Final = {name.rstrip("*") for name in FIELDS}
_HEADER: Final = re.compile(r"([a-z-]+):[ \t]*(.*)")
_LINK: Final = re.compile(r"\[([^\[\]]+)\]\((https?://[^\s()]+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """Fields by name, each with one value or more, and the text as HTML; nothing is judged yet."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    html: str | None = None  # None: no text was handed in

    def get(self, name: str) -> str | None:
        """The field's first value; None if it was left out."""
        return next(iter(self.fields.get(name, ())), None)

    def need(self, name: str) -> str:
        """The field's first value.

        Raises:
            AgencyError: it was left out.
        """
        found = self.get(name)
        if found is None:
            raise AgencyError(f"{name!r} is missing: {FIELDS.get(name, FIELDS.get(name + '*', name))}")
        return found

    def over(self, other: "Manuscript") -> "Manuscript":
        """This, with what ``other`` says besides."""
        text = other.html if self.html is None else self.html
        return Manuscript(fields={**other.fields, **self.fields}, html=text)


def read_manuscript(text: str) -> Manuscript:
    """A manuscript as JSON (begins with ``{``) or as ``name: value`` lines, a blank line, and Markdown.

    Raises:
        AgencyError: it is too long, or names a field that does not exist.
    """
    if len(text) > MOST_CHARACTERS:
        raise AgencyError(f"the file has more than {MOST_CHARACTERS:,} characters")
    text = text.removeprefix("\ufeff")
    return _from_json(text) if text.lstrip().startswith("{") else _from_header(text)


def template(asked: Iterable[str], standing: Manuscript) -> str:
    """A manuscript to be filled in with an editor: every field of ``asked`` with what belongs there."""
    lines = ["# Lines that begin with # are left out. Leave a field empty if it does not apply."]
    for name in asked:
        told = FIELDS.get(name) or f"{FIELDS[name + '*']} (again for more)"
        lines.append(f"# {name}: {told}")
        lines += [f"{name}: {value}" for value in standing.fields.get(name, ("",))]
    lines += [
        "",
        "# Below this blank line: the text, in Markdown (## heading, - list, **strong**, [link](https://...)).",
    ]
    return "\n".join([*lines, standing.html or "", ""])


def _from_json(text: str) -> Manuscript:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise AgencyError(f"the file is not JSON: {exc}") from exc
    body = told.pop("html", None)
    words = told.pop("body", None)
    found: dict[str, tuple[str, ...]] = {}
    for name, value in told.items():
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str | int) and not isinstance(each, bool) for each in values):
            raise AgencyError(f"{name!r} is neither a text nor a list of texts")
        found[_known(name)] = tuple(str(each) for each in values)
    if not all(each is None or isinstance(each, str) for each in (body, words)):
        raise AgencyError("'html' and 'body' are texts")
    return Manuscript(fields=found, html=body if words is None else as_html(words))


def _from_header(text: str) -> Manuscript:
    found: dict[str, list[str]] = {}
    lines = text.splitlines()
    at = 0
    for at, line in enumerate([*lines, ""]):
        if not line.strip():
            break
        if line.startswith("#") or line.strip() == "---":
            continue
        told = _HEADER.fullmatch(line.rstrip())
        if told is None:
            raise AgencyError(f"line {at + 1} is not 'name: value': {line[:60]!r}", hint=_SHAPE)
        if told[2]:
            found.setdefault(_known(told[1]), []).append(told[2])
    body = "\n".join(line for line in lines[at:] if not line.startswith("# ")).strip()
    return Manuscript(
        fields={name: tuple(values) for name, values in found.items()}, html=as_html(body) if body else None
    )


_SHAPE: Final = "First 'name: value' lines, then a blank line, then the text."


def _known(name: str) -> str:
    if name not in _KNOWN:
        raise AgencyError(f"{name!r} is no field", hint=f"Known are: {', '.join(sorted(_KNOWN))}, body, html")
    return name


def as_html(markdown: str) -> str:
    """The small Markdown of a newsroom as HTML: headings, lists, quotations, emphasis, links, paragraphs."""
    if markdown.lstrip().startswith("<"):
        return markdown  # it is HTML already
    blocks = re.split(r"\n[ \t]*\n\s*", markdown.replace("\r\n", "\n").strip())
    return "".join(_block(block) for block in blocks if block.strip())


def _block(block: str) -> str:
    lines = block.split("\n")
    if heading := re.fullmatch(r"(#{2,4}) (.+)", block):
        level = len(heading[1])
        return f"<h{level}>{_inline(heading[2])}</h{level}>"
    for bullet, tag in ((r"[-*] ", "ul"), (r"\d{1,3}[.)] ", "ol")):
        if all(re.match(bullet, line) for line in lines):
            points = (_inline(re.sub(bullet, "", line, count=1)) for line in lines)
            return f"<{tag}>{''.join(f'<li>{point}</li>' for point in points)}</{tag}>"
    if all(line.startswith(">") for line in lines):
        return f"<blockquote><p>{'<br>'.join(_inline(line[1:].strip()) for line in lines)}</p></blockquote>"
    return f"<p>{'<br>'.join(_inline(line) for line in lines)}</p>"


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"(?<!\w)\*([^*]+)\*(?!\w)", r"<em>\1</em>", text)
    return _LINK.sub(r'<a href="\2">\1</a>', text)
