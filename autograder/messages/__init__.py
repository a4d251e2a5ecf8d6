"""Every sentence that a student or staff read in a report about a submission, in one place.

One module for each place where somebody would look for a sentence; in it a constant for each sentence, or for each
piece where a sentence has several forms. What stands in braces is filled in where the constant is used:

    raise Mismatch(messages.comparing.SHAPE.format(name=name, got=(3, 5), wanted=(3,), end=end))

The grammar of messages: what is X, but should be Y [where]; then a line `Hint: ...` if the mistake is a known one.
`report/message.py` takes a message apart again by ", but should ", the brackets at the end and "Hint: ", policies hold
lines with "Hint: " back, and Gradescope's bare text has no other structure: keep these where they are.

To change a wording, change the text of its constant. A name in braces may change its place; who leaves one out, or
needs another, has to change the place where the constant is used too: `tests/test_messages.py` names it. Then run the
tests of the modules in the heading of the constant's group: where a text matters they have it whole. A handout holds
recorded texts of failures, with which a student's are compared: make it anew.

Not here: what an assignment says (checks.py, mistakes.py, questions.toml); how values, shapes and calls are named
(wording.py); what the worker says, which knows nothing of the grader's (worker/describe.py, serve.py, wire.py,
plain.py, survey.py); errors of the command line and of an assignment's files, whose readers are staff; the template of
answers.md and the pages of a handout.
"""

from autograder.messages import answers, comparing, formulas, grading, handing_in, pictures, policies, reports, running

__all__ = ["answers", "comparing", "formulas", "grading", "handing_in", "pictures", "policies", "reports", "running"]
