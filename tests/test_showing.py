"""The fixture `show`: what becomes a picture, what does not, and that it never decides anything."""

import math

import pytest
import torch

from autograder.exhibits import Band, Images, Line, Plot, Role, Samples
from autograder.report.described import described
from autograder.showing import Show
from tests.grading_bench import Bench

LEFT_OUT = "Left out, because it is nothing that can be drawn: "
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
    show.loss_curve("The loss", [1.0, math.nan, math.inf, 2.0, 1e300])
    line = only(show).lines[0]
    assert (line.x, line.not_finite) == ((1.0, 4.0), 3)


def test_a_training_that_is_not_finite_from_the_first_step_is_told():
    show = Show(wanted=True)
    show.loss_curve("The loss", [math.nan] * 7)
    assert described(only(show)) == "Yours: not finite (NaN, or without end) are 7."


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
    assert (sample.x, sample.y, sample.count, sample.not_finite) == ((1.0, 3.0), (2.0, 4.0), 2, 1)


def test_of_many_samples_some_are_drawn_and_all_are_counted(show):
    show.samples("Samples", yours=torch.arange(20_000).reshape(-1, 2))
    (sample,) = only(show).samples
    assert (len(sample.x), sample.count) == (400, 10_000)
    assert "10000 points" in described(only(show))


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


@pytest.mark.parametrize(
    "losses",
    [
        *(None, 3.0, "losses", [], [None], ["1"], object(), {"a": 1}, [0.0] * 100_001, [1j], [[1.0]]),
        *(torch.zeros(()), torch.zeros(2, dtype=torch.complex64), torch.zeros(100_001), torch.zeros(3, device="meta")),
        torch.eye(3).to_sparse(),
    ],
)
def test_what_is_no_curve_is_left_out_and_staff_are_told(show, losses):
    show.loss_curve("The loss", losses)
    assert (show.exhibits, show.problems) == ((), [f"{LEFT_OUT}The loss"])


@pytest.mark.parametrize("points", [None, [1.0], torch.zeros(4, 3), "points", torch.zeros(0, 3), torch.tensor(1.0)])
def test_what_are_no_samples_is_left_out_and_staff_are_told(show, points):
    show.samples("Samples", yours=points)
    assert (show.exhibits, show.problems) == ((), [f"{LEFT_OUT}Samples"])


@pytest.mark.parametrize(
    "images", [None, torch.zeros(3, 5), torch.zeros(2, 4, 4), [1], torch.zeros(0, 6), torch.tensor(0.0)]
)
def test_what_are_no_images_is_left_out_and_staff_are_told(show, images):
    show.images("Images", yours=images, shape=(2, 3))
    assert (show.exhibits, show.problems) == ((), [f"{LEFT_OUT}Images"])


def test_lines_of_another_length_are_left_out(show):
    show.functions("f", torch.zeros(3), x_label="x", y_label="y", yours=torch.zeros(4))
    assert (show.exhibits, show.problems) == ((), [f"{LEFT_OUT}f"])


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


HANGS = """
import time

def double(x):
    if tuple(x.shape) != (2, 2):
        time.sleep(60)
    print("called")
    return 3 * x
"""


def test_looking_for_an_example_takes_its_own_time_and_prints_nothing(bench):
    folder = bench.write(CHECKS, submission=HANGS)
    plain, pictured = bench.grade(folder), bench.grade(folder, exhibits=True)
    same = ("status", "score", "student")
    assert [plain["1.1"][key] for key in same] == [pictured["1.1"][key] for key in same]
    assert pictured["1.1"]["student"].count("called") == 1
    assert titles(pictured["1.1"]) == ["Always"]


PLAIN_ASSERT = """
@number("1.1")
@weight(1)
def test_double(student, reference, show):
    "double doubles"
    x = torch.ones(2)
    show.when_failed(lambda: show.functions("Yours", x, x_label="x", y_label="y", yours=student.double(x)))
    assert bool((student.double(x) == 2 * x).all())
"""


def test_a_plain_assert_is_a_failure_too(bench):
    assert titles(bench.run(PLAIN_ASSERT, submission=TRIPLES, exhibits=True)["1.1"]) == ["Yours"]


CAUGHT = """
@number("1.1")
@weight(1)
def test_double(student, reference):
    "double doubles, or triples"
    x = torch.tensor([[3.0, 4.0], [5.0, 6.0]])
    try:
        assert_matches(student.double, reference.double, x)
    except Mismatch:
        assert_close(student.double(x), 3 * x, name="double")
"""


def test_a_mismatch_that_a_check_gets_over_is_not_looked_into(bench):
    folder = bench.write(CAUGHT, submission=HANGS)
    assert bench.grade(folder, exhibits=True).statuses == {"1.1": "PASSED"}
