"""The Markdown summary: what it says, and that nothing in it is more than text, whoever wrote it."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.model import Adjustment, Status, Visibility
from autograder.report.markdown import block, line, markdown
from autograder.report.shown import share, shown
from autograder.report.text import clean
from tests.made_reports import MIXED, reports, verdict
from tests.made_reports import report as made

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></details><img src=x onerror=1>",
    "</summary>\n\n# I have 100 points",
    "| a | b |\n|---|---|\n| 100/100 | passed |",
    "![x](https://example.org/x.png) [y](javascript:1) <https://example.org>",
    "@octocat see #1 and octocat/repo#2 :tada: www.example.org a@example.org https://example.org",
    "``` \n```\n`x` ~~~\n~~~",
    "\\| \\` &lt;b&gt; &#60;b&#62; $x$ $$y$$",
    "- a\n1. b\n> c\n# d\n---\n***\n    code",
    "a\r\rb\u2028c\u202e\x00\x1b[31m",
    "<!-- x --> <?x?> <![CDATA[x]]>",
]
TEXTS = st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*HOSTILE, "\n", " ", "a"]), max_size=6).map("".join))
NAMES = TEXTS.filter(lambda text: text.strip())


def tokens(text):
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def kinds(text):
    """What the document is made of, without what stands in it."""
    return [token.type for token in tokens(text) if token.type not in ("text", "softbreak")]


def html_in(text):
    return "".join(token.content for token in tokens(text) if token.type in ("html_block", "html_inline"))


def tags(text):
    return re.findall(r"<[^>]*>", html_in(text))


def failed(text, name="a check", note="a note"):
    return made(verdict(Status.FAILED, text=text, name=name), title="T", notes=(note,))


PLAIN = markdown(failed("plain"))


def test_it_says_what_was_earned_and_what_failed():
    text = html.unescape(markdown(MIXED))
    assert text.startswith("# Homework\n\n**2 of 6.5 points**\n\n- 1 skipped")
    assert "- 0.5 points could not be graded: a fault of the autograder" in text
    assert "## Part 1: Densities (2/6.5)" in text
    assert "| passed | 1.1 check 1.1 | 2/2 |" in text
    assert "| **FAILED** | 1.2 check 1.2 | 0/2 |" in text
    assert "<pre>\nkl is 1, but should be 2\n</pre>" in text
    assert "KeyError" not in text


def test_staff_read_what_staff_read():
    assert "KeyError" in markdown(MIXED, staff=True)


def test_hidden_checks_are_in_no_name_and_no_figure():
    hidden = verdict(Status.FAILED, "1.2", points=5, text="is 7", name="secret", visibility=Visibility.AFTER_DUE_DATE)
    text = html.unescape(markdown(made(verdict(), hidden)))
    assert "**2 of 2 points**" in text and "(2/2)" in text
    assert "1 check is not shown here" in text
    assert "secret" not in text and "1.2" not in text and "is 7" not in text and "7" not in text
    assert "secret" in markdown(made(verdict(), hidden), staff=True)


def test_what_policies_did_is_told():
    late = Adjustment("Late by 3 h: -10 % of 2 = -0.2", -0.2)
    text = html.unescape(markdown(made(verdict(), adjustments=(late,))))
    assert "**1.8 of 2 points**" in text
    assert "- Late by 3 h: -10 % of 2 = -0.2" in text.replace("\u200b", "")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_changes_nothing_but_the_text(hostile):
    text = markdown(failed(hostile, name=hostile, note=hostile))
    assert kinds(text) == kinds(PLAIN)
    assert tags(text) == tags(PLAIN)


def test_nobody_is_mentioned_and_nothing_is_linked():
    text = html.unescape(line("@octocat #1 :tada: http://a.b www.a.b c@a.b"))
    assert not re.search(r"@\w|#\w|:\w|://|www\.", text)
    assert "@" not in block("@octocat") and "`" not in block("`x`")


@given(TEXTS, NAMES, TEXTS)
@example("</pre>", "|", "<b>")
def test_no_text_is_more_than_text(text, name, note):
    document = markdown(failed(text, name=name, note=note))
    assert kinds(document) == kinds(markdown(failed("plain" * bool(text.strip()), note="a note" * bool(line(note)))))
    assert set(tags(document)) <= {"<details>", "</details>", "<summary>", "</summary>", "<pre>", "</pre>"}
    rows = [token for token in PARSER.parse(document) if token.type == "tr_open"]
    assert len(rows) == 2  # of the heading, and of the one check


@given(TEXTS)
def test_a_text_is_shown_as_it_is(text):
    assert html.unescape(block(text)) == f"<pre>\n{clean(text).expandtabs(4)}\n</pre>"
    assert html.unescape(line(text)).replace("\u200b", "") == " ".join(clean(text).split()).replace("\u200b", "")


@given(reports())
def test_any_report_can_be_shown(report):
    for staff in (True, False):
        text = markdown(report, staff=staff)
        graded = shown(report, staff=staff).verdicts
        rows = [token for token in PARSER.parse(text) if token.type == "tr_open"]
        parts = {verdict.check.part for verdict in graded}
        assert len(rows) == len(graded) + len(parts)


def test_a_long_summary_stays_below_the_limit():
    verdicts = [verdict(Status.FAILED, f"1.{n}", text="<" * 3000) for n in range(1, 200)]
    text = markdown(made(*verdicts))
    assert len(text.encode()) < 1_000_000
    assert re.search(r"\d+ more are in results.json", text)


def test_the_share_is_of_the_points_that_are_decided():
    assert share(made(verdict(), verdict(Status.FAILED, "1.2"))) == 0.5
    assert share(made(verdict(), verdict(Status.MANUAL, "1.2"))) == 1.0
    assert share(made(verdict(), verdict(Status.LATER, "1.2"))) == 1.0
    assert share(made(verdict(Status.MANUAL))) == 1.0
    assert share(made(verdict(), verdict(Status.ERROR, "1.2"))) == 0.5
