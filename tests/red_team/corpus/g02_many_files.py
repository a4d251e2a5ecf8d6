"""Makes up to 50 000 empty files in a second in its temporary folder, then answers right: clean-up is quick enough."""
import os
import time

from kit.right import kl_standard_normal
from kit.right import reparameterize as _right


def reparameterize(mu, logvar, eps=None):
    folder = os.environ["TMPDIR"]
    end = time.monotonic() + 0.8
    if not os.path.exists(f"{folder}/0"):
        for i in range(50_000):
            os.close(os.open(f"{folder}/{i}", os.O_CREAT | os.O_WRONLY))
            if time.monotonic() > end:
                break
    return _right(mu, logvar, eps)
