"""The workflows for GitHub: what they use is pinned, what they keep secret is secret, and their commands run."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

pytestmark = pytest.mark.in_turn(3)

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.yml"))
PUBLIC, PRIVATE = (ROOT / "docs" / "examples" / f"github-classroom{end}.yml" for end in ("", "-private"))
GUIDE = ROOT / "docs" / "github-classroom.md"
SAMPLES = ROOT / "submissions_sample" / "vae"


def steps(path):
    """The steps of a workflow's only job: their keys and values; blocks of lines are put together."""
    text = path.read_text(encoding="utf-8").partition("    steps:\n")[2]
    found = []
    for step in re.split(r"^      - ", text, flags=re.MULTILINE)[1:]:
        lines = textwrap.dedent("        " + step).splitlines()
        keys, last = {}, ""
        for row in lines:
            if match := re.match(r"([a-z-]+): ?(.*)", row):
                last = match[1]
                keys[last] = "" if match[2] == "|" else match[2].partition(" #")[0]
            else:
                keys[last] += row.strip() + "\n"
        found.append(keys)
    return found


def environment(path):
    block = path.read_text(encoding="utf-8").partition("\nenv:\n")[2].partition("\n\n")[0]
    return dict(re.findall(r"^  (\w+): (\S+)", block, flags=re.MULTILINE))


def commands(path):
    return [step["run"] for step in steps(path) if "run" in step]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_workflow_is_what_the_platform_reads(path):
    text = path.read_text(encoding="utf-8")
    assert "\t" not in text
    top = re.findall(r"^([a-z]+):", text, flags=re.MULTILINE)
    assert top == ["name", "on", "permissions", "env", "jobs"]
    assert "permissions:\n  contents: read\n" in text
    assert all((len(row) - len(row.lstrip())) % 2 == 0 for row in text.splitlines())
    known = {"name", "uses", "with", "run", "if"}
    assert all(set(step) <= known and ("uses" in step) != ("run" in step) for step in steps(path))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_action_is_pinned_and_keeps_no_credentials(path):
    used = [step for step in steps(path) if "uses" in step]
    assert [step["uses"] for step in used if not re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", step["uses"])] == []
    checkouts = [step for step in used if "checkout" in step["uses"]]
    assert checkouts and all("persist-credentials: false" in step["with"] for step in checkouts)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_from_outside_becomes_part_of_a_command(path):
    assert [command for command in commands(path) if "${{" in command] == []


def test_the_student_s_repository_has_no_secret():
    assert "secrets." not in PUBLIC.read_text(encoding="utf-8")
    assert "secrets.STUDENTS_TOKEN" in PRIVATE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "sample", "status"), [(PUBLIC, "correct_reference", 0), (PRIVATE, "wrong_kl_reversed", 1)]
)
def test_its_commands_grade(path, sample, status, tmp_path):
    place = tmp_path / "repository"
    place.mkdir()
    names = environment(path)
    shutil.copytree(SAMPLES / sample, place / names["HOMEWORK"])
    if "GRADER" in names:
        (place / names["GRADER"]).symlink_to(ROOT)
    else:
        (place / "run_autograder").symlink_to(ROOT / "run_autograder")
    summary = tmp_path / "summary.md"
    summary.write_text("what the step wrote before\n")
    path_with_python = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # as actions/setup-python leaves it
    settings = {**os.environ, **names, "GITHUB_STEP_SUMMARY": str(summary), "PATH": path_with_python}
    *before, build, grade = [command for command in commands(path) if "cat " not in command]
    assert (before, build.rstrip("/")) == ([], './"$GRADER"/setup.sh' if "GRADER" in names else "./setup.sh")
    if "GRADER" not in names:  # there the grader is the repository: it finds itself by the place of the script
        grade = grade.replace("./run_autograder", str(ROOT / "run_autograder"))
    done = subprocess.run(
        ["bash", "-e", "-c", grade.rstrip() + " --check 4.1\n"],
        cwd=place,
        env=settings,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert {path.name for path in (place / "results").iterdir()} >= {"results.json", "junit.xml"}
    for show in [command for command in commands(path) if "cat " in command]:
        subprocess.run(["bash", "-e", "-c", show], cwd=place, env=settings, check=True)
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("what the step wrote before\n# VAE")
    assert "points**" in text


def test_the_guide_names_files_and_options_that_are_there():
    text = GUIDE.read_text(encoding="utf-8")
    for link in re.findall(r"\]\((examples/[^)]+)\)", text):
        assert (GUIDE.parent / link).is_file()
    program = (ROOT / "autograder" / "outputs.py").read_text(encoding="utf-8")
    named = set(re.findall(r"\| `(--[a-z-]+)", text)) - {"--results"}
    assert named == {"--html", "--summary", "--junit", "--record", "--fail-under"}
    assert all(f'"{option}"' in program for option in named)


@pytest.mark.parametrize(("asked", "status"), [("50", 0), ("100", 1), ("100%", 1), ("101", 2), ("many", 2)])
def test_fail_under(asked, status, tmp_path):
    command = [ROOT / "run_autograder", "vae", SAMPLES / "wrong_kl_reversed", "--check", "4.4", "--check", "4.1"]
    done = subprocess.run(
        [*command, "--fail-under", asked, "--results", tmp_path / "results.json"], capture_output=True, text=True
    )
    assert done.returncode == status, done.stdout + done.stderr
    if status == 2:
        assert "should be a number from 0 to 100" in done.stderr


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    command = [ROOT / "run_autograder", "vae", SAMPLES / "correct_reference", "--check", "4.1.1"]
    done = subprocess.run(
        [*command, "--results", tmp_path / "r.json", "--junit", tmp_path / "file" / "x.xml"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "name another place with --junit PATH" in done.stderr
