"""Reaches for the network by sockets of every family, name resolution, urllib and a shell: nothing answers."""
import os
import socket
import urllib.request

from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

for family, kind in ((2, 1), (2, 2), (2, 3), (10, 1), (10, 2), (1, 1), (1, 2), (16, 3), (17, 3), (38, 5), (40, 1), (31, 1)):
    attempt(f"socket {family} {kind}", socket.socket, family, kind)
attempt("socketpair", socket.socketpair)
attempt("address of a name", socket.getaddrinfo, "example.org", 80)
attempt("urllib", lambda: urllib.request.urlopen("http://127.0.0.1:9/", timeout=1))
attempt("shell", lambda: os.system("exec 3<>/dev/tcp/127.0.0.1/9") == 0 or int("x"))
