"""Honest wrong answer, the control for all cheats: shapes only, each check says why."""
from kit.wrong import kl_standard_normal, reparameterize
