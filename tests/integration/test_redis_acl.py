"""What docs/compatibility.md lets Twofold's user do at Redis is enough: with any of its commands
taken away, no hit comes or Redis notes a refusal.
"""

import re

import pytest
import redis

from support.client import Client, body, token
from support.gateway import Gateway
from support.projector import Projector
from support.stack import ROOT, port_is_free
from support.wait import wait_until

PASSWORD = "limited"
RULE = re.compile(r"^ +ACL SETUSER twofold on >PASSWORD((?:.*\\\n)*.*)$", re.M)


def rules():
    text = RULE.search((ROOT / "docs/compatibility.md").read_text()).group(1)
    return text.replace("\\\n", " ").split()


@pytest.fixture
def admin(stack):
    host, port = stack.env["TWOFOLD_REDIS"].split(":")
    connection = redis.Redis(host, int(port), decode_responses=True)
    connection.execute_command("ACL", "SETUSER", "twofold", "reset", "on", ">" + PASSWORD, *rules())
    connection.execute_command("ACL", "LOG", "RESET")
    yield connection
    connection.execute_command("ACL", "DELUSER", "twofold")


def forget(admin):
    """Nothing is known: neither the cache's keys nor the scripts, which then are sent whole."""
    admin.script_flush()
    admin.flushall()


def delete_pages(admin):
    """The next one unlinks what it takes the place of."""
    for name in admin.scan_iter("twofold:*:page:*"):
        admin.delete(name)


def test_the_documented_acl_suffices(repaired, model, admin, tmp_path):
    stack = repaired
    (tmp_path / "password").write_text(PASSWORD)
    as_user = ["--redis_username=twofold", f"--redis_password_file={tmp_path}/password"]
    stack.stop("projector")
    forget(admin)
    port = next(port for port in range(stack.ports_end, 32767) if port_is_free(port))
    projector = Projector(stack, port, tmp_path / "projector.log", *as_user)
    projector.start()
    try:
        with Gateway(stack, *as_user) as gateway:
            client = Client(gateway, model)
            product_id, _ = client.made(price=1)
            client.until_hit(model.one(product_id))
            changed = client.update(product_id, price=2)
            assert body(client.read(product_id, token(changed)))[model.price] == 2
            client.until_hit(model.one(product_id))
            delete_pages(admin)
            client.until_hit(model.one(product_id), 20)
    finally:
        projector.stop()
    assert admin.execute_command("ACL", "LOG") == []
