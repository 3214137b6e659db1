"""Text from outside on its way to a terminal."""

from syndicate.news import limits


def shown(text: str) -> str:
    """``text``, made harmless for a terminal: one line of bounded length, nothing that steers it."""
    return "".join(letter if letter.isprintable() else " " for letter in text[: limits.TITLE])


def harmless(text: str) -> str:
    """``text`` of ours that may quote what is from outside: lines stay, nothing steers the terminal."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def shown_whole(text: str) -> str:
    """``text`` as ``shown`` has it, but uncut: what a person is asked to sign, they see to its end."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
