"""The SQL primary is demoted while connections to it stand, and the replica promoted. Who is
connected does not hear of it: the old one answers on, with what it has.
"""

import contextlib
import re
import time

import pytest
from faults import Failover
from proxy import Proxy
from support.client import Client, body, token
from support.wait import wait_until

BACK_S = 20  # epoch, home and leases anew
ROUNDS = 20


@contextlib.contextmanager
def primary_by_name(stack):
    """The name is a proxy. No replica is asked, so every miss is the primary's."""
    before = stack.config.read_text()
    host, port = re.search(r"(?m)^sql_primary += *(\S+):(\d+)$", before).groups()
    name = Proxy((host, int(port)))
    try:
        stack.stop("projector", "gateway")
        stack.config.write_text(re.sub(
            r"(?m)^sql_replicas +=.*$", "", re.sub(
                r"(?m)^sql_primary +=.*", f"sql_primary = 127.0.0.1:{name.port}", before)))
        stack.start("projector", "gateway")
        yield name
    finally:
        stack.config.write_text(before)
        name.close()
        stack.stop("projector", "gateway")
        stack.start("projector", "gateway")


def change_is_seen(client, product_id, price):
    """Right, or an error: also with the change's own token, and without."""
    changed = client.update(product_id, price=price)
    assert changed.status_code == 200, changed.text
    until = time.monotonic() + BACK_S
    while time.monotonic() < until:
        seen = client.read(product_id, token(changed))
        if seen.status_code == 200:
            assert body(seen)[client.model.price] == price, seen.text
            return
        assert seen.status_code in (503, 504), seen.text
    raise AssertionError(f"not seen within {BACK_S} s: {seen.status_code} {seen.text}")


@pytest.mark.ci
@pytest.mark.parametrize("restarted", [False, True], ids=["all-connected", "projector-anew"])
def test_old_primary_is_left_by_all(stack, model, restarted):
    """read_only is asked for at connect and in each read of the row, and labels are compared with
    floors: the gateway gives nothing that the demoted server says after another one has committed;
    keeper, dispatcher and lanes go to the new one without a restart. Back again the same way.
    """
    with primary_by_name(stack) as name:
        client, failover = Client(stack, model), Failover(stack, name)
        product_id, _ = client.made(price=1)
        prices = iter(range(2, 10 ** 6))
        for _ in range(ROUNDS):  # every thread has a connection
            change_is_seen(client, product_id, next(prices))

        def all_is_well():
            if restarted:
                stack.stop("projector")
                stack.start("projector")
            for _ in range(ROUNDS):
                change_is_seen(client, product_id, next(prices))
            client.until_hit(model.one(product_id), BACK_S)

        failover.begin()
        try:
            all_is_well()
        finally:
            failover.end()
        all_is_well()
        wait_until(lambda: client.session.get(stack.admin_url + "/readyz").json()["missing"] == [],
                   BACK_S, "nothing missing")
