"""Writes 60 KB of forged stack frames of its own file into its last words, then ends: they are cut and printable."""
import os

from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    here = os.getcwd()
    for number in range(300):
        os.write(4, f'  File "{here}/\x1b[31m\u202e{"x" * 100}", line {number} in <b>CANARY</b>\n'.encode())
    os._exit(3)
