"""Attacks and broken homework, graded as on the platform, as root and as an ordinary user: what must come of each.

The corpus is graded once for each user, in two processes beside each other; see arena.py, and run one case with

    python -m tests.red_team.arena --brief [--user 1] CASE
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.red_team import arena, cases, judge
from tests.slices import sliced

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the attacks are for Linux")

ALL = cases.load(arena.FOLDER)
CASES = {case.name: case for case in sliced(ALL, 12)}


def _is_case(item: pytest.Item) -> bool:
    return item.path == Path(__file__) and hasattr(item, "callspec")


@pytest.fixture(scope="module")
def graded(request: pytest.FixtureRequest) -> dict[tuple[str, str], dict[str, Any]]:
    chosen = {item.callspec.params["name"] for item in request.session.items if _is_case(item)}
    return arena.grade_everywhere([name for name in CASES if name in chosen])


@pytest.mark.parametrize("user", list(arena.users()))
@pytest.mark.parametrize("name", list(CASES))
def test_a_case_earns_what_it_is_worth_and_does_no_harm(
    graded: dict[tuple[str, str], dict[str, Any]], name: str, user: str
) -> None:
    assert (name, user) in graded, "the arena ended before this case"
    wrong = judge.problems(CASES[name], graded[name, user])
    assert not wrong, "\n".join(f"{problem.kind}: {problem.text}" for problem in wrong)


def test_every_file_of_the_corpus_is_a_case_that_says_what_it_tries() -> None:
    files = {path.stem: path for path in (arena.FOLDER / "corpus").glob("*.py")}
    assert files.keys() == {case.name for case in ALL}
    assert [name for name, path in files.items() if not path.read_bytes().startswith(b'"""')] == []
