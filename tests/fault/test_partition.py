"""The projector is cut off: from the Redis that gateways still reach, whose page is there, but
nobody raises its floors any more; from SQL.
"""

import contextlib
import random
import re
import time

import pytest
from faults import MAKERS
from proxy import Proxy
from support.client import Client, body, token

CUT_S = 4
SQL_ROUNDS = 30


@contextlib.contextmanager
def projector_behind_a_proxy(stack, setting):
    before = stack.config.read_text()
    host, port = re.search(rf"(?m)^{setting} += *(\S+):(\d+)$", before).groups()
    proxy = Proxy((host, int(port)))
    try:
        stack.stop("projector")
        stack.config.write_text(re.sub(rf"(?m)^{setting} +=.*",
                                       f"{setting} = 127.0.0.1:{proxy.port}", before))
        stack.start("projector")
        yield proxy
    finally:
        stack.config.write_text(before)
        proxy.close()
        stack.stop("projector")
        stack.start("projector")


def changes_are_visible(client, product_id, seconds):
    end, price = time.monotonic() + seconds, 1
    while time.monotonic() < end:
        price += 1
        answer = client.update(product_id, price=price)
        seen = client.read(product_id, token(answer))
        assert seen.status_code == 200 and body(seen)[client.model.price] == price, seen.text


@pytest.mark.ci
def test_projector_cut_off(stack, model, probe):
    """own ends with nobody to renew it, the primary says that home is NULL: a page that is still
    there counts no more.
    """
    client = Client(stack, model)
    with projector_behind_a_proxy(stack, "redis") as proxy:
        product_id, _ = client.made(price=1)
        with probe:
            proxy.cut()
            changes_are_visible(client, product_id, CUT_S)
            proxy.mend()
            client.until_hit(model.one(product_id), 4)
            probe.progress()
        print(probe.check(0.05))


def test_scripts_that_arrive_late(stack, model, probe):
    """What was sent before the line hung runs after it: a late PUBLISH only raises floors, a late
    RENEW compares TIME, a late ASSERT has a nonce that no transaction made home."""
    client = Client(stack, model)
    with projector_behind_a_proxy(stack, "redis") as proxy:
        product_id, _ = client.made(price=1)
        with probe:
            for span_s in (0.2, 0.4, 0.7, 1.5, 3.0):
                proxy.hold()
                changes_are_visible(client, product_id, span_s)
                proxy.release()
                client.until_hit(model.one(product_id), 6)
            probe.progress()
        print(probe.check(0.05))


@pytest.mark.ci
def test_a_page_may_take_longer_to_make_than_other_calls(stack, model):
    """Redis needs a hundred times as long for ASSERT as for anything else: at the deadline of the
    others, on a slow machine, no try succeeds.
    """
    client = Client(stack, model)
    with projector_behind_a_proxy(stack, "redis") as proxy:
        product_id, _ = client.made(price=1)
        proxy.slow, proxy.delay_s = b":pages", 0.3
        MAKERS["flushall"](stack).begin()
        client.until_hit(model.one(product_id), 30)


@pytest.mark.ci
def test_answers_of_sql_are_lost(stack, probe):
    """A COMMIT whose answer was lost is neither done nor failed: the lane forgets what it had and
    reads the checkpoint again.
    """
    chance = random.Random(1)
    with projector_behind_a_proxy(stack, "sql_primary") as proxy, probe:
        for _ in range(SQL_ROUNDS):
            proxy.hold_answers() if chance.random() < 0.5 else proxy.hold()
            time.sleep(chance.uniform(0, 0.02))
            proxy.cut()
            proxy.release()
            proxy.mend()
            time.sleep(chance.uniform(0.1, 0.4))
        probe.progress()
    print(probe.check(0.05))
