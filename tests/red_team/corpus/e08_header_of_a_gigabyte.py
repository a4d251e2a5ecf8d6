"""Announces a header of 1 GB and a body of 2**60 bytes: refused unread, the grader's memory is not taken."""
from kit.frames import PREAMBLE, answer_all, remote

answer_all(lambda n: remote(n) if n == 1 else PREAMBLE.pack(b"AGW1", 1 << 30, 1 << 60) + b"x" * 1000)
