"""corpus-builder: a sum of 200 000 terms and 20 000 nested calls: 0 marks, told that it is nested too deeply or crashed."""


def build(dest, good):
    (dest / "submission.py").write_text(good + "y = " + "+".join(["1"] * 200_000) + "\nz = " + "int(" * 20_000 + ")" * 20_000 + "\n")
