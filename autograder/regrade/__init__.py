"""A whole class: many submissions, graded by several slots on this machine, or by those of a cluster.

command.py      the command line
downloads/      what staff have downloaded -> HandedIn, one for each submission
run.py          the flow: what is not finished is packed, graded and kept
packed.py, order.py, fingerprint.py         what travels to a slot and back, and what a result depends on
crew.py, zygote.py, slot.py, cores.py       the slots of this machine
cluster.py, connection.py                   the same on a cluster, seen from here
cluster_side.py, station.py                 and on a worker of it
results.py      the folder of results, and what of it is finished
finishing.py    tables, class report, and with changes/ what differs from older results
"""
