"""The command calibrate: trainings of the reference are measured, stored, and judged by."""

import json

import pytest

from tests.validate import homework

pytestmark = pytest.mark.in_turn(3)

REFERENCE = """
import torch

def step(w, rate):
    return w - rate * 2 * w

def train(w, rate):
    for _ in range(10):
        w = step(w, rate)
    return w
"""
CHECKS = """
import torch
from autograder import *

@number("1.1")
@weight(2)
def test_step(student, reference):
    assert_matches(student.step, reference.step, normal(3, seed=1), rate=0.1)

@number("2.1")
@weight(1)
def test_training(student, trains, device, show):
    '''Training ends near the minimum

    In ten steps.'''
    def figures(seed):
        torch.manual_seed(seed)
        distance = float(student.train(1 + torch.rand(3, device=device), 0.3).abs().max())
        show.loss_curve("The loss", [1 - 0.01 * step + seed for step in range(100)])
        return {"distance": distance}

    trains(figures, at_most={"distance": 0.01})
"""
MISTAKES = """
from autograder import mistake

@mistake("step", "Down, not up.")
def up(w, rate):
    return w + rate * 2 * w

@mistake("train", "Ten times.")
def once(w, rate):
    return w - rate * 2 * w

@mistake("train", "It should end.")
def raises(w, rate):
    raise ValueError("not yet")

@mistake("train", "No harm.")
def eleven(w, rate):
    return 0.4 ** 11 * w
"""
TOML = homework.TOML.replace('"half"', '"step"').replace('"total"', '"train"')


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("trains")
    return homework.write(place, checks=CHECKS, mistakes=MISTAKES, toml=TOML, reference=REFERENCE)


def calibrated(folder):
    return json.loads((folder / "assignments" / "hw" / "calibration.json").read_text(encoding="utf-8"))


def test_what_trainings_reach_is_stored_with_the_bounds_and_the_power(folder):
    arguments = ["--runs", "7", "--power-runs", "2", "--jobs", "1", "--device", "cpu"]
    status, out, err = homework.run(folder, "calibrate", "hw", *arguments)
    assert (status, err) == (0, "")
    table = calibrated(folder)
    assert list(table) == ["2.1"]
    entry = table["2.1"]
    assert (entry["check"], entry["runs"], entry["fell_short"]) == ("Training ends near the minimum", 7, 0)
    assert (entry["at_most"], entry["at_least"], entry["device"]) == ({"distance": 0.01}, {}, "cpu")
    reached = entry["figures"]["distance"]
    assert len(set(reached)) > 1 and len(reached) == 7  # seeds of their own
    band = entry["curves"]["The loss"]
    assert (band["step"][:2], band["step"][-1], len(band["step"])) == ([1.0, 4.0], 100.0, 34)
    assert (band["low"][0], band["high"][0]) == (1.0, 7.0)  # of the seeds 0 to 6
    assert reached == sorted(reached) and all(1e-4 < value < 2.2e-4 for value in reached)
    assert entry["power"] == {"eleven": 0.0, "once": 1.0, "raises": 1.0}  # step is asked for by the reference only
    lines = out.splitlines()
    assert lines[:2] == ["2.1 Training ends near the minimum", "   0 of 7 trainings of the reference fell short"]
    assert lines[2].startswith("   distance: ") and lines[2].endswith("(min / median / max); should be at most 0.01")
    assert lines[3] == "   caught in every training: once, raises"


def test_a_submission_that_falls_short_reads_what_a_correct_one_reaches(folder):
    status, document = homework.measured(folder, "hw", "--mistake", "once", "--check", "2.1")
    assert document["mistakes"][0]["killed_by"] == ["2.1"]
    assert not document["mistakes"][0]["named"]  # trainings are not replayed
    (case,) = [entry for entry in document["correct"] if entry["kind"] == "reference"]
    assert case["failed"] == []
    assert status == 1


def test_bounds_that_the_reference_does_not_keep_are_told(tmp_path):
    strict = CHECKS.replace('{"distance": 0.01}', '{"distance": 1e-9}')
    place = homework.write(tmp_path, checks=strict, mistakes=MISTAKES, toml=TOML, reference=REFERENCE)
    status, out, err = homework.run(place, "calibrate", "hw", "--runs", "2", "--power-runs", "0", "--jobs", "1")
    assert (status, err) == (1, "")
    assert "   2 of 2 trainings of the reference fell short" in out.splitlines()
    assert (calibrated(place)["2.1"]["fell_short"], calibrated(place)["2.1"]["power"]) == (2, {})


def test_a_training_check_with_a_fixture_that_cannot_be_had_is_refused(tmp_path):
    checks = CHECKS.replace("trains, device, show)", "trains, device, set_leaderboard_value)")
    place = homework.write(tmp_path, checks=checks, mistakes=MISTAKES, toml=TOML, reference=REFERENCE)
    status, out, err = homework.run(place, "calibrate", "hw", "--runs", "1", "--power-runs", "0", "--jobs", "1")
    assert (status, out) == (2, "")
    assert err == (
        f"autograder: {place / 'assignments' / 'hw' / 'checks.py'}: test_training trains and asks for "
        "set_leaderboard_value, but can be calibrated with student, reference, recipes, trains, device, seed, show "
        "only\n"
    )
    assert not (place / "assignments" / "hw" / "calibration.json").exists()


def test_a_check_that_does_not_train_cannot_be_calibrated(folder):
    status, out, err = homework.run(folder, "calibrate", "hw", "--check", "1.1")
    assert (status, out) == (2, "")
    assert err == "autograder: there is no check 1.1 that trains: there is 2.1\n"
