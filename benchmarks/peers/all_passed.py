"""Runs another grader, and fails unless its results say that every check passed.

    python all_passed.py FOLDER RESULTS COUNT COMMAND...

FOLDER is where the command runs. Some graders exit with 0 whatever came out, and none counts what it should have run.
Only a few modules are imported, since what this takes is measured with the command.
"""

import json
import os
import sys


def outcomes(path: str) -> dict[str, bool]:
    """Which checks passed, as check50's or otter-grader's results file has it; none where there is no such file."""
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123 - pathlib takes as long as all the rest
            found = json.load(stream)
    except (OSError, ValueError):
        return {}
    if "results" in found:  # check50; null is an error of the check's
        return {one["name"]: one["passed"] is True for one in found["results"]}
    # otter-grader: what else stands there, such as a summary of all, has no score
    return {one["name"]: one["score"] == one["max_score"] for one in found.get("tests", ()) if "max_score" in one}


def main(folder: str, results: str, count: int, command: list[str]) -> int:
    """Run the command, and say 0 if all its checks passed."""
    if os.path.exists(results):  # noqa: PTH110 - an earlier run's must not be read as this one's
        os.unlink(results)  # noqa: PTH108
    status = run(folder, command)
    passed = outcomes(results)
    lost = [name for name, right in passed.items() if not right]
    sys.stdout.write(f"{len(passed)} of {count} checks ran; not passed: {', '.join(lost) or 'none'}\n")
    return status or (0 if len(passed) == count > 0 and not lost else 1)


def run(folder: str, command: list[str]) -> int:
    """The exit status of a command that runs in a folder."""
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        os.execv(command[0], command)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]))
