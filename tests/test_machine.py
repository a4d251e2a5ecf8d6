"""The doctor's look at the machine: what is fine, what is short, and the cure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder import doctor, machine

ROOT = Path(__file__).resolve().parents[1]


def by_name(findings: list[machine.Finding]) -> dict[str, machine.Finding]:
    return {finding.what: finding for finding in findings}


def test_this_machine_is_fine() -> None:
    findings = machine.examine(ROOT)
    assert [finding for finding in findings if finding.cure] == []
    assert {"Python", "packages", "torch", "threads", "memory", "disk"} == set(by_name(findings))
    assert "float32 by default" in by_name(findings)["torch"].value


def test_a_package_of_another_version_or_none_has_its_cure(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("numpy==0.0.1\nno-such-package==1.0\n")
    findings = by_name(machine.examine(tmp_path))
    assert findings["numpy"].cure.startswith("numpy should be ==0.0.1: run ./setup.sh again")
    assert findings["no-such-package"].value == "is not installed"
    text = doctor.machine(list(findings.values()))
    assert "BAD  no-such-package" in text and "cure: no-such-package should be ==1.0" in text


def test_too_little_memory_and_disk_have_their_cures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_available_mib", lambda: 300)
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=1 << 20))
    findings = by_name(machine.examine(ROOT))
    assert "300 MiB available" in findings["memory"].value and "close other programs" in findings["memory"].cure
    assert "make room" in findings["disk"].cure
    monkeypatch.setattr(machine, "_available_mib", lambda: None)
    assert by_name(machine.examine(ROOT))["memory"].cure == ""
