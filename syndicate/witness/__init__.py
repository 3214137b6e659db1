"""The witness room: a member state's cosigner, which says that a log only ever grew (C2SP tlog-witness).

Bring a folder that ``found_memory`` made (``add_log`` adds to the logs that it knows) and a signer; leave
with a ``Cosigner`` whose ``add_checkpoint`` answers a log's request. What it has cosigned is on the disk
before it answers; one process at a time has the folder. Nothing here serves or dials.
"""

from syndicate.witness._cosigner import Answer, Cosigner
from syndicate.witness._memory import Memory, add_log, found_memory, open_memory

__all__ = ["Answer", "Cosigner", "Memory", "add_log", "found_memory", "open_memory"]
