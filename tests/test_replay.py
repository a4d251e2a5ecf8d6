"""Failed checks, run again with known mistakes in the student's place: which of them fails in the same way?"""

import random
from types import ModuleType

import numpy
import pytest
import torch

from autograder import replay
from autograder.compare.gradients import assert_matches
from autograder.compare.inputs import normal
from autograder.compare.values import assert_close
from autograder.diagnosis import Mistake
from autograder.errors import CheckFailed, Mismatch, StudentCodeFailed
from autograder.loading import load_reference
from autograder.replay import Call, Diagnosis, Replays
from autograder.student import InProcess
from autograder.worker import serve

MODULES = {
    "vae": """
        import torch
        from .base import kl

        def elbo(x, mu, logvar):
            return (x - mu).square().sum(-1) + kl(mu, logvar)

        def sample(mu):
            return mu + torch.randn_like(mu)
    """,
    "base": """
        def kl(mu, logvar):
            return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)
    """,
}


def kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)


def no_half(mu, logvar):
    return 2 * kl(mu, logvar)


def negative(mu, logvar):
    return -kl(mu, logvar)


def check_kl(student, reference):
    assert_matches(student.kl, reference.kl, normal(3, 5, seed=1), normal(3, 5, seed=2))


@pytest.fixture
def assignment(homework):
    return homework(MODULES)


@pytest.fixture
def diagnose(assignment):
    """diagnose(check, known, kl=...): what the failure of a student with these functions is put down to."""

    def diagnosed(check, known, *, seed=7, fixtures=(), **functions):
        student = ModuleType("submission")
        vars(student).update(functions)
        given = {"student": InProcess(student), "reference": InProcess(load_reference(assignment)), **dict(fixtures)}
        call = Call.of(check, given, seed)
        serve.seed(seed)  # as the student's worker is
        with pytest.raises(CheckFailed) as raised:
            call.run()
        mistakes = {}
        for function, of in known:
            mistakes.setdefault(of, []).append(Mistake(function, of, f"a hint at {function.__name__}"))
        return Replays(assignment, mistakes).diagnose(call, raised.value)

    return diagnosed


def names(diagnosis):
    return diagnosis.degree.name, [known.name for known in diagnosis.mistakes]


# ------------------------------------------------------------------------------------- comparisons


def test_a_mistake_is_named_by_its_values_and_gradients(diagnose):
    known = [(negative, "kl"), (no_half, "kl")]
    assert names(diagnose(check_kl, known, kl=lambda mu, logvar: kl(mu, logvar) * 2)) == ("EVIDENCE", ["no_half"])


def test_a_mistake_that_nobody_knows_is_not_named(diagnose):
    assert diagnose(check_kl, [(no_half, "kl")], kl=lambda mu, logvar: kl(mu, logvar) * 3) == Diagnosis()


def test_of_several_mistakes_the_one_with_the_same_gradients_is_named(diagnose):
    def same_values(mu, logvar):
        return no_half(mu, logvar).detach() + 0 * kl(mu, logvar)

    known = [(same_values, "kl"), (no_half, "kl")]
    for order in (known, known[::-1]):
        assert names(diagnose(check_kl, order, kl=no_half)) == ("EVIDENCE", ["no_half"])
    assert names(diagnose(check_kl, known[:1], kl=no_half)) == ("NONE", [])


def test_a_mistake_can_be_one_of_the_gradient_alone(diagnose):
    def stopped(mu, logvar):
        return kl(mu, logvar.detach())

    assert names(diagnose(check_kl, [(no_half, "kl"), (stopped, "kl")], kl=stopped)) == ("EVIDENCE", ["stopped"])


def test_a_mistake_that_gives_nan_is_recognised_by_it(diagnose):
    def overflows(mu, logvar):
        return kl(mu, logvar) * torch.inf * 0

    assert names(diagnose(check_kl, [(overflows, "kl")], kl=overflows)) == ("EVIDENCE", ["overflows"])


@pytest.mark.parametrize("error", [RuntimeError("shapes"), SystemExit(1), StudentCodeFailed("no")])
def test_a_mistake_that_cannot_run_on_these_inputs_is_passed_over(diagnose, error):
    def broken(mu, logvar):
        raise error

    known = [(broken, "kl"), (no_half, "kl")]
    assert names(diagnose(check_kl, known, kl=no_half)) == ("EVIDENCE", ["no_half"])


def test_mistakes_that_a_check_cannot_tell_apart_are_all_named(diagnose):
    def twice(mu, logvar):
        return kl(mu, logvar) + kl(mu, logvar)

    found = diagnose(check_kl, [(no_half, "kl"), (twice, "kl")], kl=no_half)
    assert names(found) == ("EVIDENCE", ["no_half", "twice"])
    assert found.shown == found.mistakes


def test_a_mistake_in_what_a_function_is_built_on_is_no_mistake_of_the_function(diagnose):
    def check_elbo(student, reference):
        assert_matches(student.elbo, reference.elbo, *(normal(3, 5, seed=seed) for seed in range(3)))

    def wrong(x, mu, logvar):
        return (x - mu).square().sum(-1) + no_half(mu, logvar)

    assert diagnose(check_elbo, [(no_half, "kl")], elbo=wrong) == Diagnosis()


# ------------------------------------------------------------------------------------- properties and statistics


