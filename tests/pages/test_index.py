"""Nobody gets lost: every page is found from README.md, every link leads somewhere, and lists leave nothing out."""

from __future__ import annotations

import re
from pathlib import Path

from tests.pages import report_picture
from tests.pages.structure import ROOT, tomllib

README = ROOT / "README.md"
DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions" / "README.md"
PAGES = sorted([README, *DOCS.rglob("*.md")])
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)


def links(page: Path) -> list[tuple[Path, str]]:
    """Where the links and pictures of a page lead to in this project: the file, and the place in it."""
    found = re.findall(r"\]\(([^)\s]+)\)", _CODE.sub("", page.read_text(encoding="utf-8")))
    parts = (link.partition("#") for link in found if "://" not in link)
    return [((page.parent / file).resolve() if file else page, place) for file, _, place in parts]


def anchors(page: Path) -> set[str]:
    """The places of a page that a link can name, as GitHub calls them."""
    headings = re.findall(r"^#+ (.+)$", _without_blocks(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _without_blocks(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def test_every_link_leads_somewhere() -> None:
    broken = []
    for page in PAGES:
        for file, place in links(page):
            if not file.exists() or (place and place not in anchors(file)):
                broken.append(f"{page.relative_to(ROOT)}: {file.name}#{place}")
    assert broken == []


def test_every_page_is_two_clicks_from_the_readme() -> None:
    one_click = {file for file, _ in links(README)}
    two_clicks = {file for page in one_click if page.suffix == ".md" and page.exists() for file, _ in links(page)}
    lost = [page for page in PAGES if page not in {README, *one_click, *two_clicks}]
    assert lost == []
    assert {page for page in DOCS.glob("*.md")} <= one_click | {DOCS / "cluster.md"}, "a guide is one click away"


def test_every_decision_is_listed_once_in_order() -> None:
    listed = re.findall(r"^\| \[(\d{3}): [^\]]+\]\(([^)]+)\) \| \S.* \|$", DECISIONS.read_text("utf-8"), re.MULTILINE)
    there = sorted(page.name for page in DECISIONS.parent.glob("*.md") if page != DECISIONS)
    assert [file for _, file in listed] == there
    assert all(file.startswith(number) for number, file in listed)


def test_every_library_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
    ]
    page = (DECISIONS.parent / "004-libraries.md").read_text(encoding="utf-8")
    reasons = {name for row in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE) for name in re.findall(r"[\w-]+", row)}
    assert [name for name in (re.match(r"[\w-]+", line)[0] for line in wanted) if name not in reasons] == []


def test_every_module_of_messages_is_in_the_table_for_changing_a_wording() -> None:
    page = (DOCS / "writing-checks.md").read_text(encoding="utf-8")
    section = page.split("## Changing a wording")[1].split("\n## ")[0]
    named = set(re.findall(r"`(\w+\.py)`", "\n".join(re.findall(r"^\| (.+?) \|", section, re.MULTILINE))))
    assert named == {file.name for file in (ROOT / "autograder" / "messages").glob("*.py")} - {"__init__.py"}


def test_no_page_offers_a_setting_that_is_gone() -> None:
    pages = [page for page in PAGES if not page.name.startswith("017")]  # which says that it is gone
    assert [page for page in pages if "warm_up_optimizer" in page.read_text(encoding="utf-8")] == []


def test_the_picture_in_the_readme_is_what_the_sample_gets(tmp_path: Path) -> None:
    page = report_picture.page_of_the_sample(tmp_path).read_text(encoding="utf-8")
    assert report_picture.said_in_the_picture() == report_picture.said_on(page), (
        "reports say something else: run .venv/bin/python -m tests.pages.report_picture"
    )
