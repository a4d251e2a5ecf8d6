"""Grades the cases of the red team in an imitation of the platform, as root or as an ordinary user.

    python -m tests.red_team.arena [--user ID] [CASE...]

prints one line of JSON for each case. The grader runs in a process of its own, so that a case which kills or stops it
is a finding and not the end: it is started again for the cases that are left.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.red_team import cases, imitation, watch

FOLDER = Path(__file__).resolve().parent
PATIENCE_S = 120.0  # for one case, before the grader counts as hung


def ordinary_user() -> int:
    """A user id without an account, different in runs beside each other."""
    return random.SystemRandom().randrange(20_000, 50_000)


def grade(names: Sequence[str], user_id: int | None = None) -> Iterator[dict[str, Any]]:
    """Grade cases one after another; yields what the arena found for each."""
    with _imitation(user_id) as imitated:
        waiting = list(names)
        while waiting:
            for result in _run(imitated, waiting):
                waiting.remove(result["case"])
                yield result


@contextmanager
def _imitation(user_id: int | None) -> Iterator[imitation.Imitation]:
    imitated = imitation.build(user_id)
    try:
        yield imitated
    finally:
        watch.remove(imitated.root)


def _run(imitated: imitation.Imitation, names: list[str]) -> Iterator[dict[str, Any]]:
    """The results of one grader process; of a case that ended or stopped it, a finding."""
    with (imitated.root / "errors").open("wb") as errors:
        process = subprocess.Popen(
            _command(imitated, names),
            cwd=imitated.root,
            env=imitated.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    current, problem, started = names[0], "the grader ended", time.monotonic()
    try:
        for line in _lines(process):
            if line is None:
                problem = f"the grader hung for more than {PATIENCE_S:g} s"
                break
            said = json.loads(line)
            if "starts" in said:
                current, started = said["starts"], time.monotonic()
            else:
                current = ""
                yield said
                if "nursery died" in line or "no more workers" in line:  # it cannot be forked again in this process
                    return
    finally:
        process.kill()
        process.wait()
        if imitated.user_id is not None:
            watch.end(watch.processes({imitated.user_id}, but=()))
    if current or process.returncode:
        errors_seen = (imitated.root / "errors").read_text(errors="replace")[-2000:]
        found = f"{problem} (status {process.returncode}) {errors_seen}"
        yield {
            "case": current or names[-1],
            "wall_s": round(time.monotonic() - started, 1),
            "verdicts": [],
            "findings": [["no result", found]],
        }


def _command(imitated: imitation.Imitation, names: Sequence[str]) -> list[str]:
    inside = [sys.executable, str(imitated.root / "arena" / "inside.py"), str(imitated.root), str(FOLDER), *names]
    if imitated.user_id is None:
        return inside
    number = str(imitated.user_id)
    return ["setpriv", "--reuid", number, "--regid", number, "--clear-groups", "--", *inside]


def _lines(process: subprocess.Popen[str]) -> Iterator[str | None]:
    """The lines that a process prints; None if it says nothing for too long."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=PATIENCE_S)
        except queue.Empty:
            yield None
            return
        if not line:
            return
        yield line


def users() -> dict[str, list[str]]:
    """The users that cases can be graded as here, with the options that say so."""
    if os.geteuid() != 0:
        return {"ordinary": []}
    return {"root": []} | ({"ordinary": ["--user", "1"]} if shutil.which("setpriv") else {})


def grade_everywhere(names: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The results of cases by name and user: a process for each user, beside each other."""
    command = [sys.executable, "-m", "tests.red_team.arena"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    running = {
        user: subprocess.Popen(
            [*command, *options, *names], cwd=imitation.PROJECT, env=environment, stdout=subprocess.PIPE, text=True
        )
        for user, options in users().items()
    }
    threads, texts = [], {}
    for user, process in running.items():

        def collect(user: str = user, process: subprocess.Popen[str] = process) -> None:
            texts[user] = process.communicate()[0]

        threads.append(threading.Thread(target=collect))
        threads[-1].start()
    for thread in threads:
        thread.join()
    results = [(user, json.loads(line)) for user, text in texts.items() for line in text.splitlines()]
    return {(result["case"], user): result for user, result in results}


def main() -> None:
    parser = argparse.ArgumentParser(description="Grade cases of the red team.")
    parser.add_argument("--user", type=int, help="an ordinary user's id; 1 for any")
    parser.add_argument("--brief", action="store_true", help="what is not as expected, in words")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # on the way out the imitation is removed
    user = ordinary_user() if options.user == 1 else options.user
    chosen = {case.name: case for case in cases.load(FOLDER, options.cases)}
    for result in grade(list(chosen), user):
        if options.brief:
            from tests.red_team.judge import problems

            wrong = problems(chosen[result["case"]], result)
            total = sum(verdict["score"] for verdict in result["verdicts"])
            mark = "FAIL" if wrong else "OK  "
            print(f"{mark} {result['case']:<34} {total:<5g} {result['wall_s']:>6} s", flush=True)
            for problem in wrong:
                print(f"       {problem.kind}: {problem.text[:1500]}", flush=True)
        else:
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main()
