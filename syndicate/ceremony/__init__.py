"""The ceremony room: how the registry changes. People sign proposals, off-line; the operator publishes them.

Bring what people wrote (``Papers``: a ``news.Registry`` and ``papers.Roles``) and the ``Repository`` that is
published; ``draft`` leaves you with the metadata that somebody has to sign, ``revocation`` with that of one
key's revocation. ``write_proposal`` puts it in a file. Each signer lays it over an own copy of the registry
(``Books``, whose ``check`` refuses what no honest proposal has), reads ``changes`` and ``terms``, compares
``proposal_digest`` by voice, and gives ``sign_draft``'s signatures; ``collect`` says who is missing.

``publish`` puts it in place once enough did, ``tick`` keeps it fresh. ``Rehearsal`` does all of it with keys
made on the spot. Keys are opened elsewhere: whoever signs is handed in.
"""

from syndicate.ceremony._after import Books
from syndicate.ceremony._changes import called, changes, terms
from syndicate.ceremony._collect import (
    SIGNATURES_BYTES,
    Collected,
    Signatures,
    Tally,
    collect,
    read_signatures,
    sign_draft,
)
from syndicate.ceremony._draft import Draft, Papers, draft, draft_files, revocation
from syndicate.ceremony._keys import RoleSigner, role_key, tuf_key
from syndicate.ceremony._operate import Operator, check_signed, publish, tick
from syndicate.ceremony._proposal import (
    PROPOSAL_BYTES,
    proposal_digest,
    read_proposal,
    spoken,
    write_proposal,
)
from syndicate.ceremony._rehearse import Rehearsal
from syndicate.ceremony._repository import Repository

__all__ = [
    "PROPOSAL_BYTES",
    "SIGNATURES_BYTES",
    "Books",
    "Collected",
    "Draft",
    "Operator",
    "Papers",
    "Rehearsal",
    "Repository",
    "RoleSigner",
    "Signatures",
    "Tally",
    "called",
    "changes",
    "check_signed",
    "collect",
    "draft",
    "draft_files",
    "proposal_digest",
    "publish",
    "read_proposal",
    "read_signatures",
    "revocation",
    "role_key",
    "sign_draft",
    "spoken",
    "terms",
    "tick",
    "tuf_key",
    "write_proposal",
]
