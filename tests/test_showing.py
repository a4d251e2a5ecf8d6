"""The fixture `show`: what becomes a picture, what does not, and that it never decides anything."""

import math

import pytest
import torch

from autograder.exhibits import Band, Images, Line, Plot, Role, Samples
from autograder.showing import Show
from tests.grading_bench import Bench

CURVES = {"The loss": {"step": [1.0, 3.0], "low": [4.0, 1.0], "high": [5.0, 2.0]}}


@pytest.fixture
def show():
    return Show(wanted=True, curves=CURVES)


def only(show):
    assert show.problems == []
    (exhibit,) = show.exhibits
    return exhibit


# ------------------------------------------------------------------------------------- what is drawn


def test_a_loss_curve_has_the_band_of_the_reference_if_there_is_one(show):
    show.loss_curve("The loss", [5.0, 3.0, 2.0])
    assert only(show) == Plot(
        "The loss",
        "step",
        "loss",
        (Line("yours", (1.0, 2.0, 3.0), (5.0, 3.0, 2.0)),),
        (Band("correct solutions", (1.0, 3.0), (4.0, 1.0), (5.0, 2.0)),),
    )


def test_a_loss_curve_of_another_title_has_no_band(show):
    show.loss_curve("Another loss", torch.tensor([1.0, 2.0]))
    assert only(show).bands == ()


def test_what_is_not_finite_is_left_out_of_a_curve(show):
    show.loss_curve("The loss", [1.0, math.nan, math.inf, 2.0])
    assert only(show).lines[0].x == (1.0, 4.0)


def test_a_long_curve_keeps_its_ends(show):
    show.loss_curve("The loss", [float(i) for i in range(10_001)])
    line = only(show).lines[0]
    assert len(line.x) <= 201
    assert (line.x[0], line.y[-1]) == (1.0, 10_000.0)


def test_functions_are_labelled_by_whose_they_are(show):
    x = torch.tensor([0.0, 1.0])
    show.functions("f", x, x_label="x", y_label="f(x)", yours=x, expected=2 * x, non_saturating=-x)
    lines = only(show).lines
    assert [(line.label, line.role) for line in lines] == [
        ("yours", Role.STUDENT),
        ("expected", Role.EXPECTED),
        ("non saturating", Role.OTHER),
    ]
    assert lines[1].y == (0.0, 2.0)


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_samples_of_one_number_lie_on_a_line(show, shape):
    show.samples("Samples", data=torch.zeros(shape), yours=torch.ones(shape), marks=[0, 1])
    samples = only(show)
    assert isinstance(samples, Samples)
    assert (samples.in_a_plane, samples.marks) == (False, (0.0, 1.0))
    assert samples.samples[1].x == (1.0,) * 5


def test_samples_of_two_numbers_lie_in_a_plane(show):
    show.samples("Samples", yours=torch.tensor([[1.0, 2.0], [math.nan, 0.0], [3.0, 4.0]]))
    (sample,) = only(show).samples
    assert (sample.x, sample.y) == ((1.0, 3.0), (2.0, 4.0))


def test_images_are_clamped_and_at_most_ten(show):
    show.images("Images", yours=torch.full((30, 6), 7.0), original=torch.full((1, 2, 3), -1.0), shape=(2, 3))
    images = only(show)
    assert isinstance(images, Images)
    assert [len(strip.images) for strip in images.strips] == [10, 1]
    assert images.strips[0].images[0] == ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    assert images.strips[1].images[0][0][0] == 0.0


def test_a_picture_takes_the_place_of_one_with_the_same_title(show):
    show.loss_curve("The loss", [1.0])
    show.loss_curve("The loss", [2.0])
    assert only(show).lines[0].y == (2.0,)


# ------------------------------------------------------------------------------------- what is not


@pytest.mark.parametrize("losses", [None, 3.0, "losses", [], [None], ["1"], object(), [math.nan], {"a": 1}])
def test_what_is_no_curve_is_left_out_without_a_word(show, losses):
    show.loss_curve("The loss", losses)
    assert (show.exhibits, show.problems) == ((), [])


@pytest.mark.parametrize("points", [None, [1.0], torch.zeros(4, 3), "points"])
def test_what_are_no_samples_is_left_out_without_a_word(show, points):
    show.samples("Samples", yours=points)
    assert (show.exhibits, show.problems) == ((), [])


