"""Which known mistake explains a wrong answer, and which wrong answers follow from an earlier part."""

import pytest
import torch

from autograder.compare.gradients import assert_matches, shown_mistake
from autograder.compare.inputs import normal
from autograder.diagnosis import Mistake
from autograder.errors import Mismatch, StudentCodeFailed


def kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)


def gaussians():
    return normal(3, 5, seed=1), normal(3, 5, seed=2)


def refusal(actual, **options):
    """The whole text with which a function is refused."""
    with pytest.raises(Mismatch) as raised:
        assert_matches(actual, kl, *gaussians(), **options)
    return str(raised.value)


def mistake(function, hint):
    return Mistake(function, "kl", hint)


def no_half(mu, logvar):
    return 2 * kl(mu, logvar)


def test_a_known_mistake_gives_its_hint():
    mistakes = [mistake(lambda mu, logvar: -kl(mu, logvar), "the sign"), mistake(no_half, "Where does ½ come from?")]
    message = refusal(lambda mu, logvar: kl(mu, logvar) * 2, mistakes=mistakes)
    assert message.splitlines()[0].startswith("kl[")
    assert message.splitlines()[1:] == ["Hint: Where does ½ come from?"]


def test_a_mistake_that_nobody_knows_gives_no_hint():
    assert "Hint" not in refusal(lambda mu, logvar: kl(mu, logvar) * 3, mistakes=[mistake(no_half, "½")])


def test_of_several_mistakes_the_one_with_the_same_gradients_is_named():
    def same_values(mu, logvar):
        return no_half(mu, logvar).detach() + 0 * kl(mu, logvar)

    mistakes = [mistake(same_values, "values only"), mistake(no_half, "values and gradients")]
    assert refusal(no_half, mistakes=mistakes).endswith("\nHint: values and gradients")
    assert refusal(no_half, mistakes=mistakes[::-1]).endswith("\nHint: values and gradients")
    assert refusal(no_half, mistakes=mistakes[:1]).endswith("\nHint: values only")


def test_a_mistake_can_be_one_of_the_gradient_alone():
    def stopped(mu, logvar):
        return kl(mu, logvar.detach())

    message = refusal(stopped, mistakes=[mistake(no_half, "½"), mistake(stopped, "logvar must learn too")])
    assert message.startswith("kl has no gradient with respect to logvar")
    assert message.endswith("\nHint: logvar must learn too")


def test_a_mistake_that_gives_nan_is_recognised_by_it():
    def overflows(mu, logvar):
        return kl(mu, logvar) * torch.inf * 0

    assert refusal(overflows, mistakes=[mistake(overflows, "infinity times 0")]).endswith("\nHint: infinity times 0")


def test_a_mistake_that_cannot_run_on_these_inputs_is_passed_over():
    def broken(mu, logvar):
        raise RuntimeError("shapes")

    message = refusal(no_half, mistakes=[mistake(broken, "broken"), mistake(no_half, "½")])
    assert message.endswith("\nHint: ½")


def test_a_right_answer_is_never_compared_with_mistakes():
    def forbidden(mu, logvar):
        raise AssertionError

    assert_matches(kl, kl, *gaussians(), mistakes=[mistake(forbidden, "-")], follow_ons=[forbidden])


def test_what_follows_from_an_earlier_mistake_counts_as_right():
    assert_matches(lambda mu, logvar: kl(mu, logvar) * 2, kl, *gaussians(), follow_ons=[no_half])


def test_a_follow_on_must_have_the_same_gradients():
    detached = lambda mu, logvar: no_half(mu, logvar).detach()  # noqa: E731
    assert "but should be" in refusal(detached, follow_ons=[no_half])
    other = lambda mu, logvar: no_half(mu, logvar) + (mu - mu.detach()).sum(-1)  # noqa: E731
    assert "but should be" in refusal(other, follow_ons=[no_half])
    assert "but should be" in refusal(lambda mu, logvar: kl(mu, logvar) * 3, follow_ons=[no_half])


def test_a_known_mistake_that_a_function_shows_is_found():
    known = [mistake(no_half, "½")]
    assert shown_mistake(no_half, kl, *gaussians(), mistakes=known) is no_half
    assert shown_mistake(kl, kl, *gaussians(), mistakes=known) is None


def test_an_unknown_mistake_is_no_excuse_for_what_follows_from_it():
    zeros = lambda mu, logvar: (0 * (mu + logvar)).sum(-1)  # noqa: E731
    assert shown_mistake(zeros, kl, *gaussians(), mistakes=[mistake(no_half, "½")]) is None


def test_a_function_that_fails_shows_no_mistake():
    def fails(mu, logvar):
        raise StudentCodeFailed("it crashed")

    assert shown_mistake(fails, kl, *gaussians(), mistakes=[mistake(no_half, "½")]) is None
