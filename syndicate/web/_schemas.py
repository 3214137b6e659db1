"""The JSON that the API answers with, as JSON Schema 2020-12. Fields may be added, so none is refused."""

from collections.abc import Mapping
from typing import Final

from syndicate.dedupe import RelatedAs, Rule, Standing
from syndicate.journey import By, Did, Verdict
from syndicate.news import Act, Kind, Mark, Reason
from syndicate.ports import Notable
from syndicate.web._operation import Schema

_TEXT: Final[Schema] = {"type": "string"}
_TEXT_OR_NONE: Final[Schema] = {"type": ["string", "null"]}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_FLAG: Final[Schema] = {"type": "boolean"}
_TIME: Final[Schema] = {"type": "string", "format": "date-time"}
_TIME_OR_NONE: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
_ADDRESS: Final[Schema] = {"type": "string", "format": "uri"}
_DIGEST: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}
_MARKS: Final[Schema] = {"type": "array", "items": {"enum": sorted(Mark)}}


def _record(**properties: Schema) -> Schema:
    return {"type": "object", "required": sorted(properties), "properties": properties}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _by_name(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


def named(name: str) -> Schema:
    """A pointer to one of ``SCHEMAS``."""
    return {"$ref": f"#/components/schemas/{name}"}


def _feed(errors: Schema, **more: Schema) -> Schema:
    return _record(
        id=_TEXT,
        url=_ADDRESS,
        condition={"enum": ["fresh", "waiting", "failing", "stale", "not polled"]},
        last_try=_TIME_OR_NONE,
        last_success=_TIME_OR_NONE,
        last_new=_TIME_OR_NONE,
        last_heartbeat=_TIME_OR_NONE,
        failures_in_a_row=_COUNT,
        mismatches=_COUNT,
        errors=_list(errors),
        **more,
    )


_QUARANTINED: Final[Schema] = {
    "oneOf": [{"type": "null"}, _record(since=_TIME, until=_TIME, reason=_TEXT)],
}
_AGENCY = _record(
    id=_TEXT,
    names=_by_name(_TEXT),
    state=_TEXT,
    states=_list(_record(state=_TEXT, since=_TIME)),
    languages=_list(_TEXT),
    home=_TEXT_OR_NONE,
    ministry=_TEXT_OR_NONE,
    ownership=_record(form=_TEXT_OR_NONE, funding=_TEXT_OR_NONE, editor_appointed_by=_TEXT_OR_NONE),
    rights=_TEXT_OR_NONE,
    credit=_TEXT_OR_NONE,
    last_received=_TIME_OR_NONE,
    refused=_by_name(_COUNT),
    quarantined=_QUARANTINED,
    feeds=_list(named("PolledFeed")),
)
_OUTCOME: Final[Schema] = {
    "type": "object",
    "required": ["outcome"],
    "properties": {
        "outcome": {"enum": ["admitted", "known", "refused", "held", "unjudged"]},
        "digest": {"oneOf": [{"type": "null"}, _DIGEST]},
        "sub": _TEXT,
        "ver": {"type": "integer", "minimum": 1},
        "agency": _TEXT_OR_NONE,
        "marks": _MARKS,
        "reason": {"enum": sorted(Reason)},
        "detail": _TEXT,
        "remedy": _TEXT,
    },
}

_ASKED_ITEM: Final = _record(
    index=_COUNT,
    sub=_TEXT,
    ver={"type": "integer", "minimum": 1},
    act=_TEXT,
    agency=_TEXT,
    agency_name=_TEXT,
    title=_TEXT,
    lang=_TEXT,
    url=_ADDRESS,
    published={"type": "string", "description": "As its agency signed it."},
    digest=_DIGEST,
    received_at=_TIME,
    logged_at=_TIME,
    marks=_MARKS,
    verdicts={"type": "object"},
    token_url=_ADDRESS,
    proof_url=_ADDRESS,
    page_url=_ADDRESS,
)

_NUMBER_OR_NONE: Final[Schema] = {"type": ["number", "null"]}
_OFFSETS: Final[Schema] = {"type": "array", "items": _COUNT, "minItems": 4, "maxItems": 4}
_RELATED: Final = _record(
    type={"enum": sorted(RelatedAs)},
    sub=_TEXT,
    ver=_COUNT,
    to_sub=_TEXT_OR_NONE,
    to_ver=_NUMBER_OR_NONE,
    to_url=_TEXT_OR_NONE,
    rule={"enum": sorted(Rule)},
    evidence=_TEXT,
    state={"enum": sorted(Standing)},
    current=_FLAG,
    score=_NUMBER_OR_NONE,
    folding=_NUMBER_OR_NONE,
    spans=_list(_OFFSETS),
    differences=_list(_record(at=_OFFSETS, here=_TEXT, there=_TEXT)),
)
_STORY: Final = _record(
    origin=_TEXT,
    rule=_TEXT,
    evidence=_TEXT,
    changed=_COUNT,
    items=_list({**_record(sub=_TEXT, ver=_COUNT), "description": "`as` says why it is here."}),
)
SCHEMAS: Final[Mapping[str, Schema]] = {
    "Relations": _record(
        sub=_TEXT,
        ver=_COUNT,
        story={"oneOf": [{"type": "null"}, _STORY]},
        relations=_list(_RELATED),
    ),
    "Problem": {
        "description": "RFC 9457. `reason` is a stable code of docs/protocol.md, where there is one.",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _TEXT,
            "reason": _TEXT,
            "remedy": _TEXT,
            "results": _list(named("Outcome")),
        },
    },
    "Item": _record(
        index={"type": "integer", "minimum": 0, "description": "Its place in the one order, and in the log."},
        sub={"type": "string", "description": "The item: the same for all its versions."},
        ver={"type": "integer", "minimum": 1},
        agency=_TEXT,
        digest=_DIGEST,
        received_at=_TIME,
        logged_at=_TIME,
        marks=_MARKS,
        verdicts=_record(
            signature={"enum": ["yes"]}, issuer={"enum": ["yes", "no"]}, log={"enum": ["yes", "not yet"]}
        ),
        token_url=_ADDRESS,
        proof_url=_ADDRESS,
        token={"type": "string", "description": "The compact JWS, byte for byte as its agency signed it."},
    ),
    "Page": _record(
        log=_record(checkpoint_url=_ADDRESS, quorum=_TEXT),
        items=_list(named("Item")),
        last={"type": "integer", "minimum": -1, "description": "`after` of the next page."},
        next=_ADDRESS,
    ),
    "Answer": _record(
        answer={"enum": sorted(Verdict)},
        says={"type": "string", "description": "What that means, in one sentence."},
        by={"enum": [None, *sorted(By)]},
        item={"oneOf": [{"type": "null"}, _ASKED_ITEM]},
        later=_list(
            _record(
                ver={"type": "integer", "minimum": 1},
                act={"enum": sorted(set(Act) - {Act.HEARTBEAT})},
                received_at=_TIME,
                note=_TEXT_OR_NONE,
            )
        ),
        stands={"type": ["string", "null"], "description": "The page of the version that stands now."},
        differences={
            **_list(_record(what={"enum": sorted(Did)}, asked=_TEXT, official=_TEXT, number=_FLAG)),
            "description": "The whole question, without its addresses, in runs.",
        },
        other_host={**_FLAG, "description": "An address that was asked about is not on the item's host."},
        others={**_COUNT, "description": "More items in which it stands."},
        others_at_least=_FLAG,
        short={**_FLAG, "description": "Too short to be sure that it would be found."},
        behind={**_COUNT, "description": "Indices that are shown and were not looked through yet."},
        passages_since={**_TIME_OR_NONE, "description": "Passages older than this were not looked for."},
        services=_list(_record(member=_TEXT, member_name=_TEXT, name=_TEXT, url=_ADDRESS)),
    ),
    "Runs": {
        "description": "A text in runs, each with whether it is what was looked for.",
        **_list(_record(text=_TEXT, match=_FLAG)),
    },
    "Hits": _record(
        items=_list(
            _record(
                index=_COUNT,
                sub=_TEXT,
                ver={"type": "integer", "minimum": 1},
                agency=_TEXT,
                lang=_TEXT,
                act={"enum": sorted(Act)},
                kind={"enum": sorted(Kind)},
                title=named("Runs"),
                excerpt=named("Runs"),
                published=_TIME,
                updated=_TIME,
                logged_at=_TIME,
                digest=_DIGEST,
                url=_ADDRESS,
                page_url=_ADDRESS,
                token_url=_ADDRESS,
                proof_url=_ADDRESS,
            )
        ),
        next={**_TEXT_OR_NONE, "description": "`next` of the next page; null at the end."},
        unindexed={**_COUNT, "description": "Items of which only title and summary can be found yet."},
    ),
    "Outcome": _OUTCOME,
    "Outcomes": _record(results=_list(named("Outcome"))),
    "PolledFeed": _feed(
        _record(at=_TIME, code=_TEXT),
        format=_TEXT,
        lang=_TEXT_OR_NONE,
        stream=_TEXT,
        cadence_seconds=_COUNT,
        seconds_since_success={"type": ["integer", "null"], "minimum": 0},
    ),
    "Sources": _record(
        federation=_TEXT,
        name=_TEXT,
        stage=_TEXT_OR_NONE,
        registry=_TEXT,
        registry_fresh_until=_TIME_OR_NONE,
        members=_by_name(_record(names=_by_name(_TEXT), agencies=_list(_AGENCY))),
        refused_unattributed=_by_name(_COUNT),
    ),
    "Keys": _record(
        note=_TEXT,
        federation=_TEXT,
        stage=_TEXT_OR_NONE,
        registry=_TEXT,
        agencies=_list(
            _record(
                id=_TEXT,
                domains=_list(_TEXT),
                media_hosts=_list(_TEXT),
                states=_list(_record(state=_TEXT, since={"type": "integer"})),
            )
        ),
        keys=_list(
            _record(
                kid=_TEXT,
                agency=_TEXT,
                kty={"const": "OKP"},
                crv={"const": "Ed25519"},
                x=_TEXT,
                status=_TEXT,
                nbf={"type": "integer"},
                exp={"type": "integer"},
                revoked_at={"type": ["integer", "null"]},
                reason=_TEXT_OR_NONE,
            )
        ),
    ),
    "Deliveries": _record(
        deliveries=_list(
            _record(
                index=_COUNT,
                sub=_TEXT,
                ver=_COUNT,
                what={"enum": sorted(Notable)},
                notified_at=_TIME,
                notified=_COUNT,
                acknowledged=_COUNT,
                acknowledged_at=_TIME_OR_NONE,
            )
        ),
        last={"type": "integer", "minimum": -1},
        next=_ADDRESS,
    ),
    "Taken": _record(detail=_TEXT),
    "Health": _record(
        status={"enum": ["ok", "failing"]},
        parts=_by_name(_TEXT),
        unindexed={**_COUNT, "description": "Items whose whole text cannot be searched yet."},
        lookup_behind={**_COUNT, "description": "Indices that a lookup cannot find yet."},
        stories_behind={**_COUNT, "description": "Indices that the stories have not come to yet."},
    ),
    "AgencyStatus": _record(
        agency=_TEXT,
        state=_TEXT,
        now=_TIME,
        clock_skew_seconds={"type": "integer"},
        registry=_TEXT,
        last_received=_TIME_OR_NONE,
        keys=_list(
            _record(
                kid=_TEXT,
                status=_TEXT,
                expires=_TIME,
                seconds_left={"type": "integer"},
                revoked_at=_TIME_OR_NONE,
            )
        ),
        feeds=_list(_feed(_record(at=_TIME, code=_TEXT, detail=_TEXT))),
        streams=_list(
            _record(
                stream=_TEXT,
                head=_COUNT,
                digest=_TEXT_OR_NONE,
                forked=_FLAG,
                keys=_list(_TEXT),
                counted_from=_COUNT,
                accepted=_COUNT,
                late=_COUNT,
                missing=_COUNT,
            )
        ),
        held=_by_name(_COUNT),
        refusals=_list(
            _record(
                last_at=_TIME,
                count=_COUNT,
                source=_TEXT,
                reason=_TEXT,
                detail=_TEXT,
                remedy=_TEXT,
                digest=_TEXT_OR_NONE,
            )
        ),
    ),
}
