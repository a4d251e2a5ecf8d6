"""Templates of pages are compiled once: kept where modules are, thrown away when they change, and never needed."""

import sys

import pytest

from autograder.classes import layout


@pytest.fixture
def rendered(tmp_path, monkeypatch):
    """rendered(): what the template in tmp_path makes, by an environment of its own; and how often it was compiled."""
    (tmp_path / "__pycache__").mkdir()
    monkeypatch.setattr(layout, "_FOLDER", tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def render():
        environment = layout.templates()
        compiled = []
        compile_ = environment.compile
        monkeypatch.setattr(environment, "compile", lambda *given: compiled.append(given) or compile_(*given))
        return environment.get_template("one.html").render(), len(compiled)

    return render


def test_a_template_is_compiled_once_and_again_when_it_changes(rendered, tmp_path):
    (tmp_path / "one.html").write_text("{{ 1 + 1 }}")
    assert [rendered(), rendered()] == [("2", 1), ("2", 0)]
    (tmp_path / "one.html").write_text("{{ 2 + 2 }}")
    assert rendered() == ("4", 1)


def test_nothing_is_kept_where_python_keeps_nothing(rendered, tmp_path, monkeypatch):
    (tmp_path / "one.html").write_text("2")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered() == ("2", 1)
    assert list((tmp_path / "__pycache__").iterdir()) == []


def test_a_page_is_made_where_nothing_can_be_kept(rendered, tmp_path):
    (tmp_path / "one.html").write_text("2")
    (tmp_path / "__pycache__").rmdir()
    assert rendered() == ("2", 1)
