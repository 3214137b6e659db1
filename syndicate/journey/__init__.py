"""The journey of an item through the hub, told in short files: read them first.

``_arrive`` and ``_submit``: tokens come in from polled feeds, or are pushed. ``_admit``: verify, relate,
store. ``_seal``: the one order, which is the public log; ``_cosign``: its witnesses. ``_depart``: a slice of
it becomes a document; ``_layout``: what stands in it; ``_galley``: the pieces that documents share;
``_document``: what it leaves as. ``_supplement``: what is new in a slice becomes one, for who subscribes;
``_outputs``: so does what else machines read. ``_passages`` follows behind, so that ``_lookup`` can say
whether an official source said something, and ``_gather`` behind that: excerpts, and stories. Bring the ports
that ``syndicate.assembly`` chose; leave with the parts that it runs.
"""

from syndicate.journey._admit import Admission
from syndicate.journey._arrive import Polled, Poller
from syndicate.journey._cosign import Cosigners
from syndicate.journey._depart import GATHER_SECONDS, Press
from syndicate.journey._document import Body, Document
from syndicate.journey._explain import Difference, Explained, Explanation, counts, explain, title_of
from syndicate.journey._explain import as_json as explained_as_json
from syndicate.journey._findings import By, Did, Run
from syndicate.journey._gather import Gatherer
from syndicate.journey._index import Indexer
from syndicate.journey._kin import Kin
from syndicate.journey._layout import ARCHIVE_PAGE, PressLimits
from syndicate.journey._log_signer import LogSigner
from syndicate.journey._lookup import (
    Answer,
    Later,
    Lookup,
    LookupLimits,
    Verdict,
)
from syndicate.journey._outputs import OPML_TYPE, SITEMAP_TYPE, Outputs
from syndicate.journey._passages import PassageIndex
from syndicate.journey._prove import proof_of
from syndicate.journey._ruling import rule
from syndicate.journey._seal import Sealer
from syndicate.journey._submit import SubmissionDesk, SubmitLimits
from syndicate.journey._supplement import Supplement, SupplementLimits, Supplements
from syndicate.journey._turnstile import Turnstile
from syndicate.journey._wakeup import LocalWakeup

__all__ = [
    "ARCHIVE_PAGE",
    "GATHER_SECONDS",
    "OPML_TYPE",
    "SITEMAP_TYPE",
    "Admission",
    "Answer",
    "Body",
    "By",
    "Cosigners",
    "Did",
    "Difference",
    "Document",
    "Explained",
    "Explanation",
    "Gatherer",
    "Indexer",
    "Kin",
    "Later",
    "LocalWakeup",
    "LogSigner",
    "Lookup",
    "LookupLimits",
    "Outputs",
    "PassageIndex",
    "Polled",
    "Poller",
    "Press",
    "PressLimits",
    "Run",
    "Sealer",
    "SubmissionDesk",
    "SubmitLimits",
    "Supplement",
    "SupplementLimits",
    "Supplements",
    "Turnstile",
    "Verdict",
    "counts",
    "explain",
    "explained_as_json",
    "proof_of",
    "rule",
    "title_of",
]
