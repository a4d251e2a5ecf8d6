"""Writes a homework's checks as the files of otter-grader and of check50: one test that calls each check."""

from __future__ import annotations

import zipfile
from pathlib import Path

from benchmarks.peers.calling import names

HERE = Path(__file__).resolve().parent

OTTER_TEST = """\
from types import SimpleNamespace

from otter.test_files import test_case

from benchmarks.peers.calling import loaded

OK_FORMAT = False
name = {name!r}
points = 1


@test_case()
def graded(env):
    loaded({homework!r}).call(name, SimpleNamespace(**env))
"""

CHECK50_CONFIG = """\
check50:
  checks: checks.py
  files:
    - !exclude "*"
    - !require submission.py
"""

CHECK50_IMPORTS = """\
import check50
import check50.py
from benchmarks.peers.calling import loaded

homework = loaded({homework!r})  # imports torch before the pool is forked, as checks do that stand in this file


def graded(name):
    module = check50.py.import_("submission.py")
    try:
        homework.call(name, module)
    except AssertionError as lost:
        raise check50.Failure(str(lost))
"""

CHECK50_COMMANDS = """\
import shlex
import sys

import check50


def graded(name):
    command = [sys.executable, {script!r}, {homework!r}, ".", name]
    check50.run(shlex.join(command)).exit(0, timeout=300)
"""

CHECK50_CHECK = '''

@check50.check(timeout=300)
def {name}():
    """{name}"""
    graded({name!r})
'''


def otter_zip(homework: Path, path: Path) -> Path:
    """Write the zip that `otter run` takes, with a test file for each check."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("otter_config.json", "{}")
        for number, name in enumerate(names(homework)):
            made.writestr(f"tests/{number:03}_{name}.py", OTTER_TEST.format(name=name, homework=str(homework)))
    return path


def check50_imports(homework: Path, folder: Path) -> Path:
    """Write checks for check50 that import the submission in the processes of its pool."""
    return _check50(homework, folder, CHECK50_IMPORTS.format(homework=str(homework)))


def check50_commands(homework: Path, folder: Path) -> Path:
    """Write checks for check50 that start a Python each, as most of CS50's own start the student's program."""
    return _check50(
        homework, folder, CHECK50_COMMANDS.format(homework=str(homework), script=str(HERE / "one_check.py"))
    )


def _check50(homework: Path, folder: Path, head: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = head + "".join(CHECK50_CHECK.format(name=name) for name in names(homework))
    (folder / "checks.py").write_text(text, encoding="utf-8")
    (folder / ".cs50.yaml").write_text(CHECK50_CONFIG, encoding="utf-8")
    return folder
