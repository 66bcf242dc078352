"""What the cache keeps in Redis goes away under the probe's load."""

import time

import pytest
from faults import MAKERS


@pytest.mark.ci
@pytest.mark.parametrize("name", ["flushall", "own-deleted", "page-deleted"])
def test_gone_again_and_again(probe, name):
    """A missing page is no floor of 0, a missing own is no page that is current: the primary is
    asked, then ASSERT makes a new page under a new nonce whose floors are all the committed
    revision."""
    with probe:
        for _ in range(5):
            MAKERS[name](probe.stack).begin()
            time.sleep(0.3)
        probe.progress()
    print(probe.check(0))
