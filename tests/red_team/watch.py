"""What a case left behind: changed files of the grader's, processes, loot, shared memory, descriptors."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sysconfig
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SHARED_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")
_OWN_TO_RUN = {"temporary", "submission"}  # below root: what a run itself changes
_IPC = ("/proc/sysvipc/shm", "/proc/sysvipc/msg", "/proc/sysvipc/sem")


@dataclass(frozen=True)
class Snapshot:
    """The state of everything that a worker must leave as it is."""

    files: dict[str, tuple[object, ...]]
    strays: frozenset[str]

    def differences(self, later: Snapshot) -> list[str]:
        """What is otherwise than it was, in words."""
        found = [f"created {path}" for path in sorted(later.files.keys() - self.files.keys())]
        found += [f"removed {path}" for path in sorted(self.files.keys() - later.files.keys())]
        found += [
            f"changed {path}: {self.files[path]} -> {later.files[path]}"
            for path in sorted(self.files.keys() & later.files.keys())
            if self.files[path] != later.files[path]
        ]
        found += [f"left behind {path}" for path in sorted(later.strays - self.strays)]
        return found


def snapshot(root: Path, users: Collection[int]) -> Snapshot:
    """The grader's files below `root` and of its libraries, and what these users have in shared places."""
    files = {str(path): _state(path) for path in _files(root)}
    packages = Path(sysconfig.get_path("purelib"))
    files |= {str(path): (path.stat().st_mtime_ns,) for path in (packages, packages / "torch")}
    files |= {str(root): _state(root)}
    return Snapshot(files, frozenset(_strays(users)))


def remove(path: Path) -> None:
    """Remove a folder, however deep it is and whoever owns what is in it."""
    subprocess.run(["chmod", "-R", "u+rwx", str(path)], check=False, stderr=subprocess.DEVNULL)
    subprocess.run(["rm", "-rf", str(path)], check=False, stderr=subprocess.DEVNULL)


def descriptors() -> int:
    """How many descriptors this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def _files(root: Path) -> Iterator[Path]:
    for current, folders, names in os.walk(root):
        if Path(current) == root:
            folders[:] = [name for name in folders if name not in _OWN_TO_RUN]
        for name in (*folders, *names):
            if name != "results.json":  # it changes with every verdict; the arena compares it at the end
                yield Path(current) / name


def _state(path: Path) -> tuple[object, ...]:
    found = path.lstat()
    times = (found.st_mtime_ns,) if stat.S_ISREG(found.st_mode) and path.name != "results.json" else ()
    return (oct(found.st_mode), found.st_uid, found.st_gid, found.st_nlink, found.st_size, *times)


def _strays(users: Collection[int]) -> Iterator[str]:
    for place in SHARED_PLACES:
        with suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_uid in users:
                        yield entry.path
    for table in _IPC:
        with suppress(OSError):
            header, *rows = [line.split() for line in Path(table).read_text().splitlines()]
            for row in rows:
                if int(row[header.index("uid")]) in users:
                    yield f"{table} {row[1]}"


def processes(users: Collection[int], but: Collection[int]) -> dict[int, str]:
    """The processes of these users except `but`, with their names."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in but:
            with suppress(OSError, IndexError, ValueError):
                status = dict(line.split(":\t", 1) for line in (entry / "status").read_text().splitlines())
                if int(status["Uid"].split()[0]) in users:
                    found[int(entry.name)] = f"{status['Name']} {status['State']}"
    return found


def children(pid: int) -> list[int]:
    """The children of a process."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def end(pids: Collection[int]) -> None:
    """Kill processes that a case left behind."""
    for pid in pids:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
