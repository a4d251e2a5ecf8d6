"""A module that cannot be imported is graded as far as its definitions go; one that can be imported is never cut."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import pytest

from autograder import grading
from autograder.assignment import Assignment, Limits
from autograder.errors import MissingName, StudentCodeFailed
from autograder.host import Host, Transcript
from autograder.importing import import_verdict
from autograder.model import Part, Status, Verdict
from autograder.pipeline import Progress
from autograder.student import Student
from autograder.submission import stage
from autograder.worker.nursery import Nursery

NAMES = ("f", "g", "Net", "kl")


@dataclass
class Imported:
    """What the import check of a submission came to, and its host."""

    host: Host
    verdict: Verdict

    @property
    def text(self) -> str:
        return self.verdict.student_output

    @property
    def notes(self) -> tuple[str, ...]:
        return self.host.workspace.recognised.notes

    @contextmanager
    def student(self) -> Iterator[Student]:
        with self.host.student("a check", 5, Transcript()) as student:
            yield student


class Importer:
    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder, self.nursery = folder, nursery
        parts = (Part("1", "Everything", 1.0, NAMES),)
        limits = Limits(timeout_s=5, import_timeout_s=1.5, output_mib=1)
        self.assignment = Assignment(folder, "", ("vae.py", "answers.md"), "reference.vae", parts, limits)

    @contextmanager
    def __call__(self, source: str | bytes, beside: dict[str, str] | None = None) -> Iterator[Imported]:
        handed_in = self.folder / "handed_in"
        handed_in.mkdir()
        content = source if isinstance(source, bytes) else dedent(source).lstrip("\n").encode()
        (handed_in / "vae.py").write_bytes(content)
        for name, text in (beside or {}).items():
            (handed_in / name).write_text(text)
        with stage(handed_in, self.assignment) as workspace:
            host = Host(self.nursery, workspace, self.assignment)
            check = grading.import_check("vae.py", self.assignment.limits.import_timeout_s)
            yield Imported(host, import_verdict(host, check))


@pytest.fixture
def imported(tmp_path: Path, nursery: Nursery) -> Importer:
    return Importer(tmp_path, nursery)


def is_as_it_was(found: Imported) -> bool:
    """Whether nothing was cut, and the import check blocks the others."""
    workspace = found.host.workspace
    return found.verdict.blocks and workspace.recognised.cut is None and workspace.recognised.notes == ()


def test_a_module_that_can_be_imported_is_never_cut(imported: Importer) -> None:
    source = """
        seen = []
        for epoch in range(3):
            seen.append(epoch)
        print("trained")
        def f(): return len(seen)
    """
    with imported(source) as found:
        assert found.verdict.status is Status.PASSED and is_as_it_was(found)
        with found.student() as student:
            assert student.f() == 3


FAILS = {
    "raises": ("open('mnist.npz')", "importing vae.py raised FileNotFoundError"),
    "exits": ("import sys; sys.exit(2)", "importing vae.py ended the program with sys.exit"),
    "ends the process": ("import os; os._exit(3)", "importing vae.py ended the whole process with exit status 3"),
    "hangs": ("while True: pass", "importing vae.py did not end within 1.5 s"),
    "floods": ("while True: print('x' * 9999)", "importing vae.py printed more than 1 MiB"),
    "is no Python": ("print 'training'", "importing vae.py raised SyntaxError"),
}


@pytest.mark.parametrize("kind", FAILS)
def test_however_an_import_fails_the_definitions_are_graded_and_the_rest_is_named(
    imported: Importer, kind: str
) -> None:
    statement, said = FAILS[kind]
    with imported(f"def f(): return 1\n\n{statement}\n\ndef g():\n    return 1 / 0\n") as found:
        assert found.verdict.status is Status.FAILED and not found.verdict.blocks
        assert found.text.startswith(said)
        assert "vae.py cannot be imported: only its definitions, imports and constants are graded." in found.text
        assert f"line 3: {statement}" in found.text
        assert all(note in found.text for note in found.notes) and len(found.notes) == 2
        with found.student() as student:
            assert student.f() == 1
            with pytest.raises(StudentCodeFailed, match=r"vae.py, line 6, in g\n    return 1 / 0"):
                student.g()


def test_the_report_has_the_notes_from_the_import_on(imported: Importer) -> None:
    with imported("def f(): return 1\n1 / 0\n") as found:
        progress = Progress(imported.assignment, lambda report, verdict, total: None)
        progress.workspace, progress.notes = found.host.workspace, ("of answers.md",)
        assert progress.report().notes == (*found.notes, "of answers.md")
        assert found.notes[1] == "vae.py: not run, because it defines nothing: line 2: 1 / 0."


@pytest.mark.parametrize(
    "source",
    [
        "import nothing_like_this\n",
        "def other(): return 1\n1 / 0\n",
        "def f(x=no_such_name): return 1\n1 / 0\n",
        "def f(:\n    return 1\n",
        "class Net:\n    1 / 0\n",
        "from helper import *\n",
    ],
)
def test_without_a_name_that_is_asked_for_all_is_as_it_was(imported: Importer, source: str) -> None:
    with imported(source, {"helper.py": "1 / 0"}) as found:
        assert found.verdict.status is Status.FAILED and is_as_it_was(found)
        assert "only its definitions" not in found.text


def test_a_missing_file_and_one_of_another_encoding_are_told_as_they_were(imported: Importer) -> None:
    with imported("def f(): return 1\n".encode("utf-16")) as found:
        assert found.text == "vae.py is not saved as UTF-8 text, but should be: your editor can save it so"
        assert is_as_it_was(found)


def test_a_very_large_file_is_not_cut(imported: Importer) -> None:
    with imported(f"def f(): return 1\n#{'x' * (1 << 20)}\n1 / 0\n") as found:
        assert is_as_it_was(found)


def test_an_import_that_hangs_in_what_is_left_takes_its_limit_once_more(imported: Importer) -> None:
    started = time.monotonic()
    with imported("def f(): return 1\nclass Net:\n    while True: pass\n") as found:
        assert found.text.startswith("importing vae.py did not end within 1.5 s") and is_as_it_was(found)
    assert found.host.spent_s < 2 * 1.5 + 1
    assert time.monotonic() - started < 20


def test_a_name_that_was_left_out_is_said_to_be_where_it_is_missed(imported: Importer) -> None:
    source = """
        import argparse
        parser = argparse.ArgumentParser()
        args = parser.parse_args(["--no-such-option"])
        def f(): return args.size
        def g(): return never_made
        def kl(x):
            return x +
    """
    with imported(source) as found, found.student() as student:
        with pytest.raises(StudentCodeFailed, match="NameError: name 'args' is not defined") as error:
            student.f()
        assert str(error.value).endswith(
            'Hint: args was left out with vae.py, line 3 (args = parser.parse_args(["--no-such-option"])): '
            "only definitions, imports and constants are taken."
        )
        with pytest.raises(StudentCodeFailed, match="NameError: name 'never_made' is not defined") as error:
            student.g()
        assert "Hint" not in str(error.value)
        with pytest.raises(MissingName) as missing:
            student.kl(1)
        assert str(missing.value) == (
            "kl is not defined in vae.py, but should be\n"
            "Hint: kl was left out with vae.py, line 7 (return x +), which is no valid Python: invalid syntax."
        )


def test_a_broken_method_costs_only_itself(imported: Importer) -> None:
    source = """
        import torch
        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.size = 3
            def forward(self, x):
                print x
            def width(self): return self.size
            def area(self: return 9
            def twice(self): return 2 * self.area()
    """
    with imported(source) as found, found.student() as student:
        net = student.Net()
        assert net.width() == 3
        with pytest.raises(StudentCodeFailed, match=r"is not defined\nHint: Net.area was left out with vae.py, line 9"):
            net.area()
        with pytest.raises(StudentCodeFailed, match=r"in twice\n.*\nHint: Net.area was left out with vae.py, line 9"):
            net.twice()
        with pytest.raises(StudentCodeFailed, match=r"Hint: Net.forward was left out with vae.py, line 7 \(print x\)"):
            net(1)


def test_what_fails_while_the_rest_is_taken_is_told(imported: Importer) -> None:
    with imported("import no_such_package\ndef f(): return 1\ndef g(x=no_such_package.x): return 1\n") as found:
        assert "Printed while the rest was taken:\nvae.py, line 1: ModuleNotFoundError" in found.text
        assert "vae.py, line 3: NameError" in found.text
        assert "Hint: put" not in found.text  # nothing was left out that could be put elsewhere
        with found.student() as student:
            assert student.f() == 1


def test_a_file_that_is_no_utf8_is_read_line_by_line(imported: Importer) -> None:
    source = 'def f(): return "Gr\xf6\xdfe"\n'.encode("latin-1") + 'def g(): return "μ"\n'.encode()
    with imported(source) as found, found.student() as student:
        assert found.text.startswith("importing vae.py raised SyntaxError: (unicode error)")
        assert (student.f(), student.g()) == ("Größe", "μ")


def test_names_may_come_from_files_beside_it_and_after_many_others(imported: Importer) -> None:
    many = "".join(f"X{i} = {i}\n" for i in range(400))
    with imported("from helper import *\n1 / 0\n", {"helper.py": many + "def f(): return X399\n"}) as found:
        assert not found.verdict.blocks
        with found.student() as student:
            assert student.f() == 399


def test_files_beside_it_are_imported_as_they_are(imported: Importer) -> None:
    source = "from helper import g\ndef f(): return 1\ndef kl(): return g()\n"
    with imported(source, {"helper.py": "def g(): return 1\nopen('no such file')\n"}) as found:
        assert "importing vae.py raised FileNotFoundError" in found.text and "helper.py, line 2" in found.text
        with found.student() as student:
            assert student.f() == 1
            with pytest.raises(StudentCodeFailed, match="NameError: name 'g' is not defined"):
                student.kl()


def test_the_block_of_scripts_is_not_named(imported: Importer) -> None:
    with imported("def f(): return 1\n1 / 0\nif __name__ == '__main__':\n    f()\n") as found:
        assert "__main__" not in "".join(found.notes)


def test_what_was_handed_in_stays_as_it_is(imported: Importer) -> None:
    with imported("def f(): return 1\n1 / 0\n") as found:
        assert (found.host.workspace.staged / "vae.py").read_text() == "def f(): return 1\n1 / 0\n"
        with found.student() as student:
            assert student.f() == 1


def test_without_names_in_the_assignment_any_function_counts(imported: Importer) -> None:
    parts = tuple(replace(part, names=()) for part in imported.assignment.parts)
    imported.assignment = replace(imported.assignment, parts=parts)
    with imported("import math\ndef anything(): return 1\n1 / 0\n") as found, found.student() as student:
        assert student.anything() == 1
