"""A visitor of the hub: sees what everybody sees, over HTTP, and nothing else."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from syndicate.errors import DemoError

_SECONDS = 60
_PAGE = 200  # items at a time
# Proxies of this machine have no business between the demo and itself.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(url: str) -> bytes:
    """What stands at ``url``, an address of the demo; raises DemoError when no answer comes."""
    return _ask(urllib.request.Request(url))  # noqa: S310 - our own http address


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Asks the hub at ``base_url``; every method blocks, and raises DemoError when no answer comes."""

    base_url: str

    def get(self, path: str) -> bytes:
        """What stands at ``path``."""
        return fetch(self.base_url + path)

    def get_json(self, path: str) -> Any:  # noqa: ANN401 - it is whatever the hub says
        """The JSON at ``path``."""
        return json.loads(self.get(path))

    def items(self) -> list[dict[str, Any]]:
        """Every version in the one order, read page by page as the cursor API says."""
        found: list[dict[str, Any]] = []
        after = -1
        while True:
            page = self.get_json(f"/v1/items?after={after}&limit={_PAGE}")
            if not page["items"]:
                return found
            found += page["items"]
            after = page["last"]

    def agencies(self) -> dict[str, dict[str, Any]]:
        """What ``/v1/sources`` says of each agency, by its id."""
        members = self.get_json("/v1/sources")["members"]
        return {agency["id"]: agency for member in members.values() for agency in member["agencies"]}

    def feeds(self) -> dict[str, dict[str, Any]]:
        """The health of each polled feed, by its id."""
        return {feed["id"]: feed for agency in self.agencies().values() for feed in agency["feeds"]}

    def post_form(self, path: str, form: Mapping[str, str]) -> None:
        """Send a form to ``path``, which takes it."""
        body = urllib.parse.urlencode(form).encode()
        _ask(urllib.request.Request(f"{self.base_url}{path}", body))  # noqa: S310 - our own http address

    def ask(self, text: str) -> dict[str, Any]:
        """What the hub says of a passage, a headline or an address."""
        request = urllib.request.Request(  # noqa: S310 - our own http address
            f"{self.base_url}/v1/lookup", text.encode(), {"Content-Type": "text/plain; charset=utf-8"}
        )
        answer: dict[str, Any] = json.loads(_ask(request))
        return answer

    def submit(self, tokens: Sequence[str]) -> list[dict[str, Any]]:
        """What the hub says of each token that is pushed to it."""
        request = urllib.request.Request(  # noqa: S310 - our own http address
            f"{self.base_url}/v1/submit", "\n".join(tokens).encode(), {"Content-Type": "text/plain"}
        )
        results: list[dict[str, Any]] = json.loads(_ask(request))["results"]
        return results


def _ask(request: urllib.request.Request) -> bytes:
    try:
        with _OPENER.open(request, timeout=_SECONDS) as response:
            body: bytes = response.read()
    except urllib.error.HTTPError as exc:
        with exc:
            raise DemoError(f"{request.full_url} answered {exc.code}") from exc
    except OSError as exc:
        raise DemoError(f"nobody answers at {request.full_url}: {exc}") from exc
    return body
