"""docs/protocol.md, table by table, beside the tables that the code works with."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicate.ledger import _checkpoint, _note, _policy, _proof, _tree
from syndicate.news import Act, Kind, RelationType, limits, spelling
from syndicate.trust._claims import _ACTS, _CLAIMS

PROTOCOL = (Path(__file__).parent.parent.parent / "docs" / "protocol.md").read_text()
MARKS = {"●": "needed", "○": "allowed", "": "refused"}


def rows(chapter: str) -> Iterator[list[str]]:
    """The rows of a chapter's tables, cell by cell."""
    text = PROTOCOL.split(f"\n## {chapter}\n")[1].split("\n## ")[0]
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


HEADER, *ROWS = rows("Claims")
COLUMNS = [Act(word) for word in HEADER[1:-1]]
TABLE = {row[0].strip("`"): row[1:] for row in ROWS}


def test_the_claim_table_has_a_column_for_each_act_and_a_row_for_each_claim() -> None:
    assert set(COLUMNS) == set(Act)
    assert TABLE.keys() == _CLAIMS.keys()


@pytest.mark.parametrize("act", list(Act))
def test_each_act_needs_allows_and_refuses_what_the_claim_table_says(act: Act) -> None:
    needed, allowed = _ACTS[act]
    done = {
        name: "needed" if name in needed else "allowed" if name in allowed else "refused" for name in _CLAIMS
    }
    assert done == {name: MARKS[row[COLUMNS.index(act)]] for name, row in TABLE.items()}


@pytest.mark.parametrize(
    ("claim", "bound"),
    [
        ("title", limits.TITLE),
        ("note", limits.NOTE),
        ("summary", limits.SUMMARY),
        ("byline", limits.BYLINE),
        ("credit", limits.CREDIT),
        ("rights", limits.RIGHTS),
        ("media", limits.MEDIA),
        ("cat", limits.CATEGORIES),
        ("rel", limits.RELATIONS),
    ],
)
def test_a_claims_bound_is_the_one_that_is_written_down(claim: str, bound: int) -> None:
    assert f"1–{bound:,}" in TABLE[claim][-1]


@pytest.mark.parametrize(
    ("claim", "pattern"),
    [
        ("aud", spelling.FEDERATION_ID),
        ("iss", spelling.AGENCY_ID),
        ("str", spelling.STREAM_NAME),
        ("lang", spelling.LANGUAGE.replace("?:", "")),
    ],
)
def test_a_name_is_spelled_as_it_is_written_down(claim: str, pattern: str) -> None:
    assert f"`{pattern}`" in TABLE[claim][-1].replace("\\|", "|")


@pytest.mark.parametrize(
    "promise",
    [
        f"at most {limits.TOKEN_CHARACTERS:,} characters",
        f"nested more than {limits.JSON_DEPTH} deep",
        f"at most {limits.EXT_BYTES:,} bytes",
        f"at most {limits.CONTENT_DEPTH} elements are open at once",
        f"at most {limits.URL:,} ASCII characters",
        f"`ver` is at most {limits.VERSION_JUMP} above the highest known",
        f"more than {limits.SEQUENCE_JUMP:,} above the head",
        f"`iat`, `published` or `updated` > T + {limits.CLOCK_AHEAD_SECONDS} s",
        f"`iat` < T − {limits.LATE_SECONDS:,} s",
        f"`exp` + {limits.GRACE_SECONDS // 86_400} days",
        f"at most {limits.FEED_BYTES // 1_000_000} MB and {limits.FEED_ENTRIES} entries",
        f"sections 2.1.1 and 2.1.2, at most {_tree.PROOF_HASHES} hashes",
        f"1 to {_note.NOTE_SIGNATURES} signature lines",
        f"A note has at most {_note.NOTE_BYTES:,} bytes",
        f"(its **origin**, at most {_checkpoint.ORIGIN_CHARACTERS} characters)",
        f"mean nothing here; at most {_checkpoint._TEXT_BYTES:,} bytes",
        f"At most {_policy.POLICY_BYTES:,} bytes and {_policy.POLICY_NAMES} of each kind",
        f"`.tlog-proof`, at most {_proof.PROOF_BYTES:,} bytes",
        f"`extra <base64>` with 1 to {_proof.EXTRA_BYTES:,} bytes",
    ],
)
def test_a_bound_is_the_one_that_is_written_down(promise: str) -> None:
    assert promise in " ".join(PROTOCOL.split())


def test_every_kind_and_every_relation_is_named() -> None:
    assert ", ".join(Kind) == TABLE["kind"][-1]
    (named,) = re.findall(r"`rel.type` is ([a-z, ]+) or ([a-z]+);", PROTOCOL)
    assert {*named[0].split(", "), named[1]} == set(RelationType)
