"""A whole agency in memory: it signs what it is told to, rightly or wrongly."""

from dataclasses import replace
from typing import Any

from syndicate.news import (
    Act,
    Agency,
    AgencyId,
    AgencyKey,
    Alert,
    AlertArea,
    Content,
    Envelope,
    FederationId,
    Heartbeat,
    Item,
    ItemId,
    KeyStatus,
    Kind,
    Member,
    MemberCode,
    Registry,
    SeatState,
    Since,
    StreamName,
    TokenDigest,
    UnixTime,
    compose_token,
    digest_of,
    encode,
)
from syndicate.ports import Signer
from syndicate.signing import ephemeral_signer

NOON = 1_795_435_200  # 2026-11-23T12:00:00Z
DAY = 86_400
FEDERATION = FederationId("demo")
ALERT = Alert(
    event="Bão",
    category="Met",
    urgency="Immediate",
    severity="Severe",
    certainty="Observed",
    area=(AlertArea(desc="Đà Nẵng"),),
    expires="2026-11-24T00:00:00Z",
)


def local(name: str) -> str:
    """26 characters of an item id's local part, readable in a failure message."""
    kept = "".join(letter for letter in name.lower() if letter in "abcdefghijklmnopqrstuvwxyz234567")
    return (kept + "a" * 26)[:26]


class PressRoom:
    """One agency with its keys and one stream; ``registry(...)`` puts several under one roof."""

    def __init__(self, agency: str = "vn.demo", *, seed: int = 1) -> None:
        self.id = AgencyId(agency)
        self.host = f"news.{agency.replace('.', '-')}.example"
        self.signer: Signer = ephemeral_signer(bytes([seed]) * 32)
        self.successor: Signer = ephemeral_signer(bytes([seed + 100]) * 32)
        self.seq = 0
        self.prev: TokenDigest | None = None
        self.keys = {signer.kid: self._key(signer) for signer in (self.signer, self.successor)}
        self.states: tuple[Since, ...] = (Since(state=SeatState.ACTIVE, since=UnixTime(NOON - 100 * DAY)),)

    def _key(self, signer: Signer) -> AgencyKey:
        return AgencyKey(
            kid=signer.kid,  # type: ignore[arg-type]  # the port says str; it is a thumbprint
            agency=self.id,
            public=signer.public,
            status=KeyStatus.ACTIVE,
            nbf=UnixTime(NOON - 100 * DAY),
            exp=UnixTime(NOON + 300 * DAY),
        )

    def change_key(self, signer: Signer, **changes: Any) -> None:
        self.keys[signer.kid] = replace(self.keys[signer.kid], **changes)

    def item(self, name: str = "storm", **changes: Any) -> Item:
        """An item at the head of the stream; any field may be changed. It does not move the head."""
        made = Item(
            aud=FEDERATION,
            iss=self.id,
            sub=ItemId(f"{self.id}:{local(name)}"),
            ver=1,
            stream=StreamName("main"),
            seq=self.seq + 1,
            prev=self.prev,
            iat=UnixTime(NOON),
            act=Act.PUBLISH,
            kind=Kind.STORY,
            lang="vi",
            title="Bão số 5 đổ bộ",
            url=f"https://{self.host}/{local(name)}",
            published="2026-11-23T11:59:00Z",
            updated="2026-11-23T11:59:00Z",
            content=Content(type="text/html", body="<p>Gió mạnh cấp 10.</p>"),
        )
        return replace(made, **changes)

    def token(self, said: Item | Heartbeat | bytes, *, signer: Signer | None = None) -> str:
        """Sign exactly this."""
        key = signer or self.signer
        return compose_token(said if isinstance(said, bytes) else encode(said), key.kid, key.sign)

    def publish(self, name: str = "storm", *, signer: Signer | None = None, **changes: Any) -> str:
        """Sign an item and move the head of the stream."""
        item = self.item(name, **changes)
        token = self.token(item, signer=signer)
        self.seq, self.prev = item.seq, digest_of(token)
        return token


def registry(*rooms: PressRoom) -> Registry:
    """The federation of these agencies."""
    return Registry(
        federation=FEDERATION,
        name="Demo",
        members={
            MemberCode(room.id[:2]): Member(code=MemberCode(room.id[:2]), names={"en": room.id[:2]})
            for room in rooms
        },
        agencies={
            room.id: Agency(
                id=room.id,
                names={"en": f"Demo News of {room.id[:2]}"},
                domains=(room.host,),
                media_hosts=(f"*.cdn.{room.host}",),
                states=room.states,
            )
            for room in rooms
        },
        keys={key.kid: key for room in rooms for key in room.keys.values()},
        version="test",
    )


def envelope(token: str, source: str = "test") -> Envelope:
    return Envelope(token=token, source=source)
