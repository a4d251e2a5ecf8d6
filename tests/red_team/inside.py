"""The grader's process in the arena: one nursery, many cases, one line of JSON for each.

    python inside.py ROOT CORPUS_FOLDER CASE...

It does what `python -m autograder grade` does on the platform, but keeps the nursery from case to case. The secret
words are read only when the nursery has been forked, as all that is secret.
"""

import dataclasses
import json
import os
import sys
import time
import traceback
from contextlib import closing, contextmanager
from pathlib import Path

TIMEOUT_S, IMPORT_TIMEOUT_S = 2.0, 5.0
_SETTLE_S = 0.1
NO_SLOWER_S = 8.0  # than what a check may cost: the grader's own work on it, on a busy machine


def main() -> None:
    root, folder = Path(sys.argv[1]), Path(sys.argv[2])
    sys.path[:] = [str(root / "source"), str(root / "arena"), *(path for path in sys.path[1:] if path)]
    os.chdir(root)
    from autograder import platform_layout
    from autograder.assignment import load_assignment
    from autograder.pipeline import start_nursery

    assignments = root / "source" / "assignments"
    places = platform_layout.find(root, assignments)
    places.protect()
    assignment = load_assignment(places.assignment)
    limits = dataclasses.replace(assignment.limits, timeout_s=TIMEOUT_S, import_timeout_s=IMPORT_TIMEOUT_S)
    assignment = dataclasses.replace(assignment, limits=limits)
    with closing(start_nursery(assignment)) as nursery:
        import cases

        words = json.loads((root / "words.json").read_text())
        for case in cases.load(folder):
            if case.name in sys.argv[3:]:
                _say({"starts": case.name})
                _say(_Grading(case, folder, root, places, assignment, nursery, words).done())


def _say(line: dict) -> None:
    print(json.dumps(line), flush=True)


