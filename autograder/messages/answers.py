"""The written part: what was not as it should be in answers.md, and what an answer came to.

Texts for staff may hold the solution; those for students must not.
"""

# Reading answers.md (answers/) ------------------------------------------------------------------------------

MISSING = "{name} is missing"
NOT_READABLE = "{name} cannot be read: {why}"
TOO_LARGE = "{name} is larger than 1 MiB: hand in text only"
TOO_LONG = "the file has more than 1 MiB or {lines} lines: hand in answers only"
TOO_MANY_DELIMITERS = "the file has more than {count} delimiters of formulas: hand in answers only"
TOO_MANY_HEADINGS = "the file has more than {count} headings: hand in answers only"
NO_UTF8 = "the file is not in UTF-8, so symbols in it may be misread: save it as UTF-8"
OPEN_COMMENT = "the comment `<!--` is never closed: add `-->`"
BEFORE_HEADINGS = "this stands before the first heading, so it answers no question"
UNKNOWN_HEADING = "heading {heading!r} is no question of this sheet{cure}{beneath}"
DID_YOU_MEAN = ": did you mean {similar}?"
NOT_READ_AS_ANSWER = " What stands beneath it is not read as an answer."
NO_HEADING = "there is no heading for {title}: add `## {name}`"
TITLE = "{name} ({number})"
ANSWERED_TWICE = "{name} is answered more than once, in lines {lines}: the last one counts"
AND = " and "
MORE_PROBLEMS = "and {count} more problems"
OPEN_BLOCK = "the block that starts here is never closed: add a line with {closer}"
OPEN_FORMULA = "the formula that starts here is never closed: add `{closer}`"
AT_LINE = "line {line}: {text}"

# Any question (written/sheet.py) ----------------------------------------------------------------------------

FURTHER_NOTES = "{file}: {count} more of this kind."
NOTE = "{file}: {problem}"
FILE_TOO_SLOW = "{file} could not be read in time; a person will look at it."
FILE_IS_FOLDER = "{file} is a folder, but should be a file."
FILE_MISSING = "{file} is missing: nothing was answered."
NO_HEADING_HERE = "There is no heading for this question: add ## {id}"
NOTHING_BELOW = "Nothing stands under the heading (line {line})."
TOO_SLOW = "Your answer could not be compared in time; a person will look at it."

# Formulas and numbers (written/expressions.py) --------------------------------------------------------------

UNDERSTOOD = "Understood as: {formula}"
READ_SO = "Note: {note}."
DIFFERS = "Your formula differs from the solution."
STILL_HAS = "Your formula still has {names} in it."
NUMBER_CLOSE = "Your number is close: give it exactly, or with three digits or more."
UNREAD = "Your answer could not be read; a person will look at it."
PARTLY_UNREAD = "A part of your derivation could not be read; a person will look at it."
UNDECIDED = "Your answer could not be compared with the solution; a person will look at it."
LINE = "line {line}"

# For staff.
EQUAL = "Equal to the solution ({where})."
ROUNDED_TOO_FAR = "Rounded too far ({where})"
UNDECIDED_FOR_STAFF = "Undecided: {why}\nGiven ({where}); wanted: {wanted}"
DIFFERENT = "Different from {wanted} ({where})"
SEARCH_FAILED = "The search for a reason failed: {error!r}"
NO_KNOWN_REASON = "no known reason"
KNOWN_MISTAKE = "The known mistake {name} ({where})"
OPERATOR_RULED_OUT = "An operator that the question does not allow: {text}"
UNREAD_FOR_STAFF = "Could not be read: {text}\nWanted: {wanted}"

# Derivations (written/steps.py) -----------------------------------------------------------------------------

NO_FORMULA = "There is no formula under the heading."
STEP_BROKEN = "{place}: this step does not hold: {step}"
CONTRADICTION = "Both lines begin with {label}, but they are not equal."
NOT_FOUND = "I did not find {slot}."
NOT_FOUND_HINT = "I did not find {slot}. {hint}"
RIGHT_END = "The end is right, but a step on the way does not hold."
END_HAS = "{place}: the derivation ends with {formula}, which still has {names} in it: work it out."
NOT_LOOKED_AT = "{place}: not read, and so not looked at: {problem}"

# For staff.
END_RULED_OUT = "The end has an operator or a name that the question does not allow."

# Before submission, where the solutions are not known (written/echo.py) -------------------------------------

FOR_A_PERSON = "As it stands, a person has to look at it after submission."
TICKED = "Ticked: {keys}."

# Boxes, pairs and text (written/choices.py) -----------------------------------------------------------------

NOTHING_TICKED = "Nothing is ticked: put an x between the brackets, as in - [x]."
TOO_MANY_BOXES = "{count} boxes are ticked, but one is asked for."
SOME_WRONG = "Some of what you ticked is wrong, or something is missing."
CHOICE_WRONG = "This choice is not right."
NO_REASON = "No reason is ticked."
TOO_MANY_REASONS = "{count} reasons are ticked, but one is asked for."
WRONG_REASON = "The choice is right, but not for the reason that you ticked."
CONTRADICTING_REASON = (
    "Your choice and your reason contradict each other: the reason that you ticked speaks for the other one."
)
NO_PAIRS = "No line of the form {key}: VALUE was found, with one of the values {values}."
VALUE = "{key} ({text})"
PAIRS_WRONG = "{count} of {total} are not right."
PAIRS_MISSING = "No value was found for {keys}."
ONE_POINT_BY_HAND = "1 point is given by a person, who reads this answer."
POINTS_BY_HAND = "{points:g} points are given by a person, who reads this answer."

# For staff.
TICKED_KEYS = "Ticked: {keys}"
CONTRADICTING_REASON_FOR_STAFF = "Choice and reason contradict each other."
GIVEN_PAIRS = "Given: {pairs}"
GIVEN_PAIR = "{key}: {value}"
ANSWER_AND_RUBRIC = "Answer:\n{answer}\n\nRubric ({points:g} points by hand):\n{rubric}"
