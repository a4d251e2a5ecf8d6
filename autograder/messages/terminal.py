"""What the terminal says beside the messages of the checks: the table, the plain report, totals and progress."""

# The words in front of a check in the table. They stand in docs/students.md and in the README of a handout too.
PASSED, FAILED, BLOCKED, ERROR, MANUAL, LATER = "pass", "FAIL", "skip", "????", "hand", "wait"

# The same in a sentence, for --plain.
SAID_PASSED = "passed"
SAID_FAILED = "failed"
SAID_BLOCKED = "was skipped"
SAID_ERROR = "could not be graded"
SAID_MANUAL = "is read by a person"
SAID_LATER = "is graded after submission"

# Headings
PART = "Part {number}  {title}{rule}"
EXTRA_CREDIT = " (extra credit)"
ALL_OR_NOTHING = " (all or nothing)"
DETAILS = "What to look at"
STAFF_ONLY = "-- staff --"
LABEL = '{number} "{name}"'
EXAMPLE = "A small input that shows it:"
EXAMPLE_SEEN = "gives {seen}"
EXAMPLE_WANTED = "should give {wanted}"

# Several checks in one line of the table
ALL_PASSED = "all {count} checks"
WAITS_FOR = "Waits for {blocker}: {name}"
WAIT_FOR = "{count} checks wait for {blocker}: {numbers}"
NOT_SHOWN = "a check that is not shown"
SAME = "{count} checks: {numbers}"
WAITING = "{count} checks are graded after submission: {numbers}"
HINT = "Hint: {hint}"
NOT_YET = "–"  # instead of the points of what is graded later

# Totals
EARNED = "Earned"
TOTAL = "Total"
VISIBLE = "Visible checks"
COUNT_PASSED = "{count} passed"
COUNT_FAILED = "{count} failed"
COUNT_BLOCKED = "{count} skipped"
COUNT_ERROR = "{count} not graded"
COUNT_MANUAL = "{count} for a person"
COUNT_LATER = "{count} after submission"
COUNTS = "Checks: {counts}."
EXTRA = "{earned} of {possible} points of extra credit are in it."
SKIPPED_ONE = "1 check was skipped, because a check that it needs failed."
SKIPPED = "{count} checks were skipped, because a check that they need failed."
SUBMITTED_ONE = "1 point is graded after submission{mark}."
SUBMITTED = "{points} points are graded after submission{mark}."
BY_HAND_ONE = "1 further point is given by a person{mark}."
BY_HAND = "{points} further points are given by a person{mark}."
UNGRADED_ONE = "1 point could not be graded: a fault of the autograder{mark}."
UNGRADED = "{points} points could not be graded: a fault of the autograder{mark}."
MARK_LATER = ': those marked "wait"'
MARK_BY_HAND = ', who reads what is marked "hand"'
MARK_UNGRADED = " (????)"

# For staff
ISOLATION = "Isolation: {layers}"
STAFF = "Staff: {note}"
TIMES = "Time: {seconds:.1f} s{slowest}"
SLOWEST = "; the slowest checks: {checks}"
SLOW = "{number} ({seconds:.1f} s)"
SEED = "Seed: {seed}"
REPRODUCE = "To run it again:"
COMMAND = "./run_autograder {assignment} {submission}"
OF_ONE_CHECK = "--check {number} --staff"
SUBMISSION = "SUBMISSION"  # where the report does not say which

# --plain: sentences
PLAIN_SUM = "{label}: {score} of {possible} points."
PLAIN_PART = "Part {number}, {title}{rule}: {score} of {possible} points."
PLAIN_WAITING_PART = "Part {number}, {title}{rule}."
PLAIN_CHECK = "{number} {said}, {score} of {possible} points: {name}"
PLAIN_CHECK_WITHOUT_POINTS = "{number} {said}: {name}"
PLAIN_SAME = "The same as for {number}."
PLAIN_STAFF = "For staff:"

# While the grading goes on
PROGRESS_DONE = "[{done}/{total}] {check}"
PROGRESS_CHECK = "{number} {name}"
PROGRESS_TIME = "{minutes} min {seconds} s"
PROGRESS_SECONDS = "{seconds} s"
PROGRESS_PART = "Part {number} is done: {passed} of {total} checks passed, {waiting} wait."
PROGRESS_PART_WITHOUT_WAITING = "Part {number} is done: {passed} of {total} checks passed."
