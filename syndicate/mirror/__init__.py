"""The mirror room: another's whole log taken over, leaf by leaf, believing none of it.

Bring an open ``Storage`` of your own, a way to read the hub or mirror (``client.open_log``), the registry and
the log's policy. A ``Follower`` brings the storage up to the newest checkpoint: every leaf is proven to be of
that tree, every token to be its agency's, every act to be what its leaf says. What comes out is a hub's
database: it can be served, it is the way back from a lost disk, and it makes every withheld item noticed.
"""

from syndicate.mirror._follow import Follower

__all__ = ["Follower"]
