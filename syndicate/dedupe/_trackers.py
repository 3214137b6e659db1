"""Parameters that follow a reader and name no page: dropped when two addresses are compared.

A list of what goes, never of what stays: some agencies' ids live in the query.
"""

from typing import Final

TRACKERS: Final = frozenset(
    {
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "dclid",
        "fbclid",
        "gad_source",
        "gbraid",
        "gclid",
        "gclsrc",
        "igsh",
        "igshid",
        "li_fat_id",
        "mc_cid",
        "mc_eid",
        "mibextid",
        "mkt_tok",
        "msclkid",
        "oly_anon_id",
        "oly_enc_id",
        "s_cid",
        "srsltid",
        "ttclid",
        "twclid",
        "vero_id",
        "wbraid",
        "wickedid",
        "yclid",
        "zalo_src",
    }
)
TRACKER_PREFIXES: Final = ("utm_", "hsa_", "mtm_", "pk_")
