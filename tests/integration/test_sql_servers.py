"""What the SQL servers must be like, and who says so when they are not."""

import contextlib
import os
import re
import shutil
import subprocess

import pytest
import redis
import requests

from support.projector import Projector
from support.stack import BUILD, ROOT
from support.wait import wait_until

MODEL = "beforehand"
DATABASE = f"twofold_{MODEL}"


@pytest.fixture
def beforehand(tmp_path):
    """comments under another name, so with a database of its own."""
    folder = tmp_path / "models" / MODEL
    shutil.copytree(ROOT / "conf/models/comments", folder)
    model = folder / "model.json"
    model.write_text(re.sub('"model": "comments"', f'"model": "{MODEL}"', model.read_text()))
    return folder.parent


@pytest.fixture
def projector(stack, beforehand, tmp_path):
    made = Projector(stack, 0, tmp_path / "log", f"--models={beforehand}")
    yield made
    stack.sql(f"DROP DATABASE IF EXISTS {DATABASE}")


def set_up(stack, projector):
    return projector.run("setup", f"--sql_primary={stack.env['TWOFOLD_SQL_PRIMARY']}")


def check(stack, beforehand):
    return subprocess.run([BUILD / "twofold-gateway", f"--config={stack.config}", "--check",
                           f"--models={beforehand}"], text=True, timeout=30, capture_output=True)


def test_a_database_of_another_collation_is_refused_before_anything_is_in_it(stack, projector):
    stack.sql(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
    done = set_up(stack, projector)
    assert done.returncode != 0
    assert 'of="the database" collation=utf8mb4_general_ci' in done.stderr
    assert "ALTER DATABASE" in done.stderr
    assert stack.sql(f"SHOW TABLES FROM {DATABASE}") == []
    stack.sql(f"ALTER DATABASE {DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
    assert set_up(stack, projector).returncode == 0


def test_tables_of_another_collation_are_refused_by_all(stack, projector, beforehand):
    assert set_up(stack, projector).returncode == 0
    assert check(stack, beforehand).returncode == 0
    stack.sql(f"ALTER TABLE {DATABASE}.twofold_aggregate CONVERT TO CHARACTER SET utf8mb4 "
              "COLLATE utf8mb4_general_ci")
    for done in (set_up(stack, projector), check(stack, beforehand), projector.run()):
        assert done.returncode != 0
        assert "twofold_aggregate.aggregate" in done.stderr
        assert "utf8mb4_general_ci" in done.stderr and "ALTER TABLE" in done.stderr


@pytest.mark.parametrize("alter, has, name", [
    ("ALTER TABLE {} ENGINE = MyISAM", "engine", "MyISAM"),
    ("CREATE TRIGGER {}_t AFTER DELETE ON {} FOR EACH ROW SET @x = 1", "trigger", "comments_t"),
    ("ALTER TABLE {} ADD parent VARCHAR(64), ADD CONSTRAINT f FOREIGN KEY (parent) "
     "REFERENCES {} (commentId) ON DELETE CASCADE", "key that cascades", "f"),
    ("ALTER TABLE {} MODIFY pictureId VARCHAR(64) COLLATE utf8mb4_general_ci NOT NULL",
     "column of another collation", "pictureId utf8mb4_general_ci"),
], ids=["engine", "trigger", "cascade", "collation"])
def test_tables_that_change_without_a_projection_are_refused(stack, projector, beforehand, alter,
                                                             has, name):
    if has == "trigger" and os.environ.get("SERVERS") == "mysql":
        pytest.skip("MySQL shows triggers only to who has the right TRIGGER")
    assert set_up(stack, projector).returncode == 0
    assert check(stack, beforehand).returncode == 0
    stack.sql(alter.replace("{}_t", f"{DATABASE}.comments_t").replace("{}", f"{DATABASE}.comments"))
    for done in (check(stack, beforehand), projector.run()):
        assert done.returncode != 0
        assert has in done.stderr and name in done.stderr and "hint" in done.stderr


def test_our_tables_compare_by_bytes_whatever_the_database_says(stack):
    text = re.sub("--.*", "", (ROOT / "projector/store/tables.sql").read_text())
    stack.sql(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
    try:
        for statement in filter(str.strip, text.split(";")):
            stack.sql(statement.replace("EXISTS twofold_", f"EXISTS {DATABASE}.twofold_"))
        columns = stack.sql("SELECT DISTINCT COLLATION_NAME AS it FROM information_schema.COLUMNS "
                            "WHERE TABLE_SCHEMA = %s AND COLLATION_NAME IS NOT NULL", DATABASE)
        assert columns == [{"it": "utf8mb4_bin"}]
    finally:
        stack.sql(f"DROP DATABASE {DATABASE}")


@contextlib.contextmanager
def setting(stack, name, value):
    before = stack.sql(f"SELECT @@GLOBAL.{name} AS it")[0]["it"]
    stack.sql(f"SET GLOBAL {name} = %s", value)
    try:
        yield
    finally:
        stack.sql(f"SET GLOBAL {name} = %s", before)


def test_a_binlog_of_statements_ends_the_projectors_start(stack, projector):
    assert set_up(stack, projector).returncode == 0
    with setting(stack, "binlog_format", "STATEMENT"):
        done = projector.run()
    assert done.returncode != 0
    assert "binlog_format = ROW" in done.stderr


def test_packets_too_small_for_a_dead_letter_end_the_projectors_start(stack, projector):
    assert set_up(stack, projector).returncode == 0
    with setting(stack, "max_allowed_packet", 4 << 20):
        done = projector.run()
    assert done.returncode != 0
    assert "max_allowed_packet = 8M" in done.stderr


def test_a_primary_that_was_demoted_is_called_so_and_no_hit_outlives_own(repaired, model, client):
    """docs/operations.md: without a primary nobody can say that the cache's page is current."""
    stack = repaired
    path = model.one(client.made()[0])
    client.until_hit(path)

    def missing():
        return requests.get(f"{stack.projector_admin_url}/readyz", timeout=5).json()["missing"]

    stack.sql("SET GLOBAL read_only = 1")
    try:
        wait_until(lambda: f"{model.folder}: the SQL primary is read-only" in missing(), 10,
                   "the projector's /readyz")
        wait_until(lambda: client.get(path).status_code == 503, 10, "no more hits")
        assert client.get(path).headers["Retry-After"]
    finally:
        stack.sql("SET GLOBAL read_only = 0")
    wait_until(lambda: missing() == [], 20, "the primary again")
    client.until_hit(path)


def test_a_redis_that_was_demoted_is_called_so(repaired, model):
    stack = repaired
    server = redis.Redis.from_url(f"redis://{stack.env['TWOFOLD_REDIS']}")

    def missing():
        return requests.get(f"{stack.projector_admin_url}/readyz", timeout=5).json()["missing"]

    server.replicaof("127.0.0.1", 1)
    try:
        wait_until(lambda: f"{model.folder}: Redis is no master" in missing(), 10,
                   "the projector's /readyz")
    finally:
        server.replicaof("NO", "ONE")
    wait_until(lambda: missing() == [], 20, "Redis again")
