"""What a regrading says about what would change: in the terminal, in the table and on the page. For staff."""

TITLE = "What would change"
PAGE_TITLE = "{title}: what would change"

# In short (regrade/changes/summary.py) ----------------------------------------------------------------------

COMPARED = "{submissions} compared: {counts}."
SUBMISSION, SUBMISSIONS = "1 submission", "{count} submissions"
COUNT_LOWERED, COUNT_RAISED = "{count} lower", "{count} higher"
COUNT_MOVED, COUNT_SAME = "{count} with the same score from other verdicts", "{count} unchanged"
LARGEST = "Largest loss: {points} ({name})."
NOTHING = "Nothing would change: {submissions} compared, with the same scores and the same verdicts."
NOT_COMPARED = "Nothing was compared: no submission has both an old and a new result."
FAULTS = (
    "{submissions} with a fault of the autograder now, which costs points that nobody lost: {names}. Mend it and grade "
    "these again before anything is released."
)
WAITING = "{submissions} with points that wait for a person now, and did not before: {names}."
TOTALS_ONLY = "{submissions} compared by the total only, because the old result has other checks: {names}."
ONLY_OLD = "{submissions} with an old result, but no new one: {names}."
ONLY_NEW = "{submissions} with a new result, but no old one: {names}."
NEITHER = "{submissions} with neither an old result that can be read nor a new one: {names}."
UNREADABLE, UNREADABLE_MORE = "Old result not read: {why}", "{count} more old results were not read."

# Checks and submissions -------------------------------------------------------------------------------------

BY_CHECK = "By check"
BY_CHECK_ABOUT = "Where many lose, look at the check first, and read one of the examples."
ADJUSTMENTS = "Adjustments, such as late penalties"
LOSE_ONE, LOSE = "1 loses {points}", "{count} lose {points}"
GAIN_ONE, GAIN = "1 gains {points}", "{count} gain {points}"
FROM_TO = "{least} to {most}"
OTHERWISE_ONE, OTHERWISE = "1 ends otherwise", "{count} end otherwise"
NEW_IN, GONE_IN = "new in {count}", "gone in {count}"
EXAMPLES = "for example {names}"

ANY_NUMBER = "{number} {name}"
COUNTS_AND_EXAMPLES = "{counts}; {examples}"
MORE_CHECKS = "{count} more checks are in the table."

LOWERED, RAISED = "Lower ({count})", "Higher ({count})"
MOVED = "The same score from other verdicts ({count})"
SUBMISSION_LINE = "{name}: {change}"
SCORES = "{old} → {new} of {possible} ({difference})"
SCORES_AND_POSSIBLE = "{old} of {old_possible} → {new} of {possible} ({difference})"
SAME_SCORE = "{new} of {possible}"
POINTS = "{old} → {new}"
POINTS_AND_WORTH = "{old} of {old_possible} → {new} of {possible}"
NO_POINTS = "–"  # instead of the points of a check that is not there
FURTHER_CHECKS_ONE, FURTHER_CHECKS = "1 more check changed.", "{count} more checks changed."
FURTHER_ONE, FURTHER = "1 more submission is in the table.", "{count} more submissions are in the table."

# Why (regrade/changes/reasons.py) ---------------------------------------------------------------------------

NEW_CHECK = "New check"
GONE_CHECK = "There is no such check now"
RENUMBERED = "Was {number}"
RENAMED = "Was called “{name}”"
WORTH = "Worth {new} instead of {old}"
NOW_PASSED, WAS_PASSED = "Passes now", "Passed before"
NOW_FAILED, WAS_FAILED = "Fails now", "Failed before"
NOW_BLOCKED, WAS_BLOCKED = "Skipped now", "Was skipped before"
NOW_ERROR = "Not graded now, by a fault of the autograder"
WAS_ERROR = "Was not graded before, by a fault of the autograder"
NOW_MANUAL, WAS_MANUAL = "Waits for a person now", "Waited for a person before"
NOW_LATER, WAS_LATER = "Graded after submission only", "Was to be graded after submission"
STILL = "Ends as before"
WITH = "{how}: {said}"
KNOWN = "Known mistake: {mistakes}"
KNOWN_IN_ANSWER = "{name} ({hint})"
NONE_TOLD = "no reason was given"

# The table and the page -------------------------------------------------------------------------------------

CSV_SUBMISSION, CSV_CHANGE = "submission", "score"
CSV_OLD_TOTAL, CSV_NEW_TOTAL, CSV_TOTAL_DIFFERENCE = "old total", "new total", "difference of totals"
CSV_CHECK, CSV_OLD, CSV_NEW, CSV_DIFFERENCE = "check", "old points", "new points", "difference"
CSV_OLD_POSSIBLE, CSV_NEW_POSSIBLE = "old points possible", "new points possible"
CSV_OLD_STATUS, CSV_NEW_STATUS, CSV_WHY = "old status", "new status", "why"
CSV_PEOPLE = "handed in by"
CSV_LOWER, CSV_HIGHER, CSV_SAME = "lower", "higher", "same"
CSV_ONLY_OLD, CSV_ONLY_NEW, CSV_NEITHER = "no new result", "no old result", "no result"

SUBTITLE = "Old results beside new ones. Nothing of it was released. For staff: it says what hidden checks look at."
IN_SHORT = "In short"
FIGURE_COMPARED, FIGURE_LOWERED, FIGURE_RAISED = "Compared", "Lower", "Higher"
FIGURE_MOVED, FIGURE_SAME, FIGURE_LARGEST = "Same score from other verdicts", "Unchanged", "Largest loss"
CHECK, LOSE_HEAD, GAIN_HEAD, OTHER_HEAD, EXAMPLE_HEAD = "Check", "Lose", "Gain", "Also", "Examples"
OLD_HEAD, NEW_HEAD, DIFFERENCE_HEAD, WHY_HEAD = "Old", "New", "Difference", "Why"
ADJUSTED = "Adjustments"
REMARKS = "Before anything is released"
PAGE_FURTHER_ONE = "1 more submission is in the table, which has all of them."
PAGE_FURTHER = "{count} more submissions are in the table, which has all of them."

# Old results (regrade/changes/old_results.py)---------------------------------------------------------------------

NO_PLACE = (
    "{place}: there is no such folder; name the results of an earlier regrading, or a folder of records or of "
    "results.json files"
)
NOTHING_THERE = "{place}: there is no old result in it; name the results of an earlier regrading"
OTHER_ASSIGNMENT = "is a result of {other}, not of {assignment}"
NOT_OF_ONE = "fits several submissions of this class by its name, or several old results do; none was taken"
NO_GRADES = (
    "the submissions hold no grades of the platform; --compare {word} needs the export of Gradescope, with its "
    "submission_metadata.yml"
)
