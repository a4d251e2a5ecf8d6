"""Mixes tabs and spaces in one function: TabError with file and line, the other one is graded."""
from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    noise = eps
	return mu + noise
