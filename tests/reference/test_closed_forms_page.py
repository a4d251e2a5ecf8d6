"""The page of closed forms is what the command would write now."""

from pathlib import Path

import pytest

from reference.closed_forms import __main__ as command
from reference.closed_forms import all_forms
from reference.closed_forms.page import render

FORMS = all_forms()


def test_the_page_is_up_to_date() -> None:
    stored = command.PAGE.read_text(encoding="utf-8")
    assert stored == render(FORMS), "run: python -m reference.closed_forms"


def test_every_form_is_on_the_page_with_its_source_and_the_way_it_is_proved() -> None:
    page = render(FORMS)
    for path, form in FORMS.items():
        assert f"### `{path.split('.')[1]}`" in page
        assert f"- Source: {form.source}" in page
        assert f"- Proved by: {form.proved_by.value}" in page
    assert page.count("\n$$\n") == 2 * len(FORMS)


def test_a_form_that_is_not_proved_keeps_the_page_from_being_written(monkeypatch, tmp_path: Path) -> None:
    class Unproved:
        def residual(self) -> int:
            return 1

    monkeypatch.setattr(command, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(command, "all_forms", lambda: {"gan.VALUE": Unproved()})
    with pytest.raises(SystemExit, match=r"not proved.*gan\.VALUE"):
        command.main()
    assert not command.PAGE.exists()
