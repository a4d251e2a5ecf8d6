"""Report -> one HTML file: what `--html PATH` writes."""

from autograder.report.html.page import html

__all__ = ["html"]
