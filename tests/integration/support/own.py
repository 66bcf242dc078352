"""A stack for a run of tests: ended whatever happens, its logs kept when a test failed."""

import contextlib
import itertools
import os
import shutil
import signal

import pytest

from support.stack import PORTS, ROOT, Stack, end_leftovers, free_ports, port_is_free

numbers = itertools.count(1)  # of the stacks of this process


def end_with_the_run():
    """A killed test run ends its stack too. SystemExit would fail one test, and the next would
    begin.
    """
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 1))
    end_leftovers()


def port_base():
    """PORT_BASE of the environment, if it is free, else any."""
    base = int(os.environ.get("PORT_BASE", 0))
    return base if base and all(port_is_free(base + i) for i in range(PORTS)) else free_ports()


@contextlib.contextmanager
def own_stack(session, models=None):
    folder = ROOT / f".run-test-{os.getpid()}-{next(numbers)}"
    made = Stack(folder, port_base(), models)
    # Letters of what time could mend come soon enough for the tests.
    made.environment["TWOFOLD_RECORD_PATIENCE"] = "2s"
    try:
        made.up()
        yield made
    finally:
        made.down()
        if session.testsfailed:
            print(f"\nlogs of the failed run: {folder}/logs")
        else:
            shutil.rmtree(folder, ignore_errors=True)
