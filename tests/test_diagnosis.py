"""Mistakes: how they are declared, and which of them explains what was seen."""

from types import ModuleType

from autograder import mistake
from autograder.diagnosis import Mistake, diagnose, mistakes_in


@mistake("kl", "the sign", source="sheet 1")
def negative(x):
    return -x


@mistake("kl", "the half")
def doubled(x):
    return 2 * x


@mistake("elbo", "the sum")
def mean(x):
    return x / 3


def module_with(**names):
    module = ModuleType("mistakes")
    vars(module).update(names)
    return module


def test_a_declared_mistake_is_still_the_function_and_knows_what_it_stands_for():
    assert negative(3) == -3
    assert negative.__mistake__ == Mistake(negative, "kl", "the sign", "sheet 1")
    assert negative.__mistake__.name == "negative"


def test_the_mistakes_of_a_module_are_found_by_function_in_order():
    found = mistakes_in(module_with(negative=negative, helper=len, number=3, mean=mean, doubled=doubled))
    assert {of: [entry.name for entry in entries] for of, entries in found.items()} == {
        "kl": ["negative", "doubled"],
        "elbo": ["mean"],
    }


def test_a_module_without_mistakes_and_no_module_have_none():
    assert mistakes_in(module_with(helper=len)) == {}
    assert mistakes_in(None) == {}


def diagnosis(degrees):
    mistakes = [negative.__mistake__, doubled.__mistake__, mean.__mistake__]
    found = diagnose(mistakes, lambda function: degrees[[m.function for m in mistakes].index(function)])
    return found and found.name


def test_no_mistake_is_named_where_none_agrees():
    assert diagnosis([0, 0, 0]) is None
    assert diagnose([], lambda function: 2) is None


def test_the_mistake_that_agrees_in_gradients_too_is_preferred():
    assert diagnosis([1, 2, 0]) == "doubled"
    assert diagnosis([2, 1, 1]) == "negative"


def test_of_mistakes_that_agree_equally_the_first_is_named():
    assert diagnosis([0, 1, 1]) == "doubled"
