import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import syndicate
from syndicate import errors
from syndicate.news import Reason

HOUSE = Path(syndicate.__file__).parent
PROTOCOL = HOUSE.parent / "docs" / "protocol.md"
ROOMS = sorted(path.parent for path in HOUSE.glob("*/__init__.py"))
FILES = sorted(HOUSE.rglob("*.py"))


def spelled(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def redrawn(failure: type[Exception], before: str = "    ") -> Iterator[str]:
    """The names of the tree below ``failure``, with its branches."""
    below = [child for child in failure.__subclasses__() if child.__module__ == errors.__name__]
    for child in below:
        last = child is below[-1]
        yield f"{before}{'└── ' if last else '├── '}{child.__name__}"
        yield from redrawn(child, before + ("    " if last else "│   "))


def test_the_tree_of_failures_is_drawn_as_it_is() -> None:
    drawn = re.findall(
        r"^( +(?:[│├└─ ]*─ )?[A-Z][A-Za-z]+Error|.*── \w+)", errors.__doc__ or "", re.MULTILINE
    )
    assert drawn == ["    SyndicateError", *redrawn(errors.SyndicateError)]


def test_no_failure_hides_in_a_room() -> None:
    ours = {name for name, thing in vars(errors).items() if isinstance(thing, type)}
    hidden = [
        f"{spelled(path)}: {node.name}"
        for path in FILES
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if ast.unparse(base).split(".")[-1] in ours
    ]
    assert hidden == []


@pytest.mark.parametrize("room", ROOMS, ids=spelled)
def test_every_door_says_what_to_bring_and_lists_what_one_leaves_with(room: Path) -> None:
    door = ast.parse((room / "__init__.py").read_text())
    promised = [
        target.id
        for node in door.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert ast.get_docstring(door)
    assert "__all__" in promised


@pytest.mark.parametrize("room", ROOMS, ids=spelled)
def test_everything_behind_a_door_is_private(room: Path) -> None:
    assert [path.name for path in room.glob("*.py") if not path.name.startswith("_")] == []


def imported(path: Path) -> Iterator[str]:
    """The full names of what a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports by dots; say where from"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ROOMS, ids=spelled)
def test_nobody_goes_out_and_comes_in_by_his_own_door(room: Path) -> None:
    door = f"syndicate.{room.name}"
    through_it = [
        f"{path.name}: {name}"
        for path in room.rglob("_[!_]*.py")
        for name in imported(path)
        if name == door or (name.startswith(f"{door}.") and not name.removeprefix(f"{door}.").startswith("_"))
    ]
    assert through_it == []


@pytest.mark.parametrize("path", FILES, ids=spelled)
def test_every_file_is_read_in_a_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_every_reason_is_explained_in_the_protocol_and_no_other() -> None:
    chapter = PROTOCOL.read_text().split("## Reason codes")[1].split("\n## ")[0]
    explained = [line.split("`")[1] for line in chapter.splitlines() if line.startswith("| `")]
    assert sorted(explained) == sorted(Reason)
