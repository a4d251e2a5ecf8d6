"""The product: the same checks graded as ./run_autograder grades, with a confined worker for every check."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from autograder.assignment import load_assignment  # noqa: E402
from autograder.model import Report, Status, Verdict  # noqa: E402
from autograder.pipeline import Progress, grade  # noqa: E402
from autograder.report import gradescope  # noqa: E402

folder, submission, results = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])


def changed(report: Report, verdict: Verdict | None, total: int) -> None:
    """Write results.json after every verdict, as the command line does."""
    meanwhile.write(report)
    if verdict is not None and "--tell" in sys.argv:
        os.write(1, b"verdict\n")  # not by print: pytest captures that


assignment, meanwhile = load_assignment(folder), gradescope.Meanwhile(results)
report = grade(assignment, submission, Progress(assignment, changed))
gradescope.write(report, results)
lost = [verdict for verdict in report.verdicts if verdict.status not in (Status.PASSED, Status.MANUAL)]
print(f"{len(report.verdicts) - len(lost)} checks passed")
for verdict in lost:
    print(verdict.check.label, verdict.status, verdict.student_output, verdict.staff_output)
sys.stdout.flush()
os._exit(1 if lost else 0)  # as the command line does
