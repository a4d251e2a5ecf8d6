"""python -m benchmarks.class_report [COUNT] [ASSIGNMENT] [FOLDER]: a made-up class, graded, and its class report.

    .venv/bin/python -m benchmarks.class_report 60 gan

Submissions are the reference with none to three of the assignment's known mistakes, some far more popular than others,
in code and in written answers; a few do not import, are empty, lack answers.md, or never end. The draw is seeded: the
same arguments make the same class. Class, results and report are written below FOLDER (results/class_ASSIGNMENT).
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOW_MANY_MISTAKES = (0, 0, 1, 1, 1, 2, 2, 2, 3, 3)
IN_WORDS = 0.35  # of the mistakes: those in written answers
NEVER_ENDS = "\n\ndef {of}(*arguments, **named):\n    while True:\n        pass\n"
DOES_NOT_IMPORT = "import torhc\n"


@dataclass(frozen=True)
class Plan:
    """What one submission is made of: mistakes in code (name, of), in answers (question, formula), and what else."""

    name: str
    code: tuple[tuple[str, str], ...] = ()
    written: tuple[tuple[str, str], ...] = ()
    special: str = ""


def main(count: int, assignment: str, folder: Path) -> None:
    """Make the class, grade it, report on it, and say how long that took."""
    from autograder.assignment import load_assignment

    shutil.rmtree(folder, ignore_errors=True)
    for plan in plans(count, load_assignment(ROOT / "assignments" / assignment).folder, _draw(assignment)):
        write_submission(plan, assignment, folder / "handed_in" / plan.name)
    results = folder / "results"
    graded_s = timed("regrade", assignment, str(folder / "handed_in"), "-o", str(results))
    sizes = [path.stat().st_size for path in results.glob("submissions/*/record.json")]
    print(f"{len(sizes)} submissions of {assignment}: graded in {graded_s:.0f} s, {graded_s / len(sizes):.1f} s each")
    print(f"records: {sum(sizes) / 1024:.0f} KiB, {sum(sizes) / len(sizes) / 1024:.1f} KiB each")
    reported_s = timed("class", str(results / "submissions"), "-o", str(folder / "class"))
    print(f"class report: {reported_s:.2f} s")


def _draw(assignment: str) -> random.Random:
    return random.Random(f"a class of {assignment}")


def timed(*arguments: str) -> float:
    """Run a command of the autograder's; the seconds that it took."""
    started_s = time.perf_counter()
    subprocess.run([sys.executable, "-m", "autograder", *arguments], check=True, cwd=ROOT)
    return time.perf_counter() - started_s


# ------------------------------------------------------------------------------------- the draw


def plans(count: int, folder: Path, draw: random.Random) -> Iterator[Plan]:
    """What each submission of a class is made of."""
    from autograder.assignment import load_assignment
    from autograder.classes.catalogue import catalogue
    from autograder.written.questions import load_questions

    assignment = load_assignment(folder)
    code = _popular([(name, known.of) for name, known in catalogue(folder).code.items()], draw)
    wrong = [(question.id, known.when) for question in load_questions(assignment) for known in question.mistakes]
    written = _popular(wrong, draw)
    specials = {count // 5: "does not import", count // 3: "empty", count // 2: "no answers", count * 2 // 3: "endless"}
    specials[count * 4 // 5] = "does not import"
    for number in range(count):
        name = f"student-{number + 1:03d}"
        special = specials.get(number, "")
        if special == "endless":
            yield Plan(name, code=(("", code[0][0][1]),), special=special)
            continue
        drawn = draw.choice(HOW_MANY_MISTAKES)
        in_words = sum(draw.random() < IN_WORDS for _ in range(drawn)) if written else 0
        yield Plan(name, _some(code, drawn - in_words, draw, 1), _some(written, in_words, draw, 0), special)


Weighted = Sequence[tuple[tuple[str, str], float]]


def _popular(mistakes: Sequence[tuple[str, str]], draw: random.Random) -> Weighted:
    """The mistakes in any order, each less popular than the one before it."""
    shuffled = draw.sample(mistakes, len(mistakes))
    return [(mistake, 1 / rank**1.3) for rank, mistake in enumerate(shuffled, 1)]


def _some(mistakes: Weighted, count: int, draw: random.Random, field: int) -> tuple[tuple[str, str], ...]:
    """Some of them, by their popularity, of different functions or questions."""
    chosen: dict[str, tuple[str, str]] = {}
    weights = [weight for _, weight in mistakes]
    while len(chosen) < count:
        mistake = draw.choices([mistake for mistake, _ in mistakes], weights)[0]
        chosen.setdefault(mistake[field], mistake)
    return tuple(chosen.values())


# ------------------------------------------------------------------------------------- the files


def write_submission(plan: Plan, name: str, folder: Path) -> None:
    """Write what a plan says into a new folder."""
    from autograder.assignment import load_assignment
    from autograder.validate.cases import MISTAKE, REFERENCE, Case, handed_in

    assignment = load_assignment(ROOT / "assignments" / name)
    file = folder / assignment.module_file
    with handed_in(Case(REFERENCE, REFERENCE), assignment) as place:
        shutil.copytree(place, folder)
    right = file.read_text(encoding="utf-8")
    text = right
    for mistake, of in plan.code if plan.special != "endless" else ():
        with handed_in(Case(MISTAKE, mistake, of), assignment) as place:
            text += (place / file.name).read_text(encoding="utf-8").removeprefix(right)
    match plan.special:
        case "endless":
            text += NEVER_ENDS.format(of=plan.code[0][1])
        case "does not import":
            text = DOES_NOT_IMPORT + text
        case "empty":
            text = ""
    file.write_text(text, encoding="utf-8")
    if plan.special not in ("empty", "no answers"):
        _write_answers(plan, name, folder)


def _write_answers(plan: Plan, name: str, folder: Path) -> None:
    """The answers of a correct sample, with the wrong ones in the right ones' places."""
    samples = sorted((ROOT / "submissions_sample" / name).glob("correct_*/answers.md"))
    if not samples:
        return
    answers = samples[0].read_text(encoding="utf-8")
    for question, wrong in plan.written:
        before, heading, after = answers.partition(f"## {question}\n")
        rest = after[after.find("\n## ") :] if "\n## " in after else ""
        answers = f"{before}{heading}\n```math\n{wrong}\n```\n{rest}"
    (folder / "answers.md").write_text(answers, encoding="utf-8")


if __name__ == "__main__":
    given = sys.argv[1:]
    chosen_name = given[1] if len(given) > 1 else "gan"
    place_for_it = Path(given[2]) if len(given) > 2 else ROOT / "results" / f"class_{chosen_name}"
    main(int(given[0]) if given else 60, chosen_name, place_for_it)
