"""The journey of an item, told in short files: read them first.

``_admit``: verify, relate, store. ``_seal``: the one order. Bring the ports that ``syndicate.assembly``
chose; leave with the parts that it runs.
"""

from syndicate.journey._admit import Admission
from syndicate.journey._seal import Sealer

__all__ = ["Admission", "Sealer"]
