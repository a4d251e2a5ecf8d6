"""A whole class: many submissions, graded by several slots on this machine, or by those of a cluster."""
