"""Short trainings: judged by figures with up to three seeds, or recorded with many."""

import math

import pytest

from autograder.compare.training import ATTEMPTS, Judge, Recorder
from autograder.errors import CheckFailed, Mismatch, StudentCodeFailed


class Training:
    """figures(seed) of trainings that reach these values of w1, one after the other."""

    def __init__(self, *reached):
        self.reached, self.seeds = reached, []

    def __call__(self, seed):
        self.seeds.append(seed)
        value = self.reached[len(self.seeds) - 1]
        if isinstance(value, Exception):
            raise value
        return {"w1": value, "coverage": 1 - value}


@pytest.mark.parametrize(("reached", "attempts"), [((0.5,), 1), ((2, 0.5), 2), ((2, 3, 0.5), 3), ((math.nan, 0.5), 2)])
def test_one_training_within_the_bounds_of_three_is_enough(reached, attempts):
    training = Training(*reached)
    Judge(7)(training, at_most={"w1": 1.0}, at_least={"coverage": 0.0})
    assert len(training.seeds) == attempts


def test_three_trainings_that_fall_short_are_a_failure_told_by_the_last():
    training = Training(2, 3, 4.5)
    with pytest.raises(Mismatch) as raised:
        Judge(7)(training, at_most={"w1": 1.0})
    assert len(training.seeds) == ATTEMPTS == 3
    assert str(raised.value) == (
        f"after training, w1 is 4.5, but should be at most 1 [3 trainings, the last with seed {training.seeds[-1]}]"
    )


def test_a_figure_that_is_too_small_is_told_too():
    with pytest.raises(Mismatch, match="^after training, coverage is -1, but should be at least 0.9 "):
        Judge(7)(Training(2, 2, 2), at_least={"coverage": 0.9})


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_not_finite_falls_short_of_every_bound(broken):
    for bounds in ({"at_most": {"w1": 1.0}}, {"at_least": {"w1": 0.0}}, {"at_most": {"w1": math.inf}}):
        with pytest.raises(Mismatch, match=f"after training, w1 is {broken}, but should be"):
            Judge(7)(Training(broken, broken, broken), **bounds)


@pytest.mark.parametrize("seed", [0, 7, (1 << 31) - 1, (1 << 48) - 1])
def test_every_attempt_has_a_seed_of_its_own_and_every_run_the_same(seed):
    first, second = Training(2, 2, 2), Training(2, 2, 2)
    for training in (first, second):
        with pytest.raises(Mismatch):
            Judge(seed)(training, at_most={"w1": 1.0})
    assert first.seeds == second.seeds
    assert len(set(first.seeds)) == 3
    assert all(0 <= used < 1 << 31 for used in first.seeds)


def test_a_failure_tells_what_trainings_of_a_correct_solution_reach():
    band = {"w1": [0.0421, 0.05, 0.0619], "coverage": []}
    with pytest.raises(Mismatch) as raised:
        Judge(7, band=band)(Training(2, 2, 2), at_most={"w1": 1.0})
    assert str(raised.value).splitlines()[1] == "Trainings of a correct solution reach w1 from 0.0421 to 0.0619."


def test_a_training_that_raises_is_not_repeated():
    training = Training(StudentCodeFailed("train raised ValueError: no"), 0.5)
    with pytest.raises(StudentCodeFailed, match="^train raised ValueError: no$"):
        Judge(7)(training, at_most={"w1": 1.0})
    assert len(training.seeds) == 1


@pytest.mark.parametrize(
    "text",
    [
        "train raised RuntimeError: Expected all tensors to be on the same device, but found at least two devices",
        "train raised RuntimeError: Input type and weight type should be the same: one is on cpu",
    ],
)
def test_on_a_gpu_a_tensor_on_the_wrong_device_gets_a_hint(text):
    with pytest.raises(CheckFailed) as raised:
        Judge(7, device="cuda")(Training(StudentCodeFailed(text)), at_most={"w1": 1.0})
    first, told = str(raised.value).splitlines()
    assert first == text
    assert told.startswith("Hint: this training runs on cuda: create every tensor on the device of the inputs")
    with pytest.raises(StudentCodeFailed) as plain:
        Judge(7)(Training(StudentCodeFailed(text)), at_most={"w1": 1.0})
    assert str(plain.value) == text


def test_on_a_gpu_other_errors_are_left_as_they_are():
    with pytest.raises(StudentCodeFailed) as raised:
        Judge(7, device="cuda")(Training(StudentCodeFailed("train raised ValueError: no")), at_most={"w1": 1.0})
    assert str(raised.value) == "train raised ValueError: no"


def test_a_recorder_keeps_every_figure_and_the_bounds_and_never_refuses():
    recorder = Recorder(range(5, 8))
    training = Training(2, math.nan, 0.5)
    recorder(training, at_most={"w1": 1.0}, at_least={"coverage": 0.9})
    assert training.seeds == [5, 6, 7]
    assert recorder.figures["w1"][::2] == [2.0, 0.5] and math.isnan(recorder.figures["w1"][1])
    assert recorder.figures["coverage"][::2] == [-1.0, 0.5]
    assert (recorder.bounds.at_most, recorder.bounds.at_least) == ({"w1": 1.0}, {"coverage": 0.9})
    assert recorder.bounds.short_of({"w1": 1.0, "coverage": 0.9}) == []  # the bounds themselves are within
    assert len(recorder.bounds.short_of({"w1": 1.1, "coverage": 0.8})) == 2
