"""A float and an integer of a million digits in a header: read or refused at once."""
from kit.frames import answer_all, frame, remote

HEADER = b'{"id": %d, "kind": "value", "tensors": [], "value": {"list": [0.' + b"123456789" * 110_000 + b"]}}"
answer_all(lambda n: remote(n) if n == 1 else frame({}, header=HEADER % n))
