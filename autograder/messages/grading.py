"""What becomes of a check: passed, failed, skipped, graded later or by nobody; and what staff read about it."""

# A check that ended (verdicts.py, collect.py) ---------------------------------------------------------------

PROPERTY = "This does not hold: {name}"
PRINTED = "\n\nYour code printed:\n{printed}"
PARTLY_EARNED = "earned {score:g} of {possible:g} points"

# For staff.
PRINTED_FOR_STAFF = "The student's code printed:\n{printed}"
PEAK_MEMORY = "Peak memory of the worker: {mib} MiB"
LATER_FAILURE = "then, in {phase}: {failure!r}"

# A check that was skipped (grading.py) ----------------------------------------------------------------------

# The name of the first check.
CAN_BE_IMPORTED = "{file} is there and can be imported"
SKIPPED = "Skipped: needs {needed}, which {why}."
HIDDEN_CHECK = "a check that is not shown"  # {needed}, where its name would say what it looks for
WAS_SKIPPED = "was skipped"
FAILED = "failed"  # {why}, as is the one before
NO_TIME_LEFT = (
    "Not run: the time for the whole run is over. Your code used {seconds:.0f} s of it; every check imports your "
    "file anew, so look first at what it does when it is imported."
)
# {said} is what can be said already, or nothing.
LATER = "Graded after submission.\n{said}"
NEEDS_LATER = "It needs {label}, which is graded then."
UNFINISHED = (
    "This check could not be graded: {why}. This is a fault of the autograder, not of your submission; please tell "
    "the course staff, who can run it again."
)

# Why, in UNFINISHED.
TIME_IS_OVER = "the time for the whole run is over"
NOT_REACHED = "the run ended before this check was reached"
FILES_NOT_IN_ORDER = "its own files are not in order"
STOPPED_EARLY = "the autograder stopped early"
RAISED_IN_CHECK = "{exception} in the check itself"
QUESTION_FAULT = "the question or its grading has a fault"

# A run that did not begin.
SET_UP = "The autograder is set up"
NOTHING_GRADED = "Nothing was graded because of a fault of the autograder. Please tell the course staff."

# What a failed check is put down to, for staff (attribution.py) ---------------------------------------------

DIAGNOSIS_FAILED = "The diagnosis failed:\n{trace}"
MISTAKE_IN = "{name} (in {of})"
FOLLOWS = "Given the points: the failure follows from {names}, which cost its points elsewhere."
BEHAVES_LIKE = "Behaves like the known mistake {names} ({degree})."

# Why a handout leaves a check for later, for staff (recorded/) ----------------------------------------------

MAY_FOLLOW_FROM_SEVERAL = "it may follow from several mistakes in other parts together"
MAY_FOLLOW = "it may follow from a mistake in another part"
NO_SUCH_ARGUMENTS = "{what} of the reference is not recorded for these arguments"
NO_SUCH_COTANGENTS = "{what} of the reference is not recorded for these cotangents"
NESTED_TOO_DEEPLY = "the request is nested too deeply"
OBJECT_OF_STUDENT = "the reference is given an object of the student's"
OBJECT_OF_ANOTHER_CHECK = "the reference is given an object that another check made"
MISTAKE_NOT_HERE = "{name} is not here"
