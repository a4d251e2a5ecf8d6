"""An ordinary pytest runs an assignment's checks on a submission, with pytest's own options and reports.

pytest assignments/vae/checks.py --submission my_homework -k kl --junitxml=report.xml

assignments/conftest.py loads this plugin; for assignments elsewhere `-p autograder.pytest_plugin` does. The wall is the
grader's: the nursery is forked before pytest is configured, so before it reads checks, reference or mistakes, and also
before it reads its own cache, which names the checks that failed last time. So this module imports nothing secret;
what knows the checks is in pytest_checks.py.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from autograder import devices
from autograder.assignment import Assignment, load_assignment
from autograder.errors import GraderError, UsageError
from autograder.isolation import isolation_of
from autograder.pipeline import start_nursery
from autograder.submission import check_path, stage

_CHECKS = "checks.py"
_LOOKING = ("collectonly", "showfixtures", "show_fixtures_per_test", "markers", "cacheshow", "setuponly", "setupplan")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options that say what is graded, and how."""
    group = parser.getgroup("autograder", "checks of an assignment")
    group.addoption("--submission", metavar="PATH", help="the submission that the checks run on: a folder or a file")
    group.addoption("--staff", action="store_true", help="show what only staff should see beside what failed")
    group.addoption("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where trainings run")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Everything that a grading holds, around everything that pytest does."""
    with ExitStack() as held:
        try:
            _prepare(config, held)
        except GraderError as error:
            raise pytest.UsageError(str(error)) from None
        return (yield)


def _prepare(config: pytest.Config, held: ExitStack) -> None:
    files = _checks_files(config)
    given: str | None = config.option.submission
    if given is not None and (strange := _imported_from(config, Path(given))):
        raise UsageError(
            f"{strange} was imported before --submission was known to be an option: name the checks first, or write "
            "--submission=PATH"
        )
    if config.option.version or config.option.help:
        return
    if not files:
        if given is not None:
            raise UsageError("--submission: name the checks too, as in pytest assignments/vae/checks.py --submission …")
        return
    if any(config.getoption(name, False) for name in _LOOKING):
        from autograder.pytest_checks import Rows

        config.pluginmanager.register(Rows())
        return
    assignments = [load_assignment(file.parent) for file in files]
    if given is None:
        raise UsageError(f"no submission given; say which, as in: pytest {config.args[0]} --submission my_homework")
    if len(assignments) > 1:
        names = " and ".join(assignment.name for assignment in assignments)
        raise UsageError(f"one submission is graded with one assignment, not with {names}: name one {_CHECKS}")
    if config.getoption("numprocesses", None) or config.getoption("dist", "no") != "no":
        raise UsageError("checks build on each other, so they run in one process: leave out -n and --dist")
    if config.getoption("looponfail", False):
        raise UsageError("a submission is staged once: leave out -f, and start again after a change")
    _start(config, held, assignments[0], config.invocation_params.dir / given)


def _imported_from(config: pytest.Config, submission: Path) -> str | None:
    """A plugin that pytest imported from a submission; its own settings may have come from there as well."""
    place = (config.invocation_params.dir / submission).resolve()
    names = [name for name, plugin in config.pluginmanager.list_name_plugin() if plugin is not None]
    found = [Path(name) for name in names if name.endswith("conftest.py")]
    found += [config.inipath] if config.inipath is not None else []
    return next((str(path) for path in found if path.resolve().is_relative_to(place)), None)


def _start(config: pytest.Config, held: ExitStack, assignment: Assignment, submission: Path) -> None:
    check_path(submission)
    workspace = held.enter_context(stage(submission, assignment))
    nursery = held.enter_context(closing(start_nursery(assignment, leftovers=workspace.root)))
    # From here on secrets may be loaded: the nursery, and so every worker, was forked without them.
    from autograder.compare import inputs
    from autograder.host import Host
    from autograder.pytest_checks import Graded, Rows
    from autograder.written.sheet import answers_to

    header = f"submission: {submission}\nisolation: {isolation_of(nursery, ())}"
    host = Host(nursery, workspace, assignment, device=devices.chosen(config.option.device))
    written = answers_to(assignment, workspace)
    held.enter_context(inputs.varied(host.inputs_salt))
    config.pluginmanager.register(Rows())
    config.pluginmanager.register(Graded(assignment, host, written, header=header, staff=config.option.staff))


def _checks_files(config: pytest.Config) -> list[Path]:
    """The checks.py that the arguments name, by themselves or by their folder, which then becomes the file."""
    found: dict[Path, None] = {}
    for index, argument in enumerate(config.args):
        path = config.invocation_params.dir / argument.partition("::")[0]
        if path.is_dir() and (path / _CHECKS).is_file():
            path = path / _CHECKS
            config.args[index] = str(path)
        if path.name == _CHECKS and (path.parent / "assignment.toml").is_file():
            found[Path(os.path.normpath(path))] = None
    return list(found)
