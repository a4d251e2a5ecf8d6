"""The colours of the page: contrast of text and of lines in every scheme, computed from the style sheet."""

import re
from pathlib import Path

import pytest

from autograder.report.html import page

STYLE = (Path(page.__file__).with_name("style.css")).read_text(encoding="utf-8")


def variables():
    """The colours of the page in each scheme: light, dark, print."""
    blocks = re.findall(r":root \{([^}]*)\}", STYLE)
    found = [dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block)) for block in blocks]
    return dict(zip(("light", "dark", "print"), (found[0], found[0] | found[1], found[0] | found[2]), strict=True))


def luminance(colour):
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_contrast(scheme):
    colours = variables()[scheme]
    for paper in ("paper", "panel"):
        for ink in ("ink", "muted", "link", "good", "bad", "note"):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (scheme, ink, paper)
    for line in ("student", "expected", "data", "other", "good", "note", "bad"):  # WCAG 1.4.11: graphics
        assert contrast(colours[line], colours["paper"]) >= 3.0, (scheme, line)


def test_contrast_is_computed_as_it_is_defined():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
