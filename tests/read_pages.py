"""A page as its reader gets it."""

import re
from html import unescape

from page_room import PageRoom


async def shown(room: PageRoom, path: str) -> str:
    reply = await room.served.get(path)
    assert reply.status == 200, (path, reply.status)
    return reply.body.decode()


def read(page: str) -> str:
    """The words of a page, as one reads them."""
    body = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    running = re.sub(r"</?(?:a|bdi|cite|code|del|ins|q|span|strong|time)\b[^>]*>", "", body)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", running)).split())
