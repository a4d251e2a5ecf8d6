"""Answers with a dict whose 39 000 integer keys collide in the grader's own dict: its time stays bounded."""
from kit.frames import answer_all, frame, remote


def keys(count, mask=(1 << 17) - 1):
    slot, perturb, found = 1, 0, []
    for number in range(count):
        found.append(slot + (number << 40) * 0 + number * (1 << 22) % (1 << 62))
    return found


PAIRS = [[key, 0] for key in keys(39_000)]
answer_all(lambda n: remote(n) if n == 1 else frame({"id": n, "kind": "value", "value": {"dict": PAIRS}, "tensors": []}))
