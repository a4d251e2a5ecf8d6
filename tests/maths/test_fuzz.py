"""Whatever is typed, reading ends soon and with nothing but its own two errors."""

import random
import time

import pytest

from autograder.maths.chains import chains
from autograder.maths.evaluate import value
from autograder.maths.problems import NoValue, Unreadable
from autograder.maths.render import rendered
from autograder.maths.worlds import world
from tests.maths.corpus import CORPUS, HELDOUT, names_of

ENTRIES = [(entry["expression"], entry["profile"]) for entry in [*CORPUS["entries"], *HELDOUT]]
PIECES = [
    *"(){}[]|^_+-*/=<>&\\,.;:!?'~@ 0123456789abcdefgxyzpqDEKLσμΣ∑∫√²₁½∞‖ᾱ∘",
    "\\frac", "\\sum", "\\int", "\\log", "\\left(",
    "\\right)", "\\mathbb{E}", "KL(", "E_", "sum(", "dx", "\\begin{aligned}", "\\end{aligned}", "\\\\", "&=", "\\text{",
    "\\bar", "\\sqrt", "_{", "^{", "for i in range(", ".mean()", "np.", "\\overset{d}{=}", "Sum(", "\\partial",
]  # fmt: skip


def mutated(text, draw):
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(text) + 1)
        other = draw.choice(ENTRIES)[0]
        text = draw.choice(
            [
                text[:at] + text[at + 1 :],
                text[:at] + draw.choice(PIECES) + text[at:],
                text[:at] + text[draw.randrange(len(text) + 1) :][:40] + text[at:],
                text[:at] + other[draw.randrange(len(other)) :],
            ]
        )
    return text


@pytest.mark.parametrize("seed", range(8))
def test_mutated_answers_are_read_or_refused_soon(seed):
    draw = random.Random(seed)
    worlds = {name: world(names_of(name), 0) for name in CORPUS["profiles"]}
    for _ in range(400):
        text, profile = draw.choice(ENTRIES)
        text = mutated(text, draw)
        started_s = time.perf_counter()
        try:
            for side in [side for chain in chains(text, names_of(profile)) for side in chain]:
                if side.problem is not None:
                    assert side.problem.shown(text)
                for reading in side.readings:
                    assert rendered(reading.node)
                    value(reading.node, worlds[profile])
        except (Unreadable, NoValue):
            pass
        assert time.perf_counter() - started_s < 2, text
