"""An address is on a host that the registry lists for its agency, or the item is refused."""

import pytest
from judging import admitted, claims, judge, refused
from press import PressRoom

from syndicate.news import Media, Reason, b64url
from syndicate.trust import Verified


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("https://news.vn-demo.example:8443/a", Reason.URL_INVALID, id="a port"),
        pytest.param("https://news.vn-demo.example@evil.example/", Reason.URL_INVALID, id="userinfo"),
        pytest.param("https://news.vn-demo.example./a", Reason.URL_INVALID, id="a trailing dot"),
        pytest.param("https://news.vn-dem\u043e.example/a", Reason.URL_INVALID, id="a Cyrillic o"),
        pytest.param(
            "https://news.xn--vn-dem-lkg.example/a", Reason.HOST_NOT_LISTED, id="the same as A-label"
        ),
        pytest.param(
            "https://news.vn-demo.example\u3002evil.example/", Reason.URL_INVALID, id="an ideographic dot"
        ),
        pytest.param("https://127.0.0.1/a", Reason.URL_INVALID, id="an address literal"),
        pytest.param("javascript:alert(1)", Reason.URL_INVALID, id="a script"),
        pytest.param("https://news.vn-demo.example/\u202e", Reason.URL_INVALID, id="a direction override"),
        pytest.param(
            "https://news.vn-demo.example.evil.example/", Reason.HOST_NOT_LISTED, id="the host as prefix"
        ),
        pytest.param("https://evil-news.vn-demo.example/", Reason.HOST_NOT_LISTED, id="the host as suffix"),
        pytest.param("https://sub.news.vn-demo.example/", Reason.HOST_NOT_LISTED, id="a host below"),
        pytest.param("https://vn-demo.example/", Reason.HOST_NOT_LISTED, id="the host above"),
        pytest.param("https://news.vn-demo.example/" + "a" * 2_000, Reason.URL_INVALID, id="too long"),
    ],
)
def test_attack_22_a_host_that_only_looks_listed(url: str, reason: Reason) -> None:
    room = PressRoom()
    assert refused(claims(room, url=url), room) is reason


def test_an_address_is_text() -> None:
    room = PressRoom()
    assert refused(claims(room, url=7), room) is Reason.CLAIM_INVALID


def test_a_host_is_compared_in_lower_case() -> None:
    room = PressRoom()
    admitted(claims(room, url="https://NEWS.vn-demo.example/a"), room)


@pytest.mark.parametrize("name", ["media", "content", "rel"])
def test_pictures_bodies_and_relations_stay_on_listed_hosts(name: str) -> None:
    room = PressRoom()
    evil = "https://evil.example/x"
    told: dict[str, object] = {
        "media": [{"url": evil, "type": "image/png", "alt": ""}],
        "content": {"type": "text/plain", "url": evil, "sha256": b64url(bytes(32)), "len": 1},
        "rel": [{"type": "rebuts", "url": evil}],
    }
    reason = refused(claims(room, **{name: told[name]}), room)
    assert reason is (Reason.HOST_NOT_LISTED if name == "rel" else Reason.MEDIA_HOST_NOT_LISTED)


def test_a_relation_may_lead_to_any_agency_of_the_federation_and_to_nobody_else() -> None:
    mine, theirs = PressRoom("vn.demo"), PressRoom("th.demo", seed=2)
    for host, reason in ((theirs.host, None), (mine.host, None), ("evil.example", Reason.HOST_NOT_LISTED)):
        token = claims(mine, rel=[{"type": "cites", "url": f"https://{host}/c"}])
        outcome = judge(token, mine, theirs)
        assert getattr(outcome, "reason", None) is reason


def test_a_wildcard_covers_what_is_below_it_and_not_itself() -> None:
    room = PressRoom()
    for host, fine in ((f"a.cdn.{room.host}", True), (f"cdn.{room.host}", False)):
        media = (Media(url=f"https://{host}/1", type="image/png", alt=""),)
        assert isinstance(judge(room.token(room.item(media=media)), room), Verified) is fine
