#!/usr/bin/env python3
"""Tries what a service must not be able to do, from within its unit. A line an act: `refused NAME` or `ALLOWED NAME`.

usage: wall_probe.py STATE_DIR     (a folder that the unit may write)
"""
import ctypes
import mmap
import os
import pathlib
import resource
import shutil
import socket
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
STATE = pathlib.Path(sys.argv[1])
MARK = STATE / "probe"
# Of /usr/include/asm-generic/unistd.h and, where that differs, x86_64.
CALLS = {name: number for name, number in zip(
    ("mount", "umount2", "ptrace", "chroot", "sethostname", "reboot", "init_module", "kexec_load", "bpf", "perf_event_open",
     "swapon", "acct", "syslog", "unshare", "setns", "add_key", "ioperm", "personality", "clock_settime", "settimeofday",
     "open_by_handle_at", "quotactl", "mknod", "process_vm_readv", "pivot_root"),
    (165, 166, 101, 161, 170, 169, 175, 246, 321, 298, 167, 163, 103, 272, 308, 248, 173, 135, 227, 164, 304, 179, 133, 310,
     155) if os.uname().machine == "x86_64" else
    (40, 39, 117, 51, 161, 142, 105, 104, 280, 241, 224, 89, 116, 97, 268, 217, 0, 92, 112, 170, 265, 60, 33, 270, 41))}


def call(name, *arguments):
    """A system call; an error is an OSError. EFAULT, EINVAL and the like mean that the kernel looked at it: allowed."""
    words = [ctypes.c_long(x) if isinstance(x, int) else ctypes.c_char_p(x) for x in arguments]
    if LIBC.syscall(CALLS[name], *words) < 0:
        raise OSError(ctypes.get_errno(), name)


def execute(path):
    child = os.fork()
    if child == 0:
        os.dup2(os.open("/dev/null", os.O_RDWR), 1)
        try:
            os.execv(path, [path, "--version"])
        except OSError:
            os._exit(111)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 111:
        raise PermissionError(path)


def read_memory_of(pid):
    """process_vm_readv of what we have mapped ourselves: the first page of the interpreter."""
    class Piece(ctypes.Structure):
        _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    room = ctypes.create_string_buffer(16)
    first = int(pathlib.Path("/proc/self/maps").read_text().split("-")[0], 16)
    here, there = Piece(ctypes.addressof(room), 16), Piece(first, 16)
    if LIBC.syscall(CALLS["process_vm_readv"], pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) < 0:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


def execute_copy(folder):
    copy = pathlib.Path(folder) / "copy"
    shutil.copy("/bin/true", copy)
    copy.chmod(0o755)
    execute(str(copy))


def map_writable_code():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def make_setuid_file():
    MARK.touch()
    MARK.chmod(0o4755)


def connect_to(address):
    with socket.socket() as link:
        link.settimeout(3)
        try:
            link.connect((address, 9))
        except ConnectionRefusedError:
            pass  # it was reached


def raise_core_limit():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


ACTS = {
    **{f"execute {path}": (lambda path=path: execute(path))
       for path in ("/bin/sh", "/bin/bash", "/usr/bin/env", "/usr/bin/perl")},
    "execute a file of its own folder": lambda: execute_copy(STATE),
    **{f"execute a file of {folder}": (lambda folder=folder: execute_copy(folder))
       for folder in ("/tmp", "/var/tmp", "/dev/shm")},
    **{f"write {folder}": (lambda folder=folder: (pathlib.Path(folder) / "probe").touch())
       for folder in ("/usr", "/etc", "/opt", "/var/lib", "/root", "/home", "/run", "/sys/kernel", "/proc/sys/kernel")},
    "read the tokens": lambda: pathlib.Path("/etc/openclaw/broker.tokens").read_text(),
    "read /etc/shadow": lambda: pathlib.Path("/etc/shadow").read_text(),
    "read /root": lambda: os.listdir("/root"),
    "see homes": lambda: pathlib.Path("/home/me/private.txt").read_text(),
    "read init's environment": lambda: pathlib.Path("/proc/1/environ").read_bytes(),
    "read the kernel's log": lambda: os.open("/dev/kmsg", os.O_RDONLY),
    "mount": lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, 0),
    "unmount": lambda: call("umount2", b"/tmp", 0),
    "change the root": lambda: call("pivot_root", b"/", b"/"),
    "trace": lambda: call("ptrace", 16, 1, 0, 0),
    "read another's memory": lambda: read_memory_of(1),
    "chroot": lambda: call("chroot", b"/tmp"),
    "name the host": lambda: call("sethostname", b"x", 1),
    "reboot": lambda: call("reboot", 0, 0, 0, 0),
    "load a module": lambda: call("init_module", b"", 0, b""),
    "load a kernel": lambda: call("kexec_load", 0, 0, 0, 0),
    "load a BPF program": lambda: call("bpf", 0, 0, 0),
    "count performance": lambda: call("perf_event_open", 0, 0, -1, -1, 0),
    "swap": lambda: call("swapon", b"/tmp/x", 0),
    "account": lambda: call("acct", 0),
    "read the kernel's ring": lambda: call("syslog", 3, 0, 0),
    "set the clock": lambda: call("clock_settime", 0, 0),
    "set the time of day": lambda: call("settimeofday", 0, 0),
    "make a user namespace": lambda: call("unshare", 0x10000000),
    "make a mount namespace": lambda: call("unshare", 0x00020000),
    "enter a namespace": lambda: call("setns", 0, 0),
    "be another personality": lambda: call("personality", 0x0008),
    "open by handle": lambda: call("open_by_handle_at", 0, 0, 0),
    "set a quota": lambda: call("quotactl", 0, b"/", 0, 0),
    "make a device": lambda: os.mknod(str(STATE / "device"), 0o020600, os.makedev(1, 3)),
    "be root": lambda: os.setuid(0),
    "make a setuid file": make_setuid_file,
    "map writable code": map_writable_code,
    "open a raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
    "open a packet socket": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0),
    "open a netlink socket": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "be scheduled in real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "leave a core": raise_core_limit,
    "write a repository": lambda: pathlib.Path("/home/me/src/openclaw-broker/probe").touch(),
}
if len(sys.argv) > 2:
    ACTS["talk to a stranger"] = lambda: connect_to(sys.argv[2])

for act, attempt in ACTS.items():
    try:
        attempt()
        print("ALLOWED", act)
    except (OSError, ValueError) as why:
        refused = getattr(why, "errno", None) not in (14, 22, 9)  # EFAULT, EINVAL, EBADF
        print("refused" if refused else "ALLOWED", act, f"({why})", flush=True)
