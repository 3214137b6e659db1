"""The journey: an item's way through the hub, told in short files.

``_depart`` renders what was sealed (``Press``); ``LocalWakeup`` tells one part that another has moved.
"""

from syndicate.journey._depart import Document, Press, PressLimits, Written
from syndicate.journey._wakeup import LocalWakeup

__all__ = ["Document", "LocalWakeup", "Press", "PressLimits", "Written"]
