"""A class: who loses and gains, by which checks, and what is not compared; the terminal, the table and the page."""

import csv
import io
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from autograder.classes.catalogue import Catalogue, Known
from autograder.regrade.changes.changes import Changes, changes
from autograder.regrade.changes.page import MOST, page
from autograder.regrade.changes.table import table
from autograder.regrade.changes.text import MOST_SUBMISSIONS, text
from tests.classes.test_page import Read
from tests.made_reports import report, reports
from tests.regrade.made_changes import FAILED, MANUAL, PASSED, a_class, ended, told

CLASS = a_class()


def names(found):
    return [one.name for one in found]


def cells(found):
    return list(csv.reader(io.StringIO(table(found))))


# ------------------------------------------------------------------------------------- the data


def test_submissions_are_sorted_by_what_becomes_of_their_scores():
    assert names(CLASS.lowered) == ["bob"]
    assert names(CLASS.raised) == ["cy", "gus"]
    assert names(CLASS.moved) == ["dan", "eve", "fay"]
    assert (CLASS.same, CLASS.compared) == (1, 7)
    assert (CLASS.only_old, CLASS.only_new, CLASS.neither) == (("ian",), ("hal",), ("jo",))
    assert (CLASS.faults, CLASS.waiting) == (("bob",), ("eve",))


def test_whoever_loses_or_gains_most_comes_first():
    worth = {"a": 1.0, "b": 3.0, "c": 3.0, "d": 2.0}
    right = {name: report(ended(PASSED, points=5.0)) for name in worth}
    wrong = {name: report(ended(FAILED, points=5.0, score=5.0 - points)) for name, points in worth.items()}
    assert names(changes(right, wrong).lowered) == ["b", "c", "d", "a"]
    assert names(changes(wrong, right).raised) == ["b", "c", "d", "a"]


def test_the_checks_come_first_by_which_most_submissions_lose():
    old = {f"s{n:02d}": report(ended(PASSED), ended(FAILED, "4.2"), ended(PASSED, "4.3")) for n in range(9)}
    new = dict(old)
    for place in range(6):
        new[f"s{place:02d}"] = report(ended(FAILED, score=0.5), ended(PASSED, "4.2"), ended(PASSED, "4.3"))
    new["s07"] = report(ended(PASSED), ended(FAILED, "4.2"), ended(FAILED, "4.3"), ended(FAILED, "4.4"))
    new["s08"] = report(ended(FAILED, score=1.0), ended(MANUAL, "4.2"), ended(PASSED, "4.3"))
    found = changes(old, new).checks
    assert [(one.number, len(one.lost), len(one.gained), one.otherwise, one.new) for one in found] == [
        *(("4.1", 7, 0, 0, 0), ("4.3", 1, 0, 0, 0), ("4.2", 0, 6, 1, 0), ("4.4", 0, 0, 0, 1))
    ]
    assert found[0].examples == ("s00", "s01") and found[1].examples == ("s07",)
    said = text(changes(old, new))
    assert "7 lose 1 to 1.5; for example s00, s01" in said
    assert "1 loses 2; for example s07" in said
    assert "6 gain 2, 1 ends otherwise; for example" in said and "new in 1" in said


def test_the_order_of_the_submissions_does_not_matter():
    old = {f"s{n}": report(ended(PASSED, score=None), ended(FAILED, "4.2", score=n % 3 / 2)) for n in range(20)}
    new = {f"s{n}": report(ended(FAILED, score=n % 2), ended(PASSED, "4.2")) for n in range(20)}
    shuffled = list(old)
    random.Random(1).shuffle(shuffled)
    again = changes({name: old[name] for name in shuffled}, {name: new[name] for name in reversed(shuffled)})
    assert again == changes(old, new)
    assert (text(again), table(again), page(again, "x")) == tuple(
        (text(changes(old, new)), table(changes(old, new)), page(changes(old, new), "x"))
    )


def test_a_large_class_takes_seconds():
    full = tuple(ended(PASSED, f"4.{n}", points=1.0, name=f"check {n} is right") for n in range(60))
    less = tuple(ended(FAILED, f"4.{n}", points=1.0, name=f"check {n} is right", text="no") for n in range(60))
    old = {f"s{n:04d}": report(*full) for n in range(5000)}
    new = {f"s{n:04d}": report(*full[: 60 - n % 4], *less[60 - n % 4 :]) for n in range(5000)}
    started = time.monotonic()
    found = changes(old, new)
    assert (len(found.lowered), found.same, found.lowered[0].difference) == (3750, 1250, -3)
    assert len(text(found).splitlines()) < 200 and len(cells(found)) == 1 + 1250 * 6
    assert len(page(found, "x")) < 3 << 20
    assert time.monotonic() - started < 20  # two to three on an idle core


