"""What DynamoDB Local's one shard never does, done by tests/stub/streams_stub.py to a projector of
these tests' own.

The model `trails` writes down each event that it applied: "1 2 3" is all of them once and in order.
The tables are DynamoDB Local's, so what a gap needs is read from there; only the streams are the
stub's.
"""

import sys

import pytest

from support.events import Events
from support.projector import Projector
from support.stack import ROOT
from support.wait import wait_until

sys.path.insert(0, str(ROOT / "tests/stub"))
from streams_stub import StreamsStub  # noqa: E402

MODELS = ROOT / "tests/integration/models/streams"


class Trails(Events):
    made = {}

    def step(self, trail, version, shard, stored=True):
        """The event as the table and the stream have it; stored=False: the table has lost it. Once
        more is the same event, with its eventId.
        """
        kind = "TrailStarted" if version == 1 else "StepTaken"
        item = self.made.setdefault((trail, version), self.item(trail, version, (kind, {})))
        if stored:
            self.stack.dynamodb.call("PutItem", TableName=self.table, Item=item)
        if shard:
            shard.insert(item)

    def steps(self, trail):
        rows = self.rows("SELECT steps FROM trails WHERE trailId = %s", trail)
        return rows[0]["steps"] if rows else ""

    def until(self, trail, steps, limit=15):
        wait_until(lambda: self.steps(trail) == steps or self.failed(trail, steps), limit,
                   f"steps {steps}")

    def failed(self, trail, steps):
        assert len(self.steps(trail)) <= len(steps), self.steps(trail)
        return False

    def checkpoint(self, shard):
        rows = self.rows("SELECT finished, fence FROM twofold_checkpoint WHERE shard = %s",
                         shard.name)
        return rows[0] if rows else {"finished": 0, "fence": 0}


@pytest.fixture(scope="module")
def stub():
    made = StreamsStub()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def projector(stack, stub, tmp_path_factory):
    flags = [f"--models={MODELS}"]
    log = tmp_path_factory.mktemp("projector") / "log"
    made = Projector(stack, stack.ports_end, log, *flags, f"--streams_endpoint={stub.url}",
                     "--shard_lease=2s")
    setup = made.run("setup", f"--sql_primary={stack.env['TWOFOLD_SQL_PRIMARY']}")
    assert setup.returncode == 0, setup.stderr
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def trails(stack, projector):
    return Trails(stack, "trails", "Trails", "Trail")


@pytest.fixture
def shard(stub, request):
    """A shard of the test's own; `more(name, parent, ...)` makes its relatives."""
    return stub.shard(request.node.name)


@pytest.fixture
def more(stub, shard):
    return lambda name, parent=None, closed=False: stub.shard(f"{shard.name}-{name}",
                                                              parent and parent.name, closed)


def test_events_that_overtake_each_other_within_a_page(trails, shard):
    trail = trails.new_id()
    for version in [2, 3, 1]:
        trails.step(trail, version, None)
    for version in [2, 3, 1]:
        trails.step(trail, version, shard)
    trails.until(trail, "1 2 3")


def test_an_event_that_comes_pages_later_is_read_from_the_table_and_skipped_then(trails, shard):
    trail, others = trails.new_id(), [trails.new_id() for _ in range(7)]
    trails.step(trail, 1, None)
    trails.step(trail, 2, shard)
    for other in others:
        trails.step(other, 1, shard)
    trails.step(trail, 1, shard)
    trails.step(trail, 3, shard)
    trails.until(trail, "1 2 3")
    for other in others:
        trails.until(other, "1")


def test_the_same_record_twice_has_one_effect(trails, shard):
    trail = trails.new_id()
    for version in [1, 1, 2, 2, 1, 3]:
        trails.step(trail, version, shard)
    trails.until(trail, "1 2 3")


def test_one_aggregate_in_two_shards(trails, shard, more):
    """Streams promise the order of an item only: the events of one aggregate may come through two
    lanes at once.
    """
    trail, other = trails.new_id(), more("other")
    for version in range(1, 41):
        trails.step(trail, version, None)
    for version in range(1, 41):
        trails.step(trail, version, [shard, other][version % 2])
    trails.until(trail, " ".join(str(version) for version in range(1, 41)))
    assert trails.letters(trail) == []


