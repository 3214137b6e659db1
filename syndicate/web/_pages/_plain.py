"""A signed body as a page shows it: without pictures."""

import re
from typing import Final

from markupsafe import Markup

_PICTURE: Final = re.compile(r'<img src="[^"]*" alt="([^"]*)">')


def without_pictures(body: str, nothing: Markup) -> Markup:
    """A body of the content profile in which each picture is its description, or ``nothing``.

    Its agency signed it within the profile, and so it was checked: no other markup can be in it.
    """

    def described(found: re.Match[str]) -> str:
        return f'<span class="picture">{found[1] or nothing}</span>'

    return Markup(_PICTURE.sub(described, body))  # noqa: S704 - within the content profile
