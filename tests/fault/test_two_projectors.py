"""Two projectors share the shards by leases; one of them falls asleep for longer than its lease."""

import contextlib
import os
import signal
import subprocess
import urllib.request

import pytest
from support.stack import BUILD, port_is_free
from support.wait import wait_until

LOCAL_KEYS = {"AWS_ACCESS_KEY_ID": "twofoldlocal", "AWS_SECRET_ACCESS_KEY": "twofoldlocal",
              "AWS_EC2_METADATA_DISABLED": "true"}


@contextlib.contextmanager
def second_projector(stack):
    port = next(port for port in range(stack.ports_end, 32767) if port_is_free(port))
    with open(stack.run_dir / "logs/projector-2.log", "w") as log:
        process = subprocess.Popen([BUILD / "twofold-projector", f"--config={stack.config}",
                                    f"--projector_admin_listen=127.0.0.1:{port}"],
                                   env={**os.environ, **LOCAL_KEYS}, stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=log)
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


def leads(stack, model, pid):
    """Does that process hold the shards? Its number is part of its name (projector/store/owner.c).
    """
    rows = stack.sql(f"SELECT owner FROM {model.database}.twofold_checkpoint WHERE finished = 0")
    return all(row["owner"] and f"-{pid}-" in row["owner"] for row in rows)


@pytest.mark.parametrize("step", ["fetch", pytest.param("rows", marks=pytest.mark.ci), "publish",
                                  "commit"])
def test_one_that_sleeps_in_the_middle_of_a_batch_is_fenced(stack, probe, step):
    """Every batch locks and compares its fence, so what a sleeper had read is not applied over what
    the other did since; the server ends an idle connection, so its locks do not outlast its lease
    for long; its keeper writes no own by what it knew."""
    stack.stop("projector")
    stack.environment["TWOFOLD_STOP_AT"] = f"after_{step}"
    try:
        stack.start("projector")
    finally:
        del stack.environment["TWOFOLD_STOP_AT"]
    first = stack.pids()["projector"]
    wait_until(lambda: leads(stack, probe.model, first), 20, "the first leads")
    fenced = stack.log("projector").count("end=fenced")
    with second_projector(stack) as second:
        probe.begin()
        try:
            wait_until(lambda: stopped(first), 20, "the first sleeps")
            wait_until(lambda: leads(stack, probe.model, second.pid), 30, "the second leads")
            probe.progress()
            os.kill(first, signal.SIGCONT)
            wait_until(lambda: stack.log("projector").count("end=fenced") > fenced, 20,
                       "the first one notices")
            probe.progress()
        finally:
            os.kill(first, signal.SIGCONT)
            probe.__exit__()
    print(probe.check(0.5))


def stopped(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"