def test_a_child_waits_until_its_parent_was_read_to_its_end(trails, shard, more):
    trail, marker = trails.new_id(), trails.new_id()
    child, grandchild = more("child", shard), None
    grandchild = more("grandchild", child)
    trails.step(trail, 1, shard)
    trails.step(marker, 1, child)
    trails.until(trail, "1")
    lookout = more("lookout")
    wait_until(lambda: lookout.reads > 20, 15, "shards that were listed later are read")
    assert child.reads == 0 and grandchild.reads == 0 and trails.steps(marker) == ""
    shard.close()
    trails.until(marker, "1")
    assert trails.checkpoint(shard)["finished"] and grandchild.reads == 0


def test_both_children_of_a_split_are_read(trails, shard, more):
    left, right = trails.new_id(), trails.new_id()
    trails.step(left, 1, shard)
    trails.step(right, 1, shard)
    halves = more("left", shard), more("right", shard)
    trails.step(left, 2, halves[0])
    trails.step(right, 2, halves[1])
    shard.close()
    trails.until(left, "1 2")
    trails.until(right, "1 2")


def test_a_child_that_is_listed_late_is_read(trails, shard, more):
    trail = trails.new_id()
    trails.step(trail, 1, shard)
    shard.close()
    wait_until(lambda: trails.checkpoint(shard)["finished"], 10, "the parent's end")
    trails.step(trail, 2, more("late", shard))
    trails.until(trail, "1 2")


def test_a_closed_empty_shard_ends_at_once(trails, shard, more):
    trail = trails.new_id()
    shard.close()
    trails.step(trail, 1, more("child", shard))
    trails.until(trail, "1")
    assert trails.checkpoint(shard)["finished"]


def test_a_parent_that_was_gone_before_the_stream_was_first_seen_is_not_waited_for(
        stack, stub, projector, trails):
    """Of a stream that is known already it would be a gap; here a row of an older stream says so.
    """
    projector.stop()
    stack.sql("DELETE FROM twofold_trails.twofold_checkpoint")
    for name in list(stub.shards):
        stub.forget(name)
    trail, orphan = trails.new_id(), stub.shard("orphan", parent="long-gone")
    trails.step(trail, 1, orphan)
    projector.start()
    trails.until(trail, "1")


@pytest.mark.parametrize("refusals, code", [
    (["ExpiredIteratorException"], 400), (["ProvisionedThroughputExceededException"] * 3, 400),
    (["LimitExceededException"], 400), (["InternalServerError"] * 2, 500)],
                         ids=lambda value: str(value[0]) if isinstance(value, list) else "")
def test_refusals_that_pass(stub, trails, shard, refusals, code):
    trail = trails.new_id()
    trails.step(trail, 1, shard)
    trails.until(trail, "1")
    stub.refuse(*refusals, code=code)
    trails.step(trail, 2, shard)
    trails.step(trail, 3, shard)
    trails.until(trail, "1 2 3")
    assert stub.refusals == []


def test_an_event_that_the_table_lost_is_a_letter_and_other_aggregates_go_on(trails, shard):
    trail, other = trails.new_id(), trails.new_id()
    trails.step(trail, 1, shard)
    trails.step(trail, 3, shard)
    trails.step(other, 1, shard)
    trails.until(other, "1")
    [letter] = trails.letters(trail)
    assert "event 2" in letter["error"] and "not in the table" in letter["error"]
    trails.step(trail, 2, shard)
    wait_until(lambda: len(trails.letters(trail)) == 2, 10,
               "the one that came late waits behind it")
    assert trails.steps(trail) == "1"


def test_trimmed_records_are_said_and_not_jumped_over(projector, stub, trails, shard, more):
    trail, later, other = trails.new_id(), trails.new_id(), trails.new_id()
    trails.step(trail, 1, shard)
    trails.until(trail, "1")
    shard.trim()
    child, elsewhere = more("child", shard), more("elsewhere")
    trails.step(later, 1, child)
    wait_until(lambda: "rebuild" in projector.ready().text, 10,
               "/readyz says that a rebuild is needed")
    trails.step(other, 1, elsewhere)
    trails.until(other, "1")
    assert trails.steps(later) == "" and child.reads == 0
    stub.forget(shard.name)
    before = elsewhere.reads
    trails.step(other, 2, elsewhere)
    trails.until(other, "1 2")
    wait_until(lambda: "its parent was not read" in projector.log.read_text(), 10,
               "the gap in the log")
    assert elsewhere.reads > before and child.reads == 0 and trails.steps(later) == ""
