"""What happened while the student's code ran, or could not run."""

# How the student's code failed (failures.py) ----------------------------------------------------------------

# {what} is a call as the check made it, "importing vae.py", or the gradient of a call.
NOT_IMPLEMENTED = "{what} is not implemented yet: it raises NotImplementedError"
CALLED_EXIT = "{what} ended the program with sys.exit"
RAISED_ATTRIBUTE_ERROR = "{what} raised AttributeError: {text}"
NOT_DEFINED = "{what} is not defined"
NOT_DEFINED_IN_FILE = "{name} is not defined in {file}, but should be"
NEAREST = "; the nearest name there is {similar}"
TIMED_OUT = "{what} did not end within {seconds:g} s, the limit of this check"
FLOODED = "{what} printed more than {mib} MiB, the limit of this check"
UNREADABLE = "the reply of {what} could not be read: {detail}"
# {ending} is one of the following.
CALL_ENDED = "{what} {ending}"

# How a call ended; diagnosis.py looks for RAISED in the texts of failures.
RAISED = "raised {exception}"
OUT_OF_MEMORY = "needs more memory than the limit of {mib} MiB"
EXIT_STATUS = "ended the whole process with exit status {status}"
PROCESSOR_LIMIT = "used more processor time than the limit of this check"
KILLED_BY_SYSTEM = "was killed by the system, most likely for memory (the limit is {mib} MiB)"
CRASHED = "crashed with {signal}"
# {signal} in CRASHED, where it has no name.
SIGNAL = "signal {number}"

# {detail} in UNREADABLE; worker/wire.py and plain.py have more.
UNKNOWN_FORM = "its form is unknown"
KEY_MISSING = "its {key} is missing"
FRAMES_MISSING = "its frames are missing"
FRAME_UNKNOWN = "a frame has an unknown form"

# Hints. They become sentences: a full stop is added.
NO_PROCESSES = "while it is graded, your code may start no processes and open no connections"
NO_CONNECTIONS = "while it is graded, your code may open no connections; hand in the files that it needs"
NO_OTHER_FILES = (
    "while it is graded, your code may open only libraries and the files handed in with it, and write only there and "
    "in tempfile.gettempdir()"
)

# Lines of a traceback.
IN_FUNCTION = ", in {function}"

# What a call did beside its result (session.py, student.py) -------------------------------------------------

IMPORTING = "importing {file}"
LAST_CALL = "the last call"
CHANGED_ARGUMENT = (
    "{what} changed {label} in place, but should leave its arguments as they are\n"
    "Hint: work on a copy; functions whose names end in _ change their tensor."
)
UNGRADABLE = "{what} returned {text}, which cannot be graded"
ARGUMENTS_LOST = (
    "{what} could not be called: its arguments did not arrive ({text})\n"
    "Hint: your file changes something that Python or torch itself needs."
)
NOT_CALLABLE = "{name} is {got}, but should be a function or a class"
LENGTH = "len({label}) is {got}, but should be between 0 and {most}"
LENGTH_OF = "len({label})"
GRADIENT_OF = "the gradient of {what}"

# A module that cannot be imported (importing.py) ------------------------------------------------------------

NOT_A_DEFINITION_HINT = (
    "Hint: put what is not a definition under \"if __name__ == '__main__':\"; it is not run when your file is imported."
)
NONE_OF_THE_NAMES = "none of the names that are asked for is there"
PRINTED_WHILE_CUT = "Printed while the rest was taken:\n{printed}"

# What is done within limits (bounded.py) --------------------------------------------------------------------

TOOK_TOO_MUCH = "it took more than {seconds:g} s or {mib} MiB"
