"""How names are spelled (docs/protocol.md, "Claims"): a pattern for each, to match a whole ASCII text."""

from typing import Final

FEDERATION_ID: Final = r"[a-z][a-z0-9-]{1,31}"
AGENCY_ID: Final = r"[a-z]{2}\.[a-z0-9-]{2,32}"
ITEM_ID: Final = rf"{AGENCY_ID}:[a-z2-7]{{26}}"
STREAM_NAME: Final = r"[a-z0-9-]{1,32}"
# BCP 47 as far as one needs it here: a language, then perhaps a script, then perhaps a region.
LANGUAGE: Final = r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?"
MEDTOP: Final = "medtop:"
MEDIA_TOPIC: Final = rf"{MEDTOP}[0-9]{{8}}"
MEDIA_TOPICS: Final = "http://cv.iptc.org/newscodes/mediatopic/"  # the IPTC's address of them all
MEDIA_TYPE: Final = r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}"
# A feed on this machine: only federations of demos and tests may list one.
LOOPBACK_ADDRESS: Final = r"http://(?:127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}/[!-~]*"
