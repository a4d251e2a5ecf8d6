"""Speaks the protocol itself from the import on and calls every result a function: 0 marks, told what it is."""
from kit.frames import answer_all, remote

answer_all(remote)
