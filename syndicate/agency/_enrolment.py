"""The enrolment file: an agency's two public keys, each with the proof that the agency holds it.

It is what goes into the federation's ``keys/`` (docs/protocol.md, "Enrolment"). Nothing in it is secret.
"""

import base64
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from syndicate.errors import AgencyError
from syndicate.news import AgencyId, AgencyKey, KeyId, KeyStatus, UnixTime, b64url
from syndicate.ports import Signer
from syndicate.trust import enrolment_message, thumbprint

KEY_DAYS: Final = 400
_ENROLMENT_BYTES: Final = 100_000


def write_enrolment(agency: AgencyId, in_use: Signer, successor: Signer, now: float) -> str:
    """The enrolment file of ``agency``: both keys count from the day of ``now`` (UTC) for 400 days."""
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    tables = [
        _table(agency, signer, use, day)
        for signer, use in ((in_use, "in use"), (successor, "sealed successor"))
    ]
    return "\n".join([f'agency = "{agency}"\n', *tables])


def enrol_another(enrolment: str, agency: AgencyId, taking_over: str, successor: Signer, now: float) -> str:
    """The enrolment file after a rotation: ``taking_over`` (a kid) is in use, ``successor`` sealed.

    The keys in it stay, for what they signed stays; the one before is retired, unless it was revoked.
    """
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    head, *tables = re.split(r"(?m)^(?=\[\[key\]\])", enrolment.rstrip())
    told = [_handed_over(table, taking_over) for table in tables]
    return f"{head}{''.join(told)}\n\n{_table(agency, successor, 'sealed successor', day)}"


def _handed_over(table: str, taking_over: str) -> str:
    if f'kid = "{taking_over}"' in table:
        return re.sub(r"(?m)^use = .*$", 'use = "in use"', table)
    return re.sub(r'(?m)^status = "active"', 'status = "retired"', table)


def read_enrolment(path: Path) -> tuple[AgencyKey, ...]:
    """The keys in an enrolment file of one's own, with their windows.

    Raises:
        AgencyError: it cannot be read, or is not what ``syndicate agency init`` wrote.
    """
    try:
        with path.open("rb") as file:
            told = tomllib.loads(file.read(_ENROLMENT_BYTES).decode())
        return tuple(_key(AgencyId(told["agency"]), each) for each in told["key"])
    except OSError as exc:
        raise AgencyError(f"cannot read the enrolment file {path}: {exc.strerror}") from exc
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise AgencyError(
            f"{path} is not an enrolment file: {exc}",
            hint="Restore it from the copy that you sent to the ministry.",
        ) from exc


def _table(agency: AgencyId, signer: Signer, use: str, day: datetime) -> str:
    proof = b64url(signer.sign(enrolment_message(agency, signer.public)))
    return (
        "[[key]]\n"
        f'kid = "{signer.kid}"\n'
        f'x = "{b64url(signer.public)}"\n'
        'status = "active"\n'
        f"nbf = {day:%Y-%m-%dT%H:%M:%SZ}\n"
        f"exp = {day + timedelta(days=KEY_DAYS):%Y-%m-%dT%H:%M:%SZ}\n"
        f'use = "{use}"\n'
        f'proof = "{proof}"\n'
    )


def _key(agency: AgencyId, told: Mapping[str, Any]) -> AgencyKey:
    public = _bytes_of(told["x"])
    if thumbprint(public) != told["kid"]:
        raise ValueError("a kid is not the thumbprint of its x")
    revoked = told.get("revoked_at")
    return AgencyKey(
        kid=KeyId(told["kid"]),
        agency=agency,
        public=public,
        status=KeyStatus(told["status"]),
        nbf=_seconds(told["nbf"]),
        exp=_seconds(told["exp"]),
        revoked_at=None if revoked is None else _seconds(revoked),
    )


def _bytes_of(written: str) -> bytes:
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def _seconds(moment: datetime) -> UnixTime:
    return UnixTime(int(moment.timestamp()))
