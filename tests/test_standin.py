"""The stand-in for the student: a copy of the reference that wears mistakes and takes them off again."""

import sys

import pytest

from autograder.diagnosis import Mistake
from autograder.errors import AssignmentError
from autograder.loading import load_reference
from autograder.standin import StandIn
from autograder.student import InProcess

MODULES = {
    "vae": """
        from .base import half, Layer
        from . import base
        NAMES = ["half"]
        def kl(x): return half(x) + 1
        def loss(x): return base.kl_of(x) + 10
        def layer(x): return Layer().run(x)
    """,
    "base": """
        def half(x): return x / 2
        def kl_of(x): return half(x) + 1
        class Layer:
            def run(self, x): return half(x)
    """,
}


def third(x):
    return x / 3


def negative_kl(x):
    return -x


class Idle:
    def run(self, x):
        return x


THIRD = Mistake(third, "half", "a half, not a third")
NEGATIVE = Mistake(negative_kl, "kl", "the sign")
IDLE = Mistake(Idle, "Layer", "it does nothing")


@pytest.fixture
def stand_in(homework):
    return StandIn(homework(MODULES))


def results(student):
    return student.half(6), student.kl(6), student.loss(6), student.layer(6)


def test_without_mistakes_it_is_the_reference(stand_in):
    with stand_in.with_mistakes(()) as student:
        assert results(student) == (3, 4, 14, 3)


def test_a_mistake_shows_in_everything_that_is_built_on_the_function_in_any_module(stand_in):
    with stand_in.with_mistakes([THIRD]) as student:
        assert results(student) == (2, 3, 13, 2)


def test_a_class_is_replaced_by_a_class(stand_in):
    with stand_in.with_mistakes([IDLE]) as student:
        assert results(student) == (3, 4, 14, 6)


def test_several_mistakes_are_worn_together(stand_in):
    with stand_in.with_mistakes([THIRD, NEGATIVE]) as student:
        assert results(student) == (2, -6, 13, 2)


def test_mistakes_are_taken_off_again_also_after_an_error(stand_in):
    with pytest.raises(ZeroDivisionError):
        with stand_in.with_mistakes([THIRD, NEGATIVE]):
            raise ZeroDivisionError
    with stand_in.with_mistakes(()) as student:
        assert results(student) == (3, 4, 14, 3)


def test_the_reference_itself_stays_right(homework):
    assignment = homework(MODULES)
    right = load_reference(assignment)
    stand_in = StandIn(assignment)
    with stand_in.with_mistakes([THIRD]):
        assert results(InProcess(right)) == (3, 4, 14, 3)
        assert sys.modules[assignment.reference] is right
        assert load_reference(assignment) is right


def test_two_stand_ins_wear_mistakes_of_their_own(homework):
    assignment = homework(MODULES)
    with StandIn(assignment).with_mistakes([THIRD]) as one, StandIn(assignment).with_mistakes([NEGATIVE]) as other:
        assert (one.kl(6), other.kl(6)) == (3, -6)


def test_a_mistake_in_what_the_reference_does_not_have_is_a_fault_of_the_assignment(homework):
    assignment = homework(MODULES)
    stand_in = StandIn(assignment)
    with pytest.raises(AssignmentError) as raised:
        with stand_in.with_mistakes([THIRD, Mistake(third, "hlaf", "")]):
            pass
    assert str(raised.value) == (
        f"{assignment.folder / 'mistakes.py'}: third is a mistake in 'hlaf', which {assignment.reference} does not have"
    )
    with stand_in.with_mistakes(()) as student:
        assert results(student) == (3, 4, 14, 3)


# ------------------------------------------------------------------------------------- what was asked for


def test_it_remembers_the_names_that_a_check_or_a_recipe_asked_for(stand_in):
    with stand_in.with_mistakes(()) as student:
        assert student.touched == set()
        student.kl(6)
        student.run(lambda module, x: module.layer(x), 6)
        assert student.module.NAMES == ["half"]
        assert student.touched == {"kl", "layer", "NAMES"}
        student.seed(3), student.settings(), student.place([1])
        assert student.touched == {"kl", "layer", "NAMES"}
    with stand_in.with_mistakes(()) as student:
        assert student.touched == set()


def test_a_name_that_the_reference_lacks_is_missing_from_it_too(stand_in):
    with stand_in.with_mistakes(()) as student:
        with pytest.raises(AttributeError):
            _ = student.other
