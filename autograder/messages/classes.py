"""What the class report says: its page, its tables, and what the command `class` prints."""

# ------------------------------------------------------------------------------------- the page

TITLE = "{title}: class report"
SUBTITLE = "{submissions}, by anonymous id. Figures are of the points that checks gave."
SUBMISSION, SUBMISSIONS = "1 submission", "{count} submissions"

FIGURES = "In short"
MEAN, MEDIAN, QUARTILES = "Mean", "Median", "Middle half"
LEAST_MOST = "Lowest and highest"
OF_POINTS = "of {points} points"
FULL = "With all points"
SHOWING = "Showing a known mistake"
UNDECIDED = "Points not decided"
UNDECIDED_NONE = "none"
WAITING_SHORT = "{points} wait for a person"
FAULTS_SHORT = "{points} lost to faults of the autograder"

SCORES = "Scores"
HISTOGRAM = "Number of submissions by the share of points reached. {counts}."
HISTOGRAM_BIN = "{low} to {high} %: {count}"
HISTOGRAM_AXIS = "Share of the points reached, in %"
HISTOGRAM_TABLE = "The same as a table"
SHARE_REACHED = "Points reached"

PARTS = "Parts"
PART, POINTS, MEAN_POINTS, SHARE, FULL_MARKS = "Part", "Points", "Mean", "Share earned", "All points"

CHECKS = "Checks"
CHECKS_ABOUT = (
    "Share earned: of the points that were decided (difficulty: the lower, the harder). Tells apart: how well the "
    "check agrees with the rest of the total, from −1 to 1 (corrected item-total correlation, of the submissions that "
    "earned anything); blank with fewer than {fewest} of them, or where all are the same. Below 0.2 a check says "
    "little about the rest; where it is below 0, look at the check."
)
CHECK, DISCRIMINATION = "Check", "Tells apart"
STATUSES = {
    "passed": "passed",
    "failed": "failed",
    "blocked": "skipped",
    "error": "not graded",
    "manual": "by hand",
    "later": "later",
}

ALIKE = "Checks that all pass, or none"
ALIKE_ABOUT = "They tell no submission from another: in this class they only add the same points for all."
NEVER_FAIL = "Nobody failed"
ALWAYS_FAIL = "Nobody passed"
ALWAYS_FAIL_CURE = "Read the question and the check again before you look at the submissions."
NONE = "None."

MISTAKES = "What was misunderstood"
MISTAKES_ABOUT = (
    "Known mistakes that submissions behave like, and the hint that students read. The points are what a submission "
    "that shows the mistake loses on average: in checks that name it, in checks that these block, and elsewhere, where "
    "its other mistakes count too."
)
MISTAKES_BY_HINT = (
    "Counted by the hints in results.json, which has no names of mistakes; a hint that one submission only was given "
    "is left out unless it is a known one. Records made with grade --record tell more."
)
MISTAKE, SUBMISSION_HEAD, SUBMISSIONS_HEAD, EXAMPLES = "Mistake", "Submission", "Submissions", "Examples"
LOST_NAMED, LOST_BLOCKED, LOST_OTHER = "Lost there", "Blocked by it", "Elsewhere"
IN_CODE = "{of}: {words}"
IN_ANSWER = "{number} {title}"
OR, OR_HINT = " or ", " / "
FURTHER_ONE, FURTHER = "1 mistake that one submission shows", "{count} mistakes that one submission each shows"
NO_MISTAKES = "No submission shows a known mistake."

UNEXPLAINED = "Failures that no known mistake explains"
UNEXPLAINED_ABOUT = (
    "Where there are many, read some: a mistake that many make deserves a hint of its own. Parts in which a submission "
    "earned nothing are left out: they were perhaps not done."
)
FAILED, UNKNOWN = "Failed", "No known mistake"

