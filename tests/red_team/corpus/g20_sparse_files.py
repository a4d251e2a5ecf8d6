"""Makes a sparse file of 1 TB by truncate and fallocate, and a file with a million holes: stopped by the limit."""
import os

from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

for way in (lambda fd: os.truncate(fd, 1 << 40), lambda fd: os.posix_fallocate(fd, 0, 1 << 33)):
    fd = os.open("sparse", os.O_CREAT | os.O_RDWR)
    attempt("a sparse file", way, fd)
    os.close(fd)
