"""Opens environ, mem, maps, fd, cwd, root, stack and auxv of its parent and grandparent in /proc: all are closed to it."""
import os

from kit.kernel import ancestors
from kit.places import breach
from kit.right import kl_standard_normal, reparameterize

for pid in ancestors():
    for name in ("environ", "mem", "maps", "smaps", "auxv", "stack", "syscall", "io", "pagemap", "task", "map_files"):
        try:
            path = f"/proc/{pid}/{name}"
            os.listdir(path) if name in ("map_files",) else open(path, "rb").read(1) if name != "task" else None
            if name != "task":
                breach(path)
        except (OSError, ValueError):
            pass
    for name in ("cwd", "root", "exe", "fd"):
        try:
            os.listdir(f"/proc/{pid}/{name}") if name == "fd" else os.readlink(f"/proc/{pid}/{name}")
            breach(f"/proc/{pid}/{name}")
        except OSError:
            pass
