"""What an earlier submission was told comes back as words, whatever format it was written in."""

import pytest

from autograder.policies.written_out import as_text
from autograder.report.modes import output
from tests.report.test_modes import FORMATS, PNG, failed


@pytest.mark.parametrize("mode", FORMATS)
def test_what_this_autograder_wrote_is_words_again(mode):
    found = output(failed(), mode, lambda picture: PNG)
    text = as_text(found.text, found.format)
    lines = [line.strip() for line in text.splitlines()]
    assert "kl has shape (), but should be (3,) [kl(mu 3×5)]" in lines
    assert "Hint: keep the batch axis." in lines
    assert "mu = torch.tensor([[1.0]])" in lines
    assert ("[The loss]" in lines) == (mode == "html")
    assert "base64" not in text and "<" not in text and "\x1b" not in text


def test_a_text_stays_as_it_is():
    assert as_text("<p>**a** &amp;", "text") == "<p>**a** &amp;"
    assert as_text("<p>", "") == "<p>"
