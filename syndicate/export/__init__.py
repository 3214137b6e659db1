"""The export room: a hub's site as files for a web server or a CDN, byte for byte what the hub serves.

Bring a site's ``web.Contents``, a folder and the ``Reach`` that the copy is of; leave with a ``Summary`` of
what changed in the folder. Whoever reads there meanwhile finds every file whole.
"""

from syndicate.export._export import MOST_DOCUMENTS, Orders, Summary, export_site
from syndicate.export._folder import Reach

__all__ = ["MOST_DOCUMENTS", "Orders", "Reach", "Summary", "export_site"]