@pytest.mark.parametrize("images", [None, torch.zeros(3, 5), torch.zeros(2, 4, 4), [1]])
def test_what_are_no_images_is_left_out_without_a_word(show, images):
    show.images("Images", yours=images, shape=(2, 3))
    assert (show.exhibits, show.problems) == ((), [])


def test_lines_of_another_length_are_left_out(show):
    show.functions("f", torch.zeros(3), x_label="x", y_label="y", yours=torch.zeros(4))
    assert (show.exhibits, show.problems) == ((), [])


def test_where_nobody_asked_nothing_is_looked_at():
    show = Show(wanted=False)

    class Untouchable:
        def __getattribute__(self, name):
            raise AssertionError(name)

    show.loss_curve("The loss", Untouchable())
    show.samples("Samples", yours=Untouchable())
    show.when_failed(lambda: 1 / 0)
    show.failed()
    assert (show.exhibits, show.problems) == ((), [])


def test_a_fault_of_the_check_s_is_told_to_staff(show):
    show.when_failed(lambda: 1 / 0)
    show.failed()
    assert "ZeroDivisionError" in show.problems[0]


# ------------------------------------------------------------------------------------- in a grading

CHECKS = """
@number("1.1")
@weight(1)
def test_double(student, reference, show):
    "double doubles"
    x = torch.linspace(-1, 1, 3)
    show.functions("Always", x, x_label="x", y_label="y", expected=2 * x)
    show.when_failed(lambda: show.functions("Yours", x, x_label="x", y_label="y", yours=student.double(x)))
    assert_matches(student.double, reference.double, torch.tensor([[3.0, 4.0], [5.0, 6.0]]))
"""
TRIPLES = "def double(x):\n    return 3 * x\n"
MISTAKES = """
from autograder import mistake

@mistake("double", "Twice, not three times.")
def double_triples(x):
    return 3 * x
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    with Bench(tmp_path_factory.mktemp("bench")) as bench:
        yield bench


def titles(verdict):
    return [exhibit.get("title", exhibit["kind"]) for exhibit in verdict["exhibits"]]


def test_a_check_that_passes_shows_what_needs_no_failure(bench):
    assert titles(bench.run(CHECKS, exhibits=True)["1.1"]) == ["Always"]


def test_a_check_that_fails_shows_more_and_the_smallest_input(bench):
    verdict = bench.run(CHECKS, submission=TRIPLES, exhibits=True)["1.1"]
    assert titles(verdict) == ["Example", "Always", "Yours"]
    assert verdict["exhibits"][0]["code"].splitlines() == [
        "import torch; from submission import double",
        "x = torch.tensor([[1.0]])",
        "double(x)",
    ]
    assert verdict["exhibits"][2]["lines"][0]["y"] == [-3.0, 0.0, 3.0]


def test_a_replay_with_a_known_mistake_changes_no_picture(bench):
    verdict = bench.run(CHECKS, submission=TRIPLES, exhibits=True, beside={"mistakes.py": MISTAKES})["1.1"]
    assert "Hint: Twice, not three times." in verdict["student"]
    assert titles(verdict) == ["Example", "Always", "Yours"]


def test_nothing_is_shown_where_nobody_asked(bench):
    assert titles(bench.run(CHECKS, submission=TRIPLES)["1.1"]) == []


def test_pictures_change_no_verdict(bench):
    folder = bench.write(CHECKS, submission=TRIPLES, beside={"mistakes.py": MISTAKES})
    plain, pictured = bench.grade(folder), bench.grade(folder, exhibits=True)
    same = ("status", "score", "student", "mistakes", "seed")
    assert [plain["1.1"][key] for key in same] == [pictured["1.1"][key] for key in same]


def test_a_student_that_dies_while_it_is_drawn_has_failed_as_before(bench):
    dies = (
        "import os\ncalls = []\ndef double(x):\n    calls.append(1)\n    if len(calls) > 1: os._exit(3)\n    return x\n"
    )
    verdict = bench.run(CHECKS, submission=dies, exhibits=True)["1.1"]
    assert (verdict["status"], titles(verdict)) == ("FAILED", ["Always"])
    assert verdict["student"].startswith("double[")