FAULTS = "Faults of the autograder"
FAULTS_ABOUT = (
    "These checks could not be graded, and give no points so far: the fault is not the students'. Grade one of the "
    "submissions again with --staff and --check NUMBER, read the traceback, mend the check, and grade all of these "
    "again."
)
SLOW = "Slow runs"
SLOW_ABOUT = "More than {times} times the median run of {median} s, and {more} s longer."
SLOW_UNKNOWN = "Not known here: results of the command regrade have no times; they are in times.csv beside this report."
RUN_S, SLOWEST = "Seconds", "Slowest check"
SLOWEST_CHECK = "{label}, {seconds} s"
SLOW_CURE = "Where one check is slow in many, look at the check; else at what the submission does when it is imported."
WAITING = "Points that wait for a person"
WAITING_ABOUT = "No total on this page has them."
NONE_KNOWN = "Not known: results.json does not say it."

DIFFERENT_CHECKS = (
    "Not all reports have the same checks ({least} to {most} of them): some are of another version of the assignment, "
    "or of a run with --check. Grade these again before you compare."
)
DIFFERENT_MAX = "Not all reports are out of the same number of points: the highest is taken."
FOOT = "Ids stay the same for a submission as long as the file {salt} stays beside this page. Do not pass that file on."

# ------------------------------------------------------------------------------------- the tables

CSV_ID, CSV_TOTAL, CSV_MAX = "id", "total", "max"
CSV_PART, CSV_POINTS, CSV_STATUS = "part {number}", "{number} points", "{number} status"
CSV_SUBMISSION = "submission"

# ------------------------------------------------------------------------------------- the command

WRITTEN = "{path}: {size} KiB"
NOT_COUNTED = "not counted: {path}: {why}"
NO_RESULT = "no record of this autograder, and no results.json"
TOO_LARGE = "is larger than 64 MiB"
BESIDE_A_SUBMISSION = "lies beside a student's files, who may have written it: keep results in a folder of their own"
TWICE = "a second result of the same submission; {other} is counted"
YAML = "Gradescope's export is not read; grade its folders with --record, or put their results.json here"
NO_FOLDER = "{folder}: there is no such folder; name one that holds records (grade --record) or results.json files"
NO_REPORTS = "{folder}: there is no result in it; grade with --record PATH, or put results.json files there"
SEVERAL_ASSIGNMENTS = "these are results of several assignments: {names}; choose one, as in --assignment {first}"
NOTHING_OF = "there is no result of {wanted}; there are results of {names}"
SAME_ID = "two submissions would have the same id; delete {salt} in the output folder, and run this again"
BROKEN_SALT = "{path}: should hold 64 hexadecimal digits; delete it, and all submissions get new ids"
NO_SALT = "{path}: cannot be read or written ({reason}); name another folder with -o FOLDER"
CANNOT_WRITE = "name another folder with -o FOLDER"
UNKNOWN_STUDENTS = "{count} in the roster handed nothing in, as far as can be told: {names}"
UNKNOWN_SUBMISSIONS = "{count} submissions are nobody's in the roster: {names}"
PRELIMINARY = "some of these grades are preliminary: points wait for a person, or were lost to faults of the autograder"
KEY_WARNING = "{path} tells whose each id is: do not pass it on with the report"

ROSTER_UNREADABLE = "{path}: is not a CSV that can be read ({reason}); export it as CSV in UTF-8"
ROSTER_EMPTY = "{path}: is empty; its first line should name the columns, as in Name,SID,Email"
ROSTER_COLUMN = "{path}: has no column {wanted}{cure} (its columns: {there})"
ROSTER_NEAREST = ': is "{similar}" meant for it?'
ROSTER_ADD = "; add it to the first line"
ROSTER_AMBIGUOUS = (
    "{path}, line {line}: {key} fits several submissions: {names}; add a column Submission with the right one"
)

DESCRIPTION = (
    "Reads the records (grade --record) or results.json files below a folder, and writes class.html and class.csv: "
    "scores, how hard each check is, what was misunderstood. Submissions have anonymous ids, and no names are in it. "
    "With a roster it also writes grades.csv, for Canvas, and gradescope.csv; these have names."
)
HELP_FOLDER = "the folder with the results of the class"
HELP_OUTPUT = "where to write (RESULTS_DIR/class)"
HELP_ROSTER = "a CSV with the columns Name and SID, Email or Submission: also write the lists of grades"
HELP_COLUMN = 'the heading of the assignment in grades.csv, for example "GAN I (12345)" as Canvas exported it'
HELP_ASSIGNMENT = "which homework, if the folder has results of several"
HELP_KEY = "also write key.csv, which tells the submission of every id"
