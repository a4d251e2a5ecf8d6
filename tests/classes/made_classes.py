"""Classes for tests: entries with chosen verdicts."""

from autograder.classes.entry import Entry
from autograder.model import Part, Status
from tests.made_reports import report, verdict

WRITTEN = Part("1", "Objectives", 4.0)
CODE = Part("4", "Densities", 6.0, names=("kl", "elbo"))
PASSED, FAILED, BLOCKED, ERROR, MANUAL = (
    Status.PASSED,
    Status.FAILED,
    Status.BLOCKED,
    Status.ERROR,
    Status.MANUAL,
)


def shown(*names, number="4.1", status=FAILED, **options):
    """A verdict that names mistakes."""
    made = verdict(status, number, **options)
    return type(made)(made.check, made.status, made.score, made.student_output, mistakes=names)


def submission(*verdicts, **options):
    """A report with a written part and one of code."""
    return report(*verdicts, parts=(WRITTEN, CODE), **options)


def entries(*reports):
    return [Entry(f"s{place:02d}", one) for place, one in enumerate(reports)]


def varied(count=12):
    """A class in which the better pass more, with a mistake that every third shows."""

    def one(place):
        return submission(
            verdict(PASSED if place % 2 else FAILED, "1.1"),
            shown("kl_log_sigma") if place % 3 == 0 else verdict(PASSED, "4.1"),
            verdict(PASSED if place > 4 else FAILED, "4.2", name="elbo is right"),
            verdict(PASSED, "4.3"),
            verdict(FAILED, "4.4"),
            wall_s=5.0 + place,
        )

    return entries(*map(one, range(count)))
