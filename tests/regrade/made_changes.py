"""Old and new reports for tests of what would change."""

import json

from autograder.classes.results import report_of
from autograder.model import Adjustment, Check, Report, Status, Verdict
from autograder.regrade.changes.changed import changed
from autograder.regrade.changes.changes import changes
from autograder.report import gradescope
from tests.made_reports import report, verdict

PASSED, FAILED, BLOCKED, ERROR, MANUAL = (
    *(Status.PASSED, Status.FAILED, Status.BLOCKED),
    *(Status.ERROR, Status.MANUAL),
)
FAULT = (
    "This check could not be graded: KeyError in the check itself. This is a fault of the autograder, not of your "
    "submission; please tell the course staff, who can run it again."
)


def ended(status, number="4.1", points=2.0, score=None, text="", id=None, mistakes=(), **options):
    """A verdict with everything that a reason may come from."""
    made = verdict(status, number, points, text, options.pop("staff", ""), score, **options)
    check = Check(**{**vars(made.check), "id": id or made.check.id})
    return Verdict(check, status, made.score, made.student_output, made.staff_output, mistakes=tuple(mistakes))


def told(made):
    """What is left of a report in results.json."""
    return report_of(json.loads(json.dumps(gradescope.results(made))))


def one(old, new, **options):
    """What changes between two reports of one submission, or two verdicts."""
    old, new = (side if isinstance(side, Report) else report(side) for side in (old, new))
    return changed("ada", old, new, **options)


def only_check(old, new, **options):
    """The one check that changed."""
    (check,) = one(old, new, **options).checks
    return check


def late(*verdicts, points=-1.0):
    return report(*verdicts, adjustments=(Adjustment("Late by 1 day", points, "Late by 1 day: −10 % of 10"),))


def a_class():
    """A class in which something of each kind changes."""
    full = report(ended(PASSED, "4.1"), ended(PASSED, "4.2"), ended(FAILED, "4.10", text="x is 1, but should be 2"))
    less = report(
        ended(FAILED, "4.1", text="kl is 1, but should be 2", mistakes=["kl_log_sigma"]),
        ended(ERROR, "4.2", text=FAULT),
        ended(FAILED, "4.10", text="x is 1, but should be 2"),
    )
    other = report(
        ended(FAILED, "4.1", text="kl is 1"), ended(PASSED, "4.2"), ended(PASSED, "4.10")
    )  # the same total from other checks
    waits = report(*full.verdicts[:2], ended(MANUAL, "4.10", text="could not be read"))
    old = {"ada": full, "bob": full, "cy": less, "dan": full, "eve": full, "fay": waits, "gus": late(*full.verdicts)}
    new = {"ada": full, "bob": less, "cy": full, "dan": other, "eve": waits, "fay": full, "hal": full}
    new["gus"] = full
    old["ian"] = full
    return changes(old, new, names=[*new, "ian", "jo"], unreadable=["kim/results.json: no record"])
