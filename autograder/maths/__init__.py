"""Reads formulas that students write, gives them values in random finite worlds, and decides whether two are equal.

Nothing here evaluates text as code. Read in this order: tokens, names, nodes, parser, worlds, evaluate, equal.
"""
