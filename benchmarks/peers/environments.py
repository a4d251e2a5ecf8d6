"""Environments for the graders that must not share ours: made on demand, from exact versions.

    python -m benchmarks.peers.environments [FOLDER]     makes them, in .benchmarks/ if no folder is given

torch is not installed again. A .pth file appends the project's own packages to theirs, so where both have a package
their own version is taken.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / ".benchmarks"
PEERS = ("otter", "check50")
TIMEOUT_S = 600
# Settings of the caller's that would send the packages elsewhere, or hide them.
_MISLEADING = ("PIP_PREFIX", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH")


class NotMade(Exception):
    """An environment could not be made, and why."""


def available(folder: Path = FOLDER) -> dict[str, Path | str]:
    """The environment of each peer, made if it is not there; or a sentence that says why there is none."""
    return {peer: _made(peer, folder) for peer in PEERS}


def existing(folder: Path = FOLDER) -> dict[str, Path | str]:
    """The same, but none is made."""
    return {peer: _found(peer, folder) for peer in PEERS}


def _made(peer: str, folder: Path) -> Path | str:
    if _is_current(peer, folder):
        return folder / peer
    try:
        _make(peer, folder)
    except NotMade as problem:
        shutil.rmtree(folder / peer, ignore_errors=True)
        return f"{peer} is left out: {problem}."
    return folder / peer


def _found(peer: str, folder: Path) -> Path | str:
    if _is_current(peer, folder):
        return folder / peer
    return f"{peer} is left out: its environment is not made yet; python -m benchmarks.peers.environments makes it."


def _make(peer: str, folder: Path) -> None:
    place = folder / peer
    shutil.rmtree(place, ignore_errors=True)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise NotMade(f"{folder} cannot be made ({problem.strerror})") from None
    _run([sys.executable, "-m", "venv", str(place)], "python -m venv failed")
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "1"]
    install = [str(place / "bin" / "python"), "-m", "pip", "install", *quiet, "-r", str(_requirements(peer))]
    _run(install, f"pip could not install {_requirements(peer).name}")
    # Only now: pip must not take the project's packages for this environment's.
    lines = "".join(f"{path}\n" for path in _own_packages())
    (_packages(place) / "zz_project.pth").write_text(lines, encoding="utf-8")
    _stamp(peer, folder).write_text(_fingerprint(peer, folder), encoding="utf-8")


def _run(command: list[str], failure: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    try:
        subprocess.run(command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
    except subprocess.TimeoutExpired:
        raise NotMade(f"{failure}: it took more than {TIMEOUT_S} s") from None
    except subprocess.CalledProcessError as problem:
        said = [line for line in f"{problem.stdout}\n{problem.stderr}".splitlines() if line.strip()]
        errors = [line for line in said if line.startswith("ERROR:")] or said
        cause = errors[0].removeprefix("ERROR:").strip().rstrip(".") if errors else f"status {problem.returncode}"
        raise NotMade(f"{failure}: {cause}") from None


def _is_current(peer: str, folder: Path) -> bool:
    stamp = _stamp(peer, folder)
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == _fingerprint(peer, folder)


def _fingerprint(peer: str, folder: Path) -> str:
    """Stands for all that an environment was made from, so that a changed pin or a moved folder makes it stale."""
    made_from = [_requirements(peer).read_text(encoding="utf-8"), sys.version, str(folder.resolve()), *_own_packages()]
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()


def _stamp(peer: str, folder: Path) -> Path:
    return folder / peer / "made.stamp"


def _requirements(peer: str) -> Path:
    return HERE / f"requirements-{peer}.txt"


def _own_packages() -> list[str]:
    return list(dict.fromkeys(sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")))


def _packages(place: Path) -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return place / "lib" / version / "site-packages"


def main(arguments: list[str]) -> int:
    """Make all, and say what became of each."""
    made = available(Path(arguments[0]).absolute() if arguments else FOLDER)
    for peer, outcome in made.items():
        print(outcome if isinstance(outcome, str) else f"{peer}: {outcome}")
    return 1 if any(isinstance(outcome, str) for outcome in made.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
