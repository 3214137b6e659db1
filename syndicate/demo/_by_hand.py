"""What no CMS can say is said by hand: alerts, corrections, withdrawals, declared relations."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from syndicate.agency import AgencyConfig, Unsigned, convert
from syndicate.demo._cms import story_url, written_at
from syndicate.demo._stories import Declared, Newsroom, Story, Warned
from syndicate.news import Alert, AlertArea, Content, Item, ItemId, Relation, UnixTime
from syndicate.ports import Signed

Find = Callable[[Declared], ItemId]  # the item that a relation points to


def is_of(kept: Signed, story: Story) -> bool:
    """Whether ``kept`` is a version of ``story``: an Atom id only ends in the newsroom's own."""
    return kept.cms_id == story.key or kept.cms_id.endswith(f":{story.key}")


def draft_by_hand(
    newsroom: Newsroom, config: AgencyConfig, story: Story, before: Signed | None, find: Find
) -> Callable[[float, float], Unsigned]:
    """A story ready to be signed, once it is known when the demo began and what time it is.

    ``before`` is the version that stands, if one does.
    """

    def at(began: float, now: float) -> Unsigned:
        written = _rfc3339(written_at(story, began))
        item = Item(
            aud=config.federation,
            iss=story.agency,
            sub=before.sub if before else _item_id(story),
            ver=before.ver + 1 if before else 1,
            stream=config.stream,
            seq=0,  # the stream gives number, link and time
            prev=None,
            iat=UnixTime(0),
            act=story.act,
            kind=story.kind,
            lang=story.lang,
            title=story.title,
            url=story_url(newsroom, story),
            published=before.published if before else written,
            updated=written,
            note=story.note,
            summary=story.summary,
            content=_content(story, config),
            byline=story.by,
            credit=config.credit,
            rights=config.rights,
            urgency=story.urgency,
            alert=None if story.alert is None else _alert(story.alert, now),
            relations=tuple(Relation(type=one.type, sub=find(one)) for one in story.relations),
        )
        return Unsigned(item=item, cms_id=before.cms_id if before else story.key)

    return at


def _item_id(story: Story) -> ItemId:
    """The id of a story that comes from no CMS: opaque, as the protocol wants it."""
    digest = hashlib.sha256(story.key.encode()).digest()
    return ItemId(f"{story.agency}:{base64.b32encode(digest).decode().lower()[:26]}")


def _content(story: Story, config: AgencyConfig) -> Content | None:
    if story.body is None:
        return None
    return Content(type="text/html", body=convert(story.body, media_hosts=config.picture_hosts).body)


def _alert(warned: Warned, now: float) -> Alert:
    ends = datetime.fromtimestamp(now, UTC) + timedelta(hours=warned.hours)
    return Alert(
        event=warned.event,
        category=warned.category,
        urgency=warned.urgency,
        severity=warned.severity,
        certainty=warned.certainty,
        area=tuple(AlertArea(desc=desc, polygon=polygon) for desc, polygon in warned.areas),
        expires=_rfc3339(ends),
        instruction=warned.instruction,
    )


def _rfc3339(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"
