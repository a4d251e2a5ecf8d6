"""The page: the right figures, nothing that a student wrote, no markup but its own, readable by everybody."""

import random
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.classes.catalogue import Catalogue, Known
from autograder.classes.entry import Entry
from autograder.classes.page import page, signed
from tests.classes.made_classes import ERROR, FAILED, MANUAL, PASSED, entries, shown, submission, varied
from tests.made_reports import report, reports, verdict

VOID = {"meta", "br", "link", "img"}


class Read(HTMLParser):
    """The elements and the text of a page; fails where elements are not nested."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.texts, self.open = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self.open and self.open[-1] != "style" and data.strip():
            self.texts.append(" ".join(data.split()))

    def tags(self, *names):
        return [(tag, attributes) for tag, attributes in self.elements if tag in names]

    @property
    def text(self):
        return " ".join(self.texts)


MANY = [
    *varied(12),
    Entry("s90", submission(verdict(ERROR, "4.1"), verdict(MANUAL, "1.1"), wall_s=200.0)),
]


def test_the_page_has_the_figures():
    text = Read(page(varied(12))).text
    assert "Homework: class report 12 submissions, by anonymous id" in text
    assert "Mean 5.5 of 10 points" in text
    assert "Nobody passed" in text and "4.4 check 4.4" in text


def test_the_share_of_submissions_that_show_a_mistake_is_told_with_examples():
    known = Catalogue({"kl_log_sigma": Known("kl", ("Standard deviation or variance?",), "log sigma")})
    text = Read(page(varied(12), known)).text
    assert "kl: log sigma Standard deviation or variance? 33 % (4)" in text
    assert "s00 , s03" in text.replace(",", " ,").replace("  ", " ")
    assert "kl log sigma 33 % (4)" in Read(page(varied(12))).text  # its name in words, without the catalogue


def test_faults_slow_runs_and_waiting_points_are_named_with_what_to_do():
    text = Read(page(MANY)).text
    assert "These checks could not be graded" in text and "s90 200" in text
    assert "2 wait for a person" in text and "2 lost to faults of the autograder" in text
    calm = Read(page(varied(12))).text
    assert "These checks could not be graded" not in calm


def test_the_order_of_the_submissions_does_not_matter():
    shuffled = MANY[:]
    random.Random(1).shuffle(shuffled)
    assert page(shuffled) == page(MANY)


def test_nothing_that_a_student_wrote_is_on_the_page():
    secret = "SECRET-OF-ADA"
    made = report(
        verdict(FAILED, "4.1", text=f"x\nHint: {secret}\n\nYour code printed:\n{secret}", staff=secret),
        verdict(ERROR, "4.2", text=secret, staff=secret),
        verdict(MANUAL, "4.3", text=secret),
        notes=(secret,),
        staff_notes=(secret,),
        submission=secret,
    )
    by_hints = type(made)("", "Homework", (), made.verdicts, 1.0)
    for one in (made, by_hints):
        assert secret not in page(entries(one, *[entry.report for entry in varied(3)]))


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=y>', "</style><b>", "{{ 7*7 }}", "\x1b[31m\u202e"]
)
def test_no_text_becomes_markup(text):
    """Titles and names are staff's, and the names of mistakes; a page with them is sound all the same."""
    made = submission(shown(text, number="4.1", name=text), shown(text, number="1.1", name=text), title=text)
    known = Catalogue({text: Known(text, (text,), text)}, {("1.1", text): Known("", (text,), text)})
    source = page(entries(made, made), known)
    read = Read(source)
    assert not read.tags("script", "img") and "49" not in read.texts
    assert "\x1b" not in source and "\u202e" not in source
    assert all(not name.startswith("on") for _, attributes in read.elements for name in attributes)


@settings(max_examples=40, deadline=None)
@given(st.lists(reports(), min_size=1, max_size=4))
def test_any_reports_make_a_page(made):
    Read(page(entries(*made)))


def test_the_page_needs_nothing_from_elsewhere():
    read = Read(page(MANY))
    assert not read.tags("script", "link", "img", "iframe", "object", "form")
    assert not [a for _, a in read.elements if {"src", "href", "srcset"} & set(a)]
    assert "url(" not in page(MANY) and "@import" not in page(MANY)


def test_the_page_is_in_order_for_whoever_cannot_see_it():
    read = Read(page(MANY))
    assert read.elements[0] == ("html", {"lang": "en"})
    levels = [int(tag[1]) for tag, _ in read.tags("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert all(attributes.get("scope") in ("col", "row") for _, attributes in read.tags("th"))
    assert all(a.get("aria-label") and a.get("tabindex") == "0" for _, a in read.elements if a.get("role") == "region")
    (picture,) = [attributes for _, attributes in read.elements if attributes.get("role") == "img"]
    assert picture["aria-label"].startswith("Number of submissions by the share of points reached. ")
    assert ", 60 to 65 %: " in picture["aria-label"]


def test_a_correlation_is_never_minus_nothing():
    assert [signed(number) for number in (-0.001, 0.004, -0.006, 0.5, -1.0, None)] == [
        *("0.00", "0.00", "−0.01", "0.50", "−1.00", "")
    ]


def test_reports_of_different_versions_are_told():
    read = Read(page(entries(submission(verdict(PASSED, "4.1")), submission(verdict(), verdict(PASSED, "4.2"))))).text
    assert "Not all reports have the same checks (1 to 2 of them)" in read
    assert "Not all reports are out of the same number of points" in read
