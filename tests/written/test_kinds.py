"""What answers of every kind earn, and what is said about them."""

import pytest

from tests.written.sheets import BOUND, CHOICE, KL, OPTIMUM, earned, made


@pytest.fixture(scope="module")
def kl(tmp_path_factory):
    return made(tmp_path_factory.mktemp("kl"), KL)["kl"]


@pytest.fixture(scope="module")
def bound(tmp_path_factory):
    return made(tmp_path_factory.mktemp("bound"), BOUND)["bound"]


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    return made(tmp_path_factory.mktemp("kinds"), CHOICE)


RIGHT = r"""
$$KL(q\|p) = -\int q(x)\log p(x)\,dx + \int q(x)\log q(x)\,dx$$
$$-\int q(x)\log p(x)\,dx = \frac12\log(2\pi)+\frac12(\mu^2+\sigma^2)$$
$$-\int q(x)\log q(x)\,dx = \frac12\log(2\pi)+\frac12\log\sigma^2+\frac12$$
$$KL(q\|p) = \frac12(\mu^2+\sigma^2-1-\log\sigma^2)$$
"""


def test_a_right_derivation_earns_all(kl):
    assert earned(kl, RIGHT).share == 1.0


def test_it_may_be_one_aligned_block(kl):
    text = r"""
```math
\begin{aligned}
KL(q\|p) &= E_q[\log q(x)] - E_q[\log p(x)] \\
&= -\frac12\log(2\pi\sigma^2) - \frac12 + \frac12\log(2\pi) + \frac12(\mu^2+\sigma^2) \\
&= \frac12(\mu^2+\sigma^2-1-\log\sigma^2)
\end{aligned}
```
"""
    assert earned(kl, text).share == 1.0


def test_the_end_alone_earns_half_and_what_is_missing_is_named(kl):
    graded = earned(kl, r"$$\frac12(\mu^2+\sigma^2-1-\log\sigma^2)$$")
    assert graded.share == 0.5
    assert "I did not find the cross-entropy. Start from -E_q[log p]." in graded.text


def test_a_known_mistake_at_the_end_is_named_with_the_step_and_keeps_its_share(kl):
    graded = earned(kl, RIGHT.replace(r"\mu^2+\sigma^2-1-\log\sigma^2", r"1-\log\sigma^2+\mu^2+\sigma^2"))
    assert graded.mistakes == ("KL1",)
    assert "Hint: Evaluate your formula where q equals p." in graded.text
    assert "line 7: this step does not hold" in graded.text
    assert graded.share == pytest.approx(0.5 * 0.25 + 0.5 - 0.25)


def test_two_errors_that_cancel_do_not_hide_behind_a_right_end(kl):
    text = r"""
$$KL(q\|p) = E_q[\log q(x)] - E_q[\log p(x)]$$
$$= -\frac12\log(2\pi\sigma^2) + \frac12\log(2\pi) + \frac12(\mu^2+\sigma^2)$$
$$= \frac12(\mu^2+\sigma^2-1-\log\sigma^2)$$
"""
    graded = earned(kl, text)
    assert "The end is right, but a step on the way does not hold." in graded.text
    assert graded.text.count("this step does not hold") == 2
    assert 0 < graded.share < 1


def test_an_end_that_restates_the_question_earns_nothing(kl):
    graded = earned(kl, r"$$E_q[\log q(x)] - E_q[\log p(x)]$$")
    assert graded.share == 0.0
    assert "still has E in it" in graded.text


def test_what_cannot_be_read_goes_to_a_person(kl):
    graded = earned(kl, r"$$\frac12(\mu^2+\simga^2)$$")
    assert graded.by_hand and graded.share == 0.0
    assert r"unknown command \simga" in graded.text and "did you mean" in graded.text


def test_a_line_that_cannot_be_read_in_the_middle_is_named_and_left_to_a_person(kl):
    graded = earned(kl, RIGHT.replace(r"\frac12\log(2\pi)+\frac12\log\sigma^2+\frac12", r"\frac12\log(2\pi e\Omega)"))
    assert graded.by_hand
    assert "line 6: not read, and so not looked at" in graded.text


def test_a_bound_may_be_derived_with_an_inequality(bound):
    text = r"""
$$\log p(x) = \log E_{q(z|x)}\left[\frac{p(x,z)}{q(z|x)}\right] \ge E_{q(z|x)}\left[\log\frac{p(x,z)}{q(z|x)}\right]$$
$$= E_q[\log p(x|z)] - KL(q(z|x) \| p(z))$$
"""
    assert earned(bound, text).share == 1.0


def test_an_inequality_the_wrong_way_round_is_found(bound):
    text = r"$$\log p(x) \le E_q[\log p(x|z)] - KL(q(z|x)\|p(z))$$"
    assert "this step does not hold" in earned(bound, text).text


