"""What a failed check is put down to, in whole gradings: the hint, points that are lost once, notes to staff."""

from textwrap import dedent

import pytest

from tests.grading_bench import Bench

REFERENCE = """
import torch

def kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)

def elbo(x, mu, logvar):
    return (x - mu).square().sum(-1) + kl(mu, logvar)

def sample(mu):
    return mu + torch.randn_like(mu)
"""
MISTAKES = """
import torch
from autograder import mistake

@mistake("kl", "Where is the half?", "K1")
def no_half(mu, logvar):
    return (mu.square() + logvar.exp() - 1 - logvar).sum(-1)

@mistake("kl", "A divergence has no sign of its own.")
def negative(mu, logvar):
    return -no_half(mu, logvar) / 2

@mistake("elbo", "Both terms belong to it.")
def without_kl(x, mu, logvar):
    return (x - mu).square().sum(-1) + 0 * logvar.sum(-1)

@mistake("sample", "Which noise?")
def uniform_noise(mu):
    return mu + torch.rand_like(mu)
"""
KL = """
@number("1.1")
@weight(1)
def test_kl(student, reference):
    assert_matches(student.kl, reference.kl, normal(3, 5, seed=1), normal(3, 5, seed=2))
"""
ELBO = """
@number("2.1")
@weight(1)
def test_elbo(student, reference):
    assert_matches(student.elbo, reference.elbo, *(normal(3, 5, seed=seed) for seed in range(3)))
"""
BOTH = {"1": 1, "2": 1}
FOLLOWS = "Given the points: the failure follows from {}, which cost its points elsewhere."


def submission(kl="KL", elbo="(x - mu).square().sum(-1) + kl(mu, logvar)", sample="mu + torch.randn_like(mu)"):
    right = "0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)"
    return (
        f"import torch\ndef kl(mu, logvar):\n    return {kl.replace('KL', right)}\n"
        f"def elbo(x, mu, logvar):\n    return {elbo}\ndef sample(mu):\n    return {sample}\n"
    )


