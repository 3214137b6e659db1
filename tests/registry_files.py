"""A small federation in files, right in every field, for tests to spoil."""

import base64
from dataclasses import dataclass
from pathlib import Path

from syndicate.news import AgencyId
from syndicate.signing import ephemeral_signer
from syndicate.trust import enrolment_message

FEDERATION = """\
id = "trial"
name = "A federation for tests"
members = ["aa", "bb"]

[languages]
en = "English"
vi = "Vietnamese"
"""

AA = """\
member = "aa"
names = { en = "Aaland" }

[[agency]]
id = "aa.news"
names = { en = "Aaland News", vi = "Tin A" }
aliases = ["AN"]
formerly = [{ until = "2024-10", ministry = "Ministry of Posts" }]
domains = ["news.aa.example", "*.press.aa.example"]
media_hosts = ["cdn.example"]
languages = ["en", "vi"]
timezone = "Asia/Jakarta"
ownership = { form = "state company" }
rights = "Free with attribution."
evidence = { source = "https://aa.example/about", confirmed = true }
status = [
    { state = "invited", since = 2026-01-01 },
    { state = "active", since = 2026-02-01T07:00:00+07:00 },
]

[[agency.public_feed]]
url = "https://news.aa.example/rss"
languages = ["en"]
status = "live check"
evidence = "seen"
evidence_date = "2026-07"

[[agency.signed_feed]]
id = "main"
url = "http://127.0.0.1:8001/signed.atom"
format = "atom"
stream = "main"
cadence = "15 minutes"

[[agency]]
id = "aa.radio"
names = { en = "Radio Aaland" }
domains = ["radio.aa.example"]
languages = ["en"]
timezone = "UTC"
status = [{ state = "invited", since = 2026-01-01 }]
"""

BB = """\
member = "bb"
names = { en = "Beeland" }

[[agency]]
id = "bb.gov"
names = { en = "Government of Beeland" }
domains = ["gov.sg"]
languages = ["en"]
timezone = "Asia/Singapore"
status = [{ state = "contested", since = 2026-01-01 }]
"""


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def key_table(agency: str, seed: int, use: str = "in use", **changes: str) -> str:
    signer = ephemeral_signer(bytes([seed]) * 32)
    fields = {
        "kid": f'"{signer.kid}"',
        "x": f'"{b64(signer.public)}"',
        "status": '"active"',
        "nbf": "2026-01-01T00:00:00Z",
        "exp": "2027-02-05T00:00:00Z",  # 400 days later: the longest window there may be
        "use": f'"{use}"',
        "proof": f'"{b64(signer.sign(enrolment_message(AgencyId(agency), signer.public)))}"',
        **changes,
    }
    lines = (f"{name} = {value}" for name, value in fields.items() if value)
    return "\n[[key]]\n" + "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Folders:
    sources: Path
    keys: Path

    def path(self, name: str) -> Path:
        return (self.keys if "." in name.removesuffix(".toml") else self.sources) / name

    def write(self, name: str, text: str) -> None:
        self.path(name).write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace ``old``, which stands once; the line on which it stood."""
        text = self.path(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} has to stand once in {name}"
        self.write(name, text.replace(old, new))
        return text.count("\n", 0, text.index(old)) + 1

    def line_of(self, name: str, text: str) -> int:
        whole = self.path(name).read_text(encoding="utf-8")
        return whole.count("\n", 0, whole.index(text)) + 1


def lay_out(folder: Path) -> Folders:
    """A small federation in which nothing is wrong."""
    folders = Folders(folder / "sources", folder / "keys")
    folders.sources.mkdir()
    folders.keys.mkdir()
    folders.write("federation.toml", FEDERATION)
    folders.write("aa.toml", AA)
    folders.write("bb.toml", BB)
    keys = key_table("aa.news", 1) + key_table("aa.news", 2, use="sealed successor")
    folders.write("aa.news.toml", 'agency = "aa.news"\n' + keys)
    return folders
