"""Renderings of a Report, as pure functions: Gradescope's results.json and the terminal."""
