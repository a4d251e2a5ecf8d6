"""corpus-builder: answers.md full of HTML, escape codes, nested brackets, endless formulas and names of commands: told, graded."""


def build(dest, good):
    (dest / "submission.py").write_text(good)
    nested = "(" * 20_000 + "x" + ")" * 20_000
    text = f"## 1.1\n<script>alert(1)</script>\x1b[31m\u202e $${nested}$$\n$$x^{{{'9' * 5000}}}$$\n$$\\sum_{{i=1}}^{{10^{{99}}}} i!$$\n"
    text += "## 1.2\n" + "> " * 5000 + "$a$\n## 1.3\n" + "*_" * 20_000 + "\n`__import__('os').system('id')`\n## 2.1\n$$" + "\\frac{1}{" * 3000 + "$$\n"
    (dest / "answers.md").write_text(text + "[x](javascript:alert(1)) ![y](file:///etc/passwd)\n" * 500)
