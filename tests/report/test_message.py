"""A text of the grammar "what is X, but should be Y [where]; then a hint" is taken apart, and nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st

from autograder.report.message import Message, message


def test_a_message_of_the_grammar_has_all_pieces():
    found = message(
        "kl has shape (), but should be (3,) [kl(mu 3×5)]\nHint: keep the batch axis.\n\nYour code printed:\nx"
    )
    assert found == Message(
        "kl has shape (), but should be (3,) [kl(mu 3×5)]",
        "kl has shape ()",
        "should be (3,)",
        "kl(mu 3×5)",
        ("keep the batch axis.",),
        "Your code printed:\nx",
    )


def test_the_place_is_the_last_thing_in_brackets():
    found = message("kl[0] is 1, but should be 2 within 1e-5 + 1e-4·|expected|; 3 of 3 values are off [kl(mu [1])]")
    assert (found.seen, found.where) == ("kl[0] is 1", "kl(mu [1])")
    assert found.wanted == "should be 2 within 1e-5 + 1e-4·|expected|; 3 of 3 values are off"


def test_a_message_without_but_is_all_reason():
    found = message("kl raised ValueError: no [here]\n  submission.py, line 3, in kl\n    raise ValueError")
    assert found == Message(
        "kl raised ValueError: no [here]", rest="  submission.py, line 3, in kl\n    raise ValueError"
    )


def test_an_empty_text_has_no_pieces():
    assert message("") == Message("")


@given(st.text(max_size=300))
def test_nothing_is_lost(text):
    found = message(text)
    pieces = "".join([found.reason, *found.hints, found.rest])
    kept = [word for word in text.replace("Hint: ", "").split() if word]
    assert all(word in pieces for word in kept)
