"""Hooks pickle, the unpickler and the worker's answer to read all that the grader sends: no answers, no code of checks."""
import pickle
import re

from autograder.worker import parcel, serve

from kit.places import breach
from kit.right import kl_standard_normal, reparameterize

SECRET = re.compile(b"CANARY" + b"-[A-Z]+-[0-9a-f]{16}|PLANTED_[A-Z]+|def test_[a-z_]+|test_kl[a-z_]*|expected|checks[.]py|mistakes|reference")
_answer, _unpack = serve.Worker.answer, parcel.unpack_request


def answer(self, envelope, body):
    for hit in set(SECRET.findall(envelope.pickled) + SECRET.findall(pickle.dumps(envelope.slots))):
        breach(f"a request holds {hit!r}")
    return _answer(self, envelope, body)


serve.Worker.answer = answer
