"""Every rendering of four real reports (correct, wrong, broken, hostile), compared with the files in snapshots/.

A change of wording or layout shows there, in all renderings at once. Look at it, and take it over with
`UPDATE_SNAPSHOTS=1 ./run_tests tests/report/test_snapshots.py`.
"""

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from functools import partial
from pathlib import Path

import pytest

from autograder.report import gradescope
from autograder.report.html import html
from autograder.report.junit import junit
from autograder.report.markdown import markdown
from autograder.report.plain import plain
from autograder.report.terminal import terminal
from tests.report.four_submissions import NAMES, graded


def _page(report, staff):
    """Without the style, which is the same for all, and without what a picture is drawn with."""
    text = re.sub(r"<style>.*?</style>", "<style></style>", html(report, staff=staff), flags=re.DOTALL)
    return re.sub(r"(<svg[^>]*>).*?</svg>", r"\1</svg>", text, flags=re.DOTALL)


def _results(report):
    return json.dumps(gradescope.results(report, "auto", lambda picture: b"PNG"), indent=1, ensure_ascii=False) + "\n"


SNAPSHOTS = Path(__file__).with_name("snapshots")
RENDERINGS = {
    "terminal.txt": partial(terminal, width=80, colour=False),
    "terminal-staff.txt": partial(terminal, width=80, colour=False, staff=True),
    "plain.txt": plain,
    "results.json": _results,
    "page.html": partial(_page, staff=False),
    "page-staff.html": partial(_page, staff=True),
    "summary.md": markdown,
    "junit.xml": junit,
}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return graded(tmp_path_factory.mktemp("four"))


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_rendering_is_as_it_was(reports, name, rendering):
    text = RENDERINGS[rendering](reports[name])
    path = SNAPSHOTS / f"{name}-{rendering}"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("name", NAMES)
def test_no_reader_is_shown_what_is_hidden_or_what_a_student_meant_as_markup(reports, name, rendering):
    text = RENDERINGS[rendering](reports[name])
    if rendering.endswith((".html", ".md", ".xml")):
        assert "<script" not in text
    assert "\x1b" not in text and "\u202e" not in text
    if rendering in ("page.html", "summary.md", "junit.xml"):  # elsewhere who reads has the checks, or is staff
        assert "where q is the prior" not in text
    if rendering.endswith(".xml"):
        ElementTree.fromstring(text)
