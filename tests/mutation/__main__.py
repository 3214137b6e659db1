"""Tell every small lie of ``_mutants.py`` about a room, and see that a test notices.

`make mutants`, or with names (`trust._place ledger`) some of it, with `--most 200` an even choice of so many
lies. One pytest starts, learns which test reaches which line, and forks for each mutant before anything of
ours is imported: so no cache, and no value that a test made at its import, is left from the honest code.
What survives stands in explained.toml.
"""

import argparse
import gc
import importlib
import json
import os
import resource
import signal
import sys
import time
import tomllib
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType
from typing import Any, Final

import coverage
import pytest

from ._mutants import Mutant, mutants_of

ROOT: Final = Path(__file__).resolve().parent.parent.parent
EXPLAINED: Final = Path(__file__).with_name("explained.toml")
ROOMS: Final = {
    "trust": ["tests/trust"],
    "ledger": ["tests/ledger", "tests/vectors/test_log_vectors.py"],
    "signing": ["tests/signing", "tests/ceremony/test_hsm.py"],
    "dedupe": ["tests/dedupe"],
}
BEFOREHAND: Final = (
    "aiohttp",
    "cryptography.hazmat.primitives.ciphers.aead",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "lxml.etree",
    "numpy",
    "tuf.api.metadata",
)
LEFT_OUT: Final = (
    "tests/ledger/test_tree.py::test_every_size_up_to_300_goes_on_from_those_before_it"  # seconds
)
WORKERS: Final = 2
ASKED_SECONDS: Final = 10.0  # so much of the quickest tests is asked: they must do
HANGS_SECONDS: Final = 20.0  # and a mutant that takes so much longer than its tests do is killed
MEMORY_BYTES: Final = 4 * 2**30


