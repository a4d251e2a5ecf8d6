"""What the command `regrade` says: while it grades a class, and of what it could not grade."""

NOT_READ = "{path}: cannot be read ({why})"
ZYGOTE_DIED = "the process that starts slots has ended ({why}); see regrade.log in the folder of results"
ENDED = "it closed its control socket"
SLOT_ENDED = "the slot that graded it ended: it was killed, or the machine had no memory left"
TRIED = "tried {times} times: {why}"
HOPELESS = "the first {count} submissions could not be graded: {why}; see regrade.log in the folder of results"
