"""A private imitation of the platform, with secret words planted where student code must not look.

root/source/                    autograder/, reference/ and one assignment
root/submission/                the case that is graded now
root/submission_metadata.json   root/results/   root/temporary/
root/words.json                 the secret words, for the arena alone
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ASSIGNMENT = "vae"
HIDDEN = ("4.1.3", "5.1.4")  # checks that the copy hides
KINDS = ("checks", "mistakes", "reference", "metadata", "token", "results", "name")
_COPIED = ("autograder", "reference", f"assignments/{ASSIGNMENT}")


@dataclass(frozen=True)
class Imitation:
    """One imitation: its folder, its secret words by kind, and the user that it belongs to (None: whoever runs)."""

    root: Path
    words: dict[str, str]
    user_id: int | None

    @property
    def environment(self) -> dict[str, str]:
        """What the grader's process is started with."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": str(self.root),
            "TMPDIR": str(self.root / "temporary"),
            "AUTOGRADER_ROOT": str(self.root),
            "AUTHENTICATION_TOKEN": self.words["token"],
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }


def build(user_id: int | None = None) -> Imitation:
    """A fresh imitation. With `user_id` everything in it belongs to that user."""
    root = Path(tempfile.mkdtemp(prefix="arena-", dir="/tmp"))
    words = {kind: f"CANARY-{kind.upper()}-{secrets.token_hex(8)}" for kind in KINDS}
    for name in _COPIED:
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / name, root / "source" / name, ignore=unwanted)
    for name in ("submission", "results", "temporary", "arena"):
        (root / name).mkdir()
    _plant(root, words)
    _hide(root / "source/assignments" / ASSIGNMENT / "checks.py", words["name"])
    for file in Path(__file__).parent.glob("*.py"):
        shutil.copy(file, root / "arena" / file.name)
    (root / "temporary").chmod(0o1777)
    root.chmod(0o755)
    if user_id is not None:
        for path in (root, *root.rglob("*")):
            os.chown(path, user_id, user_id)
    (root / "arena").chmod(0o700)
    (root / "words.json").chmod(0o600)
    return Imitation(root, words, user_id)


def _plant(root: Path, words: dict[str, str]) -> None:
    assignment = root / "source/assignments" / ASSIGNMENT
    for kind, path in {
        "checks": assignment / "checks.py",
        "mistakes": assignment / "mistakes.py",
        "reference": root / "source/reference/vae.py",
    }.items():
        with path.open("a", encoding="utf-8") as file:
            file.write(f'\nPLANTED_{kind.upper()} = "{words[kind]}"\n')
    (root / "submission_metadata.json").write_text(json.dumps({"users": [{"name": words["metadata"]}]}))
    (root / "results/.keep").write_text(words["results"])
    (root / "words.json").write_text(json.dumps(words))


def _hide(checks: Path, word: str) -> None:
    """Make some checks hidden, and plant a word in their names."""
    text = checks.read_text(encoding="utf-8")
    for number in HIDDEN:
        marked = f'@number("{number}")\n'
        text, before = text.replace(marked, f'{marked}@autograder.visibility("hidden")\n'), text
        assert text != before, number
        place = text.index(marked)
        text = text[:place] + re.sub(r'\n    """', f'\n    """{word} ', text[place:], count=1)
    text = text.replace("import torch\n", "import torch\n\nimport autograder\n", 1)
    checks.write_text(text, encoding="utf-8")
