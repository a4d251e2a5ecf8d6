"""What is run in turn: every test in one of the turns, as many in each, and all of them where nobody asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.slices import TURN_VARIABLE, sliced

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pytest
pytestmark = pytest.mark.in_turn(3)
def test_a(): pass
def test_b(): pass
def test_c(): pass
@pytest.mark.in_turn(2)
@pytest.mark.parametrize("case", [1, 2, 3, 4])
def test_d(case): pass
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = in_turn(parts)\n")
    return tmp_path


def collected(project, turn):
    """The names of the tests that would be run."""
    command = [sys.executable, "-m", "pytest", "-p", "tests.slices", "--collect-only", "-q", "-p", "no:cacheprovider"]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", TURN_VARIABLE: turn}
    done = subprocess.run(command, cwd=project, env=settings, capture_output=True, text=True)
    return [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]


def test_every_test_has_its_turn(project):
    turns = [collected(project, str(turn)) for turn in range(6)]
    everything = collected(project, "")
    assert len(everything) == 7
    for part in ("test_a", "test_b", "test_c"):
        assert [part in turn for turn in turns[:3]] == [part in turn for turn in turns[3:]]
        assert sum(part in turn for turn in turns) == 2
    for number, turn in enumerate(turns):
        cases = {name for name in turn if name.startswith("test_d")}
        assert len(cases) == 2 and cases.isdisjoint(turns[number - 1])


def test_slices_of_a_list_are_all_of_it(monkeypatch):
    found = []
    for turn in range(4):
        monkeypatch.setenv(TURN_VARIABLE, str(turn))
        found += sliced("abcdefghij", 4, "a name")
    assert sorted(found) == list("abcdefghij")
    monkeypatch.delenv(TURN_VARIABLE)
    assert sliced("abc", 4) == list("abc")
