"""docs/architecture.md and its pictures say what is so: of the files, of the imports and of their contracts."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from tests.pages import pictures, structure

PAGE = structure.PAGE.read_text(encoding="utf-8")
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def imports() -> set[structure.Arrow]:
    return structure.imports()


@pytest.fixture(scope="module")
def picture() -> ElementTree.Element:
    return ElementTree.parse(pictures.IMAGES / "architecture.svg").getroot()


def groups_of(picture: ElementTree.Element) -> dict[str, tuple[str, ...]]:
    groups = {}
    for box in picture.iter(_SVG + "g"):
        if group := box.get("data-group"):
            lines = [line.text or "" for line in box.iter(_SVG + "text") if line.get("class") == "code"]
            groups[group] = tuple(" ".join(lines).replace(",", "").split())
    return groups


def arrows_of(picture: ElementTree.Element) -> set[structure.Arrow]:
    return {(path.get("data-from", ""), path.get("data-to", "")) for path in _arrows(picture)}


def _arrows(picture: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return (path for path in picture.iter(_SVG + "path") if path.get("data-from"))


def test_the_pictures_are_those_that_page_contracts_and_imports_make() -> None:
    for place, drawn in pictures.drawn().items():
        assert place.read_text(encoding="utf-8") == drawn, (
            f"{place.name} is older than what it shows: run .venv/bin/python -m tests.pages.pictures"
        )


def test_every_module_stands_in_the_picture_once(picture: ElementTree.Element) -> None:
    shown = [module for modules in groups_of(picture).values() for module in modules]
    assert sorted(shown) == sorted(structure.modules_on_disk())
    assert set(structure.layers()) == set(shown) - {"new_assignment"}  # that one is no module: files to copy


def test_an_arrow_is_an_import_and_leads_down_in_the_layers(
    picture: ElementTree.Element, imports: set[structure.Arrow]
) -> None:
    groups, layers = groups_of(picture), structure.layers()
    assert len(arrows_of(picture)) > 10
    for start, end in arrows_of(picture):
        between = [(a, b) for a, b in imports if a in groups[start] and b in groups[end]]
        assert between, f"nothing in {start} imports anything in {end}"
        assert all(layers[a] < layers[b] for a, b in between), (start, end)


def test_a_group_imports_only_what_its_arrows_lead_to(
    picture: ElementTree.Element, imports: set[structure.Arrow]
) -> None:
    arrows = arrows_of(picture)
    for start, end in structure.between_groups(groups_of(picture), imports):
        assert end in structure.reached(start, arrows), f"{start} imports {end}, which no arrow says"
        assert start not in structure.reached(end, arrows), f"{start} and {end} import each other"


def test_arrows_lead_down_and_cross_no_box(picture: ElementTree.Element) -> None:
    boxes = {}
    for group in picture.iter(_SVG + "g"):
        if group.get("data-group"):
            (box,) = group.iter(_SVG + "rect")
            left, top, width, height = (float(box.get(name, "")) for name in ("x", "y", "width", "height"))
            boxes[group.get("data-group")] = (left, top, left + width, top + height)
    for path in _arrows(picture):
        x, line = path.get("d", "").removeprefix("M").split(" ")
        top, bottom = (float(number) for number in line.split("V"))
        assert top == boxes[path.get("data-from")][3] and bottom == boxes[path.get("data-to")][1]
        crossed = [name for name, box in boxes.items() if box[0] < float(x) < box[2] and top < box[1] < bottom]
        assert crossed == []


def test_what_is_forbidden_in_the_picture_is_what_the_contracts_forbid(picture: ElementTree.Element) -> None:
    shown = []
    for rule in picture.iter(_SVG + "g"):
        if rule.get("data-rule") is not None:
            said = {(line.get("class") or "").split()[-1]: line.text or "" for line in rule.iter(_SVG + "text")}
            shown.append(tuple(tuple(said[kind].split(", ")) if kind in said else () for kind in ("by", "what", "but")))
    wanted = [
        tuple(tuple(name.removeprefix("autograder.") for name in names) for names in (rule.by, rule.what, rule.but))
        for rule in structure.forbidden()
    ]
    assert shown == wanted
    assert (("worker",), ("reference", "pytest", "gradescope_utils", "sympy"), ()) in shown
    assert (("reference",), ("autograder",), ()) in shown


@pytest.mark.parametrize("package", ["pytest", "dask", "distributed"])
def test_whoever_may_import_a_forbidden_package_does(package: str) -> None:
    (rule,) = (rule for rule in structure.forbidden() if package in rule.what and rule.but)
    importers = structure.importers_of(package)
    assert importers and importers <= set(rule.but)
    assert set(rule.but) == set().union(*(structure.importers_of(name) for name in rule.what))


def test_the_page_names_every_folder_and_no_file_that_is_not_there() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=structure.ROOT, capture_output=True, text=True, check=True).stdout
    folders = {line.split("/")[0] for line in listed.splitlines() if "/" in line and not line.startswith(".")}
    named = structure.folders_of_the_page(PAGE)
    assert sorted(named) == sorted(folders)
    for name in [*(f"autograder/{file}" for file in structure.files_of_the_page(PAGE)), *named]:
        place = structure.ROOT / name
        assert place.is_dir() if name.endswith("/") else place.exists(), f"docs/architecture.md names {name}"


def test_the_stations_of_a_submission_are_there() -> None:
    picture = ElementTree.parse(pictures.IMAGES / "one-submission.svg").getroot()
    steps = {group.get("data-step", ""): group.get("data-file", "") for group in picture.iter(_SVG + "g")}
    assert {end for path in _arrows(picture) for end in (path.get("data-from"), path.get("data-to"))} <= set(steps)
    for name, file in steps.items():
        assert (structure.ROOT / file).exists(), file
        if name[0].isupper():  # a noun: the file has it, or makes it
            module = ast.parse((structure.ROOT / file).read_text(encoding="utf-8"))
            assert name in {word.id for word in ast.walk(module) if isinstance(word, ast.Name)} | {
                part.name for part in module.body if isinstance(part, ast.ClassDef)
            }


def test_the_ways_of_a_submission_begin_and_end_at_its_stations() -> None:
    at = {step.name: (step.x, step.y, step.x + pictures.WIDE, step.y + pictures.HIGH) for step in pictures.STEPS}
    picture = ElementTree.parse(pictures.IMAGES / "one-submission.svg").getroot()
    for path in _arrows(picture):
        x, y = 0.0, 0.0
        points = []
        for letter, numbers in re.findall(r"([MHV])([\d ]+)", path.get("d", "")):
            values = [float(number) for number in numbers.split()]
            x, y = {"M": values, "H": [values[0], y], "V": [x, values[0]]}[letter]
            points.append((x, y))
        for (x, y), name in ((points[0], path.get("data-from", "")), (points[-1], path.get("data-to", ""))):
            left, top, right, bottom = at[name]
            assert left <= x <= right and top <= y <= bottom and (x in (left, right) or y in (top, bottom)), name


def test_the_nursery_is_started_before_what_must_stay_secret_is_imported() -> None:
    flow = ast.parse((structure.ROOT / "autograder" / "pipeline.py").read_text(encoding="utf-8"))
    functions = {part.name: ast.unparse(part) for part in flow.body if isinstance(part, ast.FunctionDef)}
    assert functions["grade"].index("start_nursery(") < functions["grade"].index("grade_staged(")
    at_the_top = [part.module for part in flow.body if isinstance(part, ast.ImportFrom)]
    for secret in ("collect", "host"):
        assert f"from autograder.{secret} import" in functions["grade_staged"]
        assert f"autograder.{secret}" not in at_the_top


def test_a_picture_that_parts_from_the_truth_is_noticed(imports: set[structure.Arrow]) -> None:
    groups = structure.groups_of_the_page(PAGE)
    arrows = structure.between_groups(groups, imports)
    assert structure.reduced({("a", "b"), ("b", "c"), ("a", "c")}) == [("a", "b"), ("b", "c")]
    with pytest.raises(SystemExit, match="Worker imports Checks, which does not stand below it"):
        pictures.architecture(groups, [*structure.reduced(arrows), ("Worker", "Checks")], structure.forbidden())
    with pytest.raises(SystemExit, match=r"differ in \['Crew'\]"):
        pictures.architecture({**groups, "Crew": ("crew",)}, [], [])
    without = PAGE.replace("`pipeline.py` | the whole", "`line.py` | the whole")
    assert structure.groups_of_the_page(without)["Flow"] == ("line",)
