"""A minute without faults: not one answer older than SQL, not one error."""

import time

from probe import Probe


def test_no_answer_is_older_than_what_sql_had_committed_when_it_was_asked(stack, model, seconds):
    with Probe(stack, model) as probe:
        time.sleep(seconds)
    print(probe.check(error_share=0))
    assert sum(probe.tally.hits.values()) > 0
