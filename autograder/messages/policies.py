"""What a course decides beside the checks: lateness, attempts, parts that are all or nothing.

Students do not see {points} where checks are hidden from them: there is a text without figures beside each of these.
"""

# Lateness (policies/lateness.py) ----------------------------------------------------------------------------

# LATE_BY, and what is added to it; {said} is what was put together before.
LATE_BY = "Late by {duration}"
GRACE = " ({duration} of grace)"
NOTHING_AFTER = ": no points after {duration}"
PERCENT_HIDDEN = "{said}: −{percent:g} % of {words}"
OF_EARNED = "the points earned"
OF_POSSIBLE = "the possible points"
PERCENT = "{said}: −{percent:g} % of {base}"
EQUALS = "{said} = −{points}"
TAKES = "{said}: −{points}"
ONLY_SO_MUCH = ", of which {points} were there to take"

# {duration}.
UNDER_A_SECOND = "less than 1 s"
SECONDS = "{seconds} s"
MINUTES = "{minutes} min"
HOURS = "{hours} h"
HOURS_AND_MINUTES = "{hours} h {minutes} min"
ONE_DAY = "1 day"
DAYS = "{days} days"
# {days} is one of the two before.
AND_HOURS = "{days} {hours} h"

# Parts that are all or nothing, hints and details from an attempt on (policies/adjusted.py) -----------------

ALL_OR_NOTHING = "Part {part} counts only if all its checks pass"
ALL_OR_NOTHING_LOST = "{said}, and {numbers} did not: −{points}"
# For staff.
ALL_OR_NOTHING_OPEN = "Part {part} counts only if all its checks pass: a person decides {numbers}."
ALL_OR_NOTHING_RULE = "The points count only if all checks of part {part} pass."
COUNT_OF_THEM = "{count} of them"
SHOWN_FROM = "{what} are shown from attempt {first} on; this is attempt {number}."
# {what} in SHOWN_FROM.
HINTS = "Hints"
DETAILS = "Details"
OVER_THE_LIMIT = "This submission is over the limit. It was graded, because no earlier results could be given back."

# For staff.
NO_DUE_DATE = "There is no due date: no submission is late."
ATTEMPT = "Attempt {number}."

# The results of an earlier submission (policies/given_back.py) ----------------------------------------------

NOT_GRADED = (
    "This submission was not graded: {many} graded{within}. Shown is what the submission of {graded_at} got.{following}"
)
ONE_SUBMISSION = "1 submission is"
SUBMISSIONS = "{count} submissions are"
WITHIN_HOURS = " in {hours:g} hours"
NEXT_FROM = " The next one can be graded from {time} on."
# The line above what a report said then: no other note may consist of it.
AS_IT_WAS = "What was said then:"
COUNTED_THEN = "Of {earned} points earned {counted} counted, for the reasons given then."
UNNAMED_TEST = "test {place}"

# Extra credit (policies/fitted.py) --------------------------------------------------------------------------

# The name of a check without points.
EXTRA_CREDIT = "{name} (extra credit)"
EXTRA_CREDIT_OF_ONE = "{name} (extra credit, {points:g} point)"
EXTRA_CREDIT_OF = "{name} (extra credit, {points:g} points)"

# What the platform's metadata lack, for staff (metadata.py) -------------------------------------------------

NOT_APPLIED = "{name} {why}; no policy that needs it was applied"

# {why} in NOT_APPLIED.
NO_FILE = "is no file"
NOT_READ = "cannot be read ({why})"
NO_JSON = "is not JSON ({exception})"
TOO_LARGE = "has more than {mib} MiB"

EARLIER_NOT_COUNTED = "{name} has more than {mib} MiB: earlier submissions were not counted"
NO_OBJECT = "{name} is no JSON object; no policy that needs it was applied"
NO_CREATED_AT = "{name}: created_at is missing"
NO_USERS = "{name}: there are no users"
NO_TIME = "{name}: {key} is {got}, but should be a time with its offset"
NO_LIST = "{name}: {key} is not a list of objects"
NO_ASSIGNMENT = "{name}: the assignment of a user is not an object"
NO_ID = "{name}: a user has no id"
