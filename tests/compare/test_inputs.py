"""Inputs of checks: the same in every run, and other ones for every submission where an assignment asks for that."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder.assignment import load_assignment
from autograder.compare import inputs
from autograder.errors import AssignmentError
from autograder.host import Host
from autograder.submission import stage
from autograder.worker.nursery import Nursery

ROOT = Path(__file__).parents[2]
CORRECT = ROOT / "submissions_sample" / "vae" / "correct_reference"


def draws() -> list[torch.Tensor]:
    return [inputs.normal(3, seed=1), inputs.uniform(3, seed=1), inputs.coins(30, seed=1)]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> list[bool]:
    return [torch.equal(a, b) for a, b in zip(one, other, strict=True)]


def test_inputs_vary_with_the_text_and_only_with_it() -> None:
    plain = draws()
    with inputs.varied("a"):
        first = draws()
    with inputs.varied("b"):
        other = draws()
    with inputs.varied("a"):
        again = draws()
    with inputs.varied(""):
        assert same(draws(), plain) == [True] * 3
    assert same(first, again) == [True] * 3
    assert same(draws(), plain) == [True] * 3
    for varied in (first, other):
        assert same(varied, plain) == [False] * 3
    assert same(first, other) == [False] * 3


def test_a_submission_s_own_inputs_depend_on_its_files_alone(nursery: Nursery, tmp_path: Path) -> None:
    text = (ROOT / "assignments" / "vae" / "assignment.toml").read_text(encoding="utf-8")
    (tmp_path / "assignment.toml").write_text('inputs = "submission"\n' + text, encoding="utf-8")
    assignment = load_assignment(tmp_path)
    changed = tmp_path / "changed"
    changed.mkdir()
    (changed / "submission.py").write_text((CORRECT / "submission.py").read_text(encoding="utf-8") + "\n# more\n")
    salts = []
    for folder in (CORRECT, CORRECT, changed):
        with stage(folder, assignment) as workspace:
            salts.append(Host(nursery, workspace, assignment).inputs_salt)
    assert salts[0] == salts[1] != salts[2]
    with stage(CORRECT, load_assignment(ROOT / "assignments" / "vae")) as workspace:
        assert Host(nursery, workspace, load_assignment(ROOT / "assignments" / "vae")).inputs_salt == ""


def test_another_word_for_inputs_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "assignments" / "vae" / "assignment.toml").read_text(encoding="utf-8")
    (tmp_path / "assignment.toml").write_text('inputs = "random"\n' + text, encoding="utf-8")
    with pytest.raises(AssignmentError, match='inputs is .random., but should be "same", "submission" or "student"'):
        load_assignment(tmp_path)
