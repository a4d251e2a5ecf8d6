"""Opens the kernel's windows on everybody's memory and log, and devices that reach beyond the worker: none opens."""
from kit.kernel import IS_X86, call
from kit.places import attempt
from kit.right import kl_standard_normal, reparameterize

for path in (
    "/proc/kcore /proc/kallsyms /proc/kmsg /proc/keys /proc/sysrq-trigger /proc/1/cmdline /dev/mem /dev/kmsg /dev/fuse /dev/kvm "
    "/dev/ptmx /dev/tty /dev/net/tun /dev/userfaultfd /dev/vda /sys/kernel/debug /sys/fs/cgroup/memory.max /etc/shadow "
    "/etc/passwd /etc/hosts /proc/1/net/tcp /proc/1/mounts /root"
).split():
    attempt(f"opens {path}", lambda: open(path, "rb").read(1))
if IS_X86:
    attempt("syslog", call, 103, 3, None, 0)
