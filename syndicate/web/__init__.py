"""The web room: the hub's pages, feeds and API, and the one layer that all its answers leave through.

Bring a ``World`` (the hub's parts as the web may see them); leave with a ``Site`` to serve. ``CODINGS``
are the content codings in which a ``journey.Press`` should keep its documents. Nothing of a reader is ever
kept: ``serve`` puts the site on a socket without an access log. ``Contents`` gives the documents of the same
site one by one, for whoever copies it.
"""

from syndicate.web._answer import CODINGS
from syndicate.web._contents import Contents, Served
from syndicate.web._feeds import is_known
from syndicate.web._metrics import DeliveryReach, Metrics
from syndicate.web._readers import read_networks
from syndicate.web._route import Listed, Site
from syndicate.web._serve import serve
from syndicate.web._shelf import make_shelf
from syndicate.web._site import make_site
from syndicate.web._witness import make_witness_site
from syndicate.web._world import CopyLimits, EvidenceMaker, Submission, WebLimits, World

__all__ = [
    "CODINGS",
    "Contents",
    "CopyLimits",
    "DeliveryReach",
    "EvidenceMaker",
    "Listed",
    "Metrics",
    "Served",
    "Site",
    "Submission",
    "WebLimits",
    "World",
    "is_known",
    "make_shelf",
    "make_site",
    "make_witness_site",
    "read_networks",
    "serve",
]
