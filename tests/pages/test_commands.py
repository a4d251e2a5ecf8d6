"""Every command in README.md and docs/ works as it is written.

A command that takes minutes is run with less to do, or stands in ELSEWHERE with the test that runs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.pages.conftest import run

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_BEGINS = r"(?:\./run_autograder|\./run_tests|\./setup\.sh|(?:\.venv/bin/)?python -m)"
_INLINE = re.compile(rf"(?<!`)`({_BEGINS}[^`\n]*)`(?!`)")
_LINE = re.compile(rf"^({_BEGINS}.*)$", re.MULTILINE)

# What stands for something else: a command is run with these words replaced.
WORDS = {
    "my_homework": "submissions_sample/vae/correct_reference",
    "my_files": "submissions_sample/vae/correct_reference",
    "submission_metadata.json": "metadata.json",
    "ASSIGNMENT": "vae",
    "CORRECT_SAMPLE": "submissions_sample/vae/correct_reference",
    "my_submission": "submissions_sample/vae/correct_reference",
}
# Measurements, with less to measure; and what needs a thing that is not here.
INSTEAD = {
    ".venv/bin/python -m autograder validate gan": (
        ".venv/bin/python -m autograder validate gan --mistake d_loss_labels_swapped --check 5.1"
    ),
    ".venv/bin/python -m autograder validate vae": (
        ".venv/bin/python -m autograder validate vae --mistake kl_log_sigma_for_log_variance --check 4.1"
    ),
    ".venv/bin/python -m autograder validate vae --mistake elbo": (
        ".venv/bin/python -m autograder validate vae --mistake elbo --check 6.1"
    ),
    ".venv/bin/python -m autograder validate vae --mistake none --repeat 200": (
        ".venv/bin/python -m autograder validate vae --mistake none --repeat 2 --slice 1/300"
    ),
    "./run_autograder vae submissions_sample/vae/correct_reference --device cuda": (
        "./run_autograder vae submissions_sample/vae/correct_reference --device cpu"
    ),
    ".venv/bin/python -m autograder explain vae --measure": ".venv/bin/python -m autograder explain vae",
}
ELSEWHERE = {
    "./run_tests": ".ci/run",
    "./setup.sh": ".ci/run",
    "./setup.sh --pictures": ".ci/run",
    "./setup.sh --cluster": ".ci/run",
    ".venv/bin/python -m autograder regrade vae handed_in -o new_results --scheduler tcp://host:8786": (
        "tests/regrade/test_cluster.py"
    ),
    ".venv/bin/python -m autograder bundle vae": ".ci/run and tests/test_bundle.py",
    ".venv/bin/python -m autograder rehearse vae.zip submissions_sample/vae/wrong_kl_log_sigma --environment "
    "/tmp/rehearsal-venv": ".ci/run and tests/test_rehearsal.py",
    ".venv/bin/python -m autograder rehearse vae.zip submissions_sample/vae/wrong_kl_log_sigma": ".ci/run",
    ".venv/bin/python -m autograder handout vae": "tests/handout",
    "./run_autograder": "tests/handout and tests/test_platform.py",
    "./run_autograder --check 4.1": "tests/handout",
    "./run_autograder --html report.html": "tests/report/test_html.py",
    "./run_autograder ~/homework/my_files": "tests/handout",
    "./run_autograder --plain": "tests/test_live.py",
    ".venv/bin/python -m autograder validate vae --store": "tests/test_explain.py",
    ".venv/bin/python -m autograder explain vae --measure": "tests/test_explain.py",
    ".venv/bin/python -m autograder class records": "tests/classes",
    ".venv/bin/python -m autograder class records --roster roster.csv --staff-key": "tests/classes",
    ".venv/bin/python -m autograder regrade vae handed_in -o new_results": "tests/regrade",
    ".venv/bin/python -m autograder regrade vae handed_in -o new_results --compare platform": "tests/regrade",
    ".venv/bin/python -m autograder regrade vae handed_in -o new_results --compare old_results": "tests/regrade",
    ".venv/bin/python -m benchmarks.class_report 60 gan": "by hand: twenty minutes",
    ".venv/bin/python -m autograder calibrate gan": "tests/test_calibration.py",
    ".venv/bin/python -m benchmarks.regrading": "by hand: half an hour",
    ".venv/bin/python -m benchmarks": "by hand: timings are not tests",
    ".venv/bin/python -m reference.closed_forms": "tests/reference",
    ".venv/bin/python -m tests.red_team": "tests/red_team",
    ".venv/bin/python -m benchmarks.fuzz 10": "tests/worker/test_protocol_fuzz.py",
    "./run_tests tests/worker/test_protocol_fuzz.py tests/worker/test_protocol_attacks.py": ".ci/run",
    ".venv/bin/python -m tests.faults": "tests/test_faults.py",
    "./run_tests tests/regrade/test_neighbours.py": ".ci/run",
    "./run_tests tests/test_same_bytes.py": ".ci/run",
    ".venv/bin/python -m benchmarks.endurance 500 one": "by hand: an hour",
    ".venv/bin/python -m benchmarks.endurance 500 many": "by hand: an hour",
    ".venv/bin/python -m benchmarks.confinement": "by hand: timings are not tests",
    "./run_tests tests/test_samples.py": ".ci/run",
    ".venv/bin/python -m tests.pages.pictures": "tests/pages/test_architecture.py",
    "./run_autograder ... --junit PATH --summary PATH": "tests/test_github_example.py",
}


def documented() -> list[str]:
    """The commands of all pages, without comments, in order."""
    found: dict[str, None] = {}
    for page in PAGES:
        if page.name == "adding-a-check.md":  # test_adding_a_check.py runs that page as a whole
            continue
        text = page.read_text(encoding="utf-8")
        for command in [*_in_blocks(text), *(match[1] for match in _INLINE.finditer(text))]:
            found[re.sub(r"^python ", ".venv/bin/python ", command.split(" #")[0].strip())] = None
    return list(found)


def _in_blocks(text: str) -> Iterator[str]:
    for token in MarkdownIt().parse(text):
        if token.type == "fence" and token.info.strip() in ("", "sh", "bash"):
            yield from (match[1] for match in _LINE.finditer(token.content))


RUN = [command for command in documented() if command not in ELSEWHERE]


def test_every_command_in_the_pages_is_run_somewhere() -> None:
    known = set(documented())
    assert [command for command in ELSEWHERE if command not in known] == []
    assert len(RUN) > 10


@pytest.mark.in_turn(20)
@pytest.mark.parametrize("command", RUN)
def test_a_documented_command_works(command: str, project: Path) -> None:
    for word, real in WORDS.items():
        command = re.sub(rf"(?<![\w.]){re.escape(word)}\b", real, command)
    command = INSTEAD.get(command, command)
    done = run(command, project)
    expected = 1 if "--fail-under 100" in command or "checks.py --submission" in command else 0
    assert done.returncode == expected, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
