"""Trainings on a GPU, where there is one: correct solutions pass, and one that ignores the device is told so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import devices
from autograder.assignment import known_assignments, load_assignment
from autograder.validate.calibrate import training_checks

ROOT = Path(__file__).resolve().parents[1]
ASSIGNMENTS = known_assignments(ROOT / "assignments")

pytestmark = pytest.mark.skipif(devices.chosen("auto") == "cpu", reason="there is no GPU here")


def graded_on_the_gpu(name: str, submission: Path, tmp_path: Path) -> dict[str, dict[str, object]]:
    """The results of the training checks of an assignment, by number."""
    numbers = training_checks(load_assignment(ROOT / "assignments" / name))
    only = [word for number in numbers for word in ("--check", number)]
    results = tmp_path / "results.json"
    command = [sys.executable, "-m", "autograder", "grade", name, str(submission), "--device", "cuda", *only]
    subprocess.run([*command, "--results", str(results)], cwd=ROOT, check=True, capture_output=True)
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    return {test["number"]: test for test in tests if test["number"] in numbers}


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_correct_solution_trains_on_the_gpu(name, tmp_path):
    variant = sorted((ROOT / "assignments" / name / "variants").glob("*.py"))[0]
    (tmp_path / "submission.py").write_bytes(variant.read_bytes())
    tests = graded_on_the_gpu(name, tmp_path / "submission.py", tmp_path)
    assert {number: test["score"] for number, test in tests.items()} == {
        number: test["max_score"] for number, test in tests.items()
    }


def test_a_solution_that_ignores_the_device_is_told_so(tmp_path):
    variant = sorted((ROOT / "assignments" / "gan" / "variants").glob("*.py"))[0]
    ignoring = "\n\n_right = g_step\n\n\ndef g_step(G, D, opt_g, z):\n    return _right(G, D, opt_g, z.cpu())\n"
    (tmp_path / "submission.py").write_text(variant.read_text(encoding="utf-8") + ignoring, encoding="utf-8")
    tests = graded_on_the_gpu("gan", tmp_path / "submission.py", tmp_path)
    assert any("create every tensor on the device of the inputs" in str(test.get("output")) for test in tests.values())
