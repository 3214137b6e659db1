"""deploy/nginx.conf says of every file what the hub says of the address."""

import re
from pathlib import Path

from exporting import LIVE, address_of, export, plain, stands
from hub_folder import hub_at_work, place

CONF = (Path(__file__).parent.parent.parent / "deploy" / "nginx.conf").read_text()


def entries(block: str) -> list[tuple[str, str]]:
    """The lines of a block, read as nginx does: words, quoted or not, to the semicolon."""
    lines = re.findall(
        r"^\s*((?:\"[^\"]*\"|[^\s;\"#]+)(?:\s+(?:\"[^\"]*\"|[^\s;\"]+))+);", block, re.MULTILINE
    )
    words = [re.findall(r"\"([^\"]*)\"|(\S+)", line) for line in lines]
    return [(first[0] or first[1], each[0] or each[1]) for first, *rest in words for each in rest]


def block(opening: str) -> str:
    found = re.search(re.escape(opening) + r"\s*\{([^{}]*)\}", CONF)
    assert found is not None, opening
    return found[1]


def kinds(text: str) -> dict[str, str]:
    return {ending: kind for kind, ending in entries(text)}


def kind_of(name: str) -> str:
    """The media type that nginx gives a file, by its location and its ending."""
    if name == "log/checkpoint":
        return "text/plain; charset=utf-8"
    feeds = CONF.index("location ^~ /feeds/")
    here = CONF[feeds : CONF.index("location", feeds + 1)] if name.startswith("feeds/") else CONF
    found = re.search(r"types\s*\{([^{}]+)\}", here)
    assert found is not None
    return kinds(found[1]).get(name.rpartition(".")[2], "application/octet-stream")


def cache_of(address: str) -> str:
    told = entries(block("map $uri $syndicate_cache"))
    exact = dict(told)
    if address in exact:
        return exact[address]
    for pattern, says in told:
        if pattern.startswith("~") and re.search(pattern[1:], address):
            return says
    return exact["default"]


async def test_nginx_tells_of_every_file_what_the_hub_tells(tmp_path: Path) -> None:
    async with place(tmp_path) as here, hub_at_work(here, contact="desk@hub.example") as served:
        await served.release("storm", "flood")
        folder = tmp_path / "copy"
        await export(served, folder, contact="desk@hub.example")
        for name in plain(stands(folder)):
            reply = await served.get(address_of(name))
            assert kind_of(name) == reply.headers["content-type"], name
            if name.startswith("item/"):  # of which one does not tell whether it is an alert's
                assert cache_of(address_of(name)) == "public, max-age=15, must-revalidate"
            elif not name.endswith(".tlog-proof"):  # of which a file does not tell that it is final
                assert cache_of(address_of(name)) == reply.headers["cache-control"], name


def test_no_location_gives_out_what_begins_with_a_dot() -> None:
    for opening in ("location ^~ /feeds/ {", "server {"):
        assert re.search(r"location ~ /\\\.\S* \{\s*return 404;", CONF[CONF.index(opening) :]), opening
    assert (
        "location ~ /\\. {"
        in CONF[CONF.index("location ^~ /feeds/") : CONF.index("location = /log/checkpoint")]
    )


def test_what_holds_for_the_moment_is_asked_of_the_hub() -> None:
    [live] = re.findall(r"location ~ (\^/\(wire\S+\$) \{", CONF)
    refused = {"/metrics"}  # figures are for whoever looks after the hub
    asked = {address for address in LIVE if "{" not in address}  # of the others no file has the name
    assert {address for address in asked if not re.search(live, address)} == refused


def test_s17_what_somebody_asks_about_is_in_no_file_of_nginx() -> None:
    for address in ("/lookup", "/v1/lookup"):
        assert "proxy_request_buffering off;" in block(f"location = {address}"), address
