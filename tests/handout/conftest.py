"""A small homework with everything that a handout has to deal with, and its handout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

TOML = """
# for staff only: part 2 is where most students fail
title = "Small homework"
files = ["submission.py", "answers.md"]
inputs = "student"
reference = "reference.small"

[parts.1]
title = "Losses"
points = 11  # for staff only: one more
names = ["square_loss"]

[policies]
hints = "always"

[policies.visibility]
"2.4" = "after_due_date"

[parts.2]
title = "What uses them"
points = 9
names = ["penalised", "Counter"]

[parts.3]
title = "Words"
points = 3
by_hand = 1
"""

REFERENCE = '''
"""The solution, with the word SECRET_OF_THE_REFERENCE in it."""
import torch

def square_loss(x, y):
    return (x - y).square().sum(-1)

def penalised(x, y, weight):
    return square_loss(x, y) + weight * x.abs().sum(-1)

class Counter:
    def __init__(self, start):
        self.total = torch.as_tensor(start)
    def add(self, x):
        self.total = self.total + x.sum()
        return self.total
'''

MISTAKES = """
import torch

from autograder import mistake

@mistake("square_loss", "Is the mean what is asked for?")
def square_loss_mean(x, y):
    return (x - y).square().mean(-1)

@mistake("square_loss", "A distance has a power. Which?")
def square_loss_absolute(x, y):
    return (x - y).abs().sum(-1)

@mistake("penalised", "Which sign has a penalty?")
def penalised_minus(x, y, weight):
    import reference.small as right
    return right.square_loss(x, y) - weight * x.abs().sum(-1)

@mistake("square_loss", "SECRET_HINT: only a hidden check shows it")
def square_loss_of_ones(x, y):
    return torch.where((x == 1).all(-1), 0.0, (x - y).square().sum(-1))

@mistake("Counter", "What does a counter keep from one call to the next?")
class CounterForgets:
    def __init__(self, start):
        self.start = start
    def add(self, x):
        return self.start + x.sum()
"""

CHECKS = '''"""The checks of the small homework: SECRET_DOCSTRING."""

import math
import unittest

import pytest
import torch

from autograder import assert_close, assert_matches, assert_runs, normal, number, requires, visibility, weight

ENOUGH = 3
# HIDDEN_COMMENT: what only the hidden check looks at
SECRET_SIZE = math.pi


def hidden_helper(student):
    return SECRET_SIZE
    # HIDDEN_COMMENT: behind the last statement


@pytest.fixture
def secret_fixture():
    """SECRET_FIXTURE"""
    return 1


class TestSecret(unittest.TestCase):
    """SECRET_CLASS"""

    def setUp(self):
        self.secret = "SECRET_SET_UP"

    @number("1.4")
    @weight(1)
    @visibility("after_published")
    def test_of_a_class(self):
        """SECRET_METHOD"""


@number("1.1")
@weight(2)
def test_square_loss_runs(student, reference):
    """square_loss returns one value per example"""
    assert_runs(student.square_loss, reference.square_loss, normal(ENOUGH, 4, seed=1), normal(ENOUGH, 4, seed=2))


# HIDDEN_COMMENT: students always forget this
@number("1.2")
@weight(3)
@visibility("hidden")
def test_square_loss_secretly(student, reference, recipes, secret_fixture):
    """SECRET_NAME_OF_A_HIDDEN_CHECK"""
    hidden_helper(student)
    student.run(recipes.secret_recipe)
    assert_matches(student.square_loss, reference.square_loss, torch.ones(2, 3), torch.zeros(2, 3))


@number("1.3")
@weight(5)
@requires(test_square_loss_runs, test_square_loss_secretly)
def test_square_loss(student, reference):
    """square_loss equals the sum of squares, in value and in gradient"""
    assert_matches(student.square_loss, reference.square_loss, normal(3, 4, seed=1), normal(3, 4, seed=2))


@number("2.1")
@weight(3)
@requires("1.2")
def test_penalised(student, reference):
    """penalised equals the loss with its penalty"""
    assert_matches(student.penalised, reference.penalised, normal(3, 4, seed=1), normal(3, 4, seed=2), 0.5)


@number("2.2")
@weight(3)
def test_counter(student, reference, recipes):
    """Counter adds up what it is given"""
    kit = recipes
    theirs, ours = student.Counter(2.0), reference.Counter(2.0)
    others = student.Counter(1.0), reference.Counter(1.0)
    for seed in range(3):
        x = normal(4, seed=seed)
        assert_close(theirs.add(x), ours.add(x), name="the total")
        assert_close(others[0].add(2 * x), others[1].add(2 * x), name="the total of another counter")
    assert_close(student.run(recipes.counted, x), reference.run(kit.counted, x), name="the total of a new counter")


@number("2.3")
@weight(2)
def test_of_what_the_student_made(student, reference):
    """The reference, given what the student's code made"""
    made = student.square_loss(torch.rand(3, 4), torch.rand(3, 4))
    assert_close(student.square_loss(made, made * 2), reference.square_loss(made, made * 2), name="square_loss")
