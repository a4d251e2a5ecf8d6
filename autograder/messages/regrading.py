"""What the command `regrade` says: while it grades a class, and of what it could not grade."""

NOT_READ = "{path}: cannot be read ({why})"
ZYGOTE_DIED = "the process that starts those that grade has ended ({why}); see regrade.log in the folder of results"
ENDED = "it closed its control socket"
SLOT_ENDED = "the process that graded it ended: it was killed, or the machine had no memory left"
TRIED = "tried {times} times: {why}"
HOPELESS = "the first {count} submissions could not be graded: {why}; see {log}"
LOG_HERE = "regrade.log in the folder of results"
NO_FOLDER = "{folder}: cannot be written ({why}); name another folder with -o RESULTS"
IN_USE = "{folder}: another regrade is writing there; wait until it has ended, or name another folder with -o RESULTS"
WRITE_CURE = "make room, or name another folder with -o RESULTS; what is finished is not graded again"

# ------------------------------------------------------------------------------------- while it runs

BEGINS = "{total} submissions"
DONE = "{done} of {total} submissions"
RATE = "{rate:.1f} a minute"
REMAINING = "{time} left"
NOT_GRADED_SO_FAR = "{count} could not be graded"
FAULTS_SO_FAR = "{count} with faults of the autograder"
SECONDS, MINUTES, HOURS = "{seconds} s", "{minutes} min", "{hours} h {minutes:02d} min"
STOPPED = "stopped: {done} of {total} are graded; the same command goes on from there"

# ------------------------------------------------------------------------------------- the tables

GRADES_HEADER = (
    "submission", "name", "sid", "email", "total", "max", "waiting for a person", "lost to faults", "state", "why",
)  # fmt: skip
STATE_GRADED, STATE_FAULTS, STATE_NOT_GRADED = "graded", "graded with faults", "not graded"
TIMES_HEADER = ("submission", "seconds", "slowest check", "its seconds")

# ------------------------------------------------------------------------------------- when it has ended

SUMMARY_ONE = "1 submission of {assignment}: {graded} graded now, {before} before"
SUMMARY = "{total} submissions of {assignment}: {graded} graded now, {before} before"
SUMMARY_FAULTS = (
    "{count} have checks that met a fault of the autograder: {names}. They lose these points until the fault is mended "
    "and the same command is run again. Its traceback: staff_output in {where}"
)
HAVE_NOTHING = "{count} without a point: {names}; grades.csv says why where nothing could be run"
MOST_HAVE_NOTHING = "{count} of {total} have no point at all: is this the homework {assignment}? grades.csv says why"
NO_TABLES = "Tables and class report are written when the class is graded without --only."
NOT_GRADED = "not graded: {name}: {why}"
MORE_NOT_GRADED = "not graded: {count} more, named in grades.csv"
ISOLATION = "isolation: {line}"
LEFT_OVER_ONE = "1 result in {folder} is of a submission that is not there any more, and is not counted: {names}"
LEFT_OVER = "{count} results in {folder} are of submissions that are not there any more, and are not counted: {names}"
NO_METADATA = (
    "the assignment has policies that need to know when and by whom something was handed in, which is not known of "
    "{count} submissions: these policies were not applied to them"
)
NO_DUE = "the assignment has a penalty for lateness, but when it was due is not known: give --due, as in {example}"

# ------------------------------------------------------------------------------------- the command

ONE_IN_ANOTHER = "{output} and {submissions} lie one in the other; name a folder for the results that is elsewhere"
OF_ANOTHER = (
    "{folder}: holds results of {whose}, not of {assignment}; name another folder with -o RESULTS, or delete this one"
)
NO_ROSTER = "--column is for the lists of grades: give --roster ROSTER.csv too"
NOT_HANDED_IN = "--only: there is no submission {name}; did you mean {similar}?"
COMPARED_WITH_ITSELF = (
    "{folder}: new results would take the place of the old ones that they are compared with; name another folder for "
    "them with -o RESULTS"
)
NO_COUNT = "is {got}, but should be a number from 1"
NO_MOMENT = "is {got}, but should be a time with an offset, as in {example}"

DESCRIPTION = (
    "Grades every submission of a class, on all processors or on a Dask cluster, and writes results.json and "
    "record.json for each, grades.csv, times.csv and the class report. A run that was stopped or killed goes on where "
    "it was. Exit status: 0 if all were graded, 2 for a fault of the autograder's in any, or a wrong command line."
)
HELP_ASSIGNMENT = "which homework, for example vae"
HELP_SUBMISSIONS = (
    "what was downloaded from Gradescope, Canvas or Moodle, as a folder or as the zip; or a folder with a folder, a "
    "zip, a notebook or a .py file for each submission"
)
HELP_OUTPUT = "the folder of the results; what is finished in it is not graded again"
HELP_WORKERS = "submissions that are graded side by side (as many as there are processors)"
HELP_SCHEDULER = "grade on the Dask cluster of this scheduler, as in tcp://host:8786"
HELP_COMPARE = (
    "say whose score would change, and why, against these results: the folder of an earlier run, records or "
    "results.json files, or the word platform for those in Gradescope's export"
)
HELP_HTML = "also write report.html for each submission"
HELP_DUE = "when it was due, for policies about lateness: Gradescope's export does not say it"
HELP_ROSTER = "a CSV of the course: the class report has lists of grades for Canvas and Gradescope"
HELP_COLUMN = "the heading of the assignment in Canvas' list, as in the command class"
HELP_ONLY = "grade only these submissions, for example to see how it goes; writes no tables"
HELP_AGAIN = "grade what is finished too"
HELP_DEVICE = "where trainings run (cpu); cuda on a cluster asks for workers with the resource GPU"
HELP_ISOLATION = "run no student code unless the layers of isolation that the assignment names hold"
HELP_PLAIN = "tell the progress in lines, for screen readers and logs"
