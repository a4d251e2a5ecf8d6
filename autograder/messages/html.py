"""What the HTML report of one submission says, and the sentences that stand for pictures."""

# the page
SKIP = "Skip to the results"
SUBMISSION = "Submission: {name}"
STAFF_PAGE = "For staff: this page has hidden checks, seeds and solutions. Do not give it to students."
NAVIGATION = "Parts"
SUMMARY = "Summary"
PARTS = "Points by part"
PART = "Part {number}: {title}"
WITHOUT_PART = "Before the parts"
COLUMNS = ("Part", "Passed", "Points")
OF = "{some} of {all}"
NOTHING_TO_SEE = "There are no checks to show."
EXTRA_CREDIT_PART = "extra credit"
ALL_OR_NOTHING_PART = "all or nothing"

# what became of a check
STATUS = {
    "passed": "passed",
    "failed": "failed",
    "blocked": "skipped",
    "error": "not graded",
    "manual": "by hand",
    "later": "later",
}
STATUS_SIGN = {"passed": "✓", "failed": "✗", "blocked": "↷", "error": "?", "manual": "✎", "later": "…"}
NO_SCORE = "–"

# totals
ONE_POINT_OF = "1 point"
SOME_POINTS_OF = "{count} points"
POINTS_UNIT = "{of} points"
WHAT_FAILED = "What to look at:"
COUNTED = "Checks passed: {done} of {all}."
TALLY = "{done} of {all} passed"
EARNED = "Earned by the checks: {earned} of {possible} points."
EXTRA_CREDIT = "{earned} of {possible} points of extra credit are in it."
ONE_BLOCKED = "1 check was skipped, because a check that it needs failed."
BLOCKED = "{count} checks were skipped, because a check that they need failed."
LATER = "Graded after submission: another {points}. The score above is of the checks that are run now."
BY_HAND = "Given by a person: {points}, which are not in the score yet."
ONE_BY_HAND = "Given by a person: 1 point, which is not in the score yet."
UNGRADED = "Not graded because of a fault of the autograder, not of the submission: {points}."
BAR = "Of {possible} points: {pieces}."
BAR_PIECES = {"earned": "earned", "lost": "not earned", "ungraded": "not graded", "manual": "by hand"}

# a check that did not pass
SEEN = "What was seen"
WANTED = "What should be"
WHERE = "Where"
SAME_FOR = "The same holds for {numbers}."
HINT = "Hint"
PRINTED = "Your code printed"
EXAMPLE = "A small input that shows it"
EXAMPLE_GIVES = "gives"
EXAMPLE_WANTED = "should give"
FORMULA = "Formula"
ONE_PICTURE = "1 picture"
SOME_PICTURES = "{count} pictures"
MORE_OF_PASSED = "Details"
WAITS_FOR = "Skipped, because it needs"
WHICH_NEEDS = ", which needs"
PICTURES_MISSING = (
    "This page says in words what its pictures would show, because matplotlib is not installed. "
    "For pictures run ./setup.sh --pictures and grade again."
)

# for staff
STAFF = "For staff"
STAFF_VISIBILITY = "Visibility"
STAFF_SEED = "Seed"
STAFF_TIME = "Wall time"
STAFF_MISTAKES = "Behaves like"
STAFF_COMMAND = "Run it again"
STAFF_OUTPUT = "Staff output"
STAFF_ISOLATION = "Isolation"
STAFF_SLOWEST = "Slowest checks"
STAFF_RUN = "The whole run took {seconds} s."
SECONDS = "{seconds} s"
CHECK_COLUMN = "Check"

# sentences that stand for pictures
FALLS = "{what} falls from {first} to {last}"
RISES = "{what} rises from {first} to {last}"
STAYS = "{what} stays near {last}"
MOVES = "{what} goes from {first} to {last}, and is between {low} and {high}"
ONE_VALUE = "{what} is {last}"
OVER_STEPS = " over {count} {steps}"
OVER_ONE_STEP = " after 1 {step}"
OVER_RANGE = " for {axis} from {first} to {last}"
LINE_OF = "{label}: {what}"
BAND_ENDS = "{label} end between {low} and {high}"
ON_A_LINE = "{label}: {count}, mean {mean}, standard deviation {deviation}, from {low} to {high}"
NEAREST = "; nearest to {places}"
NEAREST_ONE = "{mark}: {percent} %"
IN_A_PLANE = (
    "{label}: {count} around ({x_mean}, {y_mean}), standard deviations {x_deviation} and {y_deviation}, "
    "x from {x_low} to {x_high}, y from {y_low} to {y_high}"
)
ONE_POINT = "1 point"
SOME_POINTS = "{count} points"
STRIP = "{label}: {count} of {height} × {width} pixels, mean brightness {mean}"
ONE_IMAGE = "1 image"
SOME_IMAGES = "{count} images"
DIFFERS = "; on average {difference} per pixel away from {other}"
NOT_FINITE = "{label}: not finite (NaN, or without end) are {count}"
EMPTY = "Nothing can be drawn: there are no values."
COUNTED_AXES = {
    "step": "steps",
    "steps": "steps",
    "epoch": "epochs",
    "epochs": "epochs",
    "iteration": "iterations",
    "iterations": "iterations",
    "update": "updates",
    "updates": "updates",
}

# inside pictures
MARKED = "marked places"
LOG_SCALE = "{label} (logarithmic)"
DENSITY = "share of points"
