"""One mistake costs its points once: which failures may follow from a mistake that was shown elsewhere?"""

import pytest

from autograder.compare.values import assert_close
from autograder.diagnosis import Agreement, Mistake
from autograder.errors import Mismatch
from autograder.loading import load_reference
from autograder.replay import Call, Diagnosis, Replays
from autograder.student import InProcess

MODULES = {
    "vae": """
        def half(x): return x / 2
        def total(x): return half(x) + 1
    """
}


def third(x):
    return x / 3


def negative(x):
    return -x / 2


def wrong_total(x):
    return x


THIRD, NEGATIVE, TOTAL = Mistake(third, "half", ""), Mistake(negative, "half", ""), Mistake(wrong_total, "total", "")


@pytest.fixture
def assignment(homework):
    return homework(MODULES)


@pytest.fixture
def replays(assignment):
    return Replays(assignment, {})


@pytest.fixture
def call(assignment):
    def check(student, reference):
        assert_close(student.half(6.0), reference.half(6.0), name="half")

    return Call(check, {"student": None, "reference": InProcess(load_reference(assignment))}, 7)


def test_a_check_is_excused_only_by_mistakes_in_functions_that_it_does_not_ask_for(replays, call):
    assert replays.elsewhere(call, "1", [(THIRD,), (TOTAL,)]) == [(TOTAL,)]
    assert replays.elsewhere(call, "1", []) == []


def test_a_check_without_the_student_is_never_excused(replays, call):
    assert replays.elsewhere(Call(call.function, {}, 7), "1", [(TOTAL,)]) == []


def test_a_check_that_refuses_the_reference_itself_is_never_excused(replays):
    def check(student):
        student.half(6.0)
        raise Mismatch("nobody passes")

    assert replays.elsewhere(Call(check, {"student": None}, 7), "1", [(TOTAL,)]) == []


def test_shown_mistakes_are_tried_all_together_then_one_by_one(replays):
    tried = {}
    for chosen, mistaken in replays.what_follows([(THIRD, NEGATIVE), (TOTAL,)]):
        tried[tuple(known.name for known in chosen)] = mistaken.half(6), mistaken.total(6)
    assert list(tried.items()) == [
        (("third", "wrong_total"), (2, 6)),
        (("negative", "wrong_total"), (-3, 6)),
        (("third",), (2, 3)),
        (("negative",), (-3, -2)),
        (("wrong_total",), (3, 6)),
    ]


def test_only_so_many_sets_of_mistakes_are_tried(replays):
    assert len(list(replays.what_follows([(THIRD, NEGATIVE)] * 5))) == 8
    assert list(replays.what_follows([])) == []


def test_nothing_is_shown_by_what_is_merely_near():
    assert Diagnosis(Agreement.KIND, (THIRD,)).shown == ()
    for degree in (Agreement.TEXT, Agreement.EVIDENCE):
        assert Diagnosis(degree, (THIRD,)).shown == (THIRD,)


def test_a_training_falls_short_of_what_a_mistake_elsewhere_takes_from_it(replays):
    def check(student, trains):
        if student.total(6) < 3.5:
            raise Mismatch(f"after training, it is {student.total(6)}, but should be 4")

    call = Call(check, {"student": None, "trains": None}, 7)
    assert replays.falls_short_too(call, [THIRD])
    assert not replays.falls_short_too(call, [TOTAL])
    assert not replays.falls_short_too(call, [])


def test_a_training_that_a_mistake_elsewhere_ends_early_falls_short_too(replays):
    def check(student, trains):
        if student.total(6) > 5:
            raise ValueError("the training diverged")

    call = Call(check, {"student": None, "trains": None}, 7)
    assert replays.falls_short_too(call, [TOTAL])
    assert not replays.falls_short_too(call, [THIRD])