class _Grading:
    """One case, graded and looked at."""

    def __init__(self, case, folder, root, places, assignment, nursery, words):
        self.case, self.folder, self.root, self.places = case, folder, root, places
        self.assignment, self.nursery, self.words = assignment, nursery, words
        self.transcripts: list[str] = []
        self.over: dict[str, float] = {}
        self.findings: list[tuple[str, str]] = []  # what kind (see judge.KINDS), and what
        self.document = ""

    def done(self) -> dict:
        started_s = time.monotonic()
        self._hand_in()
        try:
            report = self._graded()
        except Exception:
            self.findings.append(("no result", f"the grading ended: {traceback.format_exc()[-600:]}"))
            report = None
            self._look_at_the_end()
        wall_s = time.monotonic() - started_s
        result = {
            "case": self.case.name,
            "wall_s": round(wall_s, 2),
            "over_s": {number: round(value, 2) for number, value in self.over.items()},
            "verdicts": [],
        }
        if report is not None:
            result |= self._read(report)
        return result | {"findings": self.findings}

    def _hand_in(self) -> None:
        import cases
        import watch

        submission = self.places.submission
        watch.remove(submission)
        submission.mkdir()
        cases.hand_in(self.case.name, self.folder, submission)
        self.places.protect()
        self.users = {os.geteuid()} if os.geteuid() else set()
        self.before = self._snapshot()
        self.descriptors = watch.descriptors()

    def _snapshot(self):
        import watch

        return watch.snapshot(self.root, self.users)

    def _graded(self):
        from autograder.collect import run_checks
        from autograder.host import Host
        from autograder.pipeline import Progress
        from autograder.report import gradescope
        from autograder.submission import stage
        from autograder.users import BLOCK
        from autograder.written.sheet import answers_to

        transcripts = self.transcripts

        class Watched(Host):
            @contextmanager
            def student(self, check_id, timeout_s, transcript):
                try:
                    with super().student(check_id, timeout_s, transcript) as student:
                        yield student
                finally:
                    transcripts.append(transcript.printed)

        last = {"time": time.monotonic(), "spent": 0.0}

        def changed(report, verdict, total):
            gradescope.write(report, self.places.results)
            now = time.monotonic()
            if verdict is not None and host is not None:
                own = now - last["time"] - (host.spent_s - last["spent"])
                late = max(host.spent_s - last["spent"] - TIMEOUT_S - IMPORT_TIMEOUT_S, 0.0)
                self.over[verdict.check.number] = own + late
                last["spent"] = host.spent_s
            last["time"] = now

        host = None
        progress = Progress(self.assignment, changed)
        gradescope.write(progress.report(), self.places.results)
        assignment = dataclasses.replace(self.assignment, inputs=self.case.inputs)
        with stage(self.places.submission, assignment) as workspace:
            if workspace._users._first is not None:
                self.users = set(range(workspace._users._first, workspace._users._first + BLOCK))
            host = Watched(self.nursery, workspace, assignment)
            written = answers_to(self.assignment, workspace)
            progress.notes = written.notes if written else ()
            run_checks(self.assignment, host, only=self.case.checks, listener=progress, written=written)
            report = progress.report()
            gradescope.write(report, self.places.results)
            self.document = self.places.results.read_text(encoding="utf-8")
            self._look_around()  # the users are this grading's only until the workspace is removed
        self._look_at_the_end()
        return report

    def _look_at_the_end(self) -> None:
        import watch

        if (more := watch.descriptors() - self.descriptors) > 0:
            self.findings.append(("trace", f"the grader has {more} more descriptors"))
        for path in (self.root / "temporary").iterdir():
            if not path.name.startswith("torchinductor_"):  # the nursery's own, from before the first case
                self.findings.append(("trace", f"was not removed: {path.name}"))
                watch.remove(path)

    def _look_around(self) -> None:
        import watch

        time.sleep(_SETTLE_S)
        mine = {os.getpid(), os.getppid(), self.nursery._pid}
        left = watch.processes(self.users, mine) | {
            pid: "a child of the nursery" for pid in watch.children(self.nursery._pid)
        }
        self.findings += [("trace", f"left a process: {name}") for name in left.values()]
        watch.end(left)
        self.findings += [("trace", text) for text in self.before.differences(self._snapshot())]
        loot = [path for path in Path("/tmp").glob("loot_*") if path.lstat().st_uid in {*self.users, os.geteuid()}]
        for path in loot:
            self.findings.append(("breach", f"loot: {path.read_text(errors='replace')[:300]!r}"))
            path.unlink()
        if self.document and self.places.results.read_text(encoding="utf-8") != self.document:
            self.findings.append(("breach", "results.json is not what the grader wrote"))

    def _read(self, report) -> dict:
        from autograder.report import gradescope
        from autograder.report.terminal import terminal

        results, shown = gradescope.results(report), terminal(report)
        self._look_at_results(results)
        shown_tests = [test for test in results["tests"] if test["visibility"] == "visible"]
        visible = [results["output"], *(test["name"] + test["output"] for test in shown_tests)]
        self._look_for_words("a text that the student reads", "\n".join([*visible, shown]), but=("name",))
        self._look_for_words("the visible results", "\n".join(visible))
        self._look_for_words("what student code printed", "\n".join(self.transcripts))
        self._look_for_words("what the student sent", "\n".join(v.staff_output for v in report.verdicts), only="BREACH")
        self.findings += [
            ("time", f"check {number} took {over:.1f} s more than its limits")
            for number, over in self.over.items()
            if over > NO_SLOWER_S
        ]
        return {
            "verdicts": [
                {
                    "number": v.check.number,
                    "status": v.status.value,
                    "score": v.score,
                    "max_score": v.check.max_score,
                    "text": v.student_output[:5000],
                    "staff": v.staff_output[-3000:],
                }
                for v in report.verdicts
            ],
            "results": results if len(self.document) < 200_000 else {"tests": "too long to repeat"},
            "visible": "\n".join(visible)[:100_000],
            "terminal": shown[:20_000],
        }

    def _look_for_words(self, where, text, but=(), only="") -> None:
        import re

        for kind, word in self.words.items():
            secret = word.rsplit("-", 1)[1]
            if kind not in but and not only and (secret in text or secret[::-1] in text):
                self.findings.append(("leak", f"{where} has the secret word of {kind}"))
        found = sorted(set(re.findall(r"BREACH[^\n]{0,200}", text)))
        self.findings += [("breach", f"{where} has {breach!r}") for breach in found]

    def _look_at_results(self, results) -> None:
        from autograder.report.text import clean

        def refuse(name):
            raise ValueError(name)

        def texts(value):
            if isinstance(value, str):
                yield value
            for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
                yield from texts(item)

        try:
            found = json.loads(self.document, parse_constant=refuse)
        except ValueError as error:
            self.findings.append(("no result", f"results.json is not valid: {error}"))
            return
        if found["tests"] != results["tests"]:
            self.findings.append(("no result", "results.json has other tests than the report"))
        if any(clean(text) != text for text in texts(found)):
            self.findings.append(("no result", "results.json has text that is not printable"))
        if not all(0 <= test["score"] <= test["max_score"] for test in found["tests"]):
            self.findings.append(("no result", "results.json has a score outside of its range"))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
