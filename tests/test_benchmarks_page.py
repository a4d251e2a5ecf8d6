"""What README and docs/benchmarks.md say of speed was measured: nobody wrote it in."""

from pathlib import Path

import pytest

from benchmarks import misbehaving, page, readme
from benchmarks.page import Section

ROOT = Path(__file__).resolve().parents[1]


def test_the_readme_s_table_is_that_of_the_page():
    said, measured = readme.README.read_text(encoding="utf-8"), readme.PAGE.read_text(encoding="utf-8")
    assert readme.updated(said, measured) == said
    assert "this project" in readme.comparison(measured)


def test_a_table_of_other_figures_is_another_readme():
    measured = readme.PAGE.read_text(encoding="utf-8")
    said = readme.README.read_text(encoding="utf-8")
    changed = measured.replace(
        "| ours, on Gradescope | a process", "| ours, on Gradescope | nothing, not even a process"
    )
    assert readme.updated(said, changed) != said


def test_figures_are_medians_and_ratios_are_of_the_same_round():
    assert page.figure([3.0, 1.0, 2.0]) == "2.00 (1.00–3.00)"
    assert page.figure([1.234], 1) == "1.2"
    assert page.ratios([2.0, 30.0], [1.0, 10.0]) == "2.50 (2.00–3.00)"
    assert page.table(["way", "s"], [["ours", "1"]]) == "| way | s |\n| --- | ---: |\n| ours | 1 |"


def test_the_page_says_where_it_was_measured():
    text = page.page([Section("One", "first"), Section("Two", "second")])
    assert "Measured on" in text and text.index("## One") < text.index("## Two")


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("", 0),
        ("test_a passed\ntest_b passed\n", 2),
        ('{"results": [{"name": "a", "passed": true}, {"name": "b", "passed": false}]}', 1),
        ('{"results": null}', 0),
        ('<?xml version="1.0"?><s><testcase/><testcase><failure/></testcase><testcase><skipped/></testcase></s>', 1),
        ('{"tests": [{"score": 0, "max_score": 0}, {"score": 2, "max_score": 2}, {"score": 1, "max_score": 2}]}', 1),
    ],
)
def test_passed_checks_are_counted_in_every_grader_s_results(tmp_path, text, passed):
    (tmp_path / "results").write_text(text)
    assert misbehaving.passed(tmp_path / "results") == passed
    assert misbehaving.passed(tmp_path / "nothing") == 0
