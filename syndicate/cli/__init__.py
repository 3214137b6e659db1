"""The command line: one file per noun, and one way to say what went wrong.

Bring arguments; leave with an exit code: 0 all is well, 1 the answer is "no" (an item does not verify, a
check found something), 2 the command could not do its work. Failures of ours are told in one line with
what to do about it; anything else is a bug and shows its traceback.
"""

from syndicate.cli._main import main

__all__ = ["main"]
