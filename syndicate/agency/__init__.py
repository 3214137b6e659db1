"""The agency's side: reads what the CMS publishes, signs what is new or changed, writes the signed feed.

Bring an ``AgencyConfig`` (``load_config``), a ``Signer``, a ``StreamBook``, a ``Fetcher`` and a ``Clock``
to ``sign_once`` (and first to ``look_ahead``, with the book closed); leave with a ``Report`` that says of
every entry what became of it, and with two files that any web server can show. ``found_agency`` makes keys,
enrolment file and configuration on the first day. For items that do not come from a CMS there are
``sign_items`` and ``publish``, the two halves of what ``sign_once`` does after reading, and ``item_id``;
``write_enrolment`` is the file that goes to the federation.

``deliver`` and ``keep_delivering`` push the stream to hubs; ``ask_status`` asks them what they see, and
``doctor`` holds the looks at everything here that signing depends on. Whatever a hub answers is read by
``read_answer``.

For the newsdesk, which stands on this room: the brake's waiting list is signed by ``release``, its texts
are known by ``marks_of`` and ``dropped_mark``; ``check_may_sign`` and ``check_book`` say why nothing may be
signed now, ``judge`` why hubs would refuse an item, and ``as_signed`` takes a token over from a hub,
``remember_recovery`` keeps what was not shown from being signed twice.
``ask_to_halt`` halts without the book, ``keep_halt`` writes that into it, ``halted`` says whether and why.

``read_source`` (whatever a CMS offers), ``read_cms`` (bytes that are there already) and ``convert`` (HTML
into the content profile) are the first steps by themselves; ``preview`` says what would be signed before
there is a key. This room never opens a key, a database or a connection: it is handed them.
"""

from syndicate.agency import _doctor as doctor
from syndicate.agency._ahead import look_ahead
from syndicate.agency._brake import dropped_mark, marks_of, release
from syndicate.agency._config import BOOK_SECONDS, AgencyConfig
from syndicate.agency._config_file import Answers, load_config
from syndicate.agency._convert import convert
from syndicate.agency._deliver import deliver, keep_delivering
from syndicate.agency._draft import item_id
from syndicate.agency._enrolment import enrol_another, write_enrolment
from syndicate.agency._entry import CmsFeed
from syndicate.agency._files import publish
from syndicate.agency._findings import Finding
from syndicate.agency._found import Founded, found_agency
from syndicate.agency._guard import (
    NOTHING_SHOWS_IT,
    check_book,
    check_may_sign,
    halted,
    nothing_shows_it,
    remember_run,
)
from syndicate.agency._halt import HALTED, ask_to_halt, keep_halt
from syndicate.agency._hub_answer import read_answer
from syndicate.agency._known import as_signed
from syndicate.agency._preview import Asked, Preview, Previewed, preview
from syndicate.agency._push import Pushed, forget_from
from syndicate.agency._recognise import Moved
from syndicate.agency._recovered import Recovery, remember_recovery
from syndicate.agency._report import EntryReport, Fate, Report
from syndicate.agency._sign import sign_once
from syndicate.agency._source import CMS_BYTES, KINDS, read_cms, read_source
from syndicate.agency._status import HubView, ask_status, concerns, details
from syndicate.agency._stream import Unsigned, judge, sign_items

__all__ = [
    "BOOK_SECONDS",
    "CMS_BYTES",
    "HALTED",
    "KINDS",
    "NOTHING_SHOWS_IT",
    "AgencyConfig",
    "Answers",
    "Asked",
    "CmsFeed",
    "EntryReport",
    "Fate",
    "Finding",
    "Founded",
    "HubView",
    "Moved",
    "Preview",
    "Previewed",
    "Pushed",
    "Recovery",
    "Report",
    "Unsigned",
    "as_signed",
    "ask_status",
    "ask_to_halt",
    "check_book",
    "check_may_sign",
    "concerns",
    "convert",
    "deliver",
    "details",
    "doctor",
    "dropped_mark",
    "enrol_another",
    "forget_from",
    "found_agency",
    "halted",
    "item_id",
    "judge",
    "keep_delivering",
    "keep_halt",
    "load_config",
    "look_ahead",
    "marks_of",
    "nothing_shows_it",
    "preview",
    "publish",
    "read_answer",
    "read_cms",
    "read_source",
    "release",
    "remember_recovery",
    "remember_run",
    "sign_items",
    "sign_once",
    "write_enrolment",
]
