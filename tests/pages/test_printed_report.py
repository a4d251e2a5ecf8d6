"""The report that README.md and docs/students.md print is the one that the sample gets, line by line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.pages.structure import ROOT

pytestmark = pytest.mark.in_turn(3)

SAMPLE = ROOT / "submissions_sample" / "vae" / "wrong_kl_log_sigma"
LEFT_OUT = "..."


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    results = tmp_path_factory.mktemp("results") / "results.json"
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "vae", str(SAMPLE), "--results", str(results)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def printed_in(page: Path) -> Iterator[list[str]]:
    """The blocks of a page that are a piece of the report."""
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence" and ("kl_standard_normal" in token.content):
            yield [line.rstrip() for line in token.content.splitlines()]


@pytest.mark.parametrize("page", ["README.md", "docs/students.md"])
def test_every_printed_line_is_in_the_report_in_this_order(page: str, report: list[str]) -> None:
    blocks = list(printed_in(ROOT / page))
    assert blocks
    for block in blocks:
        following = iter(line.rstrip() for line in report)
        missing = [line for line in block if line and line.strip() != LEFT_OUT and line not in following]
        assert missing[:1] == []
