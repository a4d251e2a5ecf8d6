"""Claims by a forged frame that the request did not open, which would be the grader's fault: told as the student's."""
from kit.frames import answer_all, frame, remote

answer_all(lambda n: remote(n) if n == 1 else frame({"id": n, "kind": "unopened", "text": "no such module"}))
