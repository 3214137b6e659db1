"""Text from outside on its way to a terminal."""

from syndicate.news import limits


def shown(text: str) -> str:
    """``text``, made harmless for a terminal: one line of bounded length, nothing that steers it."""
    return "".join(letter if letter.isprintable() else " " for letter in text[: limits.TITLE])