class _Lying(SourceFileLoader):
    """Imports one module with another source than its file has."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(mutant.module, str(_file(mutant.module)))
        self.source = mutant.source

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType | None:
        return compile(self.source, self.get_filename(fullname), "exec")


@dataclass
class Reach:
    """Which tests reach a line, by module; how long each takes."""

    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def tests_for(self, mutant: Mutant, noticed: Counter[tuple[str, str]]) -> list[str]:
        """Those that reach its line, or else its module: of the most watchful file first, the quick first."""
        reached = self.lines[mutant.module]
        found = set(reached.get(mutant.line, ()))
        if not found & self.seconds.keys():  # it runs when its module is imported
            found |= {test for tests in reached.values() for test in tests}
        home = tuple(ROOMS[mutant.module.split(".")[1]])
        near = [
            (test not in found, -noticed[mutant.module, _home(test)], seconds, test)
            for test, seconds in self.seconds.items()
            if test.startswith(home) and (test in found or f"file:{_home(test)}" in found)
        ]
        asked, spent = list[str](), 0.0
        for _, _, seconds, test in sorted(near):
            spent += seconds
            if asked and spent > ASKED_SECONDS:
                break
            asked.append(test)
        return asked


@dataclass(frozen=True, slots=True)
class _Asked:
    """A child at work: its mutant, the tests that are asked if it survives, when it hangs, what it says."""

    mutant: Mutant
    left: list[str]
    until: float
    reading: int


class _Learning:
    """Notes what each test reaches; caches are emptied before each, or the first test would have it all."""

    def __init__(self, modules: list[str]) -> None:
        self.cover = coverage.Coverage(data_file=None, config_file=False, source=["syndicate"])
        self.cover.start()
        self.cover.switch_context("import")
        self.modules = [importlib.import_module(each) for each in modules]
        for each in ("press", "logroom", "checkpoints", "log_vectors"):
            importlib.import_module(each)
        self.seconds: dict[str, float] = {}

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        if isinstance(collector, pytest.Module):
            self.cover.switch_context(f"file:{collector.nodeid}")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        for module in self.modules:
            for each in vars(module).values():
                getattr(each, "cache_clear", int)()
        self.cover.switch_context(nodeid)
        self.seconds[
            nodeid
        ] = -time.process_time()  # not by the clock: a busy machine must not ask fewer tests

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            print(
                f"fails before any mutant: {report.nodeid}\n{report.longreprtext}",
                file=sys.stderr,
                flush=True,
            )

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] += time.process_time()

    def told(self) -> str:
        self.cover.stop()
        data = self.cover.get_data()
        lines = {
            str(module.__name__): data.contexts_by_lineno(str(_file(module.__name__)))
            for module in self.modules
        }
        return json.dumps({"lines": lines, "seconds": self.seconds})


class Driver:
    """The plugin that forks, once for learning and once for each mutant, in place of the collection."""

    def __init__(self, mutants: list[Mutant], modules: list[str]) -> None:
        self.mutants, self.modules = mutants, modules
        self.survivors: list[Mutant] = []
        self.noticed: Counter[tuple[str, str]] = Counter()  # mutants, by module and the file of the test
        self.learning: _Learning | None = None
        self.order: dict[str, int] = {}
        self.child = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        from hypothesis import Phase, settings  # noqa: PLC0415 - pytest wants to be there first

        for each in BEFOREHAND:  # not ours, and the same for every mutant
            importlib.import_module(each)
        honest = settings.get_profile("default")
        phases = [Phase.explicit, Phase.generate]  # what fails need not be made small
        settings.register_profile(
            "mutants", honest, max_examples=25, deadline=None, derandomize=True, phases=phases
        )
        os.environ["HYPOTHESIS_PROFILE"] = "mutants"

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        reach = self._learn(session)
        if reach is not None and not self._judge(session, reach):
            pytest.exit("every mutant was tried", returncode=0)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.order:
            items[:] = sorted(
                (each for each in items if each.nodeid in self.order),
                key=lambda each: self.order[each.nodeid],
            )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.order and report.failed:
            os.write(self.writing, _home(report.nodeid).encode())

    def _learn(self, session: pytest.Session) -> Reach | None:
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            self.child = True
            os.close(reading)
            self.writing = writing
            self.learning = _Learning(self.modules)
            session.config.pluginmanager.register(self.learning)
            return None
        os.close(writing)
        with os.fdopen(reading) as told:
            learned = json.loads(told.read() or "{}")
        if os.waitpid(child, 0)[1] != 0:
            pytest.exit("the tests must pass before any mutant", returncode=1)
        lines = {
            module: {int(line): tests for line, tests in reached.items()}
            for module, reached in learned["lines"].items()
        }
        return Reach(lines, learned["seconds"])

    def _judge(self, session: pytest.Session, reach: Reach) -> bool:
        """Whether this is a child now, which shall run the tests."""
        print(f"{len(reach.seconds)} tests learned", file=sys.stderr, flush=True)
        gc.freeze()
        todo = deque[tuple[Mutant, list[str]]]((mutant, []) for mutant in self.mutants)
        running: dict[int, _Asked] = {}
        while todo or running:
            if not todo or len(running) == WORKERS:
                self._wait(running, todo)
                continue
            if len(todo) % 50 == 0:
                print(f"{len(todo)} to go, {len(self.survivors)} alive", file=sys.stderr, flush=True)
            mutant, left = todo.popleft()
            tests = left or reach.tests_for(mutant, self.noticed)
            here = [
                each for each in tests if left or _home(each) == _home(tests[0])
            ]  # other files cost their import
            reading, self.writing = os.pipe()
            if (child := os.fork()) == 0:
                self._become(session, mutant, here)
                return True
            os.close(self.writing)
            until = time.monotonic() + HANGS_SECONDS + 10 * sum(reach.seconds[each] for each in here)
            running[child] = _Asked(mutant, [each for each in tests if each not in here], until, reading)
        return False

    def _become(self, session: pytest.Session, mutant: Mutant, tests: list[str]) -> None:
        self.child = True
        gc.disable()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        sys.meta_path.insert(0, _Lying(mutant))
        self.order = {each: at for at, each in enumerate(tests)}
        session.config.args = sorted({_home(each) for each in tests})
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)

    def _wait(self, running: dict[int, "_Asked"], todo: deque[tuple[Mutant, list[str]]]) -> None:
        for child, asked in list(running.items()):
            if time.monotonic() > asked.until:
                os.kill(child, signal.SIGKILL)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del running[child]
                with os.fdopen(asked.reading) as told:
                    self.noticed[asked.mutant.module, told.read()] += 1
                if status == 0 and asked.left:
                    todo.appendleft((asked.mutant, asked.left))
                elif status == 0:
                    self.survivors.append(asked.mutant)
                    print(f"alive: {asked.mutant}", file=sys.stderr, flush=True)
                return
        time.sleep(0.01)


def _home(test: str) -> str:
    """The file that a test stands in."""
    return test.partition("::")[0]


def _file(module: str) -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(".py")


def _modules(wanted: list[str]) -> Iterator[str]:
    for room in ROOMS:
        for path in sorted((ROOT / "syndicate" / room).glob("_[a-z]*.py")):
            name = f"{room}.{path.stem}"
            if not wanted or name in wanted or room in wanted:
                yield f"syndicate.{name}"


def report(mutants: list[Mutant], tried: list[Mutant], survivors: list[Mutant]) -> int:
    """Print the counts, and what nobody has explained; 0 if there is none, or if only some were tried."""
    rows: list[dict[str, Any]] = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["survivor"]
    modules = Counter(each.module for each in tried)
    explained = {(f"syndicate.{each['module']}", each["in"], each["was"], each["now"]) for each in rows}
    alive = {_key(each): each for each in survivors}
    print(f"\n{'module':32} mutants  killed  explained  unexplained")
    for module, count in modules.items():
        mine = [each for each in survivors if each.module == module]
        known = sum(_key(each) in explained for each in mine)
        print(f"{module:32} {count:7} {count - len(mine):7} {known:10} {len(mine) - known:12}")
    unknown = [each for key, each in alive.items() if key not in explained]
    untried = {_key(each) for each in mutants} - {_key(each) for each in tried}
    stale = [key for key in explained - untried if key[0] in modules and key not in alive]
    for each in unknown:
        print(f"\nNo test notices {each}")
    for module, function, was, now in sorted(stale):
        print(f"\nExplained, but no longer alive, {module} {function}\n  - {was}\n  + {now}")
    print(f"\n{len(tried)} mutants, {len(survivors)} alive, {len(unknown)} unexplained, {len(stale)} stale")
    return int(bool((unknown and not untried) or stale))


def _key(mutant: Mutant) -> tuple[str, str, str, str]:
    return mutant.module, mutant.function, mutant.was, mutant.now


def main(wanted: list[str], most: int) -> int:
    os.chdir(ROOT)
    modules = list(_modules(wanted))
    mutants = [mutant for module in modules for mutant in mutants_of(module, _file(module))]
    tried = mutants[:: -(-len(mutants) // most)] if most else mutants
    homes = {module.split(".")[1]: None for module in modules}
    driver = Driver(tried, modules)
    options = ["-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "no:terminal", "--capture=no"]
    options += ["--deselect", LEFT_OUT]
    code = pytest.main([*options, *(test for home in homes for test in ROOMS[home])], plugins=[driver])
    if driver.learning is not None:
        with os.fdopen(driver.writing, "w") as told:
            told.write(driver.learning.told())
    if driver.child:
        os._exit(int(code))
    return int(code) or report(mutants, tried, driver.survivors)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    asked.add_argument("wanted", nargs="*", metavar="ROOM[._MODULE]")
    asked.add_argument("--most", type=int, default=0, metavar="N", help="an even choice of so many lies")
    given = asked.parse_args()
    sys.exit(main(given.wanted, given.most))
