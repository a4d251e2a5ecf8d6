"""Opens a TCP connection to itself on 127.0.0.1 and a UDP socket (stands for sending answers out): refused."""
import socket

from kit.places import attempt
from kit.wrong import kl_standard_normal, reparameterize

attempt("TCP socket", socket.create_server, ("127.0.0.1", 0))
attempt("UDP socket", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)))
