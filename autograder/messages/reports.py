"""What renderings add to the verdicts: headings, words for a status, what is missing in a total."""

# Above the tests of results.json (report/gradescope.py) -----------------------------------------------------

SOME_UNGRADED = (
    "{points} of {possible} points could not be graded because of a fault of the autograder. The score is "
    "preliminary: please tell the course staff."
)
# Where the checks are hidden.
UNGRADED = (
    "Some points could not be graded because of a fault of the autograder. The score is preliminary: please tell the "
    "course staff."
)
READ_BY_HAND_ONE = "1 point is not in this score: a person reads the answer to {numbers}."
READ_BY_HAND = "{points} points are not in this score: a person reads the answers to {numbers}."
SOME_READ_BY_HAND = "Some points are not in this score: a person reads some answers."

# A test's output in the platform's formats (report/modes.py) -------------------------------------------------

HINT = "Hint: "
EXAMPLE = "A small input that shows it:"
GIVES = "gives {seen}"
SHOULD_GIVE = "should give {wanted}"
FORMULA = "{label}: {text}"
PICTURE = "{title}: {description}"
PICTURE_WITH_CAPTION = "{title} ({caption}): {description}"

# JUnit XML (report/junit.py) --------------------------------------------------------------------------------

PART = "Part {number}: {title}"
OUR_FAULT = "fault of the autograder"
A_PERSON_DECIDES = "A person decides. {text}"

# A summary in Markdown (report/markdown.py) -----------------------------------------------------------------


# Words for a status, in Markdown.
PASSED = "passed"
FAILED = "**FAILED**"
BLOCKED = "skipped"
NOT_GRADED = "**not graded**"
BY_HAND = "by hand"
AFTER_SUBMISSION = "after submission"

# The total, and what is not in it.
POINTS = "**{points} of {possible} points**"
SKIPPED = "{count} skipped, because what they need failed"
LATER_ONE = "1 further point is graded after submission"
LATER = "{points} further points are graded after submission"
GIVEN_BY_HAND_ONE = "1 further point is given by a person"
GIVEN_BY_HAND = "{points} further points are given by a person"
NOT_GRADED_POINT = "1 point could not be graded: a fault of the autograder"
NOT_GRADED_POINTS = "{points} points could not be graded: a fault of the autograder"

# Headings.
LOOK_AT = "## What to look at"
TABLE_HEAD = "| | Check | Points |"
STAFF = "-- staff --\n"
NO_ROOM = "{count} more are in results.json: there is no room for them here."

# Hidden checks (report/shown.py) ----------------------------------------------------------------------------

ONE_NOT_SHOWN = "{count} check is not shown here; what it is worth is in no figure above."
NOT_SHOWN = "{count} checks are not shown here; what they are worth is in no figure above."

# A text that is too long (report/text.py) -------------------------------------------------------------------

LEFT_OUT = "\n[... {count} characters left out ...]\n"

# Under pytest (pytest_checks.py) ----------------------------------------------------------------------------

SKIPPED_BECAUSE = "Skipped: {reason}"
FOR_STAFF = "for staff"
PART_SCORE = "Part {number}  {title}: {score}"
AND_BY_HAND = ", and {points} that a person gives"
TOTAL = "Total: {score}{by_hand}"
ASSIGNMENT = "assignment: {name}, {title}"

# gradescope.py: where results.json cannot be written
ELSEWHERE = "name another place with --results PATH"
