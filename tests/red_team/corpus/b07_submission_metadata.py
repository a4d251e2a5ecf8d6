"""Reads submission_metadata.json (names, e-mails, earlier scores) and prints it: it is not readable."""
from kit.places import attempt, targets
from kit.wrong import kl_standard_normal as _kl
from kit.wrong import reparameterize

FOUND = [attempt(f"read {path}", lambda: open(path).read()) for path in targets()]


def kl_standard_normal(mu, logvar):
    print([text for text in FOUND if text])
    return _kl(mu, logvar)
