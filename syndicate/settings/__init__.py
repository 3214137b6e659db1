"""The hub's settings: read once, frozen, passed down.

Bring a file, the environment and what was typed; leave with ``Settings``. A setting comes from the command
line, else from the environment (``SYNDICATE_HUB_`` and its name in capitals), else from the TOML file, else
it has the default here, which suits one small machine. What no setting is called, and what is of the wrong
kind, is refused: a misspelt limit must not be a missing limit.
docs/settings.md explains each one; a test compares the two.
"""

from syndicate.settings._read import PREFIX, read_settings
from syndicate.settings._settings import Address, Settings, read_address

__all__ = ["PREFIX", "Address", "Settings", "read_address", "read_settings"]
