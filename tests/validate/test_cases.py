"""The submissions that checks are measured with: how each is made."""

import subprocess
import sys

import pytest

from autograder.assignment import load_assignment
from autograder.errors import AssignmentError
from autograder.validate.cases import Case, cases, handed_in
from tests.validate import homework


@pytest.fixture
def assignment(tmp_path):
    return load_assignment(homework.write(tmp_path, loops=homework.RIGHT, einsum=homework.RIGHT) / "assignments" / "hw")


def answers(folder):
    """What the functions of a submission give, asked in a process of its own."""
    code = "import torch, submission as s; x = torch.tensor([6.0, 12.0]); print(s.half(x).tolist(), s.total(x).item())"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_reference_stands_first_then_the_handout_and_the_variants_by_name(assignment):
    assert [(case.kind, case.name) for case in cases(assignment)] == [
        ("reference", "reference"),
        ("handout", "handout"),
        ("variant", "einsum"),
        ("variant", "loops"),
    ]


def test_a_variant_and_the_handout_are_handed_in_as_they_are(assignment):
    for case, source in ((Case("variant", "loops"), homework.RIGHT), (Case("handout", "handout"), homework.HANDOUT)):
        with handed_in(case, assignment) as folder:
            assert [path.name for path in folder.iterdir()] == ["submission.py"]
            assert (folder / "submission.py").read_text(encoding="utf-8") == source
        assert not folder.exists()


def test_a_mistake_shows_in_everything_that_is_built_on_its_function(assignment):
    with handed_in(Case("mistake", "third", "half"), assignment) as folder:
        assert answers(folder) == "[2.0, 4.0] 6.0"


def test_mistakes_that_are_declared_in_another_way_name_the_line_that_is_needed(assignment):
    path = assignment.folder / "mistakes.py"
    path.write_text(homework.MISTAKES.replace("from autograder import mistake\n", "import autograder\n"))
    with pytest.raises(AssignmentError) as raised:
        with handed_in(Case("mistake", "third", "half"), assignment):
            pass
    assert str(raised.value) == f"{path}: needs the line 'from autograder import mistake', by itself"
