"""Which checks can a mistake change? Those in which its function runs, asked for or used by what is."""

import random

import numpy as np
import pytest
import torch

from autograder.compare.values import assert_close
from autograder.loading import load_reference
from autograder.model import Check
from autograder.replay import Call, Replays
from autograder.student import InProcess
from autograder.validate.reach import Reach

MODULES = {
    "vae": """
        from .base import half, Model
        def total(x): return half(x) + 1
        def train(x): return Model(x).step()
        def alone(x): return x
    """,
    "base": """
        def half(x): return x / 2
        class Model:
            def __init__(self, x): self.x = x
            def step(self): return self.x
    """,
}
NAMES = ["half", "total", "train", "alone", "Model", "missing"]


@pytest.fixture
def assignment(homework):
    return homework(MODULES)


def call_of(name, assignment):
    def check(student, reference):
        assert_close(getattr(student, name)(6.0), float(getattr(reference, name)(6.0)), name=name)

    return Call(check, {"student": None, "reference": InProcess(load_reference(assignment))}, 7)


@pytest.mark.parametrize(
    ("name", "reached"),
    [("half", {"half"}), ("total", {"half", "total"}), ("train", {"train", "Model"}), ("alone", {"alone"})],
)
def test_a_check_reaches_what_it_asks_for_and_what_that_uses(assignment, name, reached):
    assert Replays(assignment, {}).reached(call_of(name, assignment), NAMES) == reached


def test_the_names_are_noted_by_the_number_of_the_check(assignment):
    reach = Reach(assignment)
    reach._names = NAMES
    reach(Check("test_total", "total", "2.1", 1.0, 10.0), call_of("total", assignment))
    reach(Check("test_model", "model", "2.2", 1.0, 10.0), Call(lambda trained: None, {"trained": 3}, 7))
    assert reach.reached == {"2.1": ["half", "total"], "2.2": sorted(NAMES)}  # without a student: it may be anything


@pytest.mark.parametrize(
    ("check", "drawn"),
    [
        (lambda student: student.half(6.0), False),
        (lambda student: torch.rand(1), True),
        (lambda student: torch.rand(1, generator=torch.Generator().manual_seed(1)), False),
        (lambda student: student.run(lambda module: torch.rand(1)), True),
        (lambda student: student.run(lambda module: module.half(6.0)), False),
        (lambda student: np.random.rand(), True),
        (lambda student: random.random(), True),
    ],
)
def test_a_check_is_by_chance_if_something_in_it_draws_unseeded(assignment, check, drawn):
    assert Replays(assignment, {}).by_chance(Call(check, {"student": None}, 7)) is drawn


@pytest.mark.parametrize("fixture", ["seed", "trains"])
def test_a_check_that_asks_for_a_seed_is_by_chance(assignment, fixture):
    assert Replays(assignment, {}).by_chance(Call(lambda student, **_: None, {"student": None, fixture: 3}, 7))
