"""The same submission has the same results.json, byte for byte but for times: wherever, and whoever grades it.

A regrade of a whole course must change nobody's verdict for no reason, and a difference must be worth looking at. Two
things cannot be the same: numbers of processes that the student's code prints, and how much it printed before it was
ended because its time was over.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import faults
from tests.faults import USER

pytestmark = pytest.mark.in_turn(3)

KINDS = {
    "right": "return 1",
    "wrong": "return torch.full((3, 3), 0.1)",
    "draws_with_torch": "return float(torch.randn(()))",
    "draws_with_numpy": "return float(np.random.rand())",
    "draws_with_random": "return random.random()",
    "trains": "m = torch.nn.Linear(4, 1)\nm(torch.randn(64, 4)).mean().backward()\nreturn m.weight.grad.sum().item()",
    "raises_with_an_address": "raise ValueError(f'no such thing: {object()!r}, {(lambda: 0)!r}')",
    "raises_with_a_path": "raise FileNotFoundError(os.path.abspath('data.pt') + ' ' + tempfile.gettempdir())",
    "opens_what_is_missing": "open(pathlib.Path(__file__).parent / 'data.pt')",
    "prints_an_address": "print(object(), torch.nn.Linear(1, 1).forward)",
    "prints_a_path": "print(__file__, os.getcwd(), tempfile.gettempdir())",
    "warns": "warnings.warn('think again', stacklevel=1)",
    "prints_a_traceback": "try: 1 / 0\nexcept ZeroDivisionError: traceback.print_exc()",
    "iterates_over_a_set": "print({'mu', 'sigma', 'logvar', 'beta'}); return list({'mu', 'sigma', 'logvar'})",
    "returns_an_object": "return object()",
    "returns_a_module": "return torch",
    "recurses": "return recurses()",
    "takes_all_memory": "return bytearray(1 << 40)",
    "exits": "sys.exit('now')",
    "ends_the_process": "os._exit(3)",
    "kills_itself": "print('bye', flush=True); os.kill(os.getpid(), 11)",
    "reads_nowhere": "ctypes.string_at(0)",
    "hangs": "while True: pass",
    "floods": "while True: os.write(1, b'spam and eggs\\n' * 9999)",
    "leaves_a_daemon": "os.fork() or time.sleep(60); return 2",
    "missing": None,
}
PRELUDE = "import ctypes, os, pathlib, random, sys, tempfile, time, traceback, warnings\nimport numpy as np, torch\n"
CHECKS = "from autograder import assert_close, number, timeout, weight\n" + "".join(
    f"""
@number("1.{place}")
@weight(1)
@timeout(0.5)
def test_{name}(student):
    "{name} gives 1"
    assert_close(student.{name}(), 1, name="{name}()")
"""
    for place, name in enumerate(KINDS, start=1)
)
TOML = f"""
title = "Homework"
files = ["submission.py"]
reference = "reference.halves"
[parts.1]
title = "Functions"
points = {len(KINDS)}
[parts.2]
title = "Numbers"
points = 2
[limits]
import_timeout_s = 5
output_mib = 1
"""
CHANGES = ("the folder and TMPDIR", "the seed of hashes", "the user")


def submission() -> str:
    """A module with a function for every kind of behaviour."""
    functions = [
        f"def {name}():\n{textwrap.indent(body, '    ')}\n" for name, body in KINDS.items() if body is not None
    ]
    return PRELUDE + "\n".join(functions)


@pytest.fixture(scope="module")
def documents() -> Iterator[dict[str, str]]:
    """results.json of one run after another, by what was changed."""
    with tempfile.TemporaryDirectory(prefix="bytes-") as folder:
        yield graded_again(Path(folder))


def graded_again(folder: Path) -> dict[str, str]:
    source = faults.make_source(folder)
    homework = source / "assignments" / "hw"
    (homework / "checks.py").write_text(CHECKS)
    (homework / "assignment.toml").write_text(TOML)
    runs = itertools.count()

    def grade(place: Path, *, user: int | None = None, **variables: str) -> str:
        root = faults.make_root(place / f"run{next(runs)}", submission())
        before: tuple[str, ...] = ()
        if user is not None:
            before = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups")
            faults.own(root, user)
        process = faults.command(source, root, before=before, **variables)
        assert (process.wait(timeout=120), (root / "stderr.txt").read_text()) == (0, "")
        return (root / "results" / "results.json").read_text(encoding="utf-8")

    found = {"the first": grade(folder)}
    elsewhere = folder / "another" / "place that is further away"
    elsewhere.mkdir(parents=True)
    found[CHANGES[0]] = grade(elsewhere)
    found[CHANGES[1]] = grade(folder, PYTHONHASHSEED="7")
    if os.geteuid() == 0:
        faults.let_read(source)
        found[CHANGES[2]] = grade(folder, user=USER)
    return found


def changed(documents: dict[str, str], change: str) -> str:
    if change not in documents:
        pytest.skip("needs root")
    return documents[change]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_verdict_stays_the_same_whatever_changes_around_it(documents: dict[str, str], kind: str, change: str) -> None:
    found = [outputs(text) for text in (documents["the first"], changed(documents, change))]
    assert found[0][f"{kind} gives 1"] == found[1][f"{kind} gives 1"]


@pytest.mark.parametrize("change", CHANGES)
def test_the_whole_file_stays_the_same_but_for_the_time(documents: dict[str, str], change: str) -> None:
    first, second = (
        re.sub(r'^ "execution_time": .*$', "", text, flags=re.MULTILINE)
        for text in (documents["the first"], changed(documents, change))
    )
    assert first == second


def test_nothing_of_the_machine_stands_in_the_results(documents: dict[str, str]) -> None:
    for text in documents.values():
        assert not re.search(r"0x[0-9a-f]{6,}|/tmp\b|autograder-\w{8}|/submission/", text)


def test_what_the_student_needs_is_still_there(documents: dict[str, str]) -> None:
    tests = outputs(documents["the first"])
    for kind, text in {
        "right": "",
        "raises_with_an_address": "no such thing: <object object at 0x",
        "raises_with_a_path": "data.pt",
        "warns": "UserWarning: think again",
        "prints_a_traceback": "ZeroDivisionError",
        "hangs": "hangs() did not end within 0.5 s",
        "floods": "floods() printed more than 1 MiB",
        "iterates_over_a_set": "sigma",
    }.items():
        assert text in tests[f"{kind} gives 1"]
    assert "submission.py" in tests["warns gives 1"]


def outputs(text: str) -> dict[str, str]:
    """The outputs of the tests in a results.json."""
    return {test["name"]: test["output"] for test in json.loads(text)["tests"]}
