"""Mixes tabs and spaces: 0 marks, TabError with file and line, once."""
from kit.right import kl_standard_normal


def reparameterize(mu, logvar, eps=None):
    noise = eps
	return mu + noise
