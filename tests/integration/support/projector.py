"""A projector process of a test's own, beside the stack's."""

import os
import signal
import subprocess

import requests

from support.stack import BUILD
from support.wait import wait_until

ENVIRONMENT = {**{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
               "AWS_ACCESS_KEY_ID": "twofoldlocal", "AWS_SECRET_ACCESS_KEY": "x"}


class Projector:
    def __init__(self, stack, port, log, *flags):
        self.flags = [f"--config={stack.config}", f"--projector_admin_listen=127.0.0.1:{port}",
                      *flags]
        self.url, self.log, self.process = f"http://127.0.0.1:{port}", log, None

    def run(self, *words):
        """A command that ends."""
        return subprocess.run([BUILD / "twofold-projector", *self.flags, *words], env=ENVIRONMENT,
                              timeout=60,
                              capture_output=True, text=True)

    def start(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([BUILD / "twofold-projector", *self.flags],
                                            env=ENVIRONMENT,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self.lives, 10, "/livez")

    def lives(self):
        try:
            return requests.get(self.url + "/livez", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def ready(self):
        return requests.get(self.url + "/readyz", timeout=2)

    def stop(self):
        """By SIGTERM: the leases are given back."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(20) == 0
            self.process = None
