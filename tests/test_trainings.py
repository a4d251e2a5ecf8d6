"""Checks that train, in whole gradings: what they are judged by, and what is not held against them."""

import json

import pytest

from tests.grading_bench import Bench

REFERENCE = """
import torch

def loss(w):
    return w.square().sum()

def train(w, steps):
    for _ in range(steps):
        w = w.detach().requires_grad_()
        w = w - 0.3 * torch.autograd.grad(loss(w), w)[0]
    return w.detach()
"""
CHECKS = """
@number("1.1")
@weight(1)
def test_loss(student, reference):
    assert_matches(student.loss, reference.loss, normal(3, 5, seed=1))

@number("2.1")
@weight(1)
def test_training(student, trains, device):
    def figures(seed):
        start = 1 + uniform(3, seed=seed).to(device)
        return {"distance": float(student.train(start, 10).abs().max())}

    trains(figures, at_most={"distance": 0.01})
"""
MISTAKES = """
import torch
from autograder import mistake

@mistake("loss", "Up or down?")
def negative(w):
    return -w.square().sum()

@mistake("train", "How often?")
def lazy(w, steps):
    return w
"""
BAND = {"2.1": {"figures": {"distance": [0.0001, 0.0002]}}}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def grade(bench, submission):
    beside = {"mistakes.py": MISTAKES, "calibration.json": json.dumps(BAND)}
    points = {"1": 1, "2": 1}
    return bench.run(CHECKS, points=points, submission=submission, reference=REFERENCE, beside=beside)


def test_a_training_that_reaches_the_bounds_passes(bench):
    assert grade(bench, REFERENCE).statuses == {"1.1": "PASSED", "2.1": "PASSED"}


def test_a_training_that_falls_short_is_told_what_a_correct_one_reaches_and_is_not_replayed(bench):
    graded = grade(bench, REFERENCE.replace("range(steps)", "range(0)"))
    assert graded.statuses == {"1.1": "PASSED", "2.1": "FAILED"}
    first, second = graded["2.1"]["student"].splitlines()
    assert first.startswith("after training, distance is 1.") and "[3 trainings, the last with seed " in first
    assert second == "Trainings of a correct solution reach distance from 0.0001 to 0.0002."
    assert graded["2.1"]["mistakes"] == []


def test_a_training_that_falls_short_for_a_mistake_elsewhere_is_given_its_points(bench):
    graded = grade(bench, REFERENCE.replace("return w.square", "return -w.square"))
    assert graded.statuses == {"1.1": "FAILED", "2.1": "PASSED"}
    assert graded["2.1"]["staff"].endswith(
        "the failure follows from negative (in loss), which cost its points elsewhere."
    )
