"""The projector does not reach the Redis that gateways still reach: the page is there, but nobody raises its floors any more."""

import contextlib
import re
import time

from proxy import Proxy
from support.client import Client, body, token

CUT_S = 4


@contextlib.contextmanager
def projector_behind_a_proxy(stack):
    host, port = stack.env["TWOFOLD_REDIS"].split(":")
    proxy = Proxy((host, int(port)))
    before = stack.config.read_text()
    try:
        stack.stop("projector")
        stack.config.write_text(re.sub(r"(?m)^redis +=.*", f"redis = 127.0.0.1:{proxy.port}", before))
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


def test_projector_cut_off(stack, model, probe):
    """own ends with nobody to renew it, the primary says that home is NULL: a page that is still there counts no more."""
    client = Client(stack, model)
    with projector_behind_a_proxy(stack) as proxy:
        product_id, _ = client.made(price=1)
        with probe:
            proxy.cut()
            changes_are_visible(client, product_id, CUT_S)
            proxy.mend()
            client.until_hit(model.one(product_id), 4)
            probe.progress()
        print(probe.check(0.05))


def test_scripts_that_arrive_late(stack, model, probe):
    """What was sent before the line hung runs after it: a late PUBLISH only raises floors, a late RENEW compares TIME, a late ASSERT has a
    nonce that no transaction made home."""
    client = Client(stack, model)
    with projector_behind_a_proxy(stack) as proxy:
        product_id, _ = client.made(price=1)
        with probe:
            for span_s in (0.2, 0.4, 0.7, 1.5, 3.0):
                proxy.hold()
                changes_are_visible(client, product_id, span_s)
                proxy.release()
                client.until_hit(model.one(product_id), 6)
            probe.progress()
        print(probe.check(0.05))
