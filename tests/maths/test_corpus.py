"""What students write is read as they mean it, or refused; what is hostile is refused soon."""

import time

import pytest

from autograder.maths import equal, worlds
from autograder.maths.chains import final
from autograder.maths.evaluate import value
from autograder.maths.names import declare
from autograder.maths.problems import NoValue, Unreadable
from tests.maths.corpus import CORPUS, HELDOUT, HOSTILE, built, intended, names_of

WORLDS = range(5)
SECONDS = 2.0
PAIR_NAMES = declare(
    {
        "s1": "positive", "s2": "positive", "mu1": "real", "mu2": "real", "x": "real", "y": "real", "p": "unit",
        "g": "unit", "q": "unit", "y1": "unit", "at": "unit", "ab": "unit", "bt": "= 1 - at", "k": "size",
        "mu_i": "real", "sg_i": "positive", "JS": "positive",
    },
    allow=["sum", "prod"],
)  # fmt: skip


@pytest.mark.parametrize("entry", [*CORPUS["entries"], *HELDOUT], ids=lambda entry: entry["id"])
def test_an_answer_is_read_as_it_was_meant(entry):
    names = names_of(entry["profile"])
    try:
        side = final(entry["expression"], names)
        if side.problem is not None:
            raise side.problem
    except Unreadable as problem:
        assert "refuse" in entry["expect"], problem.shown(entry["expression"])
        if "column" in entry:
            assert problem.start + 1 in (entry["column"], *entry.get("or_columns", ()))
        return
    assert entry["expect"] != "refuse"
    meant = side.readings if entry.get("reading") == "any" else side.readings[:1]
    assert any(all(_is_as_meant(reading, entry, names, seed) for seed in WORLDS) for reading in meant)


def _is_as_meant(reading, entry, names, seed):
    world = worlds.world(names, seed)
    try:
        return equal.same(value(reading.node, world), intended(entry["intended"], world))
    except NoValue:
        return False


@pytest.mark.parametrize("pair", CORPUS["pairs"]["items"], ids=lambda pair: f"{pair['a']} {pair['b']}")
def test_equal_formulas_are_told_from_unequal_ones(pair):
    a, b = (final(pair[key], PAIR_NAMES) for key in ("a", "b"))
    compared = equal.compare(a.readings[0].node, b.readings[0].node, PAIR_NAMES)
    assert compared.outcome is (equal.Outcome.EQUAL if pair["equal"] else equal.Outcome.DIFFERENT), compared


@pytest.mark.parametrize("answer", CORPUS["wrong_answers"]["items"], ids=lambda answer: answer["student"])
def test_no_wrong_answer_is_accepted_in_any_reading(answer):
    names = names_of(answer["profile"])
    wanted = final(answer["expected"], names).readings[0].node
    for reading in final(answer["student"], names).readings:
        assert equal.compare(reading.node, wanted, names).outcome is not equal.Outcome.EQUAL


@pytest.mark.parametrize("item", HOSTILE, ids=lambda item: item["id"])
def test_a_hostile_answer_is_refused_soon(item, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = declare(
        {"x": "real", "mu": "real", "sigma": "positive", "k": "size"}, allow=["sum", "prod", "int", "E", "KL"]
    )
    started_s = time.perf_counter()
    refused = False
    try:
        side = final(built(item), names)
        if side.problem is not None:
            raise side.problem
        for reading in side.readings:
            value(reading.node, worlds.world(names, 0))
    except (Unreadable, NoValue) as problem:
        refused = True
        if isinstance(problem, Unreadable):
            assert len(problem.shown(built(item))) < 1000
    assert time.perf_counter() - started_s < SECONDS
    assert refused or "value" in item["expect"]
    assert not list(tmp_path.iterdir())
