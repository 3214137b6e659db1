"""What no CMS can say is said by hand: alerts, corrections, withdrawals, declared relations."""

from collections.abc import Callable

from syndicate.agency import AgencyConfig, Unsigned, convert, item_id
from syndicate.demo._cms import story_url, written_at
from syndicate.demo._stories import Declared, Newsroom, Story, Warned
from syndicate.news import Alert, AlertArea, Content, Item, ItemId, Relation, UnixTime, rfc3339
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
        written = rfc3339(written_at(story, began).timestamp())
        item = Item(
            aud=config.federation,
            iss=story.agency,
            sub=before.sub if before else item_id(story.agency, story.key),
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


def _content(story: Story, config: AgencyConfig) -> Content | None:
    if story.body is None:
        return None
    return Content(type="text/html", body=convert(story.body, media_hosts=config.picture_hosts).body)


def _alert(warned: Warned, now: float) -> Alert:
    return Alert(
        event=warned.event,
        category=warned.category,
        urgency=warned.urgency,
        severity=warned.severity,
        certainty=warned.certainty,
        area=tuple(AlertArea(desc=desc, polygon=polygon) for desc, polygon in warned.areas),
        expires=rfc3339(now + warned.hours * 3_600),
        instruction=warned.instruction,
    )
