"""The report in a terminal, and the texts that any report may show."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.model import Part, Status
from autograder.report.terminal import progress, terminal
from autograder.report.text import clean, clip, points
from tests.made_reports import MIXED, report, reports, verdict

WORDS = (
    "The mean of the draws should be zero within the bound that is stated, for any number of draws and any shape of "
    "the arguments"
)


def test_the_whole_report_at_a_glance():
    assert terminal(MIXED) == (
        "Homework\n"
        "========\n"
        "\n"
        "Part 1  Densities                                                          2/6.5\n"
        "  pass  1.1    check 1.1                                                     2/2\n"
        "  FAIL  1.2    check 1.2                                                     0/2\n"
        "  skip  1.3    check 1.3                                                     0/2\n"
        "  ????  1.4    check 1.4                                                   0/0.5\n"
        "\n"
        "What to look at\n"
        "---------------\n"
        "\n"
        '1.2 "check 1.2"\n'
        "    kl is 1, but should be 2\n"
        "\n"
        '1.4 "check 1.4"\n'
        "    This check could not be graded\n"
        "\n"
        "Total                                                                      2/6.5\n"
        "1 check was skipped, because a check that it needs failed.\n"
        "0.5 points could not be graded: a fault of the autograder (????)."
    )


def test_what_is_for_staff_is_shown_to_staff_only():
    assert "KeyError" not in terminal(MIXED)
    assert "    -- staff --\n    KeyError: 'k'" in terminal(MIXED, staff=True)


def test_a_report_of_words_fits_80_columns():
    long = [verdict(Status.FAILED, f"1.{n}", name=WORDS, text=f"{WORDS}\n  {WORDS}\n\t{WORDS}") for n in range(3)]
    lost = [verdict(Status.ERROR, "2.1", 123.125, name=WORDS, text=WORDS, staff=WORDS)]
    blocked = [verdict(Status.BLOCKED, f"2.{n}", text=WORDS) for n in (2, 3)]
    shown = terminal(
        report(*long, *lost, *blocked, title=WORDS, parts=(Part("1", WORDS, 6.0), Part("2", WORDS, 100.0))), staff=True
    )
    assert max(map(len, shown.splitlines())) <= 80
    assert "2 checks were skipped, because a check that they need failed." in shown


def test_one_long_word_is_left_whole_for_copying():
    path = "/very" * 30
    assert f"    {path}\n" in terminal(report(verdict(Status.FAILED, text=path)))


def test_lines_that_begin_far_to_the_right_are_shown():
    shown = terminal(report(verdict(Status.FAILED, text=" " * 500 + "far right\n\t\tindented")))
    assert "far right" in shown and "            indented" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_totals_are_without_the_digits_that_floats_add():
    shown = terminal(report(*[verdict(number=f"1.{n}", points=0.1) for n in range(3)]))
    assert shown.splitlines()[-1] == f"{'Total':<73}0.3/0.3"


def test_checks_outside_of_all_parts_are_shown_first():
    shown = terminal(report(verdict(number="0", points=0.0, name="submission.py is there"), verdict(number="1.1")))
    assert shown.splitlines()[3:5] == ["  pass  0      submission.py is there", ""]


@settings(max_examples=150, deadline=None)
@given(reports(), st.booleans())
def test_any_report_can_be_shown(made, staff):
    shown = terminal(made, staff=staff)
    assert all(character.isprintable() or character in "\n\t" or character.isspace() for character in shown)
    for of in made.verdicts:
        assert len(progress(of, 1, 10)) <= 80


# ------------------------------------------------------------------------------------- text


def test_what_no_report_can_show_is_shown_by_its_number():
    assert clean("a\x00b\x1b[0m\u202e\ud800\U000e0001") == "a\\u0000b\\u001b[0m\\u202e\\ud800\\U000e0001"


def test_what_can_be_shown_is_kept():
    text = "σ² ≤ 1 — naïve\tπ\nμ\u00a0😀"
    assert clean(text) == text
    assert clean("a\r\nb\rc") == "a\nb\nc"


def test_short_texts_are_not_cut():
    assert clip("abc", 3) == "abc"


@given(st.text(min_size=0, max_size=500), st.integers(60, 200))
def test_a_cut_text_has_its_beginning_its_end_and_at_most_the_limit(text, limit):
    cut = clip(text, limit)
    assert len(cut) <= limit
    if len(text) > limit:
        assert cut[0] == text[0] and cut[-1] == text[-1]


@pytest.mark.parametrize(
    ("number", "shown"), [(3.0, "3"), (0.5, "0.5"), (1 / 3, "0.333"), (0.1 + 0.2, "0.3"), (0.0, "0"), (1e-9, "0")]
)
def test_points_have_at_most_three_digits(number, shown):
    assert str(points(number)) == shown
