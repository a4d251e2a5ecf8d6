"""What a regrading says about what would change: in the terminal, in the table and on the page. For staff."""

TITLE = "What would change"
PAGE_TITLE = "{title}: what would change"

# In short (regrade/changes_summary.py) ----------------------------------------------------------------------

COMPARED = "{submissions} compared: {counts}."
SUBMISSION, SUBMISSIONS = "1 submission", "{count} submissions"
COUNT_LOWERED, COUNT_RAISED = "{count} lower", "{count} higher"
COUNT_MOVED, COUNT_SAME = "{count} with the same score, but other verdicts", "{count} unchanged"
LARGEST = "The largest loss is {points}: {name}."
NOTHING = "Nothing would change: {submissions} would have the same score and the same verdicts."
NOT_COMPARED = "Nothing was compared: no submission has both an old and a new result."
FAULTS = (
    "{submissions} met a fault of the autograder now ({names}): points are missing that nobody lost. Mend it and grade "
    "these again before anything is released."
)
WAITING = "{submissions} have points that wait for a person now, and did not before: {names}."
TOTALS_ONLY = "{submissions} can be compared by the total only, because the old results have other checks: {names}."
ONLY_OLD = "{submissions} have an old result and no new one: {names}."
ONLY_NEW = "{submissions} have a new result and no old one: {names}."
NEITHER = "{submissions} have neither an old result that can be read nor a new one: {names}."
UNREADABLE = "old result not read: {why}"
NAMES_MORE = "{names} and {count} more"

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

LOWERED, RAISED = "Lower ({count})", "Higher ({count})"
MOVED = "The same score, but other verdicts ({count})"
SUBMISSION_LINE = "{name}: {change}"
SCORES = "{old} → {new} of {possible} ({difference})"
SCORES_AND_POSSIBLE = "{old} of {old_possible} → {new} of {possible} ({difference})"
SAME_SCORE = "{new} of {possible}"
CHECK_LINE = "{label}: {points}"
POINTS = "{old} → {new}"
POINTS_AND_WORTH = "{old} of {old_possible} → {new} of {possible}"
NO_POINTS = "–"  # instead of the points of a check that is not there
FURTHER_CHECKS = "{count} more checks changed."
FURTHER_ONE, FURTHER = "1 more submission is in the table.", "{count} more submissions are in the table."

# Why (regrade/changes_reasons.py) ---------------------------------------------------------------------------

NEW_CHECK = "new check"
GONE_CHECK = "there is no such check now"
RENUMBERED = "was {number}"
RENAMED = "was called “{name}”"
WORTH = "worth {new} instead of {old}"
NOW_PASSED, WAS_PASSED = "passes now", "passed before"
NOW_FAILED, WAS_FAILED = "fails now", "failed before"
NOW_BLOCKED, WAS_BLOCKED = "skipped now", "was skipped before"
NOW_ERROR = "not graded now, by a fault of the autograder"
WAS_ERROR = "was not graded before, by a fault of the autograder"
NOW_MANUAL, WAS_MANUAL = "waits for a person now", "waited for a person before"
NOW_LATER, WAS_LATER = "graded after submission only", "was to be graded after submission"
STILL = "ends as before, with other points"
WITH = "{how}: {said}"
KNOWN = "known mistake: {mistakes}"
NONE_TOLD = "no reason was given"

# The table and the page -------------------------------------------------------------------------------------

CSV_SUBMISSION, CSV_CHANGE = "submission", "score"
CSV_OLD_TOTAL, CSV_NEW_TOTAL, CSV_TOTAL_DIFFERENCE = "old total", "new total", "difference of totals"
CSV_CHECK, CSV_OLD, CSV_NEW, CSV_DIFFERENCE = "check", "old points", "new points", "difference"
CSV_OLD_POSSIBLE, CSV_NEW_POSSIBLE = "old points possible", "new points possible"
CSV_OLD_STATUS, CSV_NEW_STATUS, CSV_WHY = "old status", "new status", "why"
CSV_LOWER, CSV_HIGHER, CSV_SAME = "lower", "higher", "same"
CSV_ONLY_OLD, CSV_ONLY_NEW, CSV_NEITHER = "no new result", "no old result", "no result"

SUBTITLE = "Old results beside new ones. Nothing of it was released. For staff: it says what hidden checks look at."
IN_SHORT = "In short"
FIGURE_COMPARED, FIGURE_LOWERED, FIGURE_RAISED = "Compared", "Lower", "Higher"
FIGURE_MOVED, FIGURE_SAME, FIGURE_LARGEST = "Same score, other verdicts", "Unchanged", "Largest loss"
CHECK, SUBMISSION_HEAD, LOSE_HEAD, GAIN_HEAD, OTHER_HEAD, EXAMPLE_HEAD = (
    *("Check", "Submission", "Lose", "Gain", "Also", "Examples"),
)
OLD_HEAD, NEW_HEAD, DIFFERENCE_HEAD, WHY_HEAD = "Old", "New", "Difference", "Why"
ADJUSTED = "Adjustments"
REMARKS = "Not compared, or not in full"
PAGE_FURTHER_ONE = "1 more submission is in the table, which has all of them."
PAGE_FURTHER = "{count} more submissions are in the table, which has all of them."

# Old results (regrade/old_results.py) -----------------------------------------------------------------------

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
