"""Texts that people read, as constants: one module for each place where they are read."""
