"""Renderings of a Report, as pure functions. `shown.py` first takes away what a reader may not see.

gradescope.py     results.json; what one test says, in the platform's formats: modes.py
terminal.py       a table by part (rows.py), details and totals; plain.py: the same in sentences
html/             a page
markdown.py       a job summary for GitHub
junit.py          JUnit XML
record.py         JSON with all that staff may know, and back

pictures.py draws exhibits, described.py says what they show; message.py takes a message apart.
"""
