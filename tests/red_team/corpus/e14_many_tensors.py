"""Answers with 25 000 differentiable tensors in a dict: told what is wrong, the grader's time stays bounded."""
from kit.frames import answer_all, frame, remote

COUNT = 25_000
TENSORS = [["float32", [], True]] * COUNT


def answer(n):
    if n == 1:
        return remote(n)
    tree = {"list": [{"tensor": i} for i in range(COUNT)]}
    return frame({"id": n, "kind": "value", "value": tree, "tensors": TENSORS, "changed": []}, bytes(4 * COUNT))


answer_all(answer)
