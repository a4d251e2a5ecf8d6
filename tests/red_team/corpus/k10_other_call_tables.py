"""Calls the kernel by x32 numbers, then by int 0x80 (32-bit numbers) in reparameterize: nothing gets past the filter."""
import ctypes
import mmap

from kit.kernel import IS_X86, call
from kit.places import attempt, breach
from kit.right import kl_standard_normal
from kit.right import reparameterize as _right

if IS_X86:
    for what, number, arguments in (("socket", 41, (2, 1, 0)), ("fork", 57, ()), ("ptrace", 521, (0, 0, 0, 0))):
        attempt(f"x32 {what}", call, 0x40000000 + number, *arguments)


def reparameterize(mu, logvar, eps=None):
    if IS_X86:
        # push rbx; mov eax, 359 (socket); mov ebx, 2; mov ecx, 1; xor edx, edx; int 0x80; pop rbx; ret
        code = b"\x53\xb8\x67\x01\0\0\xbb\x02\0\0\0\xb9\x01\0\0\0\x31\xd2\xcd\x80\x5b\xc3"
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(page))
        if ctypes.CFUNCTYPE(ctypes.c_int)(address)() >= 0:
            breach("int 0x80 socket")
    return _right(mu, logvar, eps)
