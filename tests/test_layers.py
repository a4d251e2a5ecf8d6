"""The architecture, checked: who imports whom, and what the nursery must not know."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def python(*arguments):
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)


def test_every_import_contract_is_kept(tmp_path):
    done = python("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def imported(source):
    """The names of the modules that a source imports, however deep in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def knows_answers(module):
    return {"reference", "checks", "mistakes", "assignments"} & set(module.split("."))


def test_recipes_import_nothing_that_knows_answers():
    for recipes in ROOT.glob("assignments/*/recipes.py"):
        assert [name for name in imported(recipes.read_text(encoding="utf-8")) if knows_answers(name)] == [], recipes


@pytest.mark.parametrize(
    "source",
    [
        "import reference",
        "import reference.vae as r",
        "from reference.vae import kl",
        "from . import checks",
        "def f():\n    from checks import x",
        "import assignments.vae.mistakes",
    ],
)
def test_an_import_of_answers_would_be_noticed(source):
    assert any(knows_answers(name) for name in imported(source))


NURSERY = """
import sys
from pathlib import Path
from autograder.assignment import load_assignment
from autograder.pipeline import start_nursery
nursery = start_nursery(load_assignment(Path("assignments/vae")))
known = {name.partition(".")[0] for name in sys.modules}
print(sorted(known & {"reference", "assignments", "checks", "mistakes", "recipes", "pytest", "sympy"}))
print(sorted(name for name in sys.modules if name.startswith("autograder.") and "worker" not in name))
nursery.close()
"""


def test_no_secret_is_loaded_when_the_nursery_is_forked():
    done = python("-c", NURSERY)
    assert done.returncode == 0, done.stderr
    secrets, ours = map(ast.literal_eval, done.stdout.splitlines())
    assert secrets == []
    assert not {"autograder.collect", "autograder.loading", "autograder.compare"} & set(ours)
