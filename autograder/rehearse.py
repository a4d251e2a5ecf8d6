"""The command rehearse: what Gradescope would do with a zip and a submission, done here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.assignment import known_assignments, load_assignment
from autograder.containers import Container
from autograder.docker_platform import DockerPlatform, has_engine
from autograder.errors import UsageError
from autograder.platform_metadata import MetadataFile, load_metadata
from autograder.platform_rehearsal import Built, FolderPlatform, Platform, Run, private_folder, unzip
from autograder.platform_results import NO_RESULTS, TIMED_OUT
from autograder.platform_views import staff_view, student_view
from autograder.submission import check_path

_EPILOG = """\
examples:
  python -m autograder rehearse vae.zip submissions_sample/vae/correct_reference
  python -m autograder rehearse vae.zip homework.zip --environment /tmp/rehearsal-venv

exit status: 0 if the platform would accept the zip and the results, and the grader met no fault of its own;
1 otherwise; 2 for a wrong command line."""
_LOG_LINES = 30


def add_to(commands: Any, assignments: list[str]) -> None:
    """Declare the command's arguments."""
    command = commands.add_parser(
        "rehearse",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Unpacks a zip as Gradescope does, runs its setup.sh, hands in a submission, runs run_autograder, "
        "and judges\nthe results as the platform would. In a private folder, or in a container with --docker.",
        epilog=_EPILOG,
    )
    command.add_argument("zip", type=Path, help="the zip, as bundle makes it")
    command.add_argument(
        "submission",
        type=Path,
        nargs="+",
        help="what is handed in: a folder, files, or one zip, which the platform unpacks",
    )
    command.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="the platform's (the assignment's)")
    command.add_argument(
        "--environment",
        type=Path,
        metavar="PATH",
        help="keep the environment that setup.sh builds here, and use it again: the next rehearsal takes seconds",
    )
    command.add_argument("--metadata", type=Path, metavar="FILE", help="JSON: what submission_metadata.json says "
                         "differently, such as created_at or previous_submissions")  # fmt: skip
    command.add_argument("--docker", metavar="IMAGE", help="use a container of this image, if there is an engine; for "
                         "example gradescope/autograder-base:ubuntu-22.04")  # fmt: skip
    command.add_argument("--keep", action="store_true", help="keep the folder, to look into it")
    command.set_defaults(run=run)


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError("should be a positive number of seconds")
    return value


def run(options: argparse.Namespace, root: Path) -> int:
    """Rehearse. The exit status."""
    for path in options.submission:
        check_path(path)  # now, and not after minutes of setup.sh
    with private_folder(keep=options.keep) as folder:
        container, title = _declared(options.zip, folder)
        metadata = load_metadata(options.metadata, title)
        timeout_s = options.timeout or container.timeout_s
        with _platform(options, folder, container) as platform:
            if options.keep:
                print(f"Folder: {folder}")
            print("setup.sh runs ...", flush=True)
            built = platform.build(options.zip)
            print(_build_text(built), flush=True)
            if not built.is_good:
                return 1
            platform.receive(options.submission, metadata.text())
            done = platform.run(timeout_s)
        print(report(done, metadata, timeout_s))
        is_good = done.judged.is_accepted and done.ended.status == 0 and not done.ended.timed_out
        return 0 if is_good else 1


def _declared(archive: Path, folder: Path) -> tuple[Container, str]:
    """The container and the title of the assignment in a zip; the platform's defaults for a zip of others."""
    looked_into = folder / "looked-into"
    looked_into.mkdir()
    unzip(archive, looked_into)
    names = known_assignments(looked_into / "assignments")
    if len(names) != 1:
        return Container(), "Homework"
    assignment = load_assignment(looked_into / "assignments" / names[0])
    return assignment.container, assignment.title


@contextmanager
def _platform(options: argparse.Namespace, folder: Path, container: Container) -> Iterator[Platform]:
    in_container = bool(options.docker) and has_engine()
    if options.docker and not in_container:
        print("There is no container engine here (docker info fails).", file=sys.stderr)
    if not in_container:
        print("Rehearsing in a private folder, on this machine's system and with its processors and memory.")
        yield FolderPlatform(folder, options.environment)
        return
    if options.environment is not None:
        raise UsageError("--environment is for a rehearsal in a folder; a container has its own")
    print(f"Rehearsing in a container of {options.docker}: {container}.")
    docker = DockerPlatform(folder, options.docker, container)
    try:
        yield docker
    finally:
        docker.remove()


def _build_text(built: Built) -> str:
    if built.is_good:
        return f"setup.sh ended well after {built.wall_s:.0f} s: the platform would take submissions."
    lines = "\n".join(f"  | {line}" for line in built.log.splitlines()[-_LOG_LINES:])
    return (
        f"setup.sh failed with exit status {built.status} after {built.wall_s:.0f} s, and with it the build:\n{lines}\n"
        "\n"
        "The platform would NOT accept this zip: its build fails, and submissions are graded by no one."
    )


def report(done: Run, metadata: MetadataFile, timeout_s: float) -> str:
    """What the platform would show, and the verdict."""
    judged, ended = done.judged, done.ended
    how = f"was killed after {timeout_s:g} s" if ended.timed_out else f"ended with exit status {ended.status}"
    lines = [f"run_autograder {how}, after {ended.wall_s:.1f} s.", ""]
    lines += [staff_view(judged), "", student_view(judged, past_due=metadata.is_past_due), ""]
    lines += [f"doubtful: {doubt}" for doubt in judged.doubts]
    if done.survivors:
        lines.append(f"doubtful: {done.survivors} of its processes went on after the run had ended")
    lines += [f"refused: {reason}" for reason in judged.refused]
    lines.append(_verdict(done, timeout_s))
    return "\n".join(lines)


def _verdict(done: Run, timeout_s: float) -> str:
    if done.ended.timed_out:
        shown = TIMED_OUT.format(seconds=timeout_s)
        return f'The platform would NOT accept this: it kills the run, scores it 0 and shows "{shown}"'
    if not done.judged.is_accepted:
        return f'The platform would NOT accept this. Students may read "{NO_RESULTS}", and nothing more.'
    if done.ended.status != 0:
        return (
            "The platform would accept this, but the grader met a fault of its own: exit status "
            f"{done.ended.status}. Read its standard output above."
        )
    return "The platform would accept this."
