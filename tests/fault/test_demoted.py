"""Redis is demoted under the probe's load: it answers on, with what another server gave it."""

import time

import pytest
from second_redis import first_redis, follow, free_port, second_redis
from support.client import body, token

RECOVERY_S = 30
READ_S = 2  # longer than own lives, and than the gateway needs to come back to Redis


def changed(client, product_id, price):
    """Commits a new price; only then it is said to be there."""
    answer = client.update(product_id, price=price)
    assert answer.status_code == 200, answer.text
    assert client.read(product_id, token(answer)).status_code == 200


def reads(client, product_id, price):
    """For a while, each answer has that price."""
    end = time.monotonic() + READ_S
    while time.monotonic() < end:
        seen = client.read(product_id)
        assert body(seen)[client.model.price] == price, seen.headers
        time.sleep(0.02)


@pytest.mark.ci
@pytest.mark.parametrize("projector", ["runs", "away"])
def test_and_promoted_again(stack, model, client, probe, projector):
    """Meanwhile it was overwritten from a replica that was behind. Its run_id is the old one, it
    has home's page, with floors of before: replid is compared, by RENEW, and by gateways while no
    projector is there to RENEW."""
    product_id, _ = client.made(price=1)
    with second_redis(stack, free_port(stack), listed=False) as behind, first_redis(stack) as first:
        with probe:
            client.until_hit(model.one(product_id), RECOVERY_S)
            probe.progress()
            assert behind.keys("twofold:*:q:*")
            behind.replicaof("NO", "ONE")
            changed(client, product_id, 2)
            probe.progress()
            if projector == "away":
                stack.kill("projector")
            follow(first, behind)
            time.sleep(READ_S)  # nobody may read within D: see what is promised
            first.replicaof("NO", "ONE")
            reads(client, product_id, 2)
            stack.start("projector")
            client.until_hit(model.one(product_id), RECOVERY_S)
            probe.progress()
    print(probe.check(0.3 if projector == "away" else 0.05))


@pytest.mark.ci
def test_for_good_with_another_master(stack, model, client, probe):
    """The next address of the list is the master, and each connection goes there though the old
    server answers: home is on another server, so CLEAR, the wait, ASSERT on the new one."""
    product_id, _ = client.made(price=1)
    with second_redis(stack, free_port(stack)) as promoted, first_redis(stack) as first:
        with probe:
            client.until_hit(model.one(product_id), RECOVERY_S)
            promoted.replicaof("NO", "ONE")
            follow(first, promoted)
            changed(client, product_id, 2)
            reads(client, product_id, 2)
            client.until_hit(model.one(product_id), RECOVERY_S)
            probe.progress()
        assert promoted.keys("twofold:*:own")
    print(probe.check(0.05))
