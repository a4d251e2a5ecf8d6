"""Hostile answers, handed in as a student would: refused or left to a person within two seconds, never accepted."""

import time

import pytest

from tests.maths.corpus import HOSTILE, built
from tests.written.sheets import OPTIMUM, earned, made


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    return made(tmp_path_factory.mktemp("hostile"), OPTIMUM)


@pytest.mark.parametrize("item", HOSTILE, ids=lambda item: item["id"])
@pytest.mark.parametrize("kind", ["d_star", "value"])
def test_a_hostile_answer_earns_nothing_and_takes_no_time(questions, kind, item, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    started_s = time.perf_counter()
    graded = earned(questions[kind], f"```math\n{built(item)[:500_000]}\n```")
    assert time.perf_counter() - started_s < 2
    assert graded.share == 0.0
    assert len(graded.text) < 20_000
    assert not list(tmp_path.iterdir())
