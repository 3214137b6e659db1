"""S2, S3: nobody can take out, hide or rank an item, because nothing in the house could do it."""

import inspect
import re
from dataclasses import fields
from pathlib import Path

import syndicate
from syndicate.news import Agency, SignedFeed
from syndicate.ports import Book, Storage

HOUSE = Path(syndicate.__file__).parent
ERASING = HOUSE / "storage" / "_erase.py"  # what a law orders, by an act that is public for ever
STATEMENTS = "\n".join(path.read_text() for path in (HOUSE / "storage").glob("*.py") if path != ERASING)


def test_what_was_admitted_is_never_deleted() -> None:
    # Where a later version stands for its item, it does so among the topics, too; the log's own topics stay.
    forgotten = {"refusal", "held", "checkpoint", "subscriber", "delivery", "shown_topic"}
    # By what items that are alike are found, and which of them are told together: never an item.
    forgotten |= {"sketch", "band", "band_new", "story", "story_head"}
    # So are translations, for a few days; and whom a version credits goes with its text.
    forgotten |= {"figure", "credit"}
    # Fingerprints are moved from table to table, and those of passages go after a million later ones.
    forgotten |= {"passage_bucket", "passage_key", "passage_run", "passage_waiting"}
    assert set(re.findall(r"DELETE FROM (\w+)", STATEMENTS)) == forgotten
    assert "DROP" not in STATEMENTS


def test_a_text_is_taken_back_by_nothing_but_an_act_in_the_log_and_its_leaf_stays() -> None:
    statements = ERASING.read_text()
    assert set(re.findall(r"DELETE FROM (\w+)", statements)) == {"relation", "held"}
    assert set(re.findall(r"UPDATE (\w+) SET (\w+)", statements)) == {
        ("version", "token"),
        ("refusal", "evidence"),
    }
    assert inspect.signature(Book.erase).parameters["act"].default is inspect.Parameter.empty


def test_neither_a_version_nor_its_index_ever_changes() -> None:
    changed = set(re.findall(r"UPDATE (?!SET)(\w+)", STATEMENTS))
    replaced = {
        table
        for table, rest in re.findall(r"INSERT INTO (\w+)([^\"]*)", STATEMENTS)
        if "DO UPDATE" in rest.split("INSERT INTO")[0]
    }
    # An act gets its index once; the horizon says how far the order is shown, a subscriber how
    # far it is, and the index of texts how far that is. Of a relation its state, by the operator's act in
    # the log; of a story why somebody is in it.
    moved = {"passage_bucket", "passage_run", "passage_state", "gathered"}
    assert changed - moved == {"item", "act", "horizon", "subscriber", "search_reach", "relation", "story"}
    assert replaced == {
        "receipt",
        "stream",
        "feed",
        "shown",
        "refusal",
        "refusal_count",
        "tile",
        "checkpoint",
        "act",
        "delivery",
        "ruling",
        "story_head",
    }


def test_the_doors_to_storage_have_no_verb_for_taking_out_or_hiding() -> None:
    verbs = {name for door in (Book, Storage) for name in vars(door) if not name.startswith("_")}
    unwanted = ("block", "delete", "forget", "hide", "rank", "remove", "suppress", "unseal")
    assert [name for name in verbs for word in unwanted if word in name] == []


def test_s7_nothing_in_the_registry_makes_one_agency_weigh_more_than_another() -> None:
    told = {field.name for each in (Agency, SignedFeed) for field in fields(each)}
    assert [
        name for name in told for word in ("limit", "priorit", "quota", "rank", "weight") if word in name
    ] == []
