"""What a check says in each of Gradescope's formats: the same words in all, and nothing of a student's is markup."""

import base64
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.exhibits import Example, Formula, Line, Plot
from autograder.model import Status, Visibility
from autograder.report import gradescope
from autograder.report.modes import MOST_CHARS, output
from tests.made_reports import report, verdict

SAID = "kl has shape (), but should be (3,) [kl(mu 3×5)]\nHint: keep the batch axis.\n\nYour code printed:\nhello"
EXAMPLE = Example(
    "import torch; from submission import kl\nmu = torch.tensor([[1.0]])\nkl(mu)", "tensor(0.5)", "tensor([0.5])"
)
PLOT = Plot("The loss", "step", "loss", (Line("yours", (1.0, 2.0), (3.0, 1.0)),))
FORMULA = Formula("Understood as", "½·(μ² − 1)", "<math></math>")
PNG = b"\x89PNG a picture"
FORMATS = ("text", "md", "html", "ansi")
HOSTILE = "<script>alert(1)</script> [red]x[/red] ![x](http://y) `a` **b** <img src=x> &lt; \x1b[31mred ‮ | # @all"


def failed(text=SAID, exhibits=(EXAMPLE, PLOT, FORMULA), **options):
    made = verdict(Status.FAILED, text=text, **options)
    return type(made)(**{**vars(made), "exhibits": exhibits})


def said(made, mode, drawn=None):
    return output(made, mode, lambda picture: drawn)


class Words(HTMLParser):
    """The text of a document, and the tags that it has."""

    def __init__(self, document):
        super().__init__()
        self.text, self.tags, self.attributes = "", [], []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.text += data


def plain(found):
    """The words of an output, whatever its format."""
    match found.format:
        case "html":
            text = Words(found.text).text
        case "md":
            text = Words(MarkdownIt().render(found.text)).text
        case "ansi":
            text = re.sub("\x1b\\[[0-9;]*m", "", found.text)
        case _:
            text = found.text
    return " ".join(text.split())


# ------------------------------------------------------------------------------------- words


@pytest.mark.parametrize("mode", FORMATS)
def test_every_format_says_all(mode):
    found = said(failed(), mode)
    assert found.format == mode
    words = plain(found)
    for piece in (
        "kl has shape (), but should be (3,) [kl(mu 3×5)]",
        "Hint: keep the batch axis.",
        "Your code printed: hello",
        "import torch; from submission import kl mu = torch.tensor([[1.0]]) kl(mu) # gives tensor(0.5) "
        "# should give tensor([0.5])",
        "The loss: Loss falls from 3 to 1",
        "Understood as: ½·(μ² − 1)",
    ):
        assert piece in words, (mode, piece)


def test_a_picture_is_in_html_only_and_its_words_stay():
    found = said(failed(), "html", PNG)
    assert f'<img src="data:image/png;base64,{base64.b64encode(PNG).decode()}" alt="The loss">' in found.text
    assert plain(found) == plain(said(failed(), "html"))
    for mode in ("text", "md", "ansi"):
        assert "base64" not in said(failed(), mode, PNG).text


def test_by_itself_a_text_is_a_text_and_what_has_more_is_html():
    assert said(failed(exhibits=()), "auto").format == "text"
    assert said(failed(exhibits=(EXAMPLE,)), "auto").format == "html"
    assert said(verdict(), "auto").format == "text"


@pytest.mark.parametrize("mode", ["auto", *FORMATS])
def test_a_hidden_check_has_no_exhibits(mode):
    for hidden in ({"visibility": Visibility.HIDDEN}, {"hide_errors": "No."}):
        made = failed("This does not hold: x", **hidden)
        assert "tensor" not in said(made, mode, PNG).text
        assert "base64" not in said(made, mode, PNG).text


# ------------------------------------------------------------------------------------- limits


def test_a_picture_that_does_not_fit_is_told_in_words():
    found = said(failed(), "html", b"x" * 80_000)
    assert "base64" not in found.text
    assert "The loss: Loss falls from 3 to 1" in plain(found)


def test_of_several_pictures_those_are_shown_that_fit():
    plots = tuple(Plot(f"The loss {i}", *("step", "loss"), PLOT.lines) for i in range(3))
    found = said(failed(exhibits=plots), "html", b"x" * 30_000)
    assert found.text.count("<img") == 2
    assert len(found.text) <= MOST_CHARS


@pytest.mark.parametrize("mode", FORMATS)
@pytest.mark.parametrize("text", ["<" * 400_000, "a " * 400_000, "x\n" * 300_000, "&" * 20_000])
def test_a_long_text_is_cut_and_still_well_formed(mode, text):
    found = said(failed(text), mode, PNG)
    assert len(found.text) <= MOST_CHARS
    if found.format == "html":
        assert found.text.count("<pre>") == found.text.count("</pre>")
    assert "tensor([0.5])" in plain(found)


# ------------------------------------------------------------------------------------- what a student writes

ALLOWED = {"p", "b", "pre", "img"}


@given(st.text(max_size=200) | st.just(HOSTILE), st.text(max_size=60) | st.just(HOSTILE))
def test_nothing_becomes_markup(text, code):
    shown = (Example(code or "x", code, text), Plot(text, text, code, PLOT.lines), Formula(code, text, ""))
    for mode in FORMATS:
        found = said(failed(text, shown), mode, PNG)
        controls = [c for c in found.text if ord(c) < 32 and c not in "\n\t"]
        match found.format:
            case "html":
                words = Words(found.text)
                assert set(words.tags) <= ALLOWED
                assert set(words.attributes) <= {"src", "alt"}
                assert not controls
            case "md":
                tokens = MarkdownIt().parse(found.text)
                inline = [child.type for token in tokens for child in token.children or ()]
                assert set(inline) <= {"text", "softbreak", "strong_open", "strong_close", "text_special"}, inline
                assert {token.type for token in tokens} <= {
                    "paragraph_open", "paragraph_close", "inline", "code_block"
                }  # fmt: skip
            case "ansi":
                assert set(re.findall("\x1b[^m]*m", found.text)) <= {"\x1b[1m", "\x1b[31m", "\x1b[34m", "\x1b[0m"}
                assert found.text.count("\x1b") == len(controls)
            case "text":
                assert not controls


# ------------------------------------------------------------------------------------- in results.json


def test_results_say_the_format_of_every_output():
    document = gradescope.results(report(failed(), verdict(number="1.2")), "auto", lambda picture: PNG)
    assert [(test["output_format"], "base64" in test["output"]) for test in document["tests"]] == [
        ("html", True),
        ("text", False),
    ]


def test_the_same_report_gives_the_same_results():
    made = report(failed())
    assert gradescope.results(made, "html", lambda p: PNG) == gradescope.results(made, "html", lambda p: PNG)