# ------------------------------------------------------------------------------------- the terminal


def test_what_would_change_begins_with_the_counts_and_the_largest_loss():
    assert text(CLASS, 100).splitlines()[:6] == [
        "What would change",
        "=================",
        "7 submissions compared: 1 lower, 2 higher, 3 with the same score from other verdicts, 1 unchanged.",
        "Largest loss: 4 (bob).",
        "1 submission with a fault of the autograder now, which costs points that nobody lost: bob. Mend it",
        "and grade these again before anything is released.",
    ]


def test_a_lower_score_is_told_check_by_check_before_any_other():
    lines = text(CLASS).splitlines()
    start = lines.index("Lower (1)")
    assert lines[start + 2 : start + 8] == [
        "bob: 4 → 0 of 6 (−4)",
        "  4.1 check 4.1                                                            2 → 0",
        "      Fails now: kl is 1, but should be 2. Known mistake: kl log sigma. Passed",
        "      before.",
        "  4.2 check 4.2                                                            2 → 0",
        "      Not graded now, by a fault of the autograder: KeyError in the check",
    ]
    assert start < lines.index("Higher (2)") < lines.index("The same score from other verdicts (3)")
    assert "  Adjustments                                                             −1 → 0" in lines
    assert "Old result not read: kim/results.json: no record" in lines


def test_where_nothing_changes_one_line_says_so():
    one = {"ada": report(ended(PASSED))}
    assert text(changes(one, one), 100) == (
        "Nothing would change: 1 submission compared, with the same scores and the same verdicts."
    )
    assert text(changes({}, {})) == "Nothing was compared: no submission has both an old and a new result."
    missing = text(changes(one, {**one, "bob": one["ada"]}), 100).splitlines()
    assert missing[1:] == ["1 submission with a new result, but no old one: bob."]
    assert cells(changes(one, one))[1:] == []


def test_of_many_old_results_that_cannot_be_read_the_first_are_told():
    one = {"ada": report(ended(PASSED))}
    lines = text(changes(one, one, unreadable=[f"{n}.json: no" for n in range(5000)]), 100).splitlines()
    assert len(lines) == 10 and lines[-1] == "4992 more old results were not read."


def test_the_terminal_has_a_few_submissions_and_the_table_all():
    old = {f"s{n:03d}": report(ended(PASSED)) for n in range(300)}
    found = changes(old, {name: report(ended(FAILED, text="no")) for name in old})
    said = text(found)
    assert said.count(": 2 → 0 of 2 (−2)") == MOST_SUBMISSIONS
    assert said.endswith("\n280 more submissions are in the table.")
    assert len(cells(found)) == 301


def test_of_a_submission_with_many_changes_the_first_are_told():
    old = report(*(ended(PASSED, f"4.{n}") for n in range(30)))
    new = report(*(ended(FAILED, f"4.{n}") for n in range(30)))
    said = text(changes({"ada": old}, {"ada": new}))
    assert "  24 more checks changed." in said and "  10 more checks are in the table." in said


@pytest.mark.parametrize("width", [1, 40, 61, 80, 1000])
def test_no_line_is_wider_than_the_terminal(width):
    wide = ended(FAILED, name="ありがとう " * 40, text="漢字" * 200)
    found = changes({"名" * 90: report(ended(PASSED, name="ありがとう " * 40))}, {"名" * 90: report(wide)})
    for one in (found, CLASS):
        assert max(map(cell_len, text(one, width).splitlines())) <= min(max(width, 40), 100)


# ------------------------------------------------------------------------------------- the table


def test_the_table_has_a_line_for_each_check_of_each_submission_that_changed():
    header, *rows = cells(CLASS)
    assert header[:9] == [
        *("submission", "score", "old total", "new total", "difference of totals"),
        *("check", "old points", "new points", "difference"),
    ]
    assert rows[0] == [
        *("bob", "lower", "4", "0", "-4", "4.1 check 4.1", "2", "0", "-2", "2", "2", "passed", "failed"),
        "Fails now: kl is 1, but should be 2. Known mistake: kl log sigma. Passed before.",
        "",
    ]
    assert [row[:2] for row in rows] == [
        *(["bob", "lower"] for _ in range(2)),
        *(["cy", "higher"] for _ in range(2)),
        ["gus", "higher"],
        *(["dan", "same"] for _ in range(2)),
        *(["eve", "same"], ["fay", "same"]),
        *(["ian", "no new result"], ["hal", "no old result"], ["jo", "no result"]),
    ]
    assert {len(row) for row in rows} == {len(header)}
    assert rows[4][5:9] == ["Adjustments, such as late penalties", "-1", "0", "1"]


