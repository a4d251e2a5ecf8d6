"""The report in a terminal, with a table and without it, and the texts that any report may show."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wcwidth import wcswidth

from autograder.exhibits import Example
from autograder.model import Adjustment, Part, Status, Visibility
from autograder.report.plain import plain
from autograder.report.terminal import terminal
from autograder.report.text import clean, clip, points
from tests.made_reports import MIXED, report, reports, verdict

WORDS = (
    "The mean of the draws should be zero within the bound that is stated, for any number of draws and any shape of "
    "the arguments"
)
PARTS = (Part("1", "Densities", 4.0), Part("2", "Sampling", 6.0))
ESCAPES = re.compile(r"\x1b\[[\d;]*m")
HOSTILE = {
    "markup of rich": "[red]x[/] [bold link=https://example.org]y[/link] [/] \\[x] :smile:",
    "ANSI escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[2J\x9b31m",
    "a megabyte": "x" * (1 << 20),
    "many words": "word " * 5_000,
    "line ends": "a\r\nb\rc\u2028d\x85e\x0bf\x0cg",
    "direction marks": "\u202eevil\u202c\u2066x\u2069\u200f",
    "no width": "a\u200bb\u200d\ufeffc",
    "combining marks": "e" + "\u0301" * 3_000,
    "wide characters": "漢字仮名交じり文" * 40,
    "emoji": "🙂🚀" * 60,
    "Arabic and Hebrew": "שלום عليكم " * 30,
    "tabs": "\t\ta\tb\t\tc",
    "a surrogate": "a\ud800b",
    "indented far": " " * 500 + "far right",
    "format fields": "{name} {0} %s %(x)s",
}


def columns(line):
    """How many columns of a terminal a line takes."""
    taken = wcswidth(ESCAPES.sub("", line))
    assert taken >= 0, f"{line!r} has what a terminal does not print"
    return taken


def widest(shown):
    return max(map(columns, shown.splitlines()))


def large(*verdicts, **options):
    """A report with so many checks that the table is not small."""
    others = [verdict(number=f"2.{number}") for number in range(1, 14)]
    return report(*verdicts, *others, parts=PARTS, **options)


# ------------------------------------------------------------------------------------- the table

MIXED_AT_80 = """\
Homework
========

Part 1  Densities                                                          2/6.5
  pass  1.1    check 1.1                                                     2/2
  FAIL  1.2    check 1.2                                                     0/2
               kl is 1, but should be 2
  skip  1.3    check 1.3                                                     0/2
               Skipped: needs 1.2
  ????  1.4    check 1.4                                                   0/0.5
               This check could not be graded

Checks: 1 passed, 1 failed, 1 skipped, 1 not graded.
Total                                                                      2/6.5
1 check was skipped, because a check that it needs failed.
0.5 points could not be graded: a fault of the autograder (????)."""

FOLDED_AT_60 = """\
Homework
========

Part 1  Densities                                        2/8
  pass  1.1    check 1.1                                 2/2
  FAIL  1.2    KL(N(μ, σ²) ‖ N(0, I)) equals the close…  0/2
               kl[1] is 11.791, but should be 4.899 wi…
               Hint: Is the argument a standard
               deviation, a variance or a log-variance?
  skip         2 checks wait for 1.2: 1.3, 1.4           0/4

Part 2  Sampling                                       26/26
  pass         all 13 checks                           26/26

What to look at
---------------

1.2 "KL(N(μ, σ²) ‖ N(0, I)) equals the closed form, in value
and in gradient"
    kl[1] is 11.791, but should be 4.899 within 1e-5 +
    1e-4·|expected| [kl(mu 3×5, logvar 3×5)]
    Hint: Is the argument a standard deviation, a variance
    or a log-variance?

    Your code printed:
    hello

