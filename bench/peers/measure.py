"""measure: runs a command on one core and says what it took.

The child's own clock is not trusted: wall time is taken around it, processor time and peak memory come from
the kernel (wait4). Linux counts the memory of the parent as the child's until it has exec'd, so keep this
process small while it measures: bench/peers/run compares matches only after the last measurement.

Standard output is either thrown away (measured runs) or read line by line (`lines`), never kept.
"""
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Run:
    seconds: float  # wall
    cpu_seconds: float  # user and system, all threads
    peak_bytes: int
    status: int  # exit status, negative: the signal that ended it
    timed_out: bool
    messages: str  # standard error


def run(command, core, environment, folder, timeout, lines=None):
    """One run of `command`, pinned to `core`. `lines` is called with each line (bytes) of standard output."""
    with open(os.path.join(folder, "messages"), "w+b") as messages:
        start = time.monotonic()
        child = subprocess.Popen(
            ["taskset", "-c", str(core), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if lines else subprocess.DEVNULL,
            stderr=messages,
            env=environment,
        )
        late = threading.Event()
        timer = threading.Timer(timeout, _stop, (child.pid, late))
        timer.start()
        try:
            if lines:
                for line in child.stdout:
                    lines(line)
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.kill(child.pid, signal.SIGKILL)
            raise
        finally:
            timer.cancel()
        seconds = time.monotonic() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.stdout:
            child.stdout.close()
        messages.seek(0)
        return Run(
            seconds,
            usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss * 1024,
            child.returncode,
            late.is_set(),
            messages.read().decode(errors="replace"),
        )


def _stop(pid, late):
    late.set()
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def processor():
    """The model's name, for records."""
    with open("/proc/cpuinfo") as info:
        for line in info:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return "unknown"


def load_average():
    return os.getloadavg()[0]
