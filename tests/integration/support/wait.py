"""Waiting for a condition: the only place where a test pauses."""

import time

PAUSE_S = 0.005


def wait_until(condition, limit=10.0, what=None):
    """Calls CONDITION until it gives something true, and gives that; fails after LIMIT seconds."""
    end = time.monotonic() + limit
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(
                f"not within {limit} s: {what or condition.__name__}; last: {result!r}")
        time.sleep(PAUSE_S)
