"""Twenty samples of an assignment, graded in its handout: what students read is what they read after submission."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.handout.compare_samples import differences, samples_of
from tests.handout.conftest import ROOT, command

ASSIGNMENTS = sorted(path.parent.name for path in (ROOT / "assignments").glob("*/assignment.toml"))
SAMPLES = 20


@pytest.mark.in_turn(24)  # minutes each: every known mistake is tried out
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_samples_receive_the_same_reports(name: str, tmp_path: Path) -> None:
    handout = tmp_path / "handout"
    for place in (tmp_path, *tmp_path.parents[:2]):
        place.chmod(0o755)
    made = command(ROOT, "handout", name, "--output", str(handout))
    assert made.returncode == 0, made.stdout + made.stderr
    samples = [*samples_of(name, ["wrong_*"]), *samples_of(name, ["correct_*", "broken_*"])][:SAMPLES]
    found, counts = differences(name, handout, samples)
    assert found == []
    assert counts["the same"] >= 5 * len(samples)
