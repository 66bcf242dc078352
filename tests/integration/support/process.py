"""Processes that are made to stand still."""

import os
import pathlib
import signal

from support.wait import wait_until


def freeze(pid):
    """Stops it and waits until each of its threads stands: on a busy machine the others work on
    until the one that takes the signal has its turn. SIGCONT lets it go on.
    """
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: stands(pid), 10, f"process {pid} stands still")


def stands(pid):
    return all(state(task) == "T" for task in pathlib.Path(f"/proc/{pid}/task").iterdir())


def state(task):
    try:
        return (task / "stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:  # it ended meanwhile
        return "T"
