"""Random faults, one after the other. The seed is printed: --seed=N makes the same row of faults
again.
"""

import time

import pytest
from faults import RandomFaults, names_of
from probe import Probe

ERRORS = 0.05


@pytest.mark.ci
def test_not_one_answer_is_older_than_sql_whatever_happens(stack, model, request):
    """All protections at once."""
    given = request.config.option
    print(f"seed {given.seed}")
    with Probe(stack, model, given.seed) as probe:
        with RandomFaults(stack, names_of(given.faults), given.seed, probe.tally):
            time.sleep(given.seconds)
        probe.progress()
    print(probe.check(ERRORS))
