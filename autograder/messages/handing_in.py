"""What was handed in: how it was understood, and why it could not be taken."""

# What was handed in (submission.py, unpacking.py) -----------------------------------------------------------

TOO_MUCH = (
    "what was handed in has more than {files} files and folders or {mib} MiB\n"
    "Hint: hand in only the files that the sheet asks for."
)
TOO_DEEP = "what was handed in has folders within folders, more than {depth} deep"
TOO_LONG = "what was handed in has a file or folder whose path is longer than {most} bytes"

# {kind} of what is no file.
A_LINK = "a link"
A_DEVICE = "a pipe, a socket or a device"

# A zip.
NOT_UNPACKED = "{name} cannot be unpacked: {why}"
TOO_MANY_ENTRIES = "{name} has more than {entries} entries"
DAMAGED_ZIP = "{name} cannot be unpacked ({why}); pack it again"
TOO_LARGE_ZIP = "{name} holds more than {mib} MiB; hand in only the files asked for"

# Which file is the module (recognition.py) ------------------------------------------------------------------

THERE_TWICE = "{wanted} is there more than once: {paths}; hand in one of them"
FOUND_BELOW = "{wanted} was found in the folder {folder}."
TAKEN_FOR = "{name} was taken for {wanted}."
COULD_BE = "{wanted} is missing; it could be {paths}: hand in one of them"
NO_NOTEBOOK = "{wanted} is missing, and {name} cannot be read as a notebook: {why}"
NOTEBOOK_READ = "{name} was read as {wanted}: its definitions, imports and constants."
ONLY_DEFINITIONS = "{name} cannot be imported: only its definitions, imports and constants are graded."
NO_PYTHON = "{name}, {place}: {text} ({problem}): no valid Python, so {names} was left out."
# {names} in NO_PYTHON, where a piece makes none.
WHOLE_PIECE = "the whole piece"
# {problem} in NO_PYTHON, where Python itself says nothing.
BELONGS_BEFORE = "it belongs to what stands before it"
MORE_NO_PYTHON = "{name}: {count} more pieces are no valid Python."
NOT_RUN = "{name}: not run, because it defines nothing: {pieces}."
PIECE = "{place}: {text}"

# Why a notebook cannot be read, in NO_NOTEBOOK.
NO_JSON = "it is not valid JSON ({why})"
NOT_A_NOTEBOOK = "it holds no notebook"
NO_CELLS = "it has no cells"

# Where something stands, in a file and in a notebook.
LINE = "line {line}"
CELL_LINE = "cell {cell}, line {line}"
FILE_LINE = "{file}, line {line}"
NOTEBOOK_PLACE = "{name}, {place}"

# Why there is no module to import (workspace.py) ------------------------------------------------------------

A_FOLDER = "{wanted} is a folder, but should be a file"
NO_FILE = "{wanted} is {kind}, but should be a file"
NOTHING_TAKEN = "{wanted} is missing: {what}"
# {what} in NOTHING_TAKEN; else IS_KIND.
NOTHING = "nothing was handed in"
IS_KIND = "{name} is {kind}"
NO_UTF8 = "{name} is not saved as UTF-8 text, but should be: your editor can save it so"
# {hint} is RENAME or nothing.
MISSING = "{wanted} is missing; found {found}{more}{hint}"
AND_MORE = " …"
RENAME = "\nHint: if {similar} is your solution, rename it to {wanted}."

# Why a name is missing in a module that was cut; {what} is LEFT_OUT.
LEFT_OUT = "{name} was left out with {place} ({text})"
LEFT_OUT_BROKEN = "{what}, which is no valid Python: {problem}"
LEFT_OUT_RUN = "{what}: only definitions, imports and constants are taken"
