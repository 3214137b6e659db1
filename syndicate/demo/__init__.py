"""The demo room: a whole federation on loopback, all of it fiction, hostile parties included.

Bring nothing but a machine with Python. ``run_demo`` tells the story of a day, then keeps publishing until
it is stopped; ``check_demo`` plays the day once and compares what happened with what should have, row by
row. Both take real parts only: CMS feeds, the agencies' signing tool, static servers, a hub on SQLite.
``play_once`` is the check without its table, for tests that break something first.
"""

from syndicate.demo._run import check_demo, play_once, run_demo
from syndicate.demo._stories import Newsroom, Story, load_newsrooms

__all__ = ["Newsroom", "Story", "check_demo", "load_newsrooms", "play_once", "run_demo"]
