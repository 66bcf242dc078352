"""Two projectors share the shards by leases; one of them falls asleep for longer than its lease."""

import contextlib
import os
import signal
import subprocess
import urllib.request

from support.stack import BUILD, port_is_free
from support.wait import wait_until

LOCAL_KEYS = {"AWS_ACCESS_KEY_ID": "twofoldlocal", "AWS_SECRET_ACCESS_KEY": "twofoldlocal", "AWS_EC2_METADATA_DISABLED": "true"}


@contextlib.contextmanager
def second_projector(stack):
    port = next(port for port in range(stack.ports_end, 32767) if port_is_free(port))
    with open(stack.run_dir / "logs/projector-2.log", "w") as log:
        process = subprocess.Popen([BUILD / "twofold-projector", f"--config={stack.config}",
                                    f"--projector_admin_listen=127.0.0.1:{port}"],
                                   env={**os.environ, **LOCAL_KEYS}, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        wait_until(lambda: lives(port), 20, "the second projector lives")
        yield process
    finally:
        process.terminate()
        process.wait(20)


def lives(port):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=2).status == 200
    except OSError:
        return False


def owners(stack, model):
    return {row["owner"] for row in stack.sql(f"SELECT owner FROM {model.database}.twofold_checkpoint WHERE owner <> ''")}


def test_one_that_slept_is_fenced_and_the_other_goes_on(stack, probe):
    """Every batch locks and compares its fence: what the sleeper had in hand is rolled back, its keeper writes no own by what it knew."""
    first = stack.pids()["projector"]
    with second_projector(stack), probe:
        before = owners(stack, probe.model)
        os.kill(first, signal.SIGSTOP)
        try:
            wait_until(lambda: owners(stack, probe.model) - before, 20, "another owns the shards")
            probe.progress()
        finally:
            os.kill(first, signal.SIGCONT)
        wait_until(lambda: "end=fenced" in stack.log("projector"), 20, "the first one notices")
        probe.progress()
    print(probe.check(0.2))
