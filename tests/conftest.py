"""What holds for every test: bounded hypothesis; no test skipped, and no bug told as an entry's, unseen."""

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection

from syndicate.storage import _database
from syndicate.storage._migrate import VersionLine

settings.register_profile("check", max_examples=60, deadline=None, derandomize=True)
settings.register_profile(
    "long", max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))

_skipped: list[str] = []
_SURPRISED = logging.getLogger("syndicate.agency.entries")
_tests = count()


@pytest.fixture(autouse=True)
def sealed_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys made in tests are sealed as real ones are, with fewer rounds: a tenth of a second each adds up."""
    monkeypatch.setattr("syndicate.signing._seal.ROUNDS", 2_048)  # what most programs use for PKCS#8


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a command remembers of a registry is the test's own: equal roots made in one second are common."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(Path(tmp_path_factory.getbasetemp(), f"cache-{next(_tests)}")))


@pytest.fixture(autouse=True)
def migrated_once(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A fresh database is a copy of the one that the migrations made for the first test that wanted one.

    Tests of the migrations themselves put their own fixture of this name in place of it.
    """
    made = Path(tmp_path_factory.getbasetemp(), "migrated")
    really = _database._open

    def copied(path: Path, line: VersionLine) -> Connection:
        if not path.exists() and path.parent.is_dir():
            _database._check_nothing_left(path)
            template = made / line.folder
            if not template.exists():
                made.mkdir(exist_ok=True)
                really(template, line).close()
            with contextlib.suppress(OSError):  # whatever is wrong there is seen where a user sees it
                _database.make_private(path)
                shutil.copyfile(template, path)
        return really(path, line)

    monkeypatch.setattr(_database, "_open", copied)


class _Surprises(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture(autouse=True)
def surprises() -> Iterator[list[str]]:
    """What was logged of entries on which the program failed; a test that wants a failure clears it."""
    heard = _Surprises()
    _SURPRISED.addHandler(heard)
    yield heard.said
    _SURPRISED.removeHandler(heard)
    assert heard.said == [], "a bug was told as an entry's fault"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests come first, whatever the order of the rest, so that no worker is left alone with one."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
