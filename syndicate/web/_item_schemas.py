"""What the API tells of items: of one, of its relations, of a page of them, and of what was looked for."""

from collections.abc import Mapping
from typing import Final

from syndicate.dedupe import RelatedAs, Rule, Standing
from syndicate.journey import By, Did, Verdict
from syndicate.news import Act, Kind
from syndicate.web._operation import Schema
from syndicate.web._shapes import (
    ADDRESS,
    COUNT,
    DIGEST,
    FLAG,
    MARKS,
    TEXT,
    TEXT_OR_NONE,
    TIME,
    TIME_OR_NONE,
    list_of,
    named,
    record,
)

_ASKED_ITEM: Final = record(
    index=COUNT,
    sub=TEXT,
    ver={"type": "integer", "minimum": 1},
    act=TEXT,
    agency=TEXT,
    agency_name=TEXT,
    title=TEXT,
    lang=TEXT,
    url=ADDRESS,
    published={"type": "string", "description": "As its agency signed it."},
    digest=DIGEST,
    received_at=TIME,
    logged_at=TIME,
    marks=MARKS,
    verdicts={"type": "object"},
    token_url=ADDRESS,
    proof_url=ADDRESS,
    page_url=ADDRESS,
)


_NUMBER_OR_NONE: Final[Schema] = {"type": ["number", "null"]}


_OFFSETS: Final[Schema] = {"type": "array", "items": COUNT, "minItems": 4, "maxItems": 4}


_RELATED: Final = record(
    type={"enum": sorted(RelatedAs)},
    sub=TEXT,
    ver=COUNT,
    to_sub=TEXT_OR_NONE,
    to_ver=_NUMBER_OR_NONE,
    to_url=TEXT_OR_NONE,
    rule={"enum": sorted(Rule)},
    evidence=TEXT,
    state={"enum": sorted(Standing)},
    current=FLAG,
    score=_NUMBER_OR_NONE,
    folding=_NUMBER_OR_NONE,
    spans=list_of(_OFFSETS),
    differences=list_of(record(at=_OFFSETS, here=TEXT, there=TEXT)),
)


_STORY: Final = record(
    origin=TEXT,
    rule=TEXT,
    evidence=TEXT,
    changed=COUNT,
    items=list_of({**record(sub=TEXT, ver=COUNT), "description": "`as` says why it is here."}),
)

OF_ITEMS: Final[Mapping[str, Schema]] = {
    "Relations": record(
        sub=TEXT,
        ver=COUNT,
        story={"oneOf": [{"type": "null"}, _STORY]},
        relations=list_of(_RELATED),
    ),
    "Item": record(
        index={"type": "integer", "minimum": 0, "description": "Its place in the one order, and in the log."},
        sub={"type": "string", "description": "The item: the same for all its versions."},
        ver={"type": "integer", "minimum": 1},
        agency=TEXT,
        digest=DIGEST,
        received_at=TIME,
        logged_at=TIME,
        marks=MARKS,
        verdicts=record(
            signature={"enum": ["yes"]}, issuer={"enum": ["yes", "no"]}, log={"enum": ["yes", "not yet"]}
        ),
        token_url=ADDRESS,
        proof_url=ADDRESS,
        token={"type": "string", "description": "The compact JWS, byte for byte as its agency signed it."},
    ),
    "Page": record(
        log=record(checkpoint_url=ADDRESS, quorum=TEXT),
        items=list_of(named("Item")),
        last={"type": "integer", "minimum": -1, "description": "`after` of the next page."},
        next=ADDRESS,
    ),
    "Answer": record(
        answer={"enum": sorted(Verdict)},
        says={"type": "string", "description": "What that means, in one sentence."},
        by={"enum": [None, *sorted(By)]},
        item={"oneOf": [{"type": "null"}, _ASKED_ITEM]},
        later=list_of(
            record(
                ver={"type": "integer", "minimum": 1},
                act={"enum": sorted(set(Act) - {Act.HEARTBEAT})},
                received_at=TIME,
                note=TEXT_OR_NONE,
            )
        ),
        stands={"type": ["string", "null"], "description": "The page of the version that stands now."},
        differences={
            **list_of(record(what={"enum": sorted(Did)}, asked=TEXT, official=TEXT, number=FLAG)),
            "description": "The whole question, without its addresses, in runs.",
        },
        other_host={**FLAG, "description": "An address that was asked about is not on the item's host."},
        others={**COUNT, "description": "More items in which it stands."},
        others_at_least=FLAG,
        short={**FLAG, "description": "Too short to be sure that it would be found."},
        behind={**COUNT, "description": "Indices that are shown and were not looked through yet."},
        passages_since={**TIME_OR_NONE, "description": "Passages older than this were not looked for."},
        services=list_of(record(member=TEXT, member_name=TEXT, name=TEXT, url=ADDRESS)),
    ),
    "Runs": {
        "description": "A text in runs, each with whether it is what was looked for.",
        **list_of(record(text=TEXT, match=FLAG)),
    },
    "Hits": record(
        items=list_of(
            record(
                index=COUNT,
                sub=TEXT,
                ver={"type": "integer", "minimum": 1},
                agency=TEXT,
                lang=TEXT,
                act={"enum": sorted(Act)},
                kind={"enum": sorted(Kind)},
                title=named("Runs"),
                excerpt=named("Runs"),
                published=TIME,
                updated=TIME,
                logged_at=TIME,
                digest=DIGEST,
                url=ADDRESS,
                page_url=ADDRESS,
                token_url=ADDRESS,
                proof_url=ADDRESS,
            )
        ),
        next={**TEXT_OR_NONE, "description": "`next` of the next page; null at the end."},
        unindexed={**COUNT, "description": "Items of which only title and summary can be found yet."},
    ),
}
