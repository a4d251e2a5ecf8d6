"""`python -m reference.closed_forms`: runs every proof, then writes `docs/closed-forms.md`."""

from pathlib import Path

from reference.closed_forms import all_forms
from reference.closed_forms.page import render

PAGE = Path(__file__).parents[2] / "docs" / "closed-forms.md"


def main() -> None:
    forms = all_forms()
    refused = [path for path, form in forms.items() if form.residual() != 0]
    if refused:
        raise SystemExit(f"not proved, so nothing is written: {', '.join(refused)}")
    PAGE.write_text(render(forms), encoding="utf-8")


if __name__ == "__main__":
    main()
