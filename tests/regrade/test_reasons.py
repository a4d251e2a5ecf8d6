"""Why a check changed, in words: how it ends now, how it ended before, and the mistake behind it."""

from autograder import grading
from autograder.classes.catalogue import Catalogue, Known
from autograder.model import Status, Verdict, Visibility
from tests.regrade.made_changes import ERROR, FAILED, FAULT, MANUAL, PASSED, ended, only_check


def why(old, new, **options):
    return only_check(old, new, **options).why


def test_a_failure_is_told_by_its_first_lines_without_what_the_student_printed():
    text = "kl is 1, but should be 2 [kl(mu 3)]\nUnderstood as: x\nmore\nHint: Which?\n\nYour code printed:\nSECRET"
    assert why(ended(PASSED), ended(FAILED, text=text)) == (
        "Fails now: kl is 1, but should be 2 [kl(mu 3)] / Understood as: x. Hint: Which? Passed before."
    )


def test_what_a_student_printed_is_no_reason():
    printed = ended(FAILED, text="kl is 1\n\nYour code printed:\nSECRET\nHint: SECRET")
    assert why(ended(PASSED), printed) == "Fails now: kl is 1. Passed before."


def test_a_check_that_passes_now_tells_what_it_failed_with():
    assert why(ended(FAILED, text="kl is 1"), ended(PASSED)) == "Passes now. Failed before: kl is 1."


def test_a_known_mistake_is_told_in_words():
    known = Catalogue(
        {"kl_log_sigma": Known("kl", ("Hint!",), "log sigma")}, {("1.1", "x**2"): Known("", ("Half?",), "x**2")}
    )
    code = ended(FAILED, text="kl is 1\nHint: Hint!", mistakes=["kl_log_sigma"])
    assert why(ended(PASSED), code, known=known) == "Fails now: kl is 1. Known mistake: kl: log sigma. Passed before."
    assert "Known mistake: kl log sigma." in why(ended(PASSED), code)
    written = ended(FAILED, "1.1", text="It differs.", mistakes=["x**2"])
    assert "Known mistake: x**2 (Half?)." in why(ended(PASSED, "1.1"), written, known=known)
    assert "Known mistake: a_b + c." in why(ended(PASSED), ended(FAILED, text="x", mistakes=["a_b + c"]))


def test_two_different_failures_are_both_told_and_the_same_once():
    first, second = ended(FAILED, text="a", score=1.0), ended(FAILED, text="b")
    assert why(first, second) == "Fails now: b. Failed before: a."
    assert why(first, ended(FAILED, text="a")) == "Ends as before: a."


def test_a_fault_of_the_autograder_is_said_to_be_one():
    fault = ended(ERROR, text=FAULT, staff="KeyError: 'k'")
    assert why(ended(PASSED), fault) == (
        "Not graded now, by a fault of the autograder: KeyError in the check itself. Passed before."
    )
    assert why(fault, ended(PASSED)) == (
        "Passes now. Was not graded before, by a fault of the autograder: KeyError in the check itself."
    )


def test_what_waits_for_a_person_and_what_was_skipped_say_so():
    waits = ended(MANUAL, text="Your formula cannot be read.")
    assert why(ended(FAILED, text="x"), waits) == (
        "Waits for a person now: Your formula cannot be read. Failed before: x."
    )
    blocker = ended(FAILED, "4.1", name="kl").check
    blocked = grading.blocked(ended(PASSED, "4.2").check, Verdict(blocker, Status.FAILED, 0.0))
    assert why(ended(PASSED, "4.2"), blocked) == 'Skipped now: needs 4.1 "kl", which failed. Passed before.'
    later = grading.later(ended(PASSED).check)
    assert why(later, ended(PASSED)) == "Passes now. Was to be graded after submission."


def test_of_a_hidden_check_staff_read_what_it_raised():
    staff = "Traceback (most recent call last):\n  File x\nautograder.errors.Mismatch: kl is 1, but should be 2\n\nmore"
    hidden = ended(FAILED, name="kl", text="This does not hold: kl", staff=staff, visibility=Visibility.HIDDEN)
    assert why(ended(PASSED, name="kl"), hidden) == "Fails now: kl is 1, but should be 2. Passed before."
    silent = ended(FAILED, text="Test failed", staff="AssertionError: too large", hide_errors="Test failed")
    assert why(ended(PASSED), silent) == "Fails now: too large. Passed before."


def test_a_failure_without_a_word_is_told_all_the_same():
    assert why(ended(PASSED), ended(FAILED)) == "Fails now: no reason was given. Passed before."


def test_a_reason_is_one_line_of_bounded_length():
    reason = why(ended(FAILED, text="y " * 50_000), ended(FAILED, text="x" * 100_000, score=1.0))
    assert "\n" not in reason and len(reason) < 1_000
