"""A small homework and four submissions for it, graded for real: correct, wrong, broken and hostile.

The hostile one writes markup of every kind wherever a student can write something: names, prints, exceptions, answers.
"""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

from autograder.model import Report, Verdict

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("correct", "wrong", "broken", "hostile")
_NASTY = r"<script>alert(1)</script> [red]x[/red] **b** `c` $d$ =1+1 | \x1b[31me ![i](http://x) &amp; \u202e"

TOML = """
title = "KL <small> & co"
files = ["submission.py", "answers.md"]
reference = "{reference}"

[parts.1]
title = "Divergences"
points = 5
names = ["kl"]

[parts.2]
title = "Samples"
points = 2
names = ["sample"]

[parts.3]
title = "Written"
points = 4
by_hand = 1
"""
REFERENCE = """
import torch

def kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)

def sample(n):
    return torch.linspace(-1, 1, n)
"""
MISTAKES = """
from autograder import mistake

@mistake("kl", "The logarithm of sigma squared is twice that of sigma: which of them is logvar?", source="KL2")
def kl_half_of_the_logarithm(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - 0.5 * logvar).sum(-1)
"""
CHECKS = '''
import torch
from autograder import *

def gaussians():
    return normal(3, 4, seed=1), normal(3, 4, seed=2)

@number("1.1")
@weight(1)
def test_kl_runs(student, reference):
    """kl returns one value per example"""
    assert_runs(student.kl, reference.kl, *gaussians())

@number("1.2")
@weight(2)
@requires(test_kl_runs)
def test_kl(student, reference, show):
    """kl equals the closed form, in value and in gradient"""
    mu, one = torch.linspace(-2, 2, 9)[:, None], torch.ones(9, 1)
    show.when_failed(
        lambda: show.functions(
            "kl over mu", mu, x_label="mu", y_label="kl", yours=student.kl(mu, one), expected=reference.kl(mu, one)
        )
    )
    assert_matches(student.kl, reference.kl, *gaussians())

@number("1.3")
@weight(2)
@visibility("hidden")
@requires(test_kl_runs)
def test_kl_at_the_prior(student, reference):
    """kl is exact where q is the prior"""
    zero = torch.zeros(2, 3)
    assert_close(student.kl(zero, zero), reference.kl(zero, zero), name="kl")

@number("2.1")
@weight(2)
def test_sample(student, show):
    """sample gives n numbers between -1 and 1"""
    found = student.sample(9)
    show.samples("Samples", data=torch.linspace(-1, 1, 9), yours=found, marks=[0.0])
    if bool((found.abs() > 1).any()):
        raise Mismatch(f"the largest sample is {float(found.abs().max()):.3g}, but should be at most 1 [sample(9)]")
'''
QUESTIONS = r"""
[[questions]]
id = "kl"
number = "3.1"
title = "KL to the prior"
points = 3
kind = "expr"
ask = "What is KL(q || p)?"
names = { mu = "real", sigma = "positive" }
expect = '\frac12(\mu^2+\sigma^2-1-\log\sigma^2)'
solution = '$$\frac12(\mu^2+\sigma^2-1-\log\sigma^2)$$'

[[questions]]
id = "why"
number = "3.2"
title = "Why log-variances?"
points = 1
kind = "text"
ask = "Why does the encoder give log-variances?"
rubric = "They take all real values."
solution = "They take all real values."
"""
CORRECT = REFERENCE
WRONG = CORRECT.replace("- 1 - logvar)", "- 1 - 0.5 * logvar)").replace("(-1, 1, n)", "(-1, 1.5, n)")
BROKEN = "import torch\n\ndef kl(mu logvar):\n    return mu\n"
HOSTILE = f"""
NASTY = "{_NASTY}"
print(NASTY)

def kl(mu, logvar):
    raise ValueError(NASTY)

def sample(n):
    print(NASTY)
    raise type(NASTY[:30], (Exception,), {{}})(NASTY)
"""
RIGHT_ANSWER = "## kl\n\n$$\\frac12(\\mu^2+\\sigma^2-1-\\log\\sigma^2)$$\n\n## why\n\nThey take all real values.\n"
_FILES = {
    "correct": (CORRECT, RIGHT_ANSWER),
    "wrong": (WRONG, RIGHT_ANSWER.replace("-\\log", "+\\log")),
    "broken": (BROKEN, ""),
    "hostile": (HOSTILE, f"## kl\n\n$${_NASTY}$$\n\n## why\n\n{_NASTY}\n\n## {_NASTY}\n\nx\n"),
}


def graded(folder: Path) -> dict[str, Report]:
    """The reports of the four submissions, without what differs from run to run."""
    _write(folder)
    command = [sys.executable, "-c", "from tests.report.four_submissions import main; main()", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    reports = pickle.loads((folder / "reports").read_bytes())
    return {name: _steady(report) for name, report in reports.items()}


def main() -> None:
    """In a process of its own: grade all of them, with all that a report can have."""
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    from autograder.assignment import load_assignment
    from autograder.pipeline import Progress, grade

    assignment = load_assignment(folder / "assignments" / "hw")
    reports = {}
    for name in NAMES:
        progress = Progress(assignment, lambda report, verdict, total: None)
        reports[name] = grade(assignment, folder / name, progress, exhibits=True)
    (folder / "reports").write_bytes(pickle.dumps(reports))


def _write(folder: Path) -> None:
    assignment = folder / "assignments" / "hw"
    assignment.mkdir(parents=True)
    module = "reference_of_four"
    (folder / f"{module}.py").write_text(REFERENCE)
    (assignment / "assignment.toml").write_text(TOML.format(reference=module))
    for name, text in (("checks.py", CHECKS), ("mistakes.py", MISTAKES), ("questions.toml", QUESTIONS)):
        (assignment / name).write_text(dedent(text))
    for name, (source, answers) in _FILES.items():
        (folder / name).mkdir()
        (folder / name / "submission.py").write_text(source, encoding="utf-8")
        if answers:
            (folder / name / "answers.md").write_text(answers, encoding="utf-8")


def _steady(report: Report) -> Report:
    verdicts = tuple(map(_steady_verdict, report.verdicts))
    return replace(
        report, verdicts=verdicts, wall_s=1.5, isolation="all layers hold", place=f"handed_in/{report.submission}"
    )


def _steady_verdict(verdict: Verdict) -> Verdict:
    """Without times, memory, and the engine's own lines in tracebacks."""
    text = re.sub(r"Traceback \(most.*?\n(?=\S)", "Traceback: ...\n", verdict.staff_output, flags=re.DOTALL)
    text = re.sub(r"Peak memory of the worker: \d+ MiB", "Peak memory of the worker: 100 MiB", text)
    return replace(verdict, wall_s=0.1, staff_output=text)
