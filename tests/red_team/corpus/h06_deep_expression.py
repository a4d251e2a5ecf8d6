"""corpus-builder: a sum of 200 000 terms and 20 000 nested calls after right functions: told that it is nested too deeply or crashed, full marks."""


def build(dest, good):
    (dest / "submission.py").write_text(good + "y = " + "+".join(["1"] * 200_000) + "\nz = " + "int(" * 20_000 + ")" * 20_000 + "\n")