def test_a_submission_of_which_only_the_total_is_known_has_a_line():
    found = changes({"ada": report(ended(PASSED, "1", name="x"))}, {"ada": report(ended(FAILED, "2", name="y"))})
    assert cells(found)[1][:6] == ["ada", "lower", "2", "0", "-2", ""]
    assert "1 submission compared by the total only, because the old result has other checks: ada." in text(found, 100)


# ------------------------------------------------------------------------------------- the page


def test_the_page_has_the_figures_the_checks_and_the_reasons():
    read = Read(page(CLASS, "Homework"))
    assert "Homework: what would change" in read.text
    assert "Compared 7 Lower 1 Higher 2 Same score from other verdicts 3 Unchanged 1 Largest loss 4 bob" in read.text
    assert "bob: 4 → 0 of 6 (−4) 4.1 check 4.1 2 → 0 −2 Fails now: kl is 1, but should be 2." in read.text
    assert "Old result not read: kim/results.json: no record" in read.text


def test_the_page_is_one_file_that_needs_nothing_and_may_run_nothing():
    source = page(CLASS, "Homework")
    read = Read(source)
    assert not read.tags("script", "link", "img", "iframe", "object", "form")
    assert not [attributes for _, attributes in read.elements if {"src", "href", "srcset"} & set(attributes)]
    assert "url(" not in source and "@import" not in source
    policies = [a["content"] for _, a in read.tags("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "prefers-color-scheme: dark" in source and "@media print" in source


def test_the_page_is_in_order_for_whoever_cannot_see_it():
    read = Read(page(CLASS, "Homework"))
    levels = [int(tag[1]) for tag, _ in read.tags("h1", "h2", "h3")]
    assert levels[0] == 1 and set(levels[1:]) == {2}
    assert all(attributes.get("scope") for _, attributes in read.tags("th"))
    assert all(a.get("aria-label") and a.get("tabindex") == "0" for _, a in read.elements if a.get("role") == "region")


def test_a_page_of_a_large_class_says_how_many_are_left_out():
    old = {f"s{n:04d}": report(ended(PASSED)) for n in range(MOST + 3)}
    found = changes(old, {name: report(ended(FAILED)) for name in old})
    assert "3 more submissions are in the table, which has all of them." in Read(page(found, "x")).text


def test_a_page_of_a_class_in_which_nothing_changed_says_so():
    one = {"ada": report(ended(PASSED))}
    read = Read(page(changes(one, one), "x"))
    assert "Nothing would change: 1 submission compared" in read.text and not read.tags("table", "dl")


# ------------------------------------------------------------------------------------- texts of others


HOSTILE = [
    *("<script>alert(1)</script>", '"><img src=x onerror=y>', "</style><b>", "{{ 7*7 }}", "{x} {0}", "%s"),
    *(
        "\x1b[31m\x1b]0;title\x07",
        "\u202eabc",
        "\x00\x9b2J",
        "=cmd|' /C calc'!A0",
        "+1",
        "@SUM(A1)",
        "a\r\nb\tc",
        "\ud800",
    ),
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_steers_a_terminal_a_browser_or_a_spreadsheet(hostile):
    old = report(ended(PASSED, name=hostile), title=hostile)
    bad = ended(FAILED, name=hostile, text=f"{hostile}\n{hostile}\nHint: {hostile}", mistakes=[hostile])
    new = report(bad, ended(PASSED, "4.2", name=hostile))
    known = Catalogue({hostile: Known(hostile, (hostile,), hostile)})
    both = {hostile: old, "gone": old}, {hostile: new, f"new {hostile}": new}
    found = changes(*both, known, names=[f"none {hostile}"], unreadable=[hostile])
    source = page(found, hostile)
    read = Read(source)
    assert not read.tags("script", "img") and "49" not in read.texts
    assert all(not name.startswith("on") for _, attributes in read.elements for name in attributes)
    for made in (source, text(found)):
        made.encode("utf-8")
        assert not set(made) & set("\x1b\x07\x00\x9b\u202e\r")
    for row in cells(found):
        assert not any(cell.lstrip(" '\"").startswith(("=", "+", "@")) for cell in row if not cell.startswith("'"))
    table(found).encode("utf-8")


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(max_size=9), st.tuples(reports(), reports()), max_size=4), st.booleans())
def test_any_reports_can_be_compared_and_shown(made, from_results):
    old = {name: told(one) if from_results else one for name, (one, _) in made.items()}
    found = changes(old, {name: new for name, (_, new) in made.items()})
    assert isinstance(found, Changes) and found.compared == len(made)
    Read(page(found, "x"))
    text(found)
    assert {len(row) for row in cells(found)} == {15}
