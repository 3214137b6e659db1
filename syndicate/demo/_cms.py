"""An agency's CMS: plain, unsigned RSS or Atom, with the small oddities that real ones have."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from syndicate.demo._stories import Newsroom, Story

_SERVED = count(1)


def story_url(newsroom: Newsroom, story: Story) -> str:
    """Where the CMS shows the story to readers, on the agency's own (fictional) host."""
    return f"https://{newsroom.host}/{story.lang.lower()}/{story.key}"


def written_at(story: Story, began: float) -> datetime:
    """When the story was written, to the second; ``began`` is when the demo began, in Unix seconds."""
    return datetime.fromtimestamp(int(began - story.hours * 3600), UTC)


def compose_cms_feed(newsroom: Newsroom, stories: Sequence[Story], lang: str, began: float) -> bytes:
    """The CMS's feed of ``stories`` in ``lang``, as any visitor gets it.

    The newest stories first. Some of it changes with every visit, as it does in the wild.
    """
    shown = sorted((story for story in stories if story.lang == lang), key=lambda story: story.hours)
    compose = _atom if newsroom.cms == "atom" else _rss
    return compose(newsroom, shown, lang, began).encode()


def _zone(newsroom: Newsroom) -> timezone:
    return timezone(timedelta(hours=newsroom.utc_offset))


def _rss(newsroom: Newsroom, stories: Sequence[Story], lang: str, began: float) -> str:
    items = "".join(_rss_item(newsroom, story, began) for story in stories)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(newsroom.names[lang])}</title><link>https://{newsroom.host}/</link>"
        f"<description>{escape(newsroom.credit)}</description><language>{lang}</language>"
        f"<lastBuildDate>{format_datetime(datetime.now(UTC))}</lastBuildDate>"
        f"<!-- visitor {next(_SERVED)} -->{items}</channel></rss>\n"
    )


def _rss_item(newsroom: Newsroom, story: Story, began: float) -> str:
    when = written_at(story, began).astimezone(_zone(newsroom))
    date = f"<pubDate>{format_datetime(when)}</pubDate>" if newsroom.dates else ""
    author = f"<dc:creator>{escape(story.by)}</dc:creator>" if story.by else ""
    body = (story.body or "").strip().replace("]]>", "]]&gt;")
    return (
        f"<item><title>{escape(story.title)}</title><link>{story_url(newsroom, story)}</link>"
        f'<guid isPermaLink="false">{story.key}</guid>{date}{author}'
        f"<description>{escape(story.summary or '')}</description>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )


def _atom(newsroom: Newsroom, stories: Sequence[Story], lang: str, began: float) -> str:
    entries = "".join(_atom_entry(newsroom, story, began) for story in stories)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(lang)}>'
        f"<id>https://{newsroom.host}/{lang.lower()}</id><title>{escape(newsroom.names[lang])}</title>"
        f"<updated>{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</updated>"
        f"<!-- visitor {next(_SERVED)} -->{entries}</feed>\n"
    )


def _atom_entry(newsroom: Newsroom, story: Story, began: float) -> str:
    when = written_at(story, began).astimezone(_zone(newsroom)).isoformat()
    author = escape(story.by or newsroom.credit)
    return (
        f"<entry><id>tag:{newsroom.host},2026:{story.key}</id><title>{escape(story.title)}</title>"
        f'<link rel="alternate" href="{story_url(newsroom, story)}"/>'
        f"<author><name>{author}</name></author><published>{when}</published><updated>{when}</updated>"
        f'<summary>{escape(story.summary or "")}</summary><content type="html">'
        f"{escape((story.body or '').strip())}</content></entry>"
    )
