"""The local stack itself: it starts what it needs, stops just that, and says what is in its way."""

import os
import pathlib
import signal
import socket
import subprocess

import pymysql
import pytest
import redis

from support.stack import PIECES, PORTS, ROOT, BUILD, Stack, free_ports, port_is_free
from support.wait import wait_until


@pytest.fixture
def other(tmp_path, models):
    """A second stack beside the session's, not started."""
    made = Stack(tmp_path / "a run", free_ports(), models)
    yield made
    made.down()


@pytest.fixture
def foreign_redis(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save",
                               "", "--dir", tmp_path],
                              stdout=subprocess.DEVNULL)
    client = redis.Redis("127.0.0.1", port)
    wait_until(lambda: answers(client), 10)
    yield client
    server.terminate()
    server.wait()


def answers(client):
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def sessions_of(run_dir):
    """Processes that work in a folder of RUN_DIR."""
    found = []
    for link in pathlib.Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(link).startswith(str(run_dir)):
                found.append(link.parent.name)
        except OSError:
            continue
    return found


def test_a_second_up_says_that_it_runs_already(stack):
    before = stack.pids()
    assert "runs already" in stack.must("up")
    assert stack.pids() == before


def test_env_says_where_everything_is(stack):
    env = stack.env
    assert int(env["TWOFOLD_GATEWAY_PID"]) == stack.pids()["gateway"]
    assert int(env["TWOFOLD_PROJECTOR_PID"]) == stack.pids()["projector"]
    assert stack.sql("SELECT 1 AS one", node="replica") == [{"one": 1}]
    assert stack.sql(f"SHOW TABLES FROM {env['TWOFOLD_SQL_DATABASE']} LIKE 'products'")
    assert pathlib.Path(env["TWOFOLD_LOGS"], "gateway.log").exists()
    host, port = env["TWOFOLD_REDIS"].split(":")
    assert redis.Redis(host, int(port)).ping()


def test_everything_listens_on_loopback_only(stack):
    base = int(stack.env["TWOFOLD_PORT_BASE"])
    listening = subprocess.run(["ss", "-Hltn"], check=True, text=True, capture_output=True).stdout
    local = [line.split()[3] for line in listening.splitlines()]
    ours = [address for address in local if base <= int(address.rpartition(":")[2]) < base + PORTS]
    assert len(ours) >= PORTS
    assert {address.rpartition(":")[0] for address in ours} <= {"127.0.0.1", "[::ffff:127.0.0.1]"}


def test_root_of_sql_is_let_in_by_the_socket_only(stack):
    assert stack.sql("SELECT current_user() AS who") == [{"who": "root@localhost"}]
    with pytest.raises(pymysql.err.OperationalError, match="denied"):
        pymysql.connect(host="127.0.0.1", port=int(stack.env["TWOFOLD_PORT_BASE"]) + 5, user="root")


def test_a_port_in_use_is_named_with_its_holder_and_nothing_is_started(stack, other):
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", int(other.environment["PORT_BASE"]) + 4))
        holder.listen()
        done = other.command("up")
    assert done.returncode != 0
    assert f"port {int(other.environment['PORT_BASE']) + 4}" in done.stdout
    assert f"process {os.getpid()}" in done.stdout
    assert other.pids() == {}


def test_a_start_that_breaks_off_ends_what_it_started_and_names_the_log(other, tmp_path):
    broken = tmp_path / "build"
    broken.mkdir()
    for name in ("twofold-projector", "loopback.so"):
        (broken / name).symlink_to(BUILD / name)
    (broken / "twofold-gateway").write_text("#!/bin/sh\necho I cannot\nexit 3\n")
    (broken / "twofold-gateway").chmod(0o755)
    other.environment["BUILD"] = str(broken)
    done = other.command("up")
    assert done.returncode != 0
    assert "gateway.log" in done.stdout and "I cannot" in done.stdout
    assert other.pids() == {} and sessions_of(other.run_dir) == []


@pytest.mark.parametrize("inherited", [signal.SIG_DFL, signal.SIG_IGN],
                         ids=["typed", "by-a-script's-&"])
def test_ctrl_c_stops_just_what_run_started(other, foreign_redis, inherited):
    run = subprocess.Popen([ROOT / "conf/local/stack", "run"], env=other.environment, text=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT,
                           start_new_session=True,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, inherited))
    lines = []
    while "Ctrl-C" not in (line := run.stdout.readline()):
        lines.append(line)
        assert line, "run ended: " + "".join(lines)
    assert any("curl" in line for line in lines)
    pids, sockets = other.pids(), (other.run_dir / "sockets").read_text().strip()
    assert set(pids) == set(PIECES)

    os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=60)
    assert run.returncode == 0
    assert other.pids() == {} and sessions_of(other.run_dir) == []
    assert not any(pathlib.Path(f"/proc/{pid}").exists() for pid in pids.values())
    assert all(port_is_free(int(other.environment["PORT_BASE"]) + i) for i in range(PORTS))
    assert not pathlib.Path(sockets).exists()
    assert foreign_redis.ping()


def test_what_a_killed_java_leaves_goes_with_the_stack(stack, client):
    client.made()
    sockets = pathlib.Path((stack.run_dir / "sockets").read_text().strip())
    assert list(sockets.glob("sqlite-*.so"))


def test_the_path_of_a_plain_user_is_enough(stack):
    plain = {**stack.environment, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    status = subprocess.run([ROOT / "conf/local/stack", "status"], env=plain, text=True,
                            capture_output=True)
    assert status.returncode == 0 and status.stdout == stack.must("status"), status.stderr


@pytest.mark.parametrize("asked, theirs", [("mysql", "mariadb"), ("mariadb", "mysql")])
def test_data_of_other_servers_are_named_and_nothing_is_started(other, asked, theirs):
    data = other.run_dir / "data"
    (data / "primary").mkdir(parents=True)
    (data / "servers").write_text(theirs)
    other.environment["SERVERS"] = asked
    done = other.command("up")
    assert done.returncode != 0
    assert f"are of SERVERS={theirs}" in done.stdout
    assert other.pids() == {}


def test_unknown_servers_are_refused(other):
    other.environment["SERVERS"] = "oracle"
    done = other.command("up")
    del other.environment["SERVERS"]
    assert done.returncode != 0 and "it may be mariadb or mysql" in done.stdout


def test_down_without_anything_running_is_no_error(other):
    assert other.command("down").returncode == 0


MOCK_RUN = """
import signal, pytest
@pytest.fixture(scope="session")
def stack():
    yield
    print("stack ended")
def test_first(stack):
    print("first began", flush=True)
    signal.pause()
def test_second(stack):
    print("second began")
"""


def test_a_terminated_test_run_ends_its_stack_and_begins_no_other_test(tmp_path):
    (tmp_path / "conftest.py").write_text(
        "from support.own import end_with_the_run as pytest_configure")
    (tmp_path / "test_mock.py").write_text(MOCK_RUN)
    run = subprocess.Popen(["/usr/bin/python3", "-m", "pytest", "-q", "-s", "-p",
                            "no:cacheprovider", tmp_path], text=True,
                           env={**os.environ, "PYTHONPATH": str(ROOT / "tests/integration")},
                           stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while "first began" not in (line := run.stdout.readline()):
        assert line, "it ended"
    run.terminate()
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "stack ended" in said and "second began" not in said
