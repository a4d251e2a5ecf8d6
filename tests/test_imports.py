"""Which modules of a project a file needs."""

import pytest

from autograder.errors import AssignmentError
from autograder.imports import imported_files


@pytest.fixture
def project(tmp_path):
    def write(**modules):
        for name, source in modules.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return tmp_path

    return write


def names(project, *modules, file="checks"):
    found = imported_files(project, [project / f"{file}.py"], modules)
    return [path.relative_to(project).as_posix() for path in found]


def test_imports_are_followed_with_the_packages_they_are_in(project):
    root = project(
        checks="import math\nimport torch\nfrom right.one import f\n",
        right__init="",
        right__one="import right.two\n",
        right__two="",
        right__other="",
    )
    (root / "right" / "init.py").rename(root / "right" / "__init__.py")
    assert names(root) == ["right/__init__.py", "right/one.py", "right/two.py"]


def test_a_module_taken_from_its_package_counts_and_so_does_what_a_function_imports(project):
    root = project(
        checks="from right import one\n\ndef f():\n    import beside\n    import right.deep.three\n",
        beside="",
        right__one="from .deep import three\nfrom ..beside import x\n",
        right__deep__three="from . import four\nfrom .. import one\n",
        right__deep__four="",
    )
    assert names(root) == ["beside.py", "right/deep/four.py", "right/deep/three.py", "right/one.py"]


def test_an_import_by_a_fixed_text_counts(project):
    root = project(checks="from importlib import import_module\nimport_module('right.one')\n", right__one="")
    assert names(root) == ["right/one.py"]


def test_modules_are_taken_by_name_and_the_engine_is_left_out(project):
    root = project(
        checks="from autograder import weight\n", right__one="import autograder.errors\n", autograder__errors=""
    )
    assert names(root, "right.one") == ["right/one.py"]


def test_a_module_that_is_not_there_is_named_with_its_place(project):
    root = project(checks="x = 1\nfrom right.won import f\n", right__one="")
    with pytest.raises(AssignmentError, match=r"checks.py, line 2: imports right.won, which is not in "):
        names(root)


def test_a_file_that_is_no_python_is_named(project):
    root = project(checks="import (\n")
    with pytest.raises(AssignmentError, match=r"checks.py, line 1: is not valid Python"):
        names(root)


def test_modules_that_import_each_other_end(project):
    root = project(checks="import a\n", a="import b\n", b="import a\n")
    assert names(root) == ["a.py", "b.py"]
