"""Plants symbolic and hard links to secrets in its own folders at run time, and reads them by other names: none opens."""
import os

from kit.places import breach, roots, sources, targets
from kit.right import kl_standard_normal, reparameterize

TMP = os.environ["TMPDIR"]
for n, path in enumerate([*sources(), *targets(), *(f"{r}/source" for r in roots())][:80]):
    for way, name in ((os.symlink, f"{TMP}/s{n}"), (os.link, f"{TMP}/h{n}"), (os.symlink, f"s{n}")):
        try:
            way(path, name)
            if os.path.isdir(name):
                os.listdir(name)
            else:
                open(name).read()
            breach(f"{path} by {way.__name__}")
        except OSError:
            pass
    for prefix in ("/proc/self/root", f"/proc/{os.getppid()}/root", f"/proc/{os.getppid()}/cwd/../../..", "/proc/self/cwd/../../../.."):
        try:
            open(prefix + path).read()
            breach(f"{prefix}{path}")
        except OSError:
            pass