'''

CHECKS += '''

@number("2.4")
@weight(1)
def test_hidden_by_a_policy(student):
    """SECRET_NAME_OF_A_CHECK_HIDDEN_BY_A_POLICY"""
    student.penalised
'''

RECIPES = '''"""SECRET_DOCSTRING"""

def counted(module, x):
    return module.Counter(0.0).add(x)


def secret_recipe(module):
    """SECRET_RECIPE"""
'''

QUESTIONS = """
[[questions]]
id = "one"
number = "3.1"
title = "A number"
points = 2
kind = "number"
ask = "What is 3·14?"
expect = "42"
names = { a = "= 41 + 1" }
alias = { b = "40 + 2" }

[[questions]]
id = "why"
number = "3.2"
title = "In words"
points = 1
kind = "text"
ask = "Why?"
rubric = "SECRET_SOLUTION"
"""

SKELETON = """
def square_loss(x, y):
    raise NotImplementedError

def penalised(x, y, weight):
    raise NotImplementedError

class Counter:
    def __init__(self, start):
        raise NotImplementedError
    def add(self, x):
        raise NotImplementedError
"""
RIGHT = REFERENCE.replace("SECRET_OF_THE_REFERENCE", "")
SUBMISSIONS = {
    "right": RIGHT,
    "skeleton": SKELETON,
    "mean": RIGHT.replace(".square().sum(-1)", ".square().mean(-1)"),
    "absolute": RIGHT.replace("(x - y).square()", "(x - y).abs()"),
    "minus": RIGHT.replace("+ weight", "- weight"),
    "forgets": RIGHT.replace(
        "self.total = self.total + x.sum()\n        return self.total", "return self.total + x.sum()"
    ),
    "unknown": RIGHT.replace("(x - y).square().sum(-1)", "(x - y).pow(4).sum(-1)"),
    "factor": RIGHT.replace("(x - y).square().sum(-1)", "7 * (x - y).square().sum(-1)"),
    "two mistakes": RIGHT.replace(".square().sum(-1)", ".square().mean(-1)").replace("+ weight", "- weight"),
    "keeps the axis": RIGHT.replace("(x - y).square().sum(-1)", "(x - y).square().sum(-1, keepdim=True)"),
    "cut off": RIGHT.replace("(x - y).square()", "(x - y).detach().square()"),
    "raises": RIGHT.replace("return (x - y)", "raise ValueError('no')\n    return (x - y)"),
    "missing": RIGHT.replace("def penalised", "def penalized"),
    "does not import": "import nothing_of_that_name\n",
    "syntax": "def square_loss(x, y:\n",
    "prints": RIGHT.replace("return (x - y)", "print('hello')\n    return 2 * (x - y)"),
}


def command(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of a project's, or of a handout's."""
    environment = {**os.environ, "PYTHONPATH": str(project), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def graded(project: Path, name: str, submissions: list[Path]) -> dict[str, Any]:
    """What a student sees of every submission's tests, graded in a project or in a handout."""
    script = Path(__file__).with_name("grade_all.py")
    done = subprocess.run(
        [sys.executable, str(script), str(project), name, *map(str, submissions)],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the small homework."""
    folder = tmp_path_factory.mktemp("project")
    for place in (folder, *folder.parents[:2]):
        place.chmod(0o755)
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.sh", "run_autograder", "requirements.txt", "requirements-pictures.txt", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    assignment = folder / "assignments" / "small"
    (assignment / "handout").mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "reference" / "__init__.py").touch()
    (folder / "reference" / "small.py").write_text(REFERENCE)
    for name, text in (
        ("assignment.toml", TOML),
        ("checks.py", CHECKS),
        ("mistakes.py", MISTAKES),
        ("recipes.py", RECIPES),
        ("questions.toml", QUESTIONS),
        ("handout/submission.py", SKELETON),
    ):
        (assignment / name).write_text(text)
    return folder


@pytest.fixture(scope="session")
def handout(project: Path) -> Path:
    """The handout of the small homework, as a folder."""
    place = project.parent / "handout-of-small"
    made = command(project, "handout", "small", "--output", str(place))
    assert made.returncode == 0, made.stdout + made.stderr
    return place
