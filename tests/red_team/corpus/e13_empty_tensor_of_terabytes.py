"""A tensor without entries whose axes have 2**40 and 0: an answer of the wrong shape, nothing is allocated for it."""
from kit.frames import answer_all, frame, remote

MESSAGE = {"kind": "value", "value": {"tensor": 0}, "tensors": [["float32", [1 << 40, 0], True]], "changed": []}
answer_all(lambda n: remote(n) if n == 1 else frame({"id": n, **MESSAGE}))
