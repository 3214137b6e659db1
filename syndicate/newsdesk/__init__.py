"""The newsdesk: what people do with the signed stream, by day and on a bad night.

Bring a ``Desk``: the agency's configuration, its signer, its book and the moment. Leave with an item that
was signed, or waits: ``compose`` makes it from a ``Manuscript``, ``in_words`` tells a person all of it,
``do`` signs and shows it, unless it ``needs_second``. ``find_item``
knows items by any of their names. The waiting list is released (``release_ids``) or dropped (``drop_ids``)
by people, when they may (``may_release``, ``until_when``); ``appoint`` names the second of them.

``panic`` halts (as ``halt`` does alone) and withholds, ``resume`` lets signing go on. ``recover`` rebuilds
a lost book from what hubs logged (``fetch_own``), ``reissue`` signs again what hubs refused;
``check_successor``, ``next_enrolment`` and ``put_in_place`` are the steps of a rotation. Whatever was signed
here passed through ``agency.sign_items``: in the book, on the disk, before it is shown.
"""

from syndicate.newsdesk._acts import Deed, Desk, compose, do, manuscript_of, needs_second
from syndicate.newsdesk._find import find_item, last_text
from syndicate.newsdesk._in_words import in_words
from syndicate.newsdesk._keys import check_successor, next_enrolment, put_in_place, reissue
from syndicate.newsdesk._manuscript import FIELDS, Manuscript, as_html, read_manuscript, template
from syndicate.newsdesk._panic import halt, panic, resume
from syndicate.newsdesk._recover import Recovered, fetch_own, recover
from syndicate.newsdesk._waiting import appoint, drop_ids, may_release, release_ids, until_when, waiting_ids

__all__ = [
    "FIELDS",
    "Deed",
    "Desk",
    "Manuscript",
    "Recovered",
    "appoint",
    "as_html",
    "check_successor",
    "compose",
    "do",
    "drop_ids",
    "fetch_own",
    "find_item",
    "halt",
    "in_words",
    "last_text",
    "manuscript_of",
    "may_release",
    "needs_second",
    "next_enrolment",
    "panic",
    "put_in_place",
    "read_manuscript",
    "recover",
    "reissue",
    "release_ids",
    "resume",
    "template",
    "until_when",
    "waiting_ids",
]
