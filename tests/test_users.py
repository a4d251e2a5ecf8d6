from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable

import pytest

from autograder.users import Users

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives workers users of their own")


def forked(user_id: int | None, life: Callable[[], object]) -> int:
    """A process that begins to live as a user, when it does so."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setuid(user_id or 0)
        os.write(writing, b"x")
        life()
        os._exit(0)
    os.read(reading, 1)
    os.close(reading)
    os.close(writing)
    return pid


def end_first_thread() -> None:
    threading.Thread(target=time.sleep, args=[60]).start()
    ctypes.CDLL(None).pthread_exit(None)


@pytest.mark.parametrize("life", [lambda: time.sleep(60), end_first_thread])
def test_whatever_runs_as_one_of_the_users_is_ended(life):
    users = Users()
    pid = forked(users.next(), life)
    time.sleep(0.2)
    users.close()
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status)


def test_what_has_ended_is_not_waited_for():
    users = Users()
    pid = forked(users.next(), lambda: None)
    before_s = time.monotonic()
    users.close()
    assert time.monotonic() - before_s < 1
    os.waitpid(pid, 0)


def test_what_runs_as_another_user_goes_on():
    users, others = Users(), Users()
    pid = forked(others.next(), lambda: time.sleep(60))
    users.close()
    assert os.waitpid(pid, os.WNOHANG) == (0, 0)
    others.close()
    os.waitpid(pid, 0)
