"""The projector dies behind each named step of a batch or of its keeper (TWOFOLD_KILL_AT,
projector/apply/kill_point.h) and is started again.
"""

import contextlib

import pytest
from faults import MAKERS
from support.wait import wait_until

STEPS = {
    "fetch": "nothing was done: positions are what the checkpoint says, not what was read",
    "begin": "an open transaction ends with its connection",
    "fence": "so do its row locks: the successor is not kept waiting",
    "lock": "nor do the locks of aggregates; rows that were made for them are gone",
    "rows": "rows without checkpoint are rolled back",
    "letters": "dead letters are written in the same transaction",
    "checkpoint": "a checkpoint does not outlive the rows that it is for",
    "revision": "the number is used again",
    "aggregates": "versions do not outlive their rows",
    "publish": "floors that are too high cost refills and nothing else; the number is published "
    "again",
    "commit": "neither feed nor a: was told: tokens are met by asking the primary; nothing is "
    "applied twice",
    "tell": "the next batch is fetched from the checkpoint",
}
IN_CI = ["rows", "publish", "commit"]


@contextlib.contextmanager
def dying(stack, step):
    """The projector runs, and dies at STEP of its first batch."""
    stack.stop("projector")
    stack.environment["TWOFOLD_KILL_AT"] = f"after_{step}"
    try:
        stack.start("projector")
        yield
    finally:
        stack.environment.pop("TWOFOLD_KILL_AT", None)


@pytest.mark.parametrize("step",
                         [pytest.param(step, marks=[pytest.mark.ci] if step in IN_CI else [])
                          for step in STEPS])
def test_killed_behind_each_step(stack, probe, step):
    """Exactly-once effect: see STEPS for what each step's death proves."""
    with dying(stack, step):
        probe.begin()
        try:
            wait_until(lambda: "projector" not in stack.pids(), 20, f"it dies behind {step}")
        except AssertionError:
            probe.__exit__()
            raise
    stack.start("projector")
    try:
        probe.progress()
    finally:
        probe.__exit__()
    print(probe.check(0.2))
    assert stack.sql(f"SELECT * FROM {probe.model.database}.twofold_dead_letter") == []


KEEPER = {
    "page": ("flushall",
             "a page was made, home does not name it: it is nobody's, and the next ASSERT makes "
             "another"),
    "assert": ("flushall",
               "home names the new page, own was not written: gateways ask the primary until the "
               "next RENEW"),
    "clear": ("kill-redis",
              "home is NULL: the successor waits its own 2 D before it commits unpublished"),
}


@pytest.mark.parametrize("step",
                         [pytest.param(step, marks=[pytest.mark.ci] if step == "page" else [])
                          for step in KEEPER])
def test_the_keeper_killed_behind_each_step(stack, probe, step):
    """Home, page and own are changed one after the other, and each state in between is safe: see
    KEEPER.
    """
    fault = MAKERS[KEEPER[step][0]](stack)
    with dying(stack, step), probe:
        fault.begin()
        wait_until(lambda: "projector" not in stack.pids(), 20, f"it dies behind {step}")
        del stack.environment["TWOFOLD_KILL_AT"]
        stack.start("projector")
        probe.progress()
        fault.end()
        probe.progress()
    print(probe.check(0.2))
