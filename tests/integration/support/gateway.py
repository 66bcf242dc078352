"""A gateway of a test's own on the stack's servers: settings that the stack's has not.

A module whose fixture `gateway` makes one may import let_go and neighbour.
"""

import contextlib
import itertools
import os
import re
import subprocess

import pytest
import requests

from support.stack import BUILD, port_is_free
from support.wait import wait_until

LIMIT = 20  # s in which what must happen has happened


class Gateway:
    def __init__(self, stack, *flags):
        free = (port for port in itertools.count(stack.ports_end) if port_is_free(port))
        port, admin = next(free), next(free)
        self.url, self.admin_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin}"
        self.command = [BUILD / "twofold-gateway", f"--config={stack.config}",
                        f"--listen=127.0.0.1:{port}",
                        f"--admin_listen=127.0.0.1:{admin}", *flags]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env={"AWS_ACCESS_KEY_ID": "local",
                                             "AWS_SECRET_ACCESS_KEY": "local", **os.environ})
        try:
            wait_until(self.is_ready, 20, "the gateway is ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def is_ready(self):
        assert self.lives(), "the gateway ended"
        try:
            return requests.get(self.admin_url + "/readyz", timeout=5).json()["missing"] == []
        except requests.RequestException:
            return False

    def lives(self):
        return self.process.poll() is None

    def connections(self):
        """Open client connections."""
        text = requests.get(self.admin_url + "/metrics", timeout=5).text
        return int(re.search(r'^twofold_http_connections{server="clients"} (\d+)$', text,
                             re.M).group(1))

    @contextlib.contextmanager
    def neighbour(self, path):
        """A normal client beside: a function that asks for PATH on a connection of its own, and
        gives the code.
        """
        with requests.Session() as session:
            session.trust_env = False
            yield lambda: session.get(self.url + path, timeout=20).status_code


@pytest.fixture(autouse=True)
def let_go(gateway):
    """After each test the process lives and has let go of all that the test opened."""
    yield
    assert gateway.lives()
    wait_until(lambda: gateway.connections() == 0, LIMIT, "all connections closed")


@pytest.fixture
def neighbour(gateway, path):
    """Asks on a connection of its own, as often as it is called."""
    with gateway.neighbour(path) as ask:
        yield ask
