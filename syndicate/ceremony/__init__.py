"""The ceremony room: how the registry changes. People sign drafts, off-line; the operator publishes them.

Bring what people wrote (``Papers``: a ``news.Registry`` and ``papers.Roles``) and the ``Repository`` that is
published; ``draft`` leaves you with the metadata that somebody has to sign. ``publish`` puts it in place
once enough did, ``tick`` keeps it fresh. ``Rehearsal`` does all of it with keys made on the spot. Keys are
opened elsewhere: whoever signs is handed in.
"""

from syndicate.ceremony._draft import Draft, Papers, draft, draft_files
from syndicate.ceremony._keys import RoleSigner, role_key, tuf_key
from syndicate.ceremony._operate import Operator, check_signed, publish, tick
from syndicate.ceremony._rehearse import Rehearsal
from syndicate.ceremony._repository import Repository, replace_file

__all__ = [
    "Draft",
    "Operator",
    "Papers",
    "Rehearsal",
    "Repository",
    "RoleSigner",
    "check_signed",
    "draft",
    "draft_files",
    "publish",
    "replace_file",
    "role_key",
    "tick",
    "tuf_key",
]