@pytest.fixture(scope="module")
def grade(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:

        def grade(checks, handed_in, *, points=1, mistakes=MISTAKES, **beside):
            files = {"mistakes.py": mistakes, **{f"{name}.py": source for name, source in beside.items()}}
            return bench.run(checks, points=points, submission=handed_in, reference=REFERENCE, beside=files)

        yield grade


# ------------------------------------------------------------------------------------- hints


def test_a_comparison_names_the_mistake_and_gives_its_hint(grade):
    verdict = grade(KL, submission("2 * KL"))["1.1"]
    assert (verdict["status"], verdict["score"], verdict["mistakes"]) == ("FAILED", 0, ["no_half"])
    first, hint = verdict["student"].splitlines()
    assert first.startswith("kl[")
    assert hint == "Hint: Where is the half?"
    assert "Behaves like the known mistake no_half (evidence)." in verdict["staff"]


def test_where_no_mistake_is_known_the_relation_is_the_hint(grade):
    verdict = grade(KL, submission("3 * KL"))["1.1"]
    assert verdict["mistakes"] == []
    assert verdict["student"].splitlines()[1:] == [
        "Hint: the result and its gradients have the right form, but 3 times the right size."
    ]


def test_a_property_that_the_check_words_itself_names_the_mistake(grade):
    check = """
    @number("1.1")
    @weight(1)
    def test_sign(student):
        lowest = float(student.kl(normal(9, 2, seed=1), normal(9, 2, seed=2)).min())
        if lowest < 0:
            raise Mismatch(f"the lowest of nine is {lowest:.4g}, but should be 0 or more")
    """
    verdict = grade(check, submission("-KL"))["1.1"]
    assert verdict["mistakes"] == ["negative"]
    assert verdict["student"].endswith("but should be 0 or more\nHint: A divergence has no sign of its own.")


def test_pytest_fail_and_a_failure_without_a_mismatch_name_the_mistake_too(grade):
    check = """
    @number("1.1")
    @weight(1)
    def test_sign(student):
        if bool((student.kl(torch.ones(2), torch.ones(2)) < 0).any()):
            pytest.fail("it is negative")

    @number("1.2")
    @weight(1)
    def test_sign_again(student):
        if bool((student.kl(torch.ones(2), torch.ones(2)) < 0).any()):
            raise CheckFailed("it is negative")
    """
    graded = grade(check, submission("-KL"), points=2)
    for number in ("1.1", "1.2"):
        assert graded[number]["mistakes"] == ["negative"]
        assert graded[number]["student"] == "it is negative\nHint: A divergence has no sign of its own."


def test_a_statistic_of_a_sampler_names_the_mistake(grade):
    check = """
    @number("1.1")
    @weight(1)
    def test_noise(student):
        mean = float(student.sample(torch.zeros(1000)).mean())
        if abs(mean) > 0.3:
            raise Mismatch(f"the mean of 1000 draws is {mean:.4g}, but should be 0")
    """
    same_draws = grade(check, submission(sample="mu + torch.rand(mu.shape)"))["1.1"]
    other_draws = grade(check, submission(sample="mu + torch.rand(3, *mu.shape)[2]"))["1.1"]
    for verdict, degree in ((same_draws, "text"), (other_draws, "kind")):
        assert verdict["student"].endswith("\nHint: Which noise?")
        assert f"Behaves like the known mistake uniform_noise ({degree})." in verdict["staff"]


def test_a_recipe_that_runs_beside_the_student_s_code_names_the_mistake(grade):
    check = """
    @number("1.1")
    @weight(1)
    def test_sum(student, reference, recipes):
        inputs = normal(3, 5, seed=1), normal(3, 5, seed=2)
        assert_close(student.run(recipes.total, *inputs), reference.run(recipes.total, *inputs), name="the sum")
    """
    recipe = "def total(module, mu, logvar):\n    return module.kl(mu, logvar).sum()\n"
    verdict = grade(check, submission("2 * KL"), recipes=recipe)["1.1"]
    assert verdict["mistakes"] == ["no_half"]
    assert verdict["student"].endswith("\nHint: Where is the half?")


def test_code_that_raises_as_a_mistake_does_gets_its_hint(grade):
    mistakes = """
    from autograder import mistake

    @mistake("kl", "Which axis is there?")
    def other_axis(mu, logvar):
        return mu.sum(7)
    """
    verdict = grade(KL, submission("logvar.sum(7)"), mistakes=mistakes)["1.1"]
    assert verdict["student"].startswith("kl(3×5, 3×5) raised IndexError: Dimension out of range")
    assert verdict["student"].endswith("\nHint: Which axis is there?")


def test_mistakes_with_different_hints_that_a_check_cannot_tell_apart_give_none_of_them(grade):
    checks = KL.replace("normal(3, 5, seed=1), normal(3, 5, seed=2)", "torch.ones(3, 5), torch.zeros(3, 5)")
    twin = MISTAKES + '\n@mistake("kl", "{}")\ndef twin(mu, logvar):\n    return no_half(mu, logvar)\n'
    other = grade(checks, submission("2 * KL"), mistakes=twin.format("Another hint"))["1.1"]
    assert other["mistakes"] == ["no_half", "twin"]
    assert "half?" not in other["student"] and "Another hint" not in other["student"]
    same = grade(checks, submission("2 * KL"), mistakes=twin.format("Where is the half?"))["1.1"]
    assert same["student"].endswith("\nHint: Where is the half?")


def test_a_hidden_check_shows_no_hint_but_names_the_mistake_to_staff(grade):
    verdict = grade(KL.replace("@weight", '@visibility("hidden")\n@weight'), submission("2 * KL"))["1.1"]
    assert verdict["student"] == "This does not hold: kl"
    assert verdict["mistakes"] == ["no_half"]


# ------------------------------------------------------------------------------------- points are lost once


def test_a_mistake_costs_its_points_once(grade):
    graded = grade(KL + ELBO, submission("2 * KL"), points=BOTH)
    assert graded.statuses == {"1.1": "FAILED", "2.1": "PASSED"}
    assert (graded["2.1"]["score"], graded["2.1"]["student"], graded["2.1"]["mistakes"]) == (1, "", [])
    assert graded["2.1"]["staff"] == FOLLOWS.format("no_half (in kl)")
    assert graded.score == 1


def test_functions_that_return_zeros_earn_nothing(grade):
    zeros = submission("0 * (mu + logvar).sum(-1)", "0 * (x + mu + logvar).sum(-1)")
    assert grade(KL + ELBO, zeros, points=BOTH).statuses == {"1.1": "FAILED", "2.1": "FAILED"}
    # also where the first of them is a known mistake: zeros do not follow from it
    zeros = submission("2 * KL", "0 * (x + mu + logvar).sum(-1)")
    assert grade(KL + ELBO, zeros, points=BOTH).statuses == {"1.1": "FAILED", "2.1": "FAILED"}


def test_what_is_built_on_a_mistake_that_nobody_knows_is_not_excused(grade):
    assert grade(KL + ELBO, submission("5 * KL"), points=BOTH).statuses == {"1.1": "FAILED", "2.1": "FAILED"}


def test_a_later_function_that_is_wrong_by_itself_still_fails_and_gets_its_own_hint(grade):
    wrong = submission("2 * KL", "(x - mu).square().sum(-1) + 0 * logvar.sum(-1)")
    graded = grade(KL + ELBO, wrong, points=BOTH)
    assert graded.statuses == {"1.1": "FAILED", "2.1": "FAILED"}
    assert graded["2.1"]["mistakes"] == ["without_kl"]
    assert graded["2.1"]["student"].endswith("\nHint: Both terms belong to it.")


def test_another_check_of_the_same_function_is_not_excused(grade):
    again = KL.replace("1.1", "1.2").replace("test_kl", "test_kl_again").replace("seed=1", "seed=3")
    assert grade(KL + again, submission("2 * KL"), points=2).statuses == {"1.1": "FAILED", "1.2": "FAILED"}


def test_a_check_that_is_passed_is_left_alone(grade):
    uses_reference = submission("2 * KL", REFERENCE.split("return")[2].partition("\n")[0].replace("kl(", "0.5 * kl("))
    graded = grade(KL + ELBO, uses_reference, points=BOTH)
    assert graded.statuses == {"1.1": "FAILED", "2.1": "PASSED"}
    assert graded["2.1"]["staff"] == ""


def test_partial_credit_is_given_by_the_run_that_counts(grade):
    partial = """
    @number("2.1")
    @partial_credit(4)
    def test_elbo(student, reference, set_score=None):
        set_score(1)
        assert_matches(student.elbo, reference.elbo, *(normal(3, 5, seed=seed) for seed in range(3)))
        set_score(3)
    """
    points = {"1": 1, "2": 4}
    followed = grade(KL + dedent(partial), submission("2 * KL"), points=points)["2.1"]
    assert (followed["score"], followed["status"]) == (3, "FAILED")  # of the run against what follows
    wrong = submission(elbo="(x - mu).square().sum(-1) + 0 * logvar.sum(-1)")
    failed = grade(KL + dedent(partial), wrong, points=points)["2.1"]
    assert (failed["score"], failed["mistakes"]) == (0, ["without_kl"])  # no replay with the reference scored it


def test_a_mistake_from_which_nothing_can_be_computed_leaves_later_diagnoses_alone(grade):
    mistakes = MISTAKES + '\n@mistake("kl", "One for each example.")\ndef short(mu, logvar):\n    return mu[0, :2]\n'
    wrong = submission("mu[0, :2]", "(x - mu).square().sum(-1) + 0 * logvar.sum(-1)")
    graded = grade(KL + ELBO, wrong, points=BOTH, mistakes=mistakes)
    assert graded["1.1"]["mistakes"] == ["short"]
    assert graded["2.1"]["student"].endswith("\nHint: Both terms belong to it.")
    assert "The diagnosis failed" not in graded["2.1"]["staff"]


# ------------------------------------------------------------------------------------- faults of the mistakes


@pytest.mark.parametrize("broken", ["raise ValueError('not today')", "def f(:\n    pass\n"])
def test_mistakes_that_cannot_be_loaded_change_no_verdict_and_are_told_to_staff(grade, broken):
    graded = grade(KL + ELBO, submission("2 * KL"), points=BOTH, mistakes=broken)
    assert graded.statuses == {"1.1": "FAILED", "2.1": "FAILED"}
    assert graded["1.1"]["student"].startswith("kl[")
    assert "The diagnosis failed:\n" in graded["1.1"]["staff"]
    assert "mistakes.py: cannot be imported: " in graded["1.1"]["staff"]


def test_mistakes_are_not_even_loaded_for_a_right_submission(grade):
    graded = grade(KL + ELBO, submission(), points=BOTH, mistakes="raise ValueError('not today')")
    assert graded.statuses == {"1.1": "PASSED", "2.1": "PASSED"}
    assert [graded[number]["staff"] for number in ("1.1", "2.1")] == ["", ""]


def test_a_mistake_that_ends_the_program_or_changes_it_ends_and_changes_nothing(grade):
    wild = """
    import torch
    from autograder import mistake

    @mistake("kl", "no exit")
    def leaves(mu, logvar):
        raise SystemExit(3)

    @mistake("kl", "no default")
    def changes(mu, logvar):
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(1)
        return mu.sum(-1)
    """
    after = """
    @number("2.1")
    @weight(1)
    def test_after():
        assert torch.get_default_dtype() is torch.float32 and torch.is_grad_enabled()
    """
    graded = grade(KL + dedent(after), submission("2 * KL"), points=BOTH, mistakes=wild)
    assert graded.statuses == {"1.1": "FAILED", "2.1": "PASSED"}
    assert "The diagnosis failed" not in graded["1.1"]["staff"]