Checks: 14 passed, 1 failed, 2 skipped.
Total                                                  28/34
2 checks were skipped, because a check that they need
failed."""

FAILED = verdict(
    Status.FAILED,
    "1.2",
    name="KL(N(μ, σ²) ‖ N(0, I)) equals the closed form, in value and in gradient",
    text="kl[1] is 11.791, but should be 4.899 within 1e-5 + 1e-4·|expected| [kl(mu 3×5, logvar 3×5)]\n"
    "Hint: Is the argument a standard deviation, a variance or a log-variance?\n\nYour code printed:\nhello",
)
FOLDED = large(
    verdict(number="1.1"),
    FAILED,
    verdict(Status.BLOCKED, "1.3", text='Skipped: needs 1.2 "x", which failed.', requires=("test_1.2",)),
    verdict(Status.BLOCKED, "1.4", text='Skipped: needs 1.3 "y", which was skipped.', requires=("test_1.3",)),
)


def test_the_whole_report_at_a_glance():
    assert terminal(MIXED) == MIXED_AT_80


def test_a_long_report_says_once_what_it_says_of_several_checks_at_60_columns_too():
    assert terminal(FOLDED, width=60) == FOLDED_AT_60


def test_a_selection_of_checks_and_staff_see_every_row():
    for shown in (terminal(FOLDED, whole=True), terminal(FOLDED, staff=True)):
        assert "  skip  1.3    check 1.3 " in shown and "  pass  2.13   check 2.13 " in shown
        assert "               Skipped: needs 1.3" in shown


def test_one_check_that_waits_keeps_its_name():
    waits = verdict(Status.BLOCKED, "1.3", requires=("test_1.2",))
    assert "  skip  1.3    Waits for 1.2: check 1.3 " in terminal(large(FAILED, waits))


@pytest.mark.parametrize("rendering", [terminal, plain])
def test_a_hidden_check_is_shown_to_staff_only(rendering):
    hidden = verdict(Status.FAILED, "1.2", name="a secret", visibility=Visibility.HIDDEN)
    needs = "Skipped: needs a check that is not shown, which failed."
    waiting = [verdict(Status.BLOCKED, f"1.{n}", text=needs, requires=("test_1.2",)) for n in (3, 4)]
    shown = rendering(large(hidden, *waiting))
    assert "a secret" not in shown and "1.2" not in shown and needs[:40] in shown
    assert "1 check is not shown here; what it is worth is in no figure above." in " ".join(shown.split())
    assert "a secret" in rendering(large(hidden, *waiting), staff=True)


def test_checks_that_wait_for_a_check_that_is_not_shown_share_a_row():
    hidden = verdict(Status.FAILED, "1.2", visibility=Visibility.HIDDEN)
    waiting = [verdict(Status.BLOCKED, f"1.{n}", text="Skipped: x", requires=("test_1.2",)) for n in (3, 4)]
    assert "skip         2 checks: 1.3, 1.4" in terminal(large(hidden, *waiting))


def test_what_waits_for_a_check_that_the_report_does_not_have_says_why_itself():
    shown = terminal(large(verdict(Status.BLOCKED, "1.3", text="Skipped: needs something", requires=("gone",))))
    assert "               Skipped: needs something\n" in shown


def test_a_module_that_cannot_be_imported_is_named_and_stands_first():
    broken = verdict(
        Status.FAILED, "0", 0.0, text=f"importing submission.py raised KeyError {WORDS}", name="it imports"
    )
    broken = replace(broken, check=replace(broken.check, id="import"))
    waiting = [verdict(Status.BLOCKED, f"1.{n}", text="Skipped: x") for n in (3, 4)]
    shown = terminal(large(FAILED, *waiting, broken))
    assert '  skip         2 checks wait for 0 "it imports": 1.3, 1.4 ' in shown
    assert shown.index('\n0 "it imports"\n') < shown.index('\n1.2 "KL(N(')


def test_checks_that_are_graded_later_share_a_row_unless_there_is_something_to_say():
    said = "Graded after submission.\nUnderstood as: μ² + 1"
    later = [verdict(Status.LATER, f"1.{n}", text="Graded after submission.") for n in (1, 3)]
    shown = terminal(large(later[0], verdict(Status.LATER, "1.2", text=said), later[1]))
    assert "  wait         2 checks are graded after submission: 1.1, 1.3 " in shown
    assert "  wait  1.2    check 1.2 " in shown and "               Understood as: μ² + 1\n" in shown


def test_what_the_table_has_no_room_for_is_told_below_and_nothing_twice():
    short = verdict(Status.FAILED, "1.1", text="kl is 1, but should be 2\nHint: Look at the sign.")
    assert "What to look at" not in terminal(report(short))
    long = verdict(Status.FAILED, "1.1", text=f"kl is 1, but should be 2 {WORDS}")
    shown = terminal(report(short, long))
    assert shown.count("What to look at") == 1 and "the shape of the arguments" not in shown.split("What to look at")[0]
    assert "any shape of the arguments" in " ".join(shown.split("What to look at")[1].split())


def test_a_small_input_that_shows_a_failure_is_told_where_the_check_says_all():
    example = Example("mu = torch.zeros(1, 1)\nkl(mu, mu)", "1.0", "0.0")
    wanted = "    A small input that shows it:\n        mu = torch.zeros(1, 1)\n        kl(mu, mu)\n    gives 1.0\n"
    failed = verdict(Status.FAILED, text="kl is 1, but should be 0")
    shown = terminal(report(replace(failed, exhibits=(example,))))
    assert wanted + "    should give 0.0\n" in shown
    hidden = verdict(Status.FAILED, text="This does not hold", visibility=Visibility.HIDDEN)
    assert "torch.zeros" not in terminal(report(replace(hidden, exhibits=(example,))))


def test_checks_outside_of_all_parts_are_shown_first():
    shown = terminal(report(verdict(number="0", points=0.0, name="submission.py is there"), verdict(number="1.1")))
    assert shown.splitlines()[3:5] == ["  pass  0      submission.py is there", ""]


def test_lines_that_begin_far_to_the_right_are_shown():
    shown = terminal(report(verdict(Status.FAILED, text="kl is 1\n" + " " * 500 + "far right\n\t\tindented")))
    assert "far right" in shown and "            indented" in shown
    assert widest(shown) <= 80


# ------------------------------------------------------------------------------------- totals


def test_totals_are_without_the_digits_that_floats_add():
    shown = terminal(report(*[verdict(number=f"1.{n}", points=0.1) for n in range(3)]))
    assert shown.splitlines()[-1] == f"{'Total':<73}0.3/0.3"


MANY_KINDS = report(
    verdict(number="1.1", points=41.0),
    verdict(Status.FAILED, "1.2", 14.0, text="no"),
    verdict(Status.LATER, "2.1", 45.0, text="Graded after submission."),
    verdict(Status.MANUAL, "2.2", 2.0, text="read"),
    verdict(Status.ERROR, "2.3", 3.0, text="ours"),
    verdict(number="2.4", points=5.0, extra_credit=True),
    parts=PARTS,
    adjustments=(Adjustment("Late by a day", -4.0, "Late by 86400 s"),),
    notes=("submission.py was a notebook",),
    staff_notes=("there is no due date",),
    isolation="a separate process",
)
SENTENCES = [
    "Late by a day",
    "5 of 5 points of extra credit are in it.",
    "45 points are graded after submission",
    "2 further points are given by a person",
    "3 points could not be graded: a fault of the autograder",
    "submission.py was a notebook",
    "1 passed, 1 failed, 1 for a person, 1 after submission, 1 not graded",
]


@pytest.mark.parametrize("rendering", [terminal, plain])
def test_totals_say_what_is_not_in_them(rendering):
    shown = rendering(MANY_KINDS)
    for sentence in SENTENCES:
        assert sentence.replace("1 passed", "2 passed") in shown
    for of_staff in ("there is no due date", "a separate process", "86400"):
        assert of_staff not in shown and of_staff in rendering(MANY_KINDS, staff=True)


def test_the_points_of_visible_checks_are_not_called_the_total():
    shown = terminal(MANY_KINDS).splitlines()
    assert f"{'Earned':<75}46/60" in shown and f"{'Visible checks':<75}42/60" in shown
    assert "Visible checks: 42 of 60 points." in plain(MANY_KINDS).splitlines()
    assert "Total" not in terminal(MANY_KINDS) + plain(MANY_KINDS)


# ------------------------------------------------------------------------------------- for staff


@pytest.mark.parametrize("rendering", [terminal, plain])
def test_what_is_for_staff_is_shown_to_staff_only(rendering):
    assert "KeyError" not in rendering(MIXED) and "run_autograder" not in rendering(MIXED)
    shown = rendering(MIXED, staff=True)
    assert "KeyError: 'k'" in shown and "Time: 1.2 s; the slowest checks: 1.1 (0.1 s)" in shown


@pytest.mark.parametrize("rendering", [terminal, plain])
@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("my_hw", "my_hw"),
        ("", "SUBMISSION"),
        ("a b; rm -rf ~", "'a b; rm -rf ~'"),
        ("$(reboot)", "'$(reboot)'"),
        ("-rf", "./-rf"),
        ("a\nb", "'a b'"),
        ("long" * 2_000, "SUBMISSION"),
    ],
)
def test_staff_get_the_command_that_runs_a_check_again(rendering, name, quoted):
    failed = verdict(Status.FAILED, "1.1", text="no")
    shown = rendering(report(replace(failed, seed=12345), submission=name), staff=True)
    assert f"./run_autograder hw {quoted} --check 1.1 --staff\n" in shown
    assert "Seed: 12345" in shown


def test_a_command_that_is_too_long_for_a_line_can_be_pasted_all_the_same():
    shown = terminal(report(verdict(Status.FAILED), submission="a_name_" * 4), staff=True, width=60)
    assert f"    ./run_autograder hw {'a_name_' * 4} \\\n        --check 1.1 --staff\n" in shown


# ------------------------------------------------------------------------------------- colours and widths


def test_colours_are_the_terminal_s_own_and_say_nothing_that_words_do_not():
    for width in (60, 80, 100):
        coloured = terminal(FOLDED, width=width, colour=True)
        assert ESCAPES.sub("", coloured) == terminal(FOLDED, width=width)
        codes = {code for escape in ESCAPES.findall(coloured) for code in escape[2:-1].split(";")}
        assert "\x1b[1;31m  FAIL" in coloured
        assert codes <= {"0", "1", "31", "32", "35", "36"}  # of the others, one ground or the other swallows each


def test_what_the_environment_says_changes_nothing(monkeypatch):
    before = terminal(FOLDED), terminal(FOLDED, colour=True)
    for name, value in {"COLUMNS": "40", "NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "dumb", "LINES": "3"}.items():
        monkeypatch.setenv(name, value)
    assert (terminal(FOLDED), terminal(FOLDED, colour=True)) == before


@pytest.mark.parametrize("width", [60, 72, 80, 100])
@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_nothing_but_text_and_fits_anywhere(text, colour, width):
    hostile = [
        verdict(status, f"1.{number}", name=f"x{text}", text=f"{text}\nHint: {text}\n{text}", staff=text)
        for number, status in enumerate(Status)
    ]
    made = report(*hostile, title=text, notes=(text,), staff_notes=(text,), submission=text, isolation=text)
    shown = terminal(made, staff=True, width=width, colour=colour)
    assert widest(shown) <= width
    bare = ESCAPES.sub("", shown) if colour else shown
    assert all(character.isprintable() or character in "\n\u3000\xa0" for character in bare)
    assert colour or "\x1b" not in shown
    sentences = plain(made, staff=True)
    assert all(character.isprintable() or character in "\n\u3000\xa0" for character in sentences)


def test_markup_of_rich_is_shown_as_it_is():
    text = HOSTILE["markup of rich"]
    for shown in (
        terminal(report(verdict(Status.FAILED, name=text, text=f"no\n{text}"))),
        plain(report(verdict(name=text))),
    ):
        assert text in shown


@pytest.mark.parametrize("name", ["漢字の平均と分散", "e\u0301galite\u0301", "🙂 smile", "plain"])
@pytest.mark.parametrize("width", [60, 80])
def test_points_stay_in_their_column_beside_wide_and_combining_characters(name, width):
    for long in (name, name * 20):
        lines = terminal(report(verdict(name=long), verdict(number="1.2")), width=width).splitlines()
        rows = [line for line in lines if line.startswith("  pass")]
        assert [columns(row) for row in rows] == [width, width] and all(row.endswith(" 2/2") for row in rows)


def test_a_report_of_words_fits_any_terminal():
    long = [verdict(Status.FAILED, f"1.{n}", name=WORDS, text=f"{WORDS}\n  {WORDS}\n\t{WORDS}") for n in range(3)]
    lost = [verdict(Status.ERROR, "2.1", 123.125, name=WORDS, text=WORDS, staff=WORDS)]
    blocked = [verdict(Status.BLOCKED, f"2.{n}", text=WORDS) for n in (2, 3)]
    made = report(*long, *lost, *blocked, title=WORDS, parts=(Part("1", WORDS, 6.0), Part("2", WORDS, 100.0)))
    for width in (40, 60, 80, 100):
        assert widest(terminal(made, staff=True, width=width)) <= width
    assert widest(terminal(made, width=500)) == 100
    assert "2 checks were skipped, because a check that they need failed." in terminal(made)


@settings(max_examples=80, deadline=None)
@given(reports(), st.booleans(), st.sampled_from([40, 60, 80, 100]))
def test_any_report_can_be_shown(made, staff, width):
    for shown in (terminal(made, staff=staff, width=width), plain(made, staff=staff)):
        assert all(character.isprintable() or character in "\n\t" or character.isspace() for character in shown)
    assert terminal(made, staff=staff, width=width) == terminal(made, staff=staff, width=width)


# ------------------------------------------------------------------------------------- without a table


def test_sentences_in_reading_order_with_the_totals_first():
    assert plain(MIXED) == (
        "Homework.\n"
        "Total: 2 of 6.5 points.\n"
        "1 check was skipped, because a check that it needs failed.\n"
        "0.5 points could not be graded: a fault of the autograder.\n"
        "Checks: 1 passed, 1 failed, 1 skipped, 1 not graded.\n"
        "\n"
        "Part 1, Densities: 2 of 6.5 points.\n"
        "1.1 passed, 2 of 2 points: check 1.1.\n"
        "1.2 failed, 0 of 2 points: check 1.2. kl is 1, but should be 2.\n"
        "1.3 was skipped, 0 of 2 points: check 1.3. Skipped: needs 1.2.\n"
        "1.4 could not be graded, 0 of 0.5 points: check 1.4. This check could not be graded."
    )


def test_a_failed_check_is_one_paragraph_and_what_was_printed_keeps_its_lines():
    shown = plain(FOLDED).splitlines()
    start = next(number for number, line in enumerate(shown) if line.startswith("1.2 failed"))
    assert shown[start : start + 4] == [
        "1.2 failed, 0 of 2 points: KL(N(μ, σ²) ‖ N(0, I)) equals the closed form, in value and in gradient. "
        "kl[1] is 11.791, but should be 4.899 within 1e-5 + 1e-4·|expected| [kl(mu 3×5, logvar 3×5)]. "
        "Hint: Is the argument a standard deviation, a variance or a log-variance?",
        "Your code printed:",
        "hello",
        '1.3 was skipped, 0 of 2 points: check 1.3. Skipped: needs 1.2 "x", which failed.',
    ]


def test_what_was_said_of_an_earlier_check_is_not_read_out_again():
    missing = (
        "answers.md is missing: hand it in beside your submission, filled in. Hint: the template has a place for all."
    )
    verdicts = [verdict(Status.FAILED, f"1.{number}", text=missing) for number in (1, 2, 3)]
    lines = plain(report(*verdicts)).splitlines()
    assert [line.count("answers.md") for line in lines if "failed, 0 of" in line] == [1, 0, 0]
    assert lines[-1].endswith("The same as for 1.1.")


def test_nothing_is_lined_up_or_drawn_without_a_table():
    for line in plain(MANY_KINDS, staff=True).splitlines():
        assert not re.search(r"\S {2,}\S|[=─│-]{3,}|\?\?\?\?", line)


def test_one_long_word_is_left_whole_for_copying_without_a_table():
    path = "/very" * 30
    assert path in plain(report(verdict(Status.FAILED, text=f"{path} is not there")))


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
