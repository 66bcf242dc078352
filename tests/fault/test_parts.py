"""Each part is killed, stopped for less than the leases, and stopped for longer, one at a time,
under the probe's load.
"""

import time

import pytest
from faults import MAKERS

SHORT_S, LONG_S = 0.3, 2.0  # the cache's lease is 0.6 s: 2 D have passed after 1.2


def survives(probe, name, span_s, errors):
    """The load goes on during or after the fault, no answer is wrong, no acknowledged command is
    lost.
    """
    with probe:
        fault = MAKERS[name](probe.stack)
        probe.tally.fault(name)
        fault.begin()
        try:
            time.sleep(span_s)
        finally:
            fault.end()
        probe.tally.fault("ended")
        probe.progress()
    print(probe.check(errors))


class TestGateway:
    @pytest.mark.ci
    def test_killed(self, probe):
        """It shares nothing but the stores: what it acknowledged is in DynamoDB, what it stored is
        labelled, what it knew of floors it reads again.
        """
        survives(probe, "kill-gateway", 0.1, errors=0.5)

    def test_stopped_for_less_than_the_leases(self, probe):
        """Floors are read for each request, none is kept: an answer after the stop is as fresh as
        one before.
        """
        survives(probe, "stop-gateway", SHORT_S, errors=0)

    @pytest.mark.ci
    def test_stopped_for_longer_than_the_leases(self, probe):
        """Likewise; own is read beside the floors, and a lookup that slept on a reply judges the
        reply, not its memory.
        """
        survives(probe, "stop-gateway", LONG_S, errors=0.05)


class TestProjector:
    @pytest.mark.ci
    def test_killed(self, probe):
        """Rows, versions and checkpoint are one transaction; a number that was published and not
        committed is used again.
        """
        survives(probe, "kill-projector", 0.5, errors=0.05)

    def test_killed_for_longer_than_the_leases(self, probe):
        """own ends, gateways ask the primary whether home is still this page: hits go on, writes
        wait in the stream.
        """
        survives(probe, "kill-projector", LONG_S, errors=0.05)

    def test_stopped_for_less_than_the_leases(self, probe):
        """It holds the row lock of twofold_revision, or not: whoever waits for it is served after.
        """
        survives(probe, "stop-projector", SHORT_S, errors=0.05)

    @pytest.mark.ci
    def test_stopped_for_longer_than_the_leases(self, probe):
        """RENEW compares Redis's TIME with that of its look at home: a keeper that slept in between
        writes no own.
        """
        survives(probe, "stop-projector", LONG_S, errors=0.05)


class TestReplica:
    @pytest.mark.ci
    def test_killed(self, probe):
        """Another node is asked, at last the primary; the broken one is left alone for a while."""
        survives(probe, "kill-replica", 1.0, errors=0.05)

    def test_stopped_for_less_than_the_leases(self, probe):
        """A query waits or is asked elsewhere; none is answered by what the replica had."""
        survives(probe, "stop-replica", SHORT_S, errors=0.05)

    @pytest.mark.ci
    def test_stopped_for_longer_than_the_leases(self, probe):
        """A hung node costs those that asked it, not the threads that ask the others."""
        survives(probe, "stop-replica", LONG_S, errors=0.05)

    @pytest.mark.ci
    def test_its_sql_thread_halted(self, probe):
        """Its answers' labels are below the floors: they are not given, and not accepted when
        stored.
        """
        survives(probe, "replica-halts", LONG_S, errors=0)

    @pytest.mark.ci
    def test_it_applies_everything_later(self, probe):
        """Likewise, while it goes on: only its labels tell, Seconds_Behind_Master does not."""
        survives(probe, "replica-lags", 4.0, errors=0)


class TestPrimary:
    @pytest.mark.ci
    def test_killed(self, probe):
        """A commit whose answer was lost is looked up in the checkpoint, not done again; while
        nobody knows home, no entry counts.
        """
        survives(probe, "kill-primary", 0.1, errors=0.5)

    def test_stopped_for_less_than_the_leases(self, probe):
        """Nothing can commit, so what own vouches for stays right."""
        survives(probe, "stop-primary", SHORT_S, errors=0.05)

    @pytest.mark.ci
    def test_stopped_for_longer_than_the_leases(self, probe):
        """RENEW reads home in between its steps: without an answer it writes no own, and gateways
        ask whom they can.
        """
        survives(probe, "stop-primary", LONG_S, errors=0.05)


class TestDynamoDB:
    def test_killed(self, probe):
        """What was surely not applied is refused, what was sent is outcome-unknown; positions are
        sequence numbers, iterators are made anew.
        """
        survives(probe, "kill-dynamodb", 0.1, errors=0.9)

    def test_stopped_for_less_than_the_leases(self, probe):
        """A command waits."""
        survives(probe, "stop-dynamodb", SHORT_S, errors=0.05)

    @pytest.mark.ci
    def test_stopped_for_longer_than_the_leases(self, probe):
        """A command waits or ends as outcome-unknown, never as done; queries do not notice."""
        survives(probe, "stop-dynamodb", LONG_S, errors=0.05)
