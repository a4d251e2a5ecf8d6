"""What the command `regrade` says about the submissions of a class as they were downloaded: for staff."""

# Why nothing can be read ------------------------------------------------------------------------------------

NO_SUCH = "{place}: there is no such folder or zip; {cure}"
DID_YOU_MEAN = "did you mean {path}?"
NAME_THE_CLASS = "name the folder or the zip that holds the submissions of the class"
UNREADABLE = "{place}: cannot be read ({why})"
EMPTY = "{place}: is empty; name the folder or the zip that holds the submissions of the class"
NO_SUBMISSION = (
    "{place}: holds no submission; it should hold a folder, a zip, a notebook or a .py file for each student, as "
    "Gradescope, Canvas and Moodle give them"
)
ONE_SUBMISSION = (
    "{place}: {file} lies directly in it, so it is one submission and no class; grade it with the command grade, or "
    "name the folder that holds it beside the others"
)
ONE_FILE = "{place}: is one submission and no class; grade it with the command grade, or name its folder"
NO_ZIP = "{place}: is no zip that can be read; unpack it, and name the folder"

# The zip of a class -----------------------------------------------------------------------------------------

BROKEN_ZIP = (
    "{place}: cannot be unpacked ({why}); download it again, or unpack it with another program and name the folder"
)
TOO_MANY_ENTRIES = "{place}: has more than {entries} entries; unpack it, and name the folder"
TOO_LARGE = "{place}: holds more than {gib} GiB; unpack it, and name the folder"
NO_ROOM = (
    "{place}: needs {need_mib} MiB to be unpacked, but {folder} has {free_mib} MiB left; make room, set TMPDIR to a "
    "folder on another disk, or unpack it yourself and name the folder"
)
NO_ROOM_LEFT = "{place}: {folder} is full; make room, set TMPDIR, or unpack it yourself and name the folder"

# What was not taken -----------------------------------------------------------------------------------------

NOT_TAKEN = "not taken: {names}: {why}"
# {why} in NOT_TAKEN.
A_LINK = "a link is not followed"
A_DEVICE = "neither a file nor a folder"
OF_ENDING = "a file ending in {ending} is no submission"
NO_ENDING = "a file without an ending is no submission"
AN_ARCHIVE = "an archive that is not read: unpack it into a folder of that name, or the student gets no grade"
TYPED_IN = "text that was typed in, or a link that was given, in place of files"
OLDER = "an older version of a file: the newest counts"
BESIDE_FOLDER = "the folder of the same student counts"
NO_NAME = "has no name of its own, once what the platform added is taken off"
OUTSIDE = "an entry of the zip that would lie outside of the folder, or is a link"
NOT_UNPACKED = "an entry of the zip that cannot be unpacked"
NO_FILES = "submission_metadata.yml names it, but there are no files of it"

# How it was understood --------------------------------------------------------------------------------------

CLASS_BELOW = "{folder} was taken for the folder of the class: it is all that is there"
ONLY_ONE = "there is only one submission, {name}: if that is the folder of the class, name it instead"
ONE_NAME = "{names}: would have one name, so each counts as a submission by its full name"
MARKED_LATE = "Canvas marks {count} as late, but not by how much: no late penalty is taken"
UNKNOWN = "graded without names and times, which {file} does not have: {names}"
CUT = "graded without the earlier submissions and results, which cannot be read whole: {names}"
NO_METADATA = "{file}: cannot be read ({why}); what it says after that is not known"
# {why} in NO_METADATA.
LARGE_METADATA = "it is larger than {mib} MiB"
NO_MAPPING = "it has no submissions by their names"
