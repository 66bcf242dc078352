"""A local stack of a test's own: conf/local/stack with a folder and ports that nobody else uses."""

import os
import pathlib
import shlex
import shutil
import socket
import subprocess

import pymysql

from support.dynamodb import DynamoDB

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
PIECES = ["redis", "dynamodb", "primary", "replica", "projector", "gateway"]
PORTS = 7


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(first=20000):
    """The first of PORTS free ones in a row, below the range that the kernel gives to clients."""
    start = first + os.getpid() % 1000 * 10
    for base in [*range(start, 32000, 10), *range(first, start, 10)]:
        if all(port_is_free(base + i) for i in range(PORTS)):
            return base
    raise RuntimeError("no free ports")


def end_leftovers():
    """Stops stacks of test runs that were killed themselves: their folder names their process."""
    for folder in ROOT.glob(".run-test-*"):
        owner = folder.name.split("-")[2]
        if not pathlib.Path(f"/proc/{owner}").exists():
            Stack(folder).down()
            shutil.rmtree(folder, ignore_errors=True)


class Stack:
    def __init__(self, run_dir, port_base=None, models=None, build=None):
        self.run_dir = pathlib.Path(run_dir)
        self.environment = {**os.environ, "RUN_DIR": str(run_dir), "BUILD": str(build or BUILD)}
        if port_base:
            self.environment["PORT_BASE"] = str(port_base)
        if models:
            self.environment["MODELS"] = str(models)

    def command(self, *words):
        """Runs conf/local/stack; output is one string, since people read both streams at once."""
        return subprocess.run([ROOT / "conf/local/stack", *words], env=self.environment, text=True,
                              timeout=600,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)

    def must(self, *words):
        done = self.command(*words)
        assert done.returncode == 0, f"stack {' '.join(words)}:\n{done.stdout}"
        return done.stdout

    def up(self):
        return self.must("up")

    def down(self):
        return self.must("down")

    def start(self, *names):
        return self.must("start", *names)

    def stop(self, *names):
        return self.must("stop", *names)

    def kill(self, *names):
        return self.must("kill", *names)

    def pids(self):
        lines = [line.split() for line in self.must("status").splitlines()]
        return {words[0]: int(words[1]) for words in lines if words[1].isdigit()}

    @property
    def env(self):
        text = (self.run_dir / "env").read_text()
        return dict(word.split("=", 1) for word in shlex.split(text))

    @property
    def ports_end(self):
        """The first port behind the stack's own."""
        return int(self.env["TWOFOLD_PORT_BASE"]) + PORTS

    @property
    def config(self):
        return self.run_dir / "twofold.conf"

    @property
    def url(self):
        return self.env["TWOFOLD_URL"]

    @property
    def admin_url(self):
        return self.env["TWOFOLD_ADMIN_URL"]

    @property
    def projector_admin_url(self):
        return self.env["TWOFOLD_PROJECTOR_ADMIN_URL"]

    @property
    def dynamodb(self):
        return DynamoDB(self.env["TWOFOLD_DYNAMODB"])

    def log(self, name):
        return (self.run_dir / "logs" / f"{name}.log").read_text()

    def sql(self, text, *values, node="primary"):
        """Rows as dictionaries, from a connection of its own: no snapshot of an earlier statement.
        """
        connection = pymysql.connect(unix_socket=self.env[f"TWOFOLD_SQL_{node.upper()}"],
                                     user="root", autocommit=True,
                                     cursorclass=pymysql.cursors.DictCursor)
        try:
            with connection.cursor() as cursor:
                cursor.execute(text, values)
                return list(cursor.fetchall())
        finally:
            connection.close()
