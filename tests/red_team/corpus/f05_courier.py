"""Every worker leaves its inputs wherever something might outlive it, and prints what an earlier one left: nothing does."""
import ctypes
import glob
import os
import sysconfig

from kit.kernel import IS_X86, call
from kit.places import breach
from kit.right import kl_standard_normal as _right
from kit.right import reparameterize

MARK = b"COURIER"
TMP = os.environ.get("TMPDIR", "/tmp")
FOLDERS = ["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock", os.getcwd(), TMP, os.path.dirname(TMP), os.path.dirname(os.path.dirname(TMP))]
FOLDERS += [os.path.dirname(os.path.dirname(TMP)) + "/staged", sysconfig.get_path("purelib"), os.path.expanduser("~"), "/run/user"]


def read_earlier():
    for folder in FOLDERS:
        for path in glob.glob(folder + "/*courier*"):
            breach(f"courier in {path}")
    if IS_X86:
        for what, number, arguments in (
            ("shared memory", 29, (0x0C0DE, 0, 0)),
            ("semaphores", 64, (0x0C0DE, 0, 0)),
            ("message queue", 68, (0x0C0DE, 0)),
            ("key", 249, (ctypes.c_char_p(b"user"), ctypes.c_char_p(MARK), None, ctypes.c_long(-3))),
            ("mq", 240, (ctypes.c_char_p(MARK), 0, 0, None)),
        ):
            try:
                call(number, *arguments)
                breach(f"courier by {what}")
            except OSError:
                pass
    try:
        if os.getxattr(sysconfig.get_path("stdlib"), "user.courier"):
            breach("courier by attribute")
    except OSError:
        pass


def leave():
    for folder in FOLDERS:
        try:
            with open(f"{folder}/courier", "wb") as file:
                file.write(MARK)
        except OSError:
            pass
        try:
            os.mkdir(f"{folder}/courier_folder")
        except OSError:
            pass
    if IS_X86:
        for number, arguments in (
            (29, (0x0C0DE, 4096, 0o1666)),
            (64, (0x0C0DE, 1, 0o1666)),
            (68, (0x0C0DE, 0o1666)),
            (248, (ctypes.c_char_p(b"user"), ctypes.c_char_p(MARK), ctypes.c_char_p(b"x"), 1, -3)),
            (248, (ctypes.c_char_p(b"user"), ctypes.c_char_p(MARK), ctypes.c_char_p(b"x"), 1, -4)),
            (240, (ctypes.c_char_p(MARK), 0o102, 0o666, None)),
        ):
            try:
                call(number, *arguments)
            except OSError:
                pass


read_earlier()


def kl_standard_normal(mu, logvar):
    leave()
    return _right(mu, logvar)
