"""The small files that programs look for: robots.txt, security.txt (RFC 9116), trust.txt (JournalList)."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from syndicate.news import Agency, rfc3339
from syndicate.web._answer import FEED_CACHE, Ready, problem, squeezed
from syndicate.web._operation import TEXT
from syndicate.web._route import Route
from syndicate.web._world import World

SECURITY: Final = "/.well-known/security.txt"
TRUST: Final = ("/trust.txt", "/.well-known/trust.txt")
_DAY: Final = 86_400
_GOOD_DAYS: Final = 300  # RFC 9116, section 2.5.5: less than a year
_ROBOTS: Final = (
    "User-agent: *\nDisallow: /v1/\nDisallow: /search\nDisallow: /feeds/search.\nDisallow: /metrics\n"
)
_SITEMAP: Final = "/sitemap"
_NO_CONTACT: Final = (
    "this hub names nobody to write to; its operator sets `contact` to a mail address or an https page"
)


class WellKnown:
    """Answers for them; a file that says the same as before is not made again."""

    def __init__(self, world: World, routes: Sequence[Route]) -> None:
        self._world = world
        self._routes = routes
        self._made: dict[str, Ready] = {}

    async def robots(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """Where crawlers need not go (RFC 9309), and every sitemap of this site by its whole address."""
        return self._ready("robots", write_robots(self._world.base_url, self._routes)).answer(request)

    async def security(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """Whom to tell of a weakness; 404 where the operator named nobody. The same for a whole day."""
        world = self._world
        if not world.contact:
            return problem(404, _NO_CONTACT)
        midnight = int(world.clock.now()) // _DAY * _DAY
        text = (
            f"Contact: {world.contact}\n"
            f"Expires: {rfc3339(midnight + _GOOD_DAYS * _DAY)}\n"
            "Preferred-Languages: en\n"
            f"Canonical: {world.base_url}{SECURITY}\n"
        )
        return self._ready("security", text).answer(request)

    async def trust(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The sites of the agencies that may speak now, as the registry has them."""
        world = self._world
        registry, now = world.registry(), int(world.clock.now())
        sites = {
            _site(agency) for agency in registry.agencies.values() if registry.state_at(agency.id, now).speaks
        }
        lines = [
            "# The members are what the federation's registry says today; nobody is rated here.",
            *(f"member={site}" for site in sorted(sites - {""})),
            f"disclosure={world.base_url}/sources",
            *([f"contact={world.contact}"] if world.contact else []),
        ]
        return self._ready("trust", "".join(f"{line}\n" for line in lines)).answer(request)

    def _ready(self, name: str, text: str) -> Ready:
        kept = self._made.get(name)
        if kept is None or kept.source != text:
            kept = self._made[name] = squeezed(text.encode(), TEXT, cache=FEED_CACHE, source=text)
        return kept


def write_robots(base_url: str, routes: Sequence[Route]) -> str:
    """The text of robots.txt; the sitemaps are the routes that are called so."""
    sitemaps = [route.path for route in routes if route.path.startswith(_SITEMAP)]
    return _ROBOTS + "".join(f"Sitemap: {base_url}{path}\n" for path in sitemaps)


def _site(agency: Agency) -> str:
    """An agency's own site; "" where the registry names none."""
    named = [domain for domain in agency.domains if not domain.startswith("*")]
    return agency.home or (f"https://{named[0]}/" if named else "")
