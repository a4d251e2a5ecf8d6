"""Reports for tests of renderings: of chosen verdicts, and of any; and files of them."""

import json

from hypothesis import strategies as st

from autograder.model import Check, Leaderboard, Part, Report, Status, Verdict, Visibility
from autograder.report import gradescope
from autograder.report.record import recorded

PART = Part("1", "Densities", 4.0)


def check(number="1.1", points=2.0, **options):
    return Check(f"test_{number}", options.pop("name", f"check {number}"), number, points, 5.0, **options)


def verdict(status=Status.PASSED, number="1.1", points=2.0, text="", staff="", score=None, value=None, **options):
    earned = points if status is Status.PASSED else 0.0
    return Verdict(
        check(number, points, **options), status, earned if score is None else score, text, staff, 0.1, value
    )


def report(*verdicts, parts=(PART,), wall_s=1.23456, **options):
    return Report("hw", options.pop("title", "Homework"), tuple(parts), tuple(verdicts), wall_s, **options)


MIXED = report(
    verdict(Status.PASSED, "1.1"),
    verdict(Status.FAILED, "1.2", text="kl is 1, but should be 2"),
    verdict(Status.BLOCKED, "1.3", text="Skipped: needs 1.2"),
    verdict(Status.ERROR, "1.4", points=0.5, text="This check could not be graded", staff="KeyError: 'k'"),
)


def record(path, made=MIXED):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(recorded(made), encoding="utf-8")


def results(path, made=MIXED):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(gradescope.results(made)), encoding="utf-8")


TEXTS = st.text(max_size=60)
LINES = st.text(min_size=1, max_size=40).filter(lambda text: text.strip())


@st.composite
def reports(draw):
    def one(number):
        worth = draw(st.floats(0, 1e6))
        status = draw(st.sampled_from(Status))
        score = draw(st.floats(0, worth)) if status is Status.FAILED else worth if status is Status.PASSED else 0.0
        return verdict(
            status,
            f"{draw(st.integers(1, 3))}.{number}",
            worth,
            draw(TEXTS),
            draw(TEXTS),
            score,
            draw(st.none() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS),
            name=draw(LINES),
            tags=tuple(draw(st.lists(TEXTS, max_size=2))),
            visibility=draw(st.sampled_from(Visibility)),
            leaderboard=draw(st.none() | st.builds(Leaderboard, TEXTS, st.sampled_from(["asc", "desc"]))),
        )

    verdicts = [one(number) for number in range(draw(st.integers(1, 4)))]
    wall_s = draw(st.floats(0, 1e5))
    return report(*verdicts, title=draw(TEXTS), notes=tuple(draw(st.lists(TEXTS, max_size=2))), wall_s=wall_s)
