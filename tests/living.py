"""What there is of a class in this process, seen from inside."""

import gc
from typing import TypeVar

T = TypeVar("T")


def living(kind: type[T]) -> list[T]:
    """Every instance of ``kind``.

    Not by ``gc.get_objects``: that holds every tuple which another thread is just filling, and then Python
    cannot make it larger ("bad argument to internal function", in that thread).
    """
    return [each for each in gc.get_referrers(kind) if type(each) is kind]
