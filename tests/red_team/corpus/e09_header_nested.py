"""A header of 500 000 opened lists, then one of 500 000 nested values: 'could not be read', no stack overflow."""
from kit.frames import answer_all, frame, remote

DEEP = b'{"id": %d, "kind": "value", "value": ' + b'{"list": [' * 80_000 + b"]}" * 80_000 + b"}"


def answer(n):
    return remote(n) if n == 1 else frame({}, header=b"[" * 500_000 if n == 2 else DEEP % n)


answer_all(answer)
