"""The small files that programs look for, read by readers that are not ours."""

import re
from datetime import UTC, datetime, timedelta
from urllib.robotparser import RobotFileParser

import pytest
import sectxt
from aiohttp import web
from hub_folder import Place, hub_at_work

from syndicate.settings import Settings
from syndicate.web._operation import Operation
from syndicate.web._route import Route
from syndicate.web._wellknown import write_robots

BASE = "https://hub.example"
SECURITY = "/.well-known/security.txt"


async def test_security_txt_is_good_to_an_independent_reader(here: Place) -> None:
    async with hub_at_work(here, base_url=BASE, contact="desk@hub.example") as served:
        reply = await served.get(SECURITY)
        assert (reply.status, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        served.clock.time = datetime.now(UTC).timestamp()  # the reader has no other clock
        read = sectxt.Parser((await served.get(SECURITY)).body, urls=f"{BASE}{SECURITY}")
        assert read.errors == []
        # That mail be encrypted and the file signed with OpenPGP is advised, and is the operator's to decide.
        assert {each["code"] for each in read.recommendations} <= {"no_encryption", "not_signed"}
        assert b"Contact: mailto:desk@hub.example\n" in reply.body
        assert f"Canonical: {BASE}{SECURITY}\n".encode() in reply.body


async def test_security_txt_is_the_same_all_day_and_good_for_less_than_a_year(here: Place) -> None:
    async with hub_at_work(here, base_url=BASE, contact="https://hub.example/contact") as served:
        served.clock.time = datetime(2026, 11, 28, tzinfo=UTC).timestamp()
        first = await served.get(SECURITY)
        served.clock.time += 86_399
        assert (await served.get(SECURITY)).headers["etag"] == first.headers["etag"]
        served.clock.time += 1
        assert (await served.get(SECURITY)).body != first.body
        told = re.search(rb"Expires: (\S+)\n", first.body)
        assert told is not None
        expires = datetime.fromisoformat(told[1].decode())
        assert timedelta(days=180) < expires - datetime(2026, 11, 28, tzinfo=UTC) < timedelta(days=365)


@pytest.mark.parametrize(
    ("contact", "uri"),
    [
        pytest.param("desk@hub.example", "mailto:desk@hub.example", id="a mail address"),
        pytest.param("mailto:desk@hub.example", "mailto:desk@hub.example", id="as a URI"),
        pytest.param("https://hub.example/contact", "https://hub.example/contact", id="a page"),
        pytest.param("tel:+84-1-201-555-0123", "tel:+84-1-201-555-0123", id="a telephone"),
        pytest.param("http://hub.example/contact", "", id="a page that anybody may alter on its way"),
        pytest.param("the desk", "", id="words"),
        pytest.param("a@b.example\nExpires: never", "", id="a second line"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_contact_is_told_as_a_uri_or_not_at_all(contact: str, uri: str) -> None:
    assert Settings(contact=contact).contact_uri == uri


async def test_without_a_contact_there_is_no_security_txt_and_the_answer_says_why(here: Place) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get(SECURITY)
        assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")
        assert b"contact" in reply.body
        assert b"contact=" not in (await served.get("/trust.txt")).body


def fields(body: bytes) -> list[tuple[str, str]]:
    """A trust.txt as its specification has it: name=value lines, and comments."""
    lines = [line for line in body.decode().splitlines() if line and not line.startswith("#")]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


async def test_trust_txt_names_the_sites_of_those_who_may_speak(here: Place) -> None:
    async with hub_at_work(here, base_url=BASE, contact="desk@hub.example") as served:
        reply = await served.get("/trust.txt")
        assert reply.body == (await served.get("/.well-known/trust.txt")).body
        told = fields(reply.body)
        assert {name for name, _ in told} == {"member", "disclosure", "contact"}
        assert {value for name, value in told if name == "member"} == {
            "https://gov.sg/",
            "https://news.aa.example/",
        }
        disclosed = dict(told)["disclosure"].removeprefix(BASE)
        assert (await served.get(disclosed)).status == 200


async def test_robots_are_told_where_not_to_go(here: Place) -> None:
    async with hub_at_work(here) as served:
        robots = RobotFileParser()
        robots.parse((await served.get("/robots.txt")).body.decode().splitlines())
        for path, may in (("/", True), ("/feeds/all.atom", True), ("/v1/items", False), ("/metrics", False)):
            assert robots.can_fetch("anything", f"{served.hub.url}{path}") is may, path
        for sitemap in robots.site_maps() or ():
            assert sitemap.startswith(f"{served.hub.url}/")
            assert (await served.get(sitemap.removeprefix(served.hub.url))).status == 200


def test_every_sitemap_that_the_site_has_stands_in_robots_txt_by_its_whole_address() -> None:
    async def never(request: object, rest: str) -> web.Response:
        raise AssertionError(request, rest)

    told = Operation(summary="A map.")
    routes = [Route(path, never, told) for path in ("/sitemap-news.xml", "/feeds.opml", "/sitemap-all.xml")]
    robots = RobotFileParser()
    robots.parse(write_robots(BASE, routes).splitlines())
    assert robots.site_maps() == [f"{BASE}/sitemap-news.xml", f"{BASE}/sitemap-all.xml"]