def test_a_stray_density_inside_an_expectation_is_found(bound):
    text = r"""
$$\log p(x) = \log E_{q(z|x)}\left[q(z|x)\frac{p(x,z)}{q(z|x)}\right]$$
$$\ge E_{q(z|x)}\left[q(z|x)\log\frac{p(x,z)}{q(z|x)}\right]$$
$$= E_q[\log p(x|z)] - KL(q(z|x)\|p(z))$$
"""
    graded = earned(bound, text)
    assert graded.text.startswith("The end is right, but a step on the way does not hold.")
    assert "line 4: this step does not hold" in graded.text and "line 6: this step does not hold" in graded.text


def test_two_lines_that_say_different_things_of_one_name_are_named(bound):
    text = r"""
$$L = E_q[\log p(x|z)] + KL(q(z|x)\|p(z))$$
$$L = E_q[\log p(x|z)] - KL(q(z|x)\|p(z))$$
"""
    assert "Both lines begin with L, but they are not equal." in earned(bound, text).text


@pytest.mark.parametrize(
    ("ticked", "share", "said"),
    [
        (("a", "r1"), 1.0, ""),
        (("a", "r3"), 0.5, "not for the reason"),
        (("a",), 0.5, "No reason is ticked"),
        (("b", "r2"), 0.0, "Hint: What does D say of a fake?"),
        (("b", "r1"), 0.0, "contradict each other"),
        (("a", "r2"), 0.0, "contradict each other"),
        (("a", "b", "r1"), 0.0, "2 boxes are ticked"),
        ((), 0.0, "Nothing is ticked"),
    ],
)
def test_a_choice_and_its_reason(kinds, ticked, share, said):
    question = kinds["early"]
    boxes = [*question.options, *question.reasons]
    graded = earned(question, "\n".join(f"- [{'x' if o.key in ticked else ' '}] {o.key}) {o.text}" for o in boxes))
    assert graded.share == share
    assert said in graded.text


@pytest.mark.parametrize(
    "text", ["closer to 0", "a", "- [X] closer to 0", "1. [x] (a) closer to zero", "**closer to 0.**"]
)
def test_a_choice_may_be_typed_in_other_ways(kinds, text):
    assert earned(kinds["early"], text).share == 0.5  # without a reason


@pytest.mark.parametrize(
    ("ticked", "share"), [("ac", 1.0), ("a", 0.5), ("abcd", 0.0), ("acd", 0.5), ("bd", 0.0), ("", 0.0)]
)
def test_of_several_boxes_each_counts(kinds, ticked, share):
    question = kinds["facts"]
    graded = earned(
        question, "\n".join(f"- [{'x' if o.key in ticked else ' '}] {o.key}) {o.text}" for o in question.options)
    )
    assert graded.share == share


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("- D_X: photos\n- D_Y: paintings", 1.0),
        ("D_X = a\nD_Y = b", 1.0),
        ("D_X → photos\n\nD_Y -> b) paintings", 1.0),
        ("$D_X$: paintings\n$D_Y$: photos", 0.0),
        ("D_X: photos", 0.5),
        ("I do not know", 0.0),
    ],
)
def test_pairs_are_matched(kinds, text, share):
    assert earned(kinds["roles"], text).share == share


def test_a_text_is_carried_to_staff_with_its_rubric(kinds):
    graded = earned(kinds["why"], "Because *G* collapses.")
    assert "Because *G* collapses." in graded.staff and "1 for the reason" in graded.staff
    assert "3 points are given by a person" in graded.text
    assert kinds["why"].check.max_score == 0 and kinds["why"].check.by_hand == 3


@pytest.mark.parametrize("text", ["0.5", "$0.5$", r"$$W = \frac12$$", "½", "answer: 1/2", "0,5", "`0.50001`", "- 0.5"])
def test_a_number_may_be_typed_in_many_ways(kinds, text):
    assert earned(kinds["half"], text).share == 1.0


@pytest.mark.parametrize("text", ["0.49", "2", r"$\infty$", "-1/2", "0.6"])
def test_another_number_is_wrong(kinds, text):
    assert earned(kinds["half"], text).share == 0.0


def test_an_equation_may_hold_at_the_solution_only(tmp_path):
    question = made(tmp_path, OPTIMUM)["d_star"]
    text = r"""
$$\frac{p(x)}{D(x)} - \frac{g(x)}{1-D(x)} = 0$$
$$\frac{p(x)}{D(x)} = \frac{g(x)}{1-D(x)}$$
$$p(x)(1-D(x)) = g(x)D(x)$$
$$D^*(x) = \frac{p(x)}{p(x)+g(x)}$$
"""
    assert earned(question, text).share == 1.0
    wrong = earned(question, text.replace("p(x)(1-D(x)) = g(x)D(x)", "p(x)D(x) = g(x)(1-D(x))"))
    assert "line 6: this step does not hold" in wrong.text


def test_the_negative_of_the_quantity_may_be_stated(tmp_path):
    question = made(tmp_path, OPTIMUM)["value"]
    assert earned(question, r"$$-V(D^*) = \log 4 - 2 JSD(p, g)$$").share == 1.0
    assert earned(question, r"$$V(D^*) = \log 4 - 2 JSD(p, g)$$").share == 0.0
