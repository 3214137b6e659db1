"""What the API tells of agencies and their sources: keys, health, what became of what they sent."""

from collections.abc import Mapping
from typing import Final

from syndicate.news import Reason
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
    by_name,
    list_of,
    named,
    record,
)


def _feed(errors: Schema, **more: Schema) -> Schema:
    return record(
        id=TEXT,
        url=ADDRESS,
        condition={"enum": ["fresh", "waiting", "failing", "stale", "not polled"]},
        last_try=TIME_OR_NONE,
        last_success=TIME_OR_NONE,
        last_new=TIME_OR_NONE,
        last_heartbeat=TIME_OR_NONE,
        failures_in_a_row=COUNT,
        mismatches=COUNT,
        errors=list_of(errors),
        **more,
    )


_QUARANTINED: Final[Schema] = {
    "oneOf": [{"type": "null"}, record(since=TIME, until=TIME, reason=TEXT)],
}


_AGENCY = record(
    id=TEXT,
    names=by_name(TEXT),
    state=TEXT,
    states=list_of(record(state=TEXT, since=TIME)),
    languages=list_of(TEXT),
    home=TEXT_OR_NONE,
    ministry=TEXT_OR_NONE,
    ownership=record(form=TEXT_OR_NONE, funding=TEXT_OR_NONE, editor_appointed_by=TEXT_OR_NONE),
    rights=TEXT_OR_NONE,
    credit=TEXT_OR_NONE,
    last_received=TIME_OR_NONE,
    refused=by_name(COUNT),
    quarantined=_QUARANTINED,
    feeds=list_of(named("PolledFeed")),
)


_OUTCOME: Final[Schema] = {
    "type": "object",
    "required": ["outcome"],
    "properties": {
        "outcome": {"enum": ["admitted", "known", "refused", "held", "unjudged"]},
        "digest": {"oneOf": [{"type": "null"}, DIGEST]},
        "sub": TEXT,
        "ver": {"type": "integer", "minimum": 1},
        "agency": TEXT_OR_NONE,
        "marks": MARKS,
        "reason": {"enum": sorted(Reason)},
        "detail": TEXT,
        "remedy": TEXT,
    },
}

OF_SOURCES: Final[Mapping[str, Schema]] = {
    "Outcome": _OUTCOME,
    "Outcomes": record(results=list_of(named("Outcome"))),
    "PolledFeed": _feed(
        record(at=TIME, code=TEXT),
        format=TEXT,
        lang=TEXT_OR_NONE,
        stream=TEXT,
        cadence_seconds=COUNT,
        seconds_since_success={"type": ["integer", "null"], "minimum": 0},
    ),
    "Sources": record(
        federation=TEXT,
        name=TEXT,
        stage=TEXT_OR_NONE,
        registry=TEXT,
        registry_fresh_until=TIME_OR_NONE,
        members=by_name(record(names=by_name(TEXT), agencies=list_of(_AGENCY))),
        refused_unattributed=by_name(COUNT),
    ),
    "Keys": record(
        note=TEXT,
        federation=TEXT,
        stage=TEXT_OR_NONE,
        registry=TEXT,
        agencies=list_of(
            record(
                id=TEXT,
                domains=list_of(TEXT),
                media_hosts=list_of(TEXT),
                states=list_of(record(state=TEXT, since={"type": "integer"})),
            )
        ),
        keys=list_of(
            record(
                kid=TEXT,
                agency=TEXT,
                kty={"const": "OKP"},
                crv={"const": "Ed25519"},
                x=TEXT,
                status=TEXT,
                nbf={"type": "integer"},
                exp={"type": "integer"},
                revoked_at={"type": ["integer", "null"]},
                reason=TEXT_OR_NONE,
            )
        ),
    ),
    "AgencyStatus": record(
        agency=TEXT,
        state=TEXT,
        now=TIME,
        clock_skew_seconds={"type": "integer"},
        registry=TEXT,
        last_received=TIME_OR_NONE,
        keys=list_of(
            record(
                kid=TEXT,
                status=TEXT,
                expires=TIME,
                seconds_left={"type": "integer"},
                revoked_at=TIME_OR_NONE,
            )
        ),
        feeds=list_of(_feed(record(at=TIME, code=TEXT, detail=TEXT))),
        streams=list_of(
            record(
                stream=TEXT,
                head=COUNT,
                digest=TEXT_OR_NONE,
                forked=FLAG,
                keys=list_of(TEXT),
                counted_from=COUNT,
                accepted=COUNT,
                late=COUNT,
                missing=COUNT,
            )
        ),
        held=by_name(COUNT),
        refusals=list_of(
            record(
                last_at=TIME,
                count=COUNT,
                source=TEXT,
                reason=TEXT,
                detail=TEXT,
                remedy=TEXT,
                digest=TEXT_OR_NONE,
            )
        ),
    ),
}
