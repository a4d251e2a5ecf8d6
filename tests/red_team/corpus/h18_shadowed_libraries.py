"""corpus-builder: autograder/, torch/, numpy.py, json.py, pickle.py and kit of its own, all hostile: installed ones are used."""

FORGE = 'print("BREACH shadowed", __name__)\nraise SystemExit(3)\n'


def build(dest, good):
    (dest / "submission.py").write_text("import json, pickle, numpy, random, socket, os\n" + good)
    for folder in ("autograder", "torch", "reference", "autograder/worker", "encodings"):
        (dest / folder).mkdir()
        (dest / folder / "__init__.py").write_text(FORGE)
    for name in ("numpy", "json", "pickle", "random", "socket", "os", "sys", "typing", "linecache", "sympy"):
        (dest / f"{name}.py").write_text(FORGE)
