"""corpus-builder: conftest.py, pytest.ini, sitecustomize.py, .pth files and the like, all hostile: none of them is run."""

FORGE = 'import os, sys\nopen("/tmp/loot_h17", "w").write("BREACH %s ran in %d" % (__file__, os.getpid()))\nprint("BREACH ran")\n'


def build(dest, good):
    (dest / "submission.py").write_text(good)
    for name in ("conftest.py", "sitecustomize.py", "usercustomize.py", "checks.py", "mistakes.py", "test_x.py", "setup.py", "noxfile.py"):
        (dest / name).write_text(FORGE)
    for name in ("pytest.ini", "tox.ini"):
        (dest / name).write_text("[pytest]\naddopts = -p conftest -x --collect-only\n")
    (dest / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-x"\n')
    (dest / "evil.pth").write_text("import conftest\n")
    (dest / "python311._pth").write_text(".\nimport site\n")
    (dest / "pyvenv.cfg").write_text("home = /nowhere\n")