def test_a_property_that_a_check_words_itself_is_named_by_its_words(diagnose):
    def check(student):
        lowest = float(student.kl(normal(100, 2, seed=1), normal(100, 2, seed=2)).min())
        if lowest < 0:
            raise Mismatch(f"the lowest of 100 divergences is {lowest:.4g}, but should be 0 or more")

    assert names(diagnose(check, [(no_half, "kl"), (negative, "kl")], kl=negative)) == ("TEXT", ["negative"])


def check_sample(student):
    mean = float(student.sample(torch.zeros(400)).mean())
    if abs(mean) > 0.2:
        raise Mismatch(f"the mean of 400 draws is {mean:.3f}, but should be 0")


def uniform_noise(mu):
    return mu + torch.rand_like(mu)


def shifted(mu):
    return mu + 2 + torch.randn_like(mu)


@pytest.mark.parametrize(
    ("sample", "degree"),
    [
        (lambda mu: mu + torch.rand(mu.shape), "TEXT"),  # the same draws, as the seed is the same
        (lambda mu: mu + torch.rand(2, *mu.shape)[1], "KIND"),  # other draws
    ],
)
def test_a_sampler_is_named_by_its_statistics(diagnose, sample, degree):
    known = [(shifted, "sample"), (uniform_noise, "sample")]
    found = diagnose(check_sample, known, sample=sample)
    assert names(found) == (degree, ["uniform_noise"])
    assert bool(found.shown) == (degree == "TEXT")  # statistics that are near are no proof


def test_a_recipe_is_replayed_with_the_mistaken_module(diagnose):
    def check(student, reference):
        def both(module, mu):
            return module.kl(mu, mu) + module.kl(mu, 0 * mu)

        mu = normal(3, 2, seed=1)
        assert_close(student.run(both, mu), reference.run(both, mu), name="the sum")

    assert names(diagnose(check, [(negative, "kl"), (no_half, "kl")], kl=no_half)) == ("EVIDENCE", ["no_half"])


# ------------------------------------------------------------------------------------- what is not replayed


def never(*arguments):
    raise AssertionError("it should not be replayed")


def test_a_check_that_trains_is_not_replayed(diagnose):
    calls = []

    def check(student, trains):
        calls.append(student)
        raise Mismatch("after training, w1 is 3, but should be at most 1")

    assert diagnose(check, [(never, "kl")], fixtures={"trains": None}) == Diagnosis()
    assert len(calls) == 1


def test_a_check_that_gets_the_student_in_another_way_is_not_replayed(diagnose):
    def check(trained):
        raise Mismatch("the model is 3, but should be 1")

    assert diagnose(check, [(never, "kl")], fixtures={"trained": None}) == Diagnosis()


def test_a_check_that_refuses_the_reference_names_no_mistake(diagnose):
    def check(student):
        student.kl(torch.ones(2), torch.ones(2))
        raise Mismatch("nobody passes")

    assert diagnose(check, [(no_half, "kl")], kl=no_half) == Diagnosis()


def test_mistakes_of_functions_that_a_check_does_not_ask_for_are_not_replayed(diagnose):
    assert names(diagnose(check_kl, [(never, "sample"), (no_half, "kl")], kl=no_half)) == ("EVIDENCE", ["no_half"])


def test_a_diagnosis_ends_when_its_time_is_up(diagnose, monkeypatch):
    monkeypatch.setattr(replay, "_BUDGET_S", -1.0)
    assert diagnose(check_kl, [(no_half, "kl")], kl=no_half) == Diagnosis()


def test_a_replay_sets_no_score_and_no_column(diagnose):
    set_score, scores = (lambda points: scores.append(points)), []

    def check(student, set_score, set_leaderboard_value):
        set_score(1.0)
        set_leaderboard_value(2.0)
        if bool((student.kl(torch.ones(2), torch.ones(2)) < 0).any()):
            raise Mismatch("it is negative")

    fixtures = {"set_score": set_score, "set_leaderboard_value": set_score}
    assert names(diagnose(check, [(negative, "kl")], fixtures=fixtures, kl=negative)) == ("TEXT", ["negative"])
    assert scores == [1.0, 2.0]  # of the run itself


# ------------------------------------------------------------------------------------- what replays leave behind


def test_a_mistake_leaves_the_grader_as_it_was(diagnose):
    def careless(mu, logvar):
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.manual_seed(1), numpy.random.seed(1), random.seed(1)
        return no_half(mu, logvar)

    def after():
        return torch.rand(3).tolist(), numpy.random.rand(3).tolist(), random.random()

    found = diagnose(check_kl, [(no_half, "kl"), (careless, "kl")], kl=no_half)  # seeds with 7 at first
    assert torch.get_default_dtype() is torch.float32
    seen = after()
    serve.seed(7)
    assert seen == after()
    assert torch.is_grad_enabled()
    assert "no_half" in names(found)[1]


def test_every_replay_has_the_seed_of_the_check(diagnose):
    draws = []

    def drawing(mu, logvar):
        draws.append(torch.rand(()).item())
        return -kl(mu, logvar)

    diagnose(check_kl, [(drawing, "kl"), (drawing, "kl")], kl=no_half)
    assert len(draws) >= 2
    serve.seed(7)
    assert draws[0] == torch.rand(()).item()
    half = len(draws) // 2
    assert draws[:half] == draws[half:]
