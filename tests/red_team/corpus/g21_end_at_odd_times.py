"""A thread ends the process a few milliseconds after each import, at a random time: told each time, no fault of ours."""
import os
import random
import threading
import time

from kit.right import kl_standard_normal, reparameterize

random.seed()


def end():
    time.sleep(random.random() * 0.05)
    os._exit(random.randrange(3))


threading.Thread(target=end).start()
