"""The wall, seen from inside: the nursery, the confined worker and what travels between it and the grader.

Nothing here imports the grader's own modules: the nursery is forked before they are loaded, so that a worker's
memory holds no check, no expected value and no reference.
"""
