"""A reason that stands in the log for ever, for everybody to read."""

from typing import Final

from syndicate.errors import SettingsError

NOBODY: Final = "At a terminal you are asked. A program says --yes."
_MOST: Final = 500  # characters


def public_reason(given: str) -> str:
    """The reason as it will stand there.

    Raises:
        SettingsError: there is none, or it is no line of text.
    """
    reason = given.strip()
    if not reason or len(reason) > _MOST or not reason.isprintable():
        raise SettingsError(
            "the reason is empty, too long, or no line of text",
            hint=f"Say it in one line of at most {_MOST} characters: everybody can read it, for ever.",
        )
    return reason
